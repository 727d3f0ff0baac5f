"""The question garner answers: a program that starts a fetch every second and
stores what it gets, while others use the same database. It ended in "database
is locked". Here 200 URLs are due every second for 20 seconds, a second process
reads and a third writes, both with Python's sqlite3 and its defaults."""
import json
import os
import subprocess
import sys
import time
import unittest

from support.program import Case, LIMIT, clean_environment, get_json, one, query, wait_until
from support.servers import Nginx, dead_port

URLS, SECONDS = 200, int(os.environ.get("QUESTION_SECONDS", "20"))

READER = """
import sqlite3, sys, json
errors, reads, most = [], 0, 0
while not sys.stdin.closed:
    try:
        db = sqlite3.connect(sys.argv[1])
        for _ in range(20):
            n = db.execute("select count(*) from garner_run").fetchone()[0]
            m = db.execute("select count(*) from prices").fetchone()[0]
            reads += 1
            if n < most:
                errors.append(f"rows went away: {most} -> {n}")
            most = n
        db.close()
    except sqlite3.Error as error:
        errors.append(str(error))
    import select
    if select.select([sys.stdin], [], [], 0.02)[0]:
        break
print(json.dumps({"errors": errors, "done": reads}))
"""

WRITER = """
import sqlite3, sys, json, select
errors, rows = [], 0
db = sqlite3.connect(sys.argv[1])
db.execute("create table if not exists notes (id integer primary key, text)")
db.commit()
while not select.select([sys.stdin], [], [], 0.005)[0]:
    try:
        db.execute("insert into notes (text) values (?)", (f"note {rows}",))
        db.commit()
        rows += 1
    except sqlite3.Error as error:
        errors.append(str(error))
        db.rollback()
db.close()
print(json.dumps({"errors": errors, "done": rows}))
"""


class Companion:
    """A Python program at work on the database until told to end."""

    def __init__(self, source, db):
        self.process = subprocess.Popen(
            [sys.executable, "-c", source, db], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=clean_environment())

    def end(self):
        out, err = self.process.communicate("\n", timeout=LIMIT)
        if self.process.returncode != 0:
            raise AssertionError(err)
        return json.loads(out)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


class Question(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def companion(self, source):
        companion = Companion(source, self.db)
        self.addCleanup(companion.kill)
        return companion

    def test_every_due_fetch_is_there_or_recorded_as_missed(self):
        port = dead_port()
        start = time.monotonic()
        running = self.start(
            "run", *(f"{self.nginx.url}/tick?n={n}" for n in range(URLS)),
            "--every", "1s", "--for", f"{SECONDS}s", "--db", self.db,
            "--listen", f"127.0.0.1:{port}", "--into", "prices", "--sql",
            "select :url as url, :body->>'$.n' as n,"
            " :body->>'$.now' as now")
        status = f"http://127.0.0.1:{port}/status.json"
        wait_until(lambda: running.alive() and self.db.exists()
                   and self.tables() >= {"garner_run", "prices"}, "the first rows")
        companions = [self.companion(READER), self.companion(WRITER)]
        totals = {}
        while running.process.poll() is None:
            try:
                totals = get_json(status)["totals"]
            except OSError:
                pass
            try:
                running.process.wait(0.2)
            except subprocess.TimeoutExpired:
                pass
        took = time.monotonic() - start
        reader, writer = [companion.end() for companion in companions]
        self.assertEqual(running.process.returncode, 0, running.output)

        self.assertEqual(reader["errors"], [])
        self.assertEqual(writer["errors"], [])
        self.assertGreater(reader["done"], 10)
        self.assertGreater(writer["done"], 10)
        self.assertEqual(one(self.db, "select count(*) from notes"), writer["done"])
        self.assertNotIn("locked", running.output.lower())
        self.assertNotIn("busy", running.output.lower())

        runs = one(self.db, "select count(*) from garner_run where status = 200")
        missed = self.missed()
        print(f"{runs} runs, {missed} missed, {reader['done']} reads,"
              f" {writer['done']} writes, last status {totals}", file=sys.stderr)
        # The first and last second may hold one slot more or less each; a busy
        # machine may stop it late.
        self.assertGreaterEqual(runs + missed, URLS * (SECONDS - 1))
        self.assertLessEqual(runs + missed, URLS * (took + 1))
        self.assertEqual(query(self.db, "select failure, error from garner_run"
                                        " where error is not null and missed = 0"), [])
        self.assertEqual(query(self.db, "select * from garner_run"
                                        " where missed > 0 and error is null"), [],
                         "each has its reason")
        self.assertEqual(one(self.db, "select count(*) from prices"), runs)
        self.assertEqual(one(self.db, "select count(distinct url) from garner_run"), URLS)
        self.assert_sound()
        self.assert_no_holes()

    def tables(self):
        try:
            return {name for name, in query(self.db, "select name from sqlite_schema")}
        except Exception:
            return set()

    def missed(self):
        """Slots recorded as missed, with their reasons."""
        return one(self.db, "select coalesce(sum(missed), 0) from garner_run")

    def assert_no_holes(self):
        """Each source: the seconds from the first to the last that were used,
        however late, were all used or recorded as missed; so may be those that
        came until the end was recorded."""
        rows = query(self.db, """
            select source, max(started - late_us) - min(started - late_us),
                max(started) - min(started - late_us),
                count(*) filter (where missed = 0) + sum(missed)
            from garner_run group by source""")
        for source, used, all_of_it, slots in rows:
            self.assertGreaterEqual(slots, round(used / 1e6), source)
            self.assertLessEqual(slots, round(all_of_it / 1e6) + 2, source)


if __name__ == "__main__":
    unittest.main()
