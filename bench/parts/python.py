"""python: the Python module beside what Python programs store rows with."""
import os
import subprocess

from . import kit, peers
from .store import Runs

TITLE = "Python"
THREADS = (1, 4, 16, 64)
WORKS = {"insert": "execute of a row, one transaction", "commit": "execute and commit of a row",
         "many": "executemany, one transaction", "fetch": "fetchall, 5 columns",
         "wide": "fetchall, 100 columns", "point": "execute and fetchone by key"}
OURS = {"garner": "garner, one connection, autocommit",
        "garner-tx": "garner, one connection, commit a row",
        "garner-each": "garner, connection per thread, commit a row"}


def module_of(setting):
    """PYTHONPATH for the module of the build; it must be there."""
    path = setting.build / "python"
    found = subprocess.run(["/usr/bin/python3", "-c", "import garner; garner.connect"],
                           env={**os.environ, "PYTHONPATH": str(path)}, capture_output=True)
    if found.returncode != 0:
        raise kit.Skip("the Python module is not built: apt-get install python3-dev, and anew")
    return str(path)


def run(setting, report):
    os.environ["PYTHONPATH"] = module_of(setting)
    together(setting, report)
    alone(setting, report)


def together(setting, report):
    runs = Runs(setting)
    some = ["-s", setting.seconds(1.5, 0.1)]
    ours = [(who, ["/usr/bin/python3", kit.BENCH / "peer_python.py", who]) for who in OURS]
    theirs = list(peers.python_peers())
    threads = THREADS if not setting.smoke else (1, 4)
    for _ in range(setting.rounds):
        for count in threads:
            for who, argv in ours + theirs:
                runs.measure((who, count), [*argv, "-t", count, *some])
    labels = {**peers.LABELS, **OURS}
    report.say(f"The question's program: each thread (task) writes one row and waits until it is "
               f"synced to the disk, FULL; rows per second, medians of {setting.rounds} rounds in "
               f"which all take turns; in brackets the rows of the thread that got least and most.")
    report.table(["who", *(f"{count} threads" if count > 1 else "1 thread" for count in threads)],
                 [[labels[who], *(peers.cell(runs, (who, count)) for count in threads)]
                  for who, _ in ours + theirs])
    if setting.smoke:
        return
    most = max(threads)
    best = max((who for who, _ in theirs), key=lambda who: runs.of((who, most)))
    report.ask("64 threads, autocommit: of the Lock version",
               runs.ratio(("garner", most), ("lock", most)), ">=", 8, " ×")
    report.ask(f"64 threads, autocommit: of the best other ({labels[best]})",
               runs.ratio(("garner", most), (best, most)), ">=", 1.5, " ×")
    report.ask("64 threads, commit a row: of the Lock version",
               runs.ratio(("garner-tx", most), ("lock", most)), ">=", 1, " ×")
    for who in OURS:
        report.ask(f"64 threads, {OURS[who]}: least of most",
                   kit.median(one["least"] / one["most"] for one in runs.outcomes[who, most]),
                   ">=", 0.5, " ×")


def alone(setting, report):
    runs = Runs(setting)
    size = setting.size(1_000_000, 2000)
    for _ in range(setting.rounds):
        for work in WORKS:
            for module in "sqlite3", "garner":
                runs.measure((module, work), ["/usr/bin/python3", kit.BENCH / "peer_python_one.py",
                                              module, work, "-r", size])
    report.say("One thread alone, rows per second; both in WAL and FULL.")
    report.table(["what", "rows", "sqlite3", "garner", "garner of sqlite3"], [
        [title, kit.number(runs.outcomes["garner", work][0]["rows"]),
         kit.number(runs.of(("sqlite3", work))), kit.number(runs.of(("garner", work))),
         kit.times(runs.ratio(("garner", work), ("sqlite3", work)))]
        for work, title in WORKS.items()])
    if not setting.smoke:
        for work, least in (("insert", 0.9), ("many", 0.9), ("fetch", 0.9), ("wide", 1)):
            report.ask(f"1 thread, {WORKS[work]}: of sqlite3",
                       runs.ratio(("garner", work), ("sqlite3", work)), ">=", least, " ×")
