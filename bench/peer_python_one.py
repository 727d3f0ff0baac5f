#!/usr/bin/python3
"""peer_python_one.py MODULE WORK -d NEW-FILE [-r ROWS]

One thread, with sqlite3 or garner, in WAL and FULL:

  insert    execute of one row at a time, all in one transaction
  commit    execute of one row and commit, each
  many      executemany of all rows, in one transaction
  fetch     fetchall of rows of five columns
  wide      fetchall of a tenth of the rows, of 100 columns
  point     execute and fetchone by primary key

Prints rows per second, and how many, as JSON.
"""
import argparse
import importlib
import json
import time

from peer_python import INSERT, REST, TABLE

COLUMNS = 100


def rows(count):
    return ((number, *REST) for number in range(count))


def filled(db, count):
    db.execute("create table filled (id integer primary key, time, url, status integer, body)")
    db.executemany(INSERT.replace("row", "filled", 1), rows(count))
    db.commit()


def insert(db, count):
    for row in rows(count):
        db.execute(INSERT, row)
    db.commit()


def commit(db, count):
    for row in rows(count):
        db.execute(INSERT, row)
        db.commit()


def many(db, count):
    db.executemany(INSERT, rows(count))
    db.commit()


def fetch(db, count):
    assert len(db.execute("select id, status, url, time, id from filled").fetchall()) == count


def wide(db, count):
    columns = ", ".join(("id", "url", "status", "time")[n % 4] for n in range(COLUMNS))
    assert len(db.execute(f"select {columns} from filled").fetchall()) == count


def point(db, count):
    for number in range(count):
        db.execute("select url from filled where id = ?", (number,)).fetchone()


# What is done, how many rows of -r, and whether they must be there before.
WORKS = {"insert": (insert, 1, False), "commit": (commit, 0.01, False), "many": (many, 1, False),
         "fetch": (fetch, 1, True), "wide": (wide, 0.1, True), "point": (point, 0.2, True)}


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument("module", choices=("sqlite3", "garner"))
    options.add_argument("work", choices=WORKS)
    options.add_argument("-d", required=True)
    options.add_argument("-r", type=int, default=1_000_000)
    plan = options.parse_args()
    work, share, before = WORKS[plan.work]
    count = max(1, int(plan.r * share))
    db = importlib.import_module(plan.module).connect(plan.d)
    db.execute("pragma journal_mode = wal").fetchall()
    db.execute(TABLE)
    if plan.module == "sqlite3":
        db.execute("pragma synchronous = full")
    if before:
        filled(db, count)
    began = time.monotonic()
    work(db, count)
    seconds = time.monotonic() - began
    db.close()
    print(json.dumps({"rows": count, "seconds": seconds, "rate": count / seconds}))


if __name__ == "__main__":
    main()
