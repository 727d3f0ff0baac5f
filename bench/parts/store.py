"""store: rows per second from 1 to 256 threads, beside C and Python."""
import json

from . import kit

TITLE = "Store"
THREADS = (1, 2, 4, 16, 64, 256)
PYTHON_THREADS = (1, 16, 64)
FULL, NORMAL = [], ["-n"]
NAMES = {"full": FULL, "normal": NORMAL}
FARMS = (2, 4)
FARM_WORK = {"asynchronous, one row a batch": ["submit", "-t", 2],
             "asynchronous, 64 rows a batch": ["submit", "-t", 2, "-b", 64],
             "16 threads that wait": ["exec", "-t", 16]}


class Runs:
    """Outcomes by (who, what), one for each round."""

    def __init__(self, setting):
        self.setting = setting
        self.outcomes = {}

    def measure(self, key, argv, shards=0):
        db = self.setting.fresh("store.db")
        url = f"{db}?shards={shards}" if shards else db
        ran = kit.Process(self.setting, [*argv, "-d", url]).finish(300).well()
        outcome = json.loads(ran.output())
        self.outcomes.setdefault(key, []).append(outcome)
        self.setting.fresh("store.db")

    def of(self, key, field="rate"):
        """Median over the rounds; None if it was not measured."""
        return (kit.median(outcome[field] for outcome in self.outcomes[key])
                if key in self.outcomes else None)

    def ratio(self, ours, theirs):
        """Median of the rounds' ratios: neighbours in time are compared."""
        return kit.median(a["rate"] / b["rate"] for a, b in
                          zip(self.outcomes[ours], self.outcomes[theirs]))


def measure_round(setting, runs):
    garner, raw = setting.program("bench/store"), setting.program("bench/raw")
    python = ["/usr/bin/python3", kit.BENCH / "peer_python.py", "lock"]
    some = ["-s", setting.seconds(1.5, 0.1)]
    each = ["-r", setting.size(300, 5)]
    threads = THREADS if not setting.smoke else (1, 4)
    for count in threads:
        for name, sync in NAMES.items():
            work = ["-t", count, *some, *sync]
            runs.measure(("garner", name, count), [garner, "exec", *work])
            runs.measure(("raw", name, count), [raw, "connections", *work])
        if count in PYTHON_THREADS:
            runs.measure(("python", "full", count), [*python, "-t", count, *some])
    for who, argv in (("garner", [garner, "exec"]), ("raw", [raw, "connections"]),
                      ("python", python)):
        runs.measure((who, "share"), [*argv, "-t", 64, *each])
    runs.measure(("garner", "async", 1, 1), [garner, "submit", *some])
    runs.measure(("raw", "big"), [raw, "big", *some])
    runs.measure(("garner", "async", 1, 64), [garner, "submit", "-b", 64, *some])
    runs.measure(("garner", "async", 4, 1), [garner, "submit", "-t", 4, *some])
    runs.measure(("garner", "async", 4, 64), [garner, "submit", "-t", 4, "-b", 64, *some])
    for name, work in FARM_WORK.items():
        runs.measure(("one", name), [garner, *work, *some])
        for shards in FARMS:
            runs.measure(("farm", name, shards), [garner, *work, *some], shards)
    return threads


def waits(runs, report, threads):
    for name, title in (("full", "FULL: synced to the disk"), ("normal", "NORMAL: committed")):
        report.say(f"Each thread writes one row and waits until it is acknowledged, "
                   f"{title}. Rows per second; wait p99 in ms; rows of the thread that got "
                   f"least and most.")
        rows = []
        for count in threads:
            ours, theirs = ("garner", name, count), ("raw", name, count)
            row = [count, kit.number(runs.of(ours)), kit.number(runs.of(ours, "p99_us") / 1e3),
                   f"{runs.of(ours, 'least'):,.0f} / {runs.of(ours, 'most'):,.0f}",
                   kit.number(runs.of(theirs)), kit.number(runs.of(theirs, "p99_us") / 1e3),
                   f"{runs.of(theirs, 'least'):,.0f} / {runs.of(theirs, 'most'):,.0f}",
                   kit.times(runs.ratio(ours, theirs))]
            if name == "full":
                row.append(kit.number(runs.of(("python", name, count))))
            rows.append(row)
        report.table(["threads", "garner", "p99", "least / most", "C, connection per thread",
                      "p99", "least / most", "garner / C"]
                     + (["Python, Lock"] if name == "full" else []), rows)


