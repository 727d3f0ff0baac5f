"""kill -9 at random moments under load: every acknowledged row is there, the
database is whole, and the next start carries on."""
import os
import random
import subprocess
import sys
import time
import unittest

from support.program import (Case, LIMIT, clean_environment, count_runs,
                             garner, get_json, one, query, wait_until)
from support.servers import Nginx, dead_port

WRITER = os.environ.get("CRASH_WRITER", "build/tests/crash_writer")
ROUNDS = int(os.environ.get("CRASH_ROUNDS", "30"))
SEED = int(os.environ.get("CRASH_SEED", random.randrange(1 << 32)))


class Crash(Case):
    def setUp(self):
        super().setUp()
        # Named, so that a failure can be tried again.
        self.random = random.Random(SEED)
        print(f"CRASH_SEED={SEED}", file=sys.stderr)


class LibraryCrash(Crash):
    def test_library(self):
        """Five threads that write in three ways are killed ROUNDS times."""
        count = kept = 0
        for turn in range(ROUNDS):
            first = one(self.db, "select max(id) from kept") + 1000 if turn else 1
            acknowledged = self.write_until_killed(first)
            self.assert_sound()
            stored = {id for id, in query(
                self.db, "select id from kept where id >= ?", (first,))}
            lost = sorted(acknowledged - stored)
            self.assertFalse(lost, f"round {turn}: acknowledged and gone: "
                                   f"{lost[:10]} of {len(lost)}")
            self.assert_batches_whole(first)
            # The rows of earlier rounds are as they were.
            self.assertEqual(one(self.db, "select count(*) from kept where id < ?",
                                 (first,)), kept)
            count, kept = count + len(acknowledged), kept + len(stored)
        print(f"{count} acknowledged, {kept} stored", file=sys.stderr)
        self.assertGreater(count, ROUNDS * 10)

    def write_until_killed(self, first):
        """Gives the ids that one round of crash_writer acknowledged."""
        with subprocess.Popen([WRITER, self.db, str(first)], bufsize=0,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=clean_environment()) as writer:
            lines = writer.stdout.read(1 << 16)  # it is at work
            end = time.monotonic() + self.random.uniform(0, 0.4)
            os.set_blocking(writer.stdout.fileno(), False)
            while lines and time.monotonic() < end:
                # Read on, or a full pipe would hold it up.
                lines += writer.stdout.read(1 << 20) or b""
                time.sleep(0.001)
            if writer.poll() is not None:
                self.fail(f"crash_writer ended: {writer.stderr.read().decode()}")
            writer.kill()
            writer.wait(LIMIT)
            lines += writer.stdout.read() or b""
        return {int(id) for line in lines.splitlines() for id in line.split()[1:]}

    def assert_batches_whole(self, first):
        """Ids are handed out in order, so a batch's rows stand together."""
        self.assertEqual(query(self.db, """
            select min(id), max(id), count(*) from (
                select id, way, (row_number() over (order by id) - 1) / 5 as batch
                from kept where id >= ? and way <> 'exec')
            group by batch
            having max(id) - min(id) <> 4 or count(*) <> 5
                or min(way) <> max(way)""", (first,)), [], "half a batch")


class ProgramCrash(Crash):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def test_program(self):
        """`garner run` over 50 URLs, 25 times a second each, is killed ROUNDS
        times; what /status.json called stored must be there."""
        urls = [f"{self.nginx.url}/{'tick' if n % 2 else 'page'}?n={n}"
                for n in range(50)]
        for turn in range(ROUNDS):
            before = count_runs(self.db)
            port = dead_port()
            running = self.start(
                "run", *urls, "--every", "40ms", "--db", self.db,
                "--listen", f"127.0.0.1:{port}", "--into", "ticks", "--sql",
                "select :body->>'$.id' as id")
            status = f"http://127.0.0.1:{port}/status.json"
            stored = 0
            wait_until(lambda: running.alive() and self.stored(status),
                       "the first stored run")
            end = time.monotonic() + self.random.uniform(0, 0.6)
            while time.monotonic() < end:
                running.alive()
                stored = self.stored(status)
            running.kill()
            self.assert_sound()
            self.assertGreaterEqual(count_runs(self.db) - before, stored,
                                    f"round {turn}: acknowledged and gone")
            self.assert_together()
        # The first one after a start has a base: nothing is on its way.
        self.assertTrue(ROUNDS < 2 or one(self.db, "select count(base) from garner_body"))

    @staticmethod
    def stored(status):
        try:
            return get_json(status)["totals"]["stored"]
        except OSError:
            return 0

    def assert_together(self):
        """A run, its row and its body are there together or not at all."""
        self.assertEqual(query(self.db, "select failure, error from garner_run"
                                        " where missed = 0 and error is not null"), [])
        self.assertEqual(query(self.db, """
            select id from garner_run r where missed = 0
            and not exists (select * from garner_body b where b.id = r.body)"""), [])
        bodies = "select cast(body_of(id) as text)->>'$.id' as id from garner_body"
        for sql in (f"{bodies} except select id from ticks",
                    f"select id from ticks except {bodies}",
                    "select id from garner_body where length(body_of(id)) <> size"):
            result = garner("query", self.db, sql)
            self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)
        self.assertEqual(
            one(self.db, "select count(*) from garner_run where missed = 0"),
            one(self.db, "select count(*) from ticks"))


if __name__ == "__main__":
    unittest.main()
