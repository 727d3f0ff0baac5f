#!/usr/bin/python3
"""peer_python.py WHO -d NEW-FILE [-t THREADS] [-s SECONDS | -r ROWS-EACH] [-n]

What Python programs store rows with, each the way its documentation has it:

  lock        sqlite3, one connection for all threads, a Lock around each write
  queue       sqlite3, a thread that commits whatever is in a queue
  peewee      peewee's SqliteQueueDatabase
  sqlalchemy  SQLAlchemy Core, a transaction a row
  aiosqlite   aiosqlite, tasks in place of threads, a commit a row
  apsw        APSW, a connection per thread, waiting in the busy handler
  garner      garner for Python, one connection for all threads, autocommit
  garner-tx   the same, a transaction a row: execute, commit
  garner-each the same, a connection per thread

Each thread (task) writes a row, waits until it is committed, and writes the
next. Writes the row of plan.h and prints the line of crew.h.
"""
import argparse
import asyncio
import json
import queue
import resource
import sqlite3
import threading
import time

TABLE = "create table row (id integer, time text, url text, status integer, body blob)"
INSERT = "insert into row values (?, ?, ?, ?, ?)"
REST = ("2026-11-23T02:16:00.123Z", "https://api.example.org/v1/ticker?symbols=ABC,XYZ",
        200, bytes(200))
PATIENCE_S = 60


def settings(plan):
    return "pragma synchronous=" + ("normal" if plan.n else "full")


class Lock:
    def __init__(self, plan):
        self.db = sqlite3.connect(plan.d, check_same_thread=False, isolation_level=None)
        self.db.execute(settings(plan))
        self.lock = threading.Lock()

    def writer(self):
        def write(number):
            with self.lock:
                self.db.execute(INSERT, (number, *REST))
        return write

    def close(self):
        self.db.close()


class Queue:
    def __init__(self, plan):
        self.queue = queue.SimpleQueue()
        self.plan = plan
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        db = sqlite3.connect(self.plan.d, isolation_level=None)
        db.execute(settings(self.plan))
        going = True
        while going:
            batch = [self.queue.get()]
            while not self.queue.empty():
                batch.append(self.queue.get())
            db.execute("begin immediate")
            for number, _ in filter(None, batch):
                db.execute(INSERT, (number, *REST))
            db.execute("commit")
            for item in batch:
                if item is None:
                    going = False
                else:
                    item[1].set()
        db.close()

    def writer(self):
        def write(number):
            done = threading.Event()
            self.queue.put((number, done))
            done.wait()
        return write

    def close(self):
        self.queue.put(None)
        self.thread.join()


class Peewee:
    def __init__(self, plan):
        from playhouse.sqliteq import SqliteQueueDatabase
        self.db = SqliteQueueDatabase(plan.d, use_gevent=False, autostart=True,
                                      pragmas={"synchronous": "normal" if plan.n else "full"})

    def writer(self):
        def write(number):
            # Its cursor waits for the writer's thread once it is looked at.
            if self.db.execute_sql(INSERT, (number, *REST)).rowcount != 1:
                raise RuntimeError("no row was written")
        return write

    def close(self):
        self.db.stop()


class SqlAlchemy:
    def __init__(self, plan):
        import sqlalchemy
        self.engine = sqlalchemy.create_engine(
            f"sqlite:///{plan.d}", connect_args={"timeout": PATIENCE_S},
            poolclass=sqlalchemy.pool.QueuePool, pool_size=plan.t, pool_timeout=PATIENCE_S)
        self.table = sqlalchemy.Table("row", sqlalchemy.MetaData(), autoload_with=self.engine)

        @sqlalchemy.event.listens_for(self.engine, "connect")
        def set_up(connection, _):
            connection.execute(settings(plan))
        self.engine.dispose()

    def writer(self):
        insert = self.table.insert()
        names = [column.name for column in self.table.columns]

        def write(number):
            with self.engine.begin() as connection:
                connection.execute(insert, dict(zip(names, (number, *REST))))
        return write

    def close(self):
        self.engine.dispose()


class Apsw:
    def __init__(self, plan):
        import apsw
        self.apsw, self.plan = apsw, plan

    def writer(self):
        db = self.apsw.Connection(str(self.plan.d))
        db.setbusytimeout(PATIENCE_S * 1000)
        cursor = db.cursor()
        cursor.execute(settings(self.plan))
        return lambda number: cursor.execute(INSERT, (number, *REST))

    def close(self):
        pass


