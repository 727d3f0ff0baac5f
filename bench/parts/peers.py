"""peers: what C, Python and Node programs reach with SQLite, beside garner."""
import os
import shutil
import subprocess

from . import kit
from .store import Runs

TITLE = "Peers"
THREADS = (1, 4, 16, 64)
PYTHON = {"queue": None, "lock": None, "peewee": "peewee", "sqlalchemy": "sqlalchemy",
          "aiosqlite": "aiosqlite", "apsw": "apsw"}
LABELS = {"garner": "garner", "raw": "C, connection per thread, busy timeout",
          "queue": "Python sqlite3, queue and writer thread",
          "lock": "Python sqlite3, one connection and a Lock",
          "peewee": "peewee SqliteQueueDatabase", "sqlalchemy": "SQLAlchemy Core",
          "aiosqlite": "aiosqlite", "apsw": "APSW, connection per thread",
          "better": "better-sqlite3, worker threads"}
BETTER = "better-sqlite3@12.6.2"  # the last that this Node.js runs


def python_peers():
    """Those whose module Debian's Python has; the others are named."""
    for name, module in PYTHON.items():
        known = module is None or subprocess.run(
            ["/usr/bin/python3", "-c", f"import {module}"], capture_output=True).returncode == 0
        if known:
            yield name, ["/usr/bin/python3", kit.BENCH / "peer_python.py", name]
        else:
            print(f"left out: {LABELS[name]}: apt-get install python3-{module}", flush=True)


def better_peer(setting):
    """Builds better-sqlite3 once beside the build; needs npm and a compiler."""
    home = setting.build / "bench-npm"
    npm = shutil.which("npm")
    if not (home / "node_modules").exists() and npm and not setting.smoke:
        home.mkdir(exist_ok=True)
        done = subprocess.run([npm, "install", "--no-audit", "--no-fund", BETTER], cwd=home,
                              capture_output=True, text=True, timeout=900, check=False)
        if done.returncode != 0:
            shutil.rmtree(home, ignore_errors=True)
    modules = home / "node_modules"
    probe = npm and subprocess.run(
        ["node", "-e", "new (require('better-sqlite3'))(':memory:')"],
        env={**os.environ, "NODE_PATH": str(modules)}, capture_output=True, check=False)
    if not probe or probe.returncode != 0:
        print(f"left out: better-sqlite3 is not built here (npm install {BETTER})", flush=True)
        return
    os.environ["NODE_PATH"] = str(modules)
    yield "better", ["node", kit.BENCH / "peer_better.js"]


def run(setting, report):
    runs = Runs(setting)
    some = ["-s", setting.seconds(1.5, 0.1)]
    peers = [("garner", [setting.program("bench/store"), "exec"]),
             ("raw", [setting.program("bench/raw"), "connections"]),
             *python_peers(), *better_peer(setting)]
    threads = THREADS if not setting.smoke else (1, 4)
    for _ in range(setting.rounds):
        for count in threads:
            for who, argv in peers:
                runs.measure((who, count), [*argv, "-t", count, *some])
    report.say(f"Each thread (task) writes one row and waits until it is synced to the disk, "
               f"FULL; rows per second, medians of {setting.rounds} rounds in which all take "
               f"turns; in brackets the rows of the thread that got least and most.")
    report.table(["who", *(f"{count} threads" if count > 1 else "1 thread" for count in threads)],
                 [[LABELS[who], *(cell(runs, (who, count)) for count in threads)]
                  for who, _ in peers])
    if not setting.smoke:
        for count in threads:
            best = max((who for who, _ in peers if who != "garner"),
                       key=lambda who, count=count: runs.of((who, count)))
            report.ask(f"{count} thread{'s' * (count > 1)}: of the best peer ({LABELS[best]})",
                       runs.ratio(("garner", count), (best, count)), ">=", 1, " ×")


def cell(runs, key):
    return f"{kit.number(runs.of(key))} ({runs.of(key, 'least'):,.0f} / {runs.of(key, 'most'):,.0f})"
