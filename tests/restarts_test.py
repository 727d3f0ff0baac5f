"""kill -9 of a collector at requests that its server counts, again and again,
with all that it keeps: versions, cookies, rows, bodies, failures that are tried
again, hosts that are left alone, hooks and alerts. Each time the database must
be what the server's ledger says, and the next one must go on just there."""
import collections
import http.client
import json
import math
import os
import random
import sys
import time
import unittest

from support.bad import SANITIZED
from support.ledger import EVERY, GOOD, MOMENTS, PARTS, Document, Ledger, body
from support.program import Case, Running, garner, get_json, one, query, wait_until
from support.servers import dead_port

FULL = os.environ.get("FAULTS") == "full"
KILLS = int(os.environ.get("RESTART_KILLS", "200" if FULL else "8" if SANITIZED else "20"))
SEED = int(os.environ.get("RESTART_SEED", random.randrange(1 << 32)))
MOODS = ["good"] * 14 + ["error"] * 3 + ["hang up", "cut", "down"]
BUSY = ["good"] * 5 + ["wait"]
TIMES = 2  # that a failure is tried again
AFTER = 2  # failures somebody is told
NO_COOKIE = "cut", "hang up", "killed"
TRIED_AGAIN = "error", "hang up", "cut", "wait"
SLACK = 0.02  # of timers

FILE = """garner: 1
store: {db}
notify: {{ desk: {{ webhook: "{url}/alert" }} }}
defaults:
  retry: {{ times: {times}, backoff: 20ms..40ms }}
  alert: {{ to: desk, after: {after} }}
  schedule: 30ms
  expect: {{ not_match: maintenance }}
sources:
"""
SOURCE = """  {name}:
    url: {url}/{name}
    cookies: true
    {more}
    rows:
    - table: part
      sql: |
        select :source as doc, :body->>'$.version' as version, value as part
        from json_each(:body, '$.parts')
    - table: latest
      key: doc
      sql: select :source as doc, :body->>'$.version' as version
"""
HOOKED = "hooks: { change: [./hook], error: [./hook], recover: [./hook] }"
HOST = "host: { failures: 3, concurrency: 2 }"


def names(word, count):
    return [f"{word}{n}" for n in range(count)]


class Story:
    """What is known of a source, and what follows from the entries whose runs
    are stored."""

    def __init__(self, document):
        self.document = document
        self.entries = []  # of the life that ended last
        self.got = set()  # versions that came whole to those before
        self.waited = 0  # until then its server asked to be left alone, last
        self.version = None  # that is asked with
        self.jar = None
        self.attempt = 0  # of the last run, if it is to be tried again
        self.failures = 0
        self.told = False
        self.wholes = collections.Counter()  # runs, by version

    def end_life(self):
        self.got |= {e.version for e in self.entries if e.kind == "whole"}
        self.entries = self.document.take_entries()

    def store(self, entry):
        """Its run is stored. Gives the events that it causes, and the alert."""
        if entry.kind == "wait":
            self.waited = entry.at + 1
        if entry.kind not in NO_COOKIE:
            self.jar = entry.number
        good = entry.kind in GOOD
        again = entry.kind in TRIED_AGAIN and self.attempt < TIMES
        self.attempt = self.attempt + 1 if again else 0
        if not good:
            self.failures += 1
            alert = "error" if self.failures == AFTER else None
            self.told = self.told or alert is not None
            return ["error"], alert
        events = ["recover"] if self.failures > 0 else []
        if entry.kind == "whole":
            events += ["change"] if entry.version != self.version else []
            self.version = entry.version
            self.wholes[entry.version] += 1
        alert = "recover" if self.told else None
        self.failures, self.told = 0, False
        return events, alert


