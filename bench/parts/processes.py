"""processes: rows per second from 1 to 16 processes on one database."""
import json
import sqlite3
import time

from . import kit

TITLE = "Processes"
PROCESSES = (1, 2, 4, 8, 16)
TABLE = "create table row (id integer, time text, url text, status integer, body blob)"
LEAD_S = 1.0  # for all of them to be there when it begins


def together(setting, argv, count, seconds):
    """Runs count processes at the same time; what they did, added up."""
    db = setting.fresh("processes.db")
    made = sqlite3.connect(db)
    made.execute("pragma journal_mode=wal")
    made.execute(TABLE)
    made.close()
    begin = time.monotonic_ns() + int(LEAD_S * 1e9)
    crew = [kit.Process(setting, [*argv, "-d", db, "-s", seconds, "-j", begin])
            for _ in range(count)]
    each = [json.loads(one.finish(300).well().output()) for one in crew]
    rows = [one["rows"] for one in each]
    stored = kit.query(db, "select count(*) from row")[0][0]
    acknowledged = sum(rows) + sum(one["late"] for one in each)
    if stored != acknowledged:
        raise RuntimeError(f"{stored} rows in the file, {acknowledged} were acknowledged")
    setting.fresh("processes.db")
    return {"rate": sum(rows) / seconds, "least": min(rows), "most": max(rows),
            "p99_ms": max(one["p99_us"] for one in each) / 1e3,
            "max_ms": max(one["max_us"] for one in each) / 1e3,
            "failed": sum(one["failed"] for one in each)}


def middle(outcomes, field):
    return kit.median(one[field] for one in outcomes)


def run(setting, report):
    garner, raw = setting.program("bench/store"), setting.program("bench/raw")
    seconds = setting.seconds(3, 0.2)
    counts = PROCESSES if not setting.smoke else (1, 2)
    done = {}
    for _ in range(setting.rounds):
        for count in counts:
            for sync in ("full", "normal"):
                flag = ["-n"] if sync == "normal" else []
                for who, argv in (("garner", [garner, "exec"]), ("raw", [raw, "connections"])):
                    done.setdefault((who, sync, count), []).append(
                        together(setting, [*argv, *flag], count, seconds))
    report.say(f"Each process writes one row and waits until it is acknowledged, {seconds} s "
               f"long; medians of {setting.rounds} rounds. The peer waits up to 60 s in SQLite's "
               f"busy handler. p99 is that of the process for which it is longest. After each run "
               f"the rows in the file are counted.")
    for sync, title in (("full", "FULL"), ("normal", "NORMAL")):
        rows = []
        for count in counts:
            line = [count]
            for who in ("garner", "raw"):
                outcomes = done[who, sync, count]
                line += [kit.number(middle(outcomes, "rate")),
                         kit.number(middle(outcomes, "p99_ms")),
                         kit.number(middle(outcomes, "max_ms")),
                         f"{middle(outcomes, 'least'):,.0f} / {middle(outcomes, 'most'):,.0f}"]
            line.append(kit.times(ratio(done, sync, count)))
            rows.append(line)
        report.table(["processes", f"garner, {title}: rows/s", "p99 ms", "longest ms",
                      "least / most", "busy handler in C: rows/s", "p99 ms", "longest ms",
                      "least / most", "garner / C"], rows)
    if not setting.smoke:
        asked(report, done)


def ratio(done, sync, count):
    return kit.median(a["rate"] / b["rate"] for a, b in
                      zip(done["garner", sync, count], done["raw", sync, count]))


def asked(report, done):
    for count in (4, 8):
        outcomes = done["garner", "full", count]
        report.ask(f"{count} processes, FULL: longest p99 of a wait",
                   middle(outcomes, "p99_ms"), "<=", 5, " ms")
        report.ask(f"{count} processes, FULL: least rows of most",
                   kit.median(one["least"] / one["most"] for one in outcomes), ">=", 0.9, " ×")
        report.ask(f"{count} processes, FULL: of the busy handler's rows",
                   ratio(done, "full", count), ">=", 0.8, " ×")
