"""checkpoint: external. A program that ships the log as Litestream does, and
checkpoints itself, gets every frame; those who write never notice."""
import os
import sqlite3
import struct
import subprocess
import time
import unittest

from support.program import Case, LIMIT, clean_environment, query, wait_until

WRITER = os.environ.get("CRASH_WRITER", "build/tests/crash_writer")
RESTARTS = 4  # of the log
FRAMES = 120  # to be shipped between checkpoints, at least


class Log:
    """The frames of a log, read with open(2) and checked one by one, from where
    the last reading ended (https://sqlite.org/fileformat2.html#walformat)."""

    def __init__(self, path):
        self.path = path
        self.header = None

    def read_header(self, file):
        """true: the log has begun anew, or for the first time."""
        header = os.pread(file, 32, 0)
        if len(header) < 32 or header == self.header:
            return False
        # The first half of the salt grows by one each time the log begins anew.
        magic, _, self.page, _, self.number = struct.unpack(">IIIII", header[:20])
        self.order = "<" if magic == 0x377f0682 else ">"
        if self.sum(header[:24], (0, 0)) != struct.unpack(">II", header[24:]):
            return False  # it is being written
        self.header = header
        self.salt = header[16:24]
        self.checksum = struct.unpack(">II", header[24:])
        self.at = 32
        return True

    def sum(self, data, start):
        a, b = start
        for x, y in struct.iter_unpack(self.order + "II", data):
            a = (a + x + b) & 0xffffffff
            b = (b + y + a) & 0xffffffff
        return a, b

    def frames(self):
        """Yields (page number, database size if it ends a commit, page)."""
        file = os.open(self.path, os.O_RDONLY)
        try:
            self.read_header(file)
            while self.header:
                head = os.pread(file, 24, self.at)
                page = os.pread(file, self.page, self.at + 24)
                if len(page) < self.page or head[8:16] != self.salt:
                    return
                checksum = self.sum(head[:8] + page, self.checksum)
                if checksum != struct.unpack(">II", head[16:]):
                    return  # it is being written
                self.checksum = checksum
                self.at += 24 + self.page
                yield (*struct.unpack(">II", head[:8]), page)
        finally:
            os.close(file)


class Shipper:
    """Holds a read transaction, copies frames, checkpoints when there are
    enough, all with a stock SQLite."""

    def __init__(self, db):
        self.reader, self.writer, self.checkpointer = (
            sqlite3.connect(db, isolation_level=None, timeout=0) for _ in range(3))
        for connection in self.reader, self.writer, self.checkpointer:
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma wal_autocheckpoint=0")
        self.checkpointer.execute("pragma wal_checkpoint(truncate)")
        # Closing it would drop the locks of this process.
        self.database = os.open(db, os.O_RDONLY)
        self.pages = {}
        size = os.fstat(self.database).st_size
        for number in range(size // 4096):
            self.pages[number + 1] = os.pread(self.database, 4096, number * 4096)
        self.log = Log(str(db) + "-wal")
        self.open = []  # frames of a commit whose end was not read yet
        self.shipped = 0
        self.longest = 0

    def pin(self):
        if self.reader.in_transaction:
            self.reader.execute("rollback")
        self.reader.execute("begin")
        self.reader.execute("select count(*) from sqlite_schema").fetchall()

    def ship(self):
        for number, size, page in self.log.frames():
            self.open.append((number, page))
            if size:
                self.pages.update(self.open)
                self.shipped += len(self.open)
                self.open = []
                self.pages = {n: p for n, p in self.pages.items() if n <= size} \
                    if len(self.pages) > size else self.pages
        self.longest = max(self.longest, os.stat(self.log.path).st_size)

    def checkpoint(self):
        """All that is in the log is shipped, and then copied, before anybody
        may write again; the next who writes has the log begin anew."""
        def locked():
            try:
                self.writer.execute("begin immediate")
            except sqlite3.OperationalError:
                return False
            return True
        end = time.monotonic() + LIMIT
        while not locked():  # without a pause: garner's writers leave small gaps
            assert time.monotonic() < end, "the write lock was never free"
        self.ship()
        self.reader.execute("rollback")
        frames, copied = 1, 0
        while frames != copied:  # who has just committed may read for a moment yet
            busy, frames, copied = self.checkpointer.execute(
                "pragma wal_checkpoint(passive)").fetchone()
            assert not busy and time.monotonic() < end, (busy, frames, copied)
        self.writer.execute("rollback")

    def restore(self, path):
        with open(path, "wb") as file:
            for number in range(1, max(self.pages) + 1):
                file.write(self.pages[number])

    def close(self):
        for connection in self.reader, self.writer, self.checkpointer:
            connection.close()
        os.close(self.database)


class Writer:
    """A process whose threads write; the ids it acknowledged. It waits when it
    is not listened to, so that it is never far ahead of the shipper."""

    def __init__(self, db, first):
        self.process = subprocess.Popen(
            [WRITER, db, str(first), "external"], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=clean_environment(), pipesize=4096)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.lines = b""

    def listen(self):
        try:
            self.lines += os.read(self.process.stdout.fileno(), 4096)
        except BlockingIOError:
            pass

    def end(self):
        """The exit status, and what it complained of."""
        self.process.kill()
        rest, complaints = self.process.communicate(timeout=LIMIT)
        self.lines += rest
        return self.process.returncode, complaints.decode()

    @property
    def ids(self):
        return {int(id) for line in self.lines.splitlines() for id in line.split()[1:]}


class Shipping(Case):
    def test_every_frame_is_shipped_and_nobody_fails(self):
        shipper = Shipper(self.db)
        self.addCleanup(shipper.close)
        shipper.pin()
        writers = [Writer(self.db, first) for first in (1, 10 ** 9)]
        try:
            numbers = self.ship_for(shipper, writers)
        finally:
            ends = [writer.end() for writer in writers]
        self.assertEqual(ends, [(-9, "")] * len(writers))
        shipper.ship()
        # Nobody but the shipper had the log begin anew. (Who writes next may
        # have come too early for that; then the log goes on until the next.)
        self.assertLessEqual({b - a for a, b in zip(numbers, numbers[1:])}, {0, 1})
        copy = self.folder / "copy.db"
        shipper.restore(copy)
        self.assert_sound(copy)
        for path in copy, self.db:
            stored = {id for id, in query(path, "select id from kept")}
            for writer in writers:
                self.assertTrue(writer.ids)
                self.assertEqual(writer.ids - stored, set(), path)

    def ship_for(self, shipper, writers):
        """The numbers of the logs before each checkpoint, from 0 on."""
        numbers = []
        first = None
        while not numbers or numbers[-1] - numbers[0] < RESTARTS:
            goal = shipper.shipped + FRAMES

            def enough():
                before = shipper.longest
                shipper.ship()
                self.assertGreaterEqual(os.stat(shipper.log.path).st_size, before,
                                        "the log was cut")
                for writer in writers:
                    self.assertIsNone(writer.process.poll(), "it ended")
                    writer.listen()
                return (shipper.shipped >= goal
                        and all(writer.lines for writer in writers))
            wait_until(enough, "frames of both")
            first = shipper.log.number if first is None else first
            numbers.append(shipper.log.number - first & 0xffffffff)
            shipper.pin()
            shipper.checkpoint()
        return numbers


if __name__ == "__main__":
    unittest.main()