class Restarts(Case):
    def setUp(self):
        super().setUp()
        # Named, so that a failure can be tried again.
        print(f"RESTART_SEED={SEED}", file=sys.stderr)
        self.random = random.Random(SEED)
        keys = dict.fromkeys(names("page", 16), "") | dict.fromkeys(names("hooked", 2), HOOKED)
        # Each interval for itself: those of one would be spread over it.
        seldom = {name: f"schedule: {{ every: {n + 1}h, missed: once }}"
                  for n, name in enumerate(names("seldom", 3))}
        self.main = Ledger([*self.documents(keys, MOODS), *self.documents(seldom, ["good"])])
        self.busy = Ledger(self.documents(names("busy", 3), BUSY))
        for server in self.main, self.busy:
            self.addCleanup(server.stop)
        keys |= seldom | dict.fromkeys(self.busy.documents, HOST)
        sources = "".join(SOURCE.format(name=name, more=more, url=(
            self.busy if name in self.busy.documents else self.main).url)
            for name, more in keys.items())
        head = FILE.format(db=self.db, url=self.main.url, times=TIMES, after=AFTER)
        self.file = self.write("g.yaml", head + sources)
        hook = self.write("hook", '#!/bin/sh\necho "$GARNER_EVENT $GARNER_RUN" >>told\n')
        hook.chmod(0o755)
        self.stories = {name: Story(document) for server in (self.main, self.busy)
                        for name, document in server.documents.items()}
        self.hooks, self.alerts = set(), set()  # that are to be: event and run
        self.last_run = self.last_body = 0
        self.left_alone = 0  # until then the busy host is
        self.port = dead_port()
        self.count = collections.Counter()

    def documents(self, served, moods):
        return [Document(name, self.random.sample(moods * 5, len(moods) * 5))
                for name in served]

    # --- lives ------------------------------------------------------------

    def begin(self):
        for old in self.folder.glob("std*.txt"):
            old.unlink()
        # Whatever the loop was, a source goes on where it was.
        running = Running(self.folder, "run", "-c", self.file, "--listen",
                          f"127.0.0.1:{self.port}", "--loops", str(self.random.randint(1, 3)))
        self.addCleanup(running.kill)
        return running

    def read_stored(self):
        """How many runs are acknowledged, as the status page says; None: nobody
        is there to say it."""
        try:
            return get_json(f"http://127.0.0.1:{self.port}/status.json")["totals"]["stored"]
        except (OSError, http.client.HTTPException):
            return None

    def live(self):
        """One that is killed. Gives the number of runs it acknowledged."""
        running = self.begin()
        self.main.arm(running.process, self.random.randint(1, 100),
                      self.random.choice([*MOMENTS, "alert"]))
        stored = 0

        def dead():
            nonlocal stored
            stored = self.read_stored() or stored
            return running.process.poll() is not None

        wait_until(dead, "its death")
        self.assertEqual(running.process.returncode, -9, running.output)
        self.main.settle()
        self.busy.settle()
        return stored

    def test_the_database_is_what_the_server_knows(self):
        for life in range(KILLS):
            stored = self.live()
            runs = self.assert_kept(life)
            self.assertGreaterEqual(runs, stored, "acknowledged and gone")
            self.count["acknowledged"] += stored
        self.end()
        self.assert_kept(KILLS)
        self.assert_told()
        self.report()

    def end(self):
        """The last one is not killed: it works until nothing waits."""
        self.main.calm = self.busy.calm = True
        running = self.begin()
        latest = {name: 1 + story.document.good // EVERY
                  for name, story in self.stories.items() if "seldom" not in name}

        def has_all():
            found = dict(self.rows("doc, version", "latest"))
            return len(found) == len(self.stories) and latest.items() <= found.items()

        wait_until(lambda: running.alive() and has_all(), "all that is served")
        wait_until(lambda: running.alive() and not one(
            self.db, "select count(*) from garner_outbox where done is null")
            and not one(self.db, "select count(*) from garner_source where failures"),
            "all to be told")
        self.assertEqual(running.stop(), 0, running.output)
        self.main.settle()
        self.busy.settle()

    # --- after each -------------------------------------------------------

    def assert_kept(self, life):
        """Gives how many runs this life has stored."""
        self.assert_sound()
        rows = query(self.db, """
            select s.name, r.id, r.status, r.failure, r.attempt, b.sha256
            from garner_run r join garner_source s on s.id = r.source
            left join garner_body b on b.id = r.body
            where r.missed = 0 and r.id > ? order by r.id""", [self.last_run])
        runs = collections.defaultdict(list)
        for name, *run in rows:
            runs[name].append(run)
            self.last_run = run[0]
        for name, story in self.stories.items():
            story.end_life()
            try:
                self.assert_goes_on(story)
                self.assert_runs(story, runs[name])
            except AssertionError as error:
                entries = "\n".join(map(str, story.entries))
                raise AssertionError(f"{name}, life {life}: {error}\nasked:\n{entries}\n"
                                     f"runs: {runs[name]}") from error
        self.assert_rows()
        self.assert_bodies()
        self.assert_left_alone()
        return len(rows)

    def assert_goes_on(self, story):
        """What it asks is what the one before has stored, or it has got since."""
        entries = story.entries
        self.assertFalse("seldom" in story.document.name and story.version and entries,
                         "asked again, and was not due")
        jar, version = story.jar, story.version
        seen = []  # versions that this life got
        for entry in entries:
            self.assertEqual(entry.cookie, jar)
            if entry.kind not in NO_COOKIE:
                jar = entry.number
            if entry.asked_for is None:
                self.assertTrue(seen or version is None, "asked for what is stored")
            else:
                self.assertIn(entry.asked_for, [version, *seen])
            if entry.kind != "whole":
                continue
            if entry.version in seen:  # and on its way to the store
                self.assertIsNone(entry.asked_for)
                self.count["fetched before it was stored"] += 1
            elif entry.version in story.got:
                self.assertNotIn(entry.version, story.wholes)
                self.count["fetched again"] += 1
            seen.append(entry.version)

    def assert_runs(self, story, runs):
        """Each stored run is a request, in order; what is missing is the end."""
        entries = story.entries
        self.assertLessEqual(len(runs), len(entries))
        for entry, (run, status, failure, attempt, sha) in zip(entries, runs):
            self.assertEqual(attempt, story.attempt + 1)
            self.assert_run(entry, status, failure)
            events, alert = story.store(entry)
            if story.document.name.startswith("hooked"):
                self.hooks |= {(event, run) for event in events}
            if alert is not None:
                self.alerts.add((alert, run))
        self.count["requests"] += len(entries)
        self.count["lost"] += len(entries) - len(runs)
        for entry in entries:  # who names a version was told that it is stored
            if entry.asked_for is not None:
                self.assertIn(entry.asked_for, story.wholes, "acknowledged and gone")

    def assert_run(self, entry, status, failure):
        if entry.kind in ("hang up", "cut"):
            self.assertIn(failure, ("connect", "protocol"))
        else:
            self.assertEqual((status, failure), {
                "whole": (200, None), "same": (304, None), "down": (200, "expect"),
                "error": (503, "http"), "wait": (503, "http")}[entry.kind])

    def rows(self, columns, table):
        """None before the table is made."""
        made = one(self.db, "select count(*) from sqlite_schema where name = ?", [table])
        return query(self.db, f"select {columns} from {table} group by 1, 2") if made else []

    def assert_rows(self):
        parts = {(doc, version): count for doc, version, count in self.rows(
            "doc, version, count(*)", "part")}
        self.assertEqual(parts, {(name, version): PARTS * runs
                                 for name, story in self.stories.items()
                                 for version, runs in story.wholes.items()})
        self.assertEqual(dict(self.rows("doc, version", "latest")),
                         {name: story.version for name, story in self.stories.items()
                          if story.version is not None})

    def assert_bodies(self):
        """Those that are new are what was served."""
        result = garner("query", self.db, f"""
            select b.id, s.name, cast(body_of(b.id) as text) as body
            from garner_body b join garner_source s on s.id = b.source
            where b.id > {self.last_body} order by b.id""", "--json")
        self.assert_code(result, 0)
        for row in json.loads(result.stdout):
            if row["body"] == "out of order" or row["body"] == "not now":
                continue
            version = json.loads(row["body"])["version"]
            self.assertIn(version, self.stories[row["name"]].wholes)
            self.assertEqual(row["body"], body(row["name"], version))
            self.last_body = row["id"]
            self.count["bodies"] += 1

    def assert_left_alone(self):
        """Nobody came before the server's time was up, over kills, too."""
        stories = [self.stories[name] for name in self.busy.documents]
        first = min((story.entries[0].at for story in stories if story.entries),
                    default=math.inf)
        self.assertGreater(first, self.left_alone - SLACK)
        found = query(self.db, "select max(off_until) from garner_host where name = ?",
                      [self.busy.url])[0][0] or 0
        self.left_alone = max(story.waited for story in stories)
        if self.left_alone > time.time():
            self.assertGreaterEqual(found / 1e6, self.left_alone - SLACK)
            self.count["hosts left alone"] += 1

    # --- at the end -------------------------------------------------------

    def assert_told(self):
        told = [(event, int(run)) for event, run in map(
            str.split, (self.folder / "told").read_text().splitlines())]
        self.assertEqual(set(told), self.hooks)
        self.assertLessEqual(len(told), len(self.hooks) + 2 * KILLS)
        heard = [(m["event"], m["run"]) for m in self.main.alerts]
        self.assertEqual(set(heard), self.alerts)
        self.count["hooks"], self.count["alerts"] = len(self.hooks), len(self.alerts)
        self.count["told twice"] = len(told) + len(heard) - len(self.hooks) - len(self.alerts)

    def report(self):
        counts = ", ".join(f"{n} {what}" for what, n in sorted(self.count.items()))
        print(f"faults: killed {KILLS} times: {counts}", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