def shares(setting, runs, report):
    report.say(f"The same number of rows for everyone: each of 64 threads has "
               f"{setting.size(300, 5)} rows to store, FULL; the time is up when the last row "
               f"is stored, so that a starved thread counts.")
    report.table(["who", "rows/s", "all stored after s", "longest wait of a row ms"],
                 [[label, kit.number(runs.of((who, "share"))),
                   kit.number(runs.of((who, "share"), "seconds")),
                   kit.number(runs.of((who, "share"), "max_us") / 1e3)]
                  for who, label in (("garner", "garner"), ("raw", "C, connection per thread"),
                                     ("python", "Python, one connection and a Lock"))])


def asynchronous(runs, report):
    report.say("Asynchronous, FULL, until the database is closed; the peer is raw SQLite in C "
               "with one transaction around all rows, until it is committed and closed.")
    rows = [["C, one big transaction", 1, "–", kit.number(runs.of(("raw", "big"))), "1"]]
    for count in (1, 4):
        for batch in (1, 64):
            key = ("garner", "async", count, batch)
            rows.append(["garner", count, batch, kit.number(runs.of(key)),
                         kit.times(runs.ratio(key, ("raw", "big")))])
    report.table(["who", "threads", "rows a batch", "rows/s", "of the big transaction"], rows)


def farms(runs, report):
    report.say("A farm (`?shards=N`): several files side by side, beside one file and the same "
               "threads, FULL; each row, or batch, goes to the file that its id belongs to.")
    report.table(["work", "one file: rows/s"]
                 + [text for n in FARMS for text in (f"{n} files", "of one")],
                 [[name, kit.number(runs.of(("one", name)))]
                  + [text for n in FARMS for text in (
                      kit.number(runs.of(("farm", name, n))),
                      kit.times(runs.ratio(("farm", name, n), ("one", name))))]
                  for name in FARM_WORK])


def run(setting, report):
    runs = Runs(setting)
    for _ in range(setting.rounds):
        threads = measure_round(setting, runs)
    failed = sum(outcome["failed"] for outcomes in runs.outcomes.values() for outcome in outcomes)
    report.say(f"Medians of {setting.rounds} rounds, in which garner and its peers take turns. "
               f"Every run counts the rows in the file afterwards and stops the benchmark if they "
               f"are not those acknowledged. Writes that failed: {failed}.")
    waits(runs, report, threads)
    shares(setting, runs, report)
    asynchronous(runs, report)
    farms(runs, report)
    if not setting.smoke:
        report.ask("64 threads with rows to store, FULL, of a connection per thread in C",
                   runs.ratio(("garner", "share"), ("raw", "share")), ">=", 35, " ×")
        for name in NAMES:
            report.ask(f"1 thread, {name.upper()}, of raw one-row transactions",
                       runs.ratio(("garner", name, 1), ("raw", name, 1)), ">=", 0.9, " ×")
        report.ask("asynchronous, one row a batch, of one big transaction",
                   runs.ratio(("garner", "async", 1, 1), ("raw", "big")), ">=", 0.65, " ×")
        report.ask("asynchronous, 64 rows a batch, of one big transaction",
                   runs.ratio(("garner", "async", 1, 64), ("raw", "big")), ">=", 0.8, " ×")
        row_by_row = "asynchronous, one row a batch"
        report.ask("a farm of 2, asynchronous, row by row, of one file",
                   runs.ratio(("farm", row_by_row, 2), ("one", row_by_row)), ">=", 1.15, " ×")