class Garner:
    """The question's program as it is with "import garner as sqlite3"."""
    level = None

    def __init__(self, plan):
        self.plan = plan
        self.db = self.connect()

    def connect(self):
        import garner
        db = garner.connect(self.plan.d, timeout=PATIENCE_S, isolation_level=self.level)
        if self.plan.n:
            db.execute(settings(self.plan))
        return db

    def writer(self):
        db = self.db
        return lambda number: db.execute(INSERT, (number, *REST))

    def close(self):
        self.db.close()


class GarnerTransactions(Garner):
    level = ""

    def writer(self):
        return self.writer_on(self.db)

    def writer_on(self, db):
        def write(number):
            db.execute(INSERT, (number, *REST))
            db.commit()
        return write


class GarnerEach(GarnerTransactions):
    def writer(self):
        return self.writer_on(self.connect())


class Crew:
    """Threads that write until the time is up, or each has its rows."""

    def __init__(self, plan):
        self.plan = plan
        self.stop = False
        self.late = 0
        self.waits = [[] for _ in range(plan.t)]

    def goes_on(self, index):
        return len(self.waits[index]) < self.plan.r if self.plan.r else not self.stop

    def done(self, index, started):
        if self.plan.r or not self.stop:
            self.waits[index].append(time.monotonic() - started)
        else:
            self.late += 1

    def threads(self, peer):
        ready = threading.Barrier(self.plan.t + 1)

        def work(index):
            write = peer.writer()
            number = index << 32
            ready.wait()
            while self.goes_on(index):
                started = time.monotonic()
                write(number)
                self.done(index, started)
                number += 1
        threads = [threading.Thread(target=work, args=[i]) for i in range(self.plan.t)]
        for thread in threads:
            thread.start()
        ready.wait()
        began = time.monotonic()
        if not self.plan.r:
            time.sleep(self.plan.s)
            self.stop = True
        seconds = time.monotonic() - began
        for thread in threads:
            thread.join()
        if self.plan.r:
            seconds = time.monotonic() - began
        peer.close()
        return seconds

    async def tasks(self):
        import aiosqlite
        async with aiosqlite.connect(self.plan.d, isolation_level=None) as db:
            await db.execute(settings(self.plan))

            async def work(index):
                number = index << 32
                while self.goes_on(index):
                    started = time.monotonic()
                    await db.execute(INSERT, (number, *REST))
                    await db.commit()
                    self.done(index, started)
                    number += 1
            began = time.monotonic()
            tasks = [asyncio.create_task(work(i)) for i in range(self.plan.t)]
            if not self.plan.r:
                await asyncio.sleep(self.plan.s)
                self.stop = True
                seconds = time.monotonic() - began
                await asyncio.gather(*tasks)
            else:
                await asyncio.gather(*tasks)
                seconds = time.monotonic() - began
            return seconds


PEERS = {"lock": Lock, "queue": Queue, "peewee": Peewee, "sqlalchemy": SqlAlchemy,
         "aiosqlite": None, "apsw": Apsw, "garner": Garner,
         "garner-tx": GarnerTransactions, "garner-each": GarnerEach}


def make(plan):
    db = sqlite3.connect(plan.d)
    db.execute("pragma journal_mode=wal")
    db.execute(TABLE)
    db.close()


def report(plan, crew, seconds, processor):
    db = sqlite3.connect(plan.d)
    every = sorted(wait for mine in crew.waits for wait in mine)
    if db.execute("select count(*) from row").fetchone()[0] != len(every) + crew.late:
        raise SystemExit(f"{plan.who}: the file holds another number of rows than were written")
    print(json.dumps({
        "rows": len(every), "seconds": seconds, "rate": len(every) / seconds, "failed": 0,
        "least": min(map(len, crew.waits)), "most": max(map(len, crew.waits)),
        "p50_us": every[len(every) // 2] * 1e6, "p99_us": every[len(every) * 99 // 100] * 1e6,
        "max_us": every[-1] * 1e6, "processor_s": processor}))


def processor_seconds():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument("who", choices=PEERS)
    options.add_argument("-d", required=True)
    options.add_argument("-t", type=int, default=1)
    options.add_argument("-s", type=float, default=1)
    options.add_argument("-r", type=int, default=0)
    options.add_argument("-n", action="store_true")
    plan = options.parse_args()
    make(plan)
    crew = Crew(plan)
    before = processor_seconds()
    kind = PEERS[plan.who]
    seconds = crew.threads(kind(plan)) if kind else asyncio.run(crew.tasks())
    report(plan, crew, seconds, processor_seconds() - before)


if __name__ == "__main__":
    main()
