#!/usr/bin/env python3
"""peer_lock.py -d NEW-FILE [-t THREADS] [-s SECONDS | -r ROWS-EACH] [-n]

Python's sqlite3 as people make it safe: one connection for all threads and a
Lock around each write and its commit. Writes the row of plan.h and prints the
line of crew.h.
"""
import argparse, json, resource, sqlite3, threading, time

options = argparse.ArgumentParser()
options.add_argument("-d", required=True)
options.add_argument("-t", type=int, default=1)
options.add_argument("-s", type=float, default=1)
options.add_argument("-r", type=int, default=0)
options.add_argument("-n", action="store_true")
plan = options.parse_args()

db = sqlite3.connect(plan.d, check_same_thread=False, isolation_level=None)
db.execute("pragma journal_mode=wal")
db.execute("pragma synchronous=" + ("normal" if plan.n else "full"))
db.execute("create table row (id integer, time text, url text, status integer, body blob)")
body = bytes(200)
lock = threading.Lock()
ready = threading.Barrier(plan.t + 1)
stop = False
waits = [[] for _ in range(plan.t)]


def work(index):
    mine = waits[index]
    number = index << 32
    ready.wait()
    while len(mine) < plan.r if plan.r else not stop:
        started = time.monotonic()
        with lock:
            db.execute("insert into row values (?, ?, ?, ?, ?)",
                       (number, "2026-11-23T02:16:00.123Z",
                        "https://api.example.org/v1/ticker?symbols=ABC,XYZ", 200, body))
        mine.append(time.monotonic() - started)
        number += 1


def processor_seconds():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


threads = [threading.Thread(target=work, args=[i]) for i in range(plan.t)]
for thread in threads:
    thread.start()
ready.wait()
began, processor = time.monotonic(), processor_seconds()
if not plan.r:
    time.sleep(plan.s)
    stop = True
for thread in threads:
    thread.join()
seconds = time.monotonic() - began
if db.execute("select count(*) from row").fetchone()[0] != sum(map(len, waits)):
    raise SystemExit("peer_lock: the file holds another number of rows than were written")
every = sorted(wait for mine in waits for wait in mine)
print(json.dumps({
    "rows": len(every), "seconds": seconds, "rate": len(every) / seconds, "failed": 0,
    "least": min(map(len, waits)), "most": max(map(len, waits)),
    "p50_us": every[len(every) // 2] * 1e6, "p99_us": every[len(every) * 99 // 100] * 1e6,
    "max_us": every[-1] * 1e6, "processor_s": processor_seconds() - processor}))
