"""A running collector: it is the only one of its store, and can be asked."""
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import stat
import unittest

from support.program import (Case, LIMIT, clean_environment, count_runs, garner, one, query,
                             wait_until)
from support.servers import Gate, Misbehaving, reply


def answer(body, status="200 OK", headers=()):
    return lambda sock, request, server: sock.sendall(
        reply(body, status=status, headers=headers))


class Control(Case):
    def setUp(self):
        super().setUp()
        self.gate = Gate()
        self.server = Misbehaving({
            "/a": answer("[1]"), "/b": answer("[1, 2]"), "/gate": self.gate,
            "/bad": answer("none", "404 Not Found"),
            "/tag": lambda sock, request, server: sock.sendall(
                reply("", "304 Not Modified", headers=['ETag: "x"'])
                if b"If-None-Match" in request else reply("[3]", headers=['ETag: "x"']))})
        self.addCleanup(self.server.stop)

    def file(self, *sources, store="data.db"):
        """Writes garner.yaml; sources are (name, path, more YAML)."""
        lines = [f"garner: 1\nstore: {store}\nsources:"]
        lines += [f"  {name}: {{ url: '{self.server.url}{path}'{more} }}"
                  for name, path, more in sources]
        return self.write("garner.yaml", "\n".join(lines) + "\n")

    def collect(self, *args, **more):
        running = self.start("run", "-c", "garner.yaml", *args, **more)
        wait_until(lambda: running.alive() and self.ask("status", "--live").returncode == 0,
                   "a collector")
        return running

    def ask(self, *args, env=None):
        return garner(*args, "-c", "garner.yaml", cwd=self.folder, env=env)

    def asked(self, *args):
        result = self.ask(*args)
        self.assert_code(result, 0)
        return result.stdout

    def stop(self, running):
        self.assertEqual(running.stop(), 0, running.output)


HOURLY = ", schedule: 1h"
OFTEN = ", schedule: 20ms"


class Sole(Control):
    def test_a_second_collector_is_told_of_the_first(self):
        self.file(("a", "/a", HOURLY))
        running = self.collect()
        link = self.folder / "link.db"
        link.symlink_to("data.db")
        for args in (["run", "-c", "garner.yaml"], ["run", "-c", "garner.yaml", "--once"],
                     ["run", self.server.url + "/b", "--db", "link.db"]):
            with self.subTest(args):
                result = garner(*args, cwd=self.folder)
                self.assert_code(result, 3)
                self.assertIn(f"process id {running.process.pid} ", result.stderr)
        self.assertNotIn("/b", " ".join(self.server.requests))
        self.stop(running)
        self.assert_code(garner("run", "-c", "garner.yaml", "--once", cwd=self.folder), 0)
        self.assertFalse((self.folder / "data.db-control").exists())

    def test_death_makes_room_at_once(self):
        self.file(("a", "/a", HOURLY))
        for _ in range(3):
            running = self.collect()
            running.process.send_signal(signal.SIGKILL)
            running.wait()
        self.assertTrue((self.folder / "data.db-control").exists())
        result = self.ask("trigger", "a")
        self.assert_code(result, 3)
        self.assertIn("garner run", result.stderr)
        self.stop(self.collect())
        self.assert_sound()

    def test_others_may_use_the_store(self):
        self.file(("a", "/a", OFTEN))
        running = self.collect()
        self.assert_code(garner("get", self.server.url + "/b", "--db", self.db), 0)
        self.assert_code(garner("query", self.db, "--write", "create table t (x)"), 0)
        self.assert_code(garner("doctor", self.db), 0)
        self.stop(running)

    def test_stores_in_memory_are_everyones(self):
        self.file(("a", "/a", OFTEN), store="':memory:'")
        runs = [self.start("run", "-c", "garner.yaml", "--for", "300ms") for _ in range(2)]
        for running in runs:
            self.assertEqual(running.wait(), 0, running.output)
        self.assertEqual([p.name for p in self.folder.glob("*control*")], [])

    def test_a_path_of_any_length(self):
        deep = self.folder / ("d" * 100) / ("e" * 120)
        deep.mkdir(parents=True)
        self.file(("a", "/a", HOURLY), store=str(deep / ("f" * 200)))
        running = self.collect()
        self.assertIn("a: 200", self.asked("fetch", "a"))
        self.stop(running)


class Asked(Control):
    def test_fetch_waits_and_tells(self):
        self.file(("gate", "/gate", HOURLY + ", tags: [slow]"), ("a", "/a", HOURLY),
                  ("bad", "/bad", HOURLY), ("tag", "/tag", HOURLY))
        running = self.collect()
        wait_until(lambda: running.alive() and self.gate.asked == 1, "the first is due at once")
        self.assertRegex(self.asked("fetch", "a"), r"^a: 200 in .*, 3 bytes\n$")
        self.assertRegex(self.asked("fetch", "tag"), r"^tag: 200 in .*3 bytes\n$")
        self.assertRegex(self.asked("fetch", "tag"), r"^tag: 304 in .*, nothing new\n$")
        self.assertRegex(self.asked("fetch", "tag", "--force"), r"^tag: 200 in .*3 bytes\n$")
        result = self.ask("fetch", "a", "bad", "--json")
        self.assert_code(result, 1)
        good, bad = map(json.loads, result.stdout.splitlines())
        self.assertEqual((good["source"], good["status"], good["error"]), ("a", 200, None))
        self.assertEqual((bad["source"], bad["failed"], bad["status"]), ("bad", True, 404))
        # One that is under way ends first.
        late = self.start("fetch", "slow", "-c", "garner.yaml")
        wait_until(lambda: "asked for by hand" in self.asked("why", "gate"), "it is asked")
        self.assertEqual(self.gate.asked, 1)
        self.gate.opened.set()
        self.assertEqual(late.wait(), 0, late.output)
        self.assertIn("gate: 200", late.output)
        self.assertEqual(self.gate.asked, 2)
        self.assertEqual(running.stop(), 1)  # bad's last run failed
        self.assertEqual(one(self.db, "select count(*) from garner_run where attempt = 0"), 7)

    def test_fetch_without_a_collector_is_one(self):
        self.file(("a", "/a", OFTEN), ("bad", "/bad", ", schedule: 1h, retry: 3"),
                  ("gate", "/gate", ""))
        self.assertRegex(self.asked("fetch", "a"), r"^a: 200 in ")
        self.assertEqual(count_runs(self.db), 1)
        result = self.ask("fetch", "bad", "a")
        self.assert_code(result, 1)
        self.assertIn("bad: failed: the server answered with status 404", result.stdout)
        self.assertEqual(result.stderr, "")
        waiting = self.start("fetch", "gate", "-c", "garner.yaml")
        wait_until(lambda: waiting.alive() and self.gate.asked == 1, "it fetches")
        result = garner("run", "-c", "garner.yaml", "--once", "a", cwd=self.folder)
        self.assert_code(result, 3)
        self.assertIn(f"process id {waiting.process.pid} ", result.stderr)
        self.gate.opened.set()
        self.assertEqual(waiting.wait(), 0)
        self.assertEqual(one(self.db, "select count(*) from garner_run where attempt <> 0"), 0)

    def test_what_fetch_cannot_do(self):
        self.file(("a", "/a", HOURLY))
        for args, says in ((["fetch", "b", "-c", "garner.yaml"], '"b"'),
                           (["fetch", "a", "--db", "data.db"], "--config"),
                           (["fetch", "a"], "--config"), (["fetch"], "SOURCE"),
                           (["fetch", "a", "-c", "none.yaml"], "none.yaml"),
                           (["pause", "a"], "--db")):
            with self.subTest(args):
                result = garner(*args, cwd=self.folder)
                self.assert_code(result, 2)
                self.assertIn(says, result.stderr)
        running = self.collect()
        result = self.ask("fetch", "b")
        self.assert_code(result, 2)
        self.assertIn('"b"', result.stderr)
        self.stop(running)

    def test_who_waits_is_told_of_the_end(self):
        self.file(("gate", "/gate", HOURLY))
        running = self.collect()
        waiting = self.start("fetch", "gate", "-c", "garner.yaml")
        wait_until(lambda: "asked for by hand" in self.asked("why", "gate"), "it is asked")
        running.kill()
        self.assertNotEqual(waiting.wait(), 0)
        # Between two of its questions, or in the middle of one.
        self.assertRegex(waiting.output, "the collector ended before|or ended meanwhile")

    def test_a_collector_that_ends_says_so(self):
        self.file(("gate", "/gate", HOURLY))
        running = self.collect()
        wait_until(lambda: self.gate.asked, "a fetch under way")
        running.process.send_signal(signal.SIGTERM)
        wait_until(lambda: self.ask("trigger", "gate").returncode == 3, "it ends")
        result = self.ask("fetch", "gate")
        self.gate.opened.set()
        self.assert_code(result, 3)
        self.assertIn("the collector is ending; ask again", result.stderr)
        self.assertEqual(running.wait(), 0, running.output)

    def test_pause_holds_over_restarts(self):
        self.file(("a", "/a", OFTEN), ("b.x", "/b", OFTEN + ", tags: [some]"),
                  ("b.y", "/b", OFTEN))

        def runs(name):
            return one(self.db, "select count(*) from garner_run r join garner_source s"
                                " on s.id = r.source where s.name = ? and missed = 0", [name])

        running = self.collect()
        wait_until(lambda: running.alive() and min(map(runs, ("a", "b.x", "b.y"))) > 0, "runs")
        self.assertEqual(self.asked("pause", "b.*"), "b.x\nb.y\n")
        self.assertIn("paused", self.asked("why", "b.x"))
        self.stop(running)
        before = runs("b.x"), runs("b.y"), runs("a")
        running = self.collect()
        wait_until(lambda: running.alive() and runs("a") > before[2] + 5, "runs of a")
        self.assertEqual((runs("b.x"), runs("b.y")), before[:2])
        self.assertEqual(self.asked("trigger", "b.y"), "b.y\n")
        wait_until(lambda: runs("b.y") == before[1] + 1, "it is triggered all the same")
        self.assertEqual(self.asked("resume", "some"), "b.x\n")
        wait_until(lambda: running.alive() and runs("b.x") > before[0] + 2, "it goes on")
        self.stop(running)
        self.assertEqual(query(self.db, "select name from garner_source where paused = 1"),
                         [("b.y",)])
        self.assert_sound()

    def test_why_hides_what_is_secret(self):
        self.file(("a", "/tag", ", schedule: { every: 1h, jitter: 10m }, headers: {"
                   " Authorization: 'Bearer plain-words', X-Key: '${env:TOKEN}', X-Open: yes }"))
        env = clean_environment(TOKEN="t0psecret")
        without = garner("why", "a", "-c", "garner.yaml", cwd=self.folder, env=env)
        self.assert_code(without, 3)  # there is no store yet
        running = self.start("run", "-c", "garner.yaml", env=env)
        wait_until(lambda: running.alive()
                   and self.ask("fetch", "a").returncode == 0, "it is fetched")
        text = self.ask("why", "a", env=env)
        self.assert_code(text, 0)
        for part in ("waits", "by its schedule", "jitter up to 10m", "GET " + self.server.url,
                     "X-Key: ***", "X-Open: yes", "Authorization: ***", 'If-None-Match: "x"',
                     "a 200 in"):
            self.assertIn(part, text.stdout)
        self.assertNotIn("t0psecret", text.stdout)
        self.assertNotIn("plain-words", text.stdout)
        # Without the secret, all but the request is told.
        text = self.asked("why", "a")
        self.assertIn("TOKEN", text)
        self.assertIn("by its schedule", text)
        self.assertEqual(self.asked("pause", "a"), "a\n")
        self.stop(running)
        self.assertIn("no collector runs", self.asked("why", "a"))
        result = self.ask("why", "b")
        self.assert_code(result, 3)
        self.assertIn('"b"', result.stderr)

    def test_why_it_waits(self):
        self.server.scripts["/bad"] = answer("", "503 Busy", ["Retry-After: 1000"])
        self.file(("bad", "/bad", ", schedule: 1h, retry: { times: 2, backoff: 10m }"),
                  ("once", "/a", ""))
        running = self.collect()
        wait_until(lambda: count_runs(self.db) == 2, "runs")
        wait_until(lambda: "tried again after a failure" in self.asked("why", "bad"), "why")
        self.assertRegex(self.asked("why", "bad"),
                         r"put off for 16m.* more, as the server asked \(Retry-After\)")
        self.assertIn("nothing is due any more", self.asked("why", "once"))
        self.assertEqual(running.stop(), 1)
        self.assertIn("tried 1 times", self.asked("why", "bad"))

    def test_why_a_source_waits_for_another(self):
        busy = answer("", "503 Busy", ["Retry-After: 1000"])
        broken = answer("", "500 Oh")
        for script, manners, word in (
                (busy, "concurrency: 1", "as the server asked (Retry-After)"),
                (broken, "failures: 1", "since its host failed too often")):
            with self.subTest(manners):
                (self.folder / "data.db").unlink(missing_ok=True)
                self.server.scripts["/bad"] = script
                self.file(*((name, "/bad", OFTEN + ", retry: { times: 0, backoff: 1h }, host: {"
                             f" {manners} }}") for name in "ab"))
                running = self.collect("--parallel", "1")
                wait_until(lambda: running.alive() and all(
                    f"more, {word}" in self.asked("why", name) for name in "ab"), word)
                self.assertEqual(running.stop(), 1)
                texts = query(self.db, "select distinct error from garner_run where missed > 0"
                                       " and error like '%put off%'")
                self.assertIn(word.replace("as the server", "as the server had"),
                              " ".join(text for text, in texts))

    def test_why_with_many_urls_and_without_a_collector(self):
        url = self.server.url
        (self.folder / "list.txt").write_text(f"{url}/a\n{url}/b\n")
        self.server.scripts["/start"] = lambda sock, request, server: sock.sendall(reply(
            "<a href=/a>a</a> <a href=/gate>gate</a>", content_type="text/html"))
        self.server.scripts["/robots.txt"] = answer("", "404 Not Found")
        self.write("garner.yaml", f"""garner: 1
store: data.db
sources:
  listed: {{ urls: {{ file: list.txt }} }}
  given: {{ urls: {{ sql: "select '{url}/a'" }} }}
  site: {{ start: "{url}/start", crawl: {{ same: any }} }}
  adapts: {{ url: "{url}/a", schedule: {{ adapt: 1h..2h }}, user_agent: me/1,
             auth: {{ basic: {{ user: me, password: hush-hush }} }},
             cookies: {{ send: {{ sid: c00kie-value }} }} }}
""")
        running = self.collect()
        wait_until(lambda: running.alive() and "1 of 3 are left" in self.asked("why", "site"),
                   "a page that hangs")
        wait_until(lambda: "all 2 are done" in self.asked("why", "listed"), "the list")
        wait_until(lambda: one(self.db, "select next_due from garner_source"
                                        " where name = 'adapts'"), "its next slot")
        running.process.send_signal(signal.SIGKILL)
        running.wait()
        for name, parts in (
                ("site", (f"GET {url}/start, and what it leads to", "1 of 3 are left to be done")),
                ("listed", ("GET, of each URL in ", "list.txt", "all 2 are done")),
                ("given", (f"GET, of each URL that this gives: select '{url}/a'",)),
                ("adapts", ("every 1h to 2h", "by its schedule, if a collector runs then",
                            "User-Agent: me/1", "Authorization: ***", "Cookie: ***"))):
            text = self.asked("why", name)
            for part in parts:
                self.assertIn(part, text)
            self.assertNotIn("hush-hush", text)
            self.assertNotIn("c00kie-value", text)
        self.assert_code(garner("query", self.db, "--write", "update garner_source"
                                " set next_due = next_due - 9000000000"), 0)
        self.assertRegex(self.asked("why", "adapts"), "it was due .* ago, and no collector ran")

    def test_why_says_the_schedule(self):
        hour = "Cache-Control: max-age=3600"
        self.server.scripts["/fresh"] = answer("x", headers=[hour])
        self.file(("cron", "/a", ", schedule: { cron: '10 4 * * *', tz: Europe/London,"
                                 " missed: once }"),
                  ("window", "/a", ", schedule: { every: 1h, window: '00:00-24:00',"
                                   " overlap: queue }, max_age: 2h"),
                  ("fresh", "/fresh", ", schedule: { adapt: 1s..2h }"))
        running = self.collect()
        for name, parts in (
                ("cron", ('cron "10 4 * * *" (Europe/London)', "(missed: once)", "by its schedule")),
                ("window", ("every 1h, within 00:00-24:00 (UTC)", "(overlap: queue)",
                            "2h after its last good run", "good run")),
                ("fresh", ("every 1s to 2h, as often as it changes: 1s now",
                           "since its answer is fresh until then"))):
            wait_until(lambda: running.alive()
                       and all(part in self.asked("why", name) for part in parts), parts)
        self.stop(running)
        self.assertIn('cron "10 4 * * *"', self.asked("why", "cron"))

    def test_why_it_waits_for_its_host(self):
        self.file(("a", "/a", ", host: { interval: 1h }"), ("b", "/a", ", host: { interval: 1h }"),
                  ("gate", "/gate", ", schedule: { every: 1h }"))
        running = self.collect("--parallel", "10")
        wait_until(lambda: any(re.search("waits for its host, about [45]", self.asked("why", name))
                               for name in "ab"), "one that waits")
        self.gate.opened.set()
        self.stop(running)
        self.assertIn("missed 1: garner was stopped", self.asked("log"))

    def test_logs(self):
        self.file(("a", "/a", OFTEN), ("bad", "/bad", OFTEN))
        self.ask("fetch", "a")
        self.ask("fetch", "bad", "a")
        lines = self.asked("log").splitlines()
        self.assertEqual(len(lines), 3)
        self.assertRegex(lines[0], r"^\d{4}-\d\d-\d\dT[\d:.]+Z a 200 in .* ms, 3 bytes, by hand$")
        self.assertEqual(len(self.asked("log", "b*").splitlines()), 1)
        self.assertIn("bad failed: ", self.asked("log", "bad"))
        self.assertEqual(self.asked("log", "-n", "1").splitlines(), lines[2:])
        rows = json.loads(self.asked("runs", "a", "--json", "--since", "1h"))
        self.assertEqual([(r["source"], r["status"], r["attempt"]) for r in rows],
                         [("a", 200, 0)] * 2)
        self.assertEqual(len(json.loads(self.asked("runs", "--json", "-n", "2"))), 2)
        self.assertIn("source", self.asked("runs").splitlines()[0])
        self.assert_code(self.ask("runs", "a", "--since", "soon"), 2)

    def test_a_name_that_is_not_there(self):
        self.file(("a", "/a", OFTEN), ("b", "/b", OFTEN))
        self.ask("fetch", "a", "b")
        db = sqlite3.connect(self.db)
        with db:
            db.execute("delete from garner_run where url like '%/b'")
        db.close()
        for args in (["log", "c"], ["runs", "c"], ["runs", "c*", "--json"], ["why", "c"]):
            result = self.ask(*args)
            self.assert_code(result, 3)
            self.assertIn(f'no source named "{args[1]}"', result.stderr)
            self.assertEqual(result.stdout, "")
        self.assertEqual(self.asked("log", "b"), "")  # it is there

    def test_the_store_is_found_alike(self):
        self.file(("a", "/a", ""))
        for _ in range(2):
            self.ask("fetch", "a")
        ways = {"operand": ([self.db], [], {}),
                "--db": ([], ["--db", self.db], {}),
                "--config": ([], ["-c", self.folder / "garner.yaml"], {}),
                "GARNER_STORE": ([], [], {"GARNER_STORE": str(self.db)}),
                "GARNER_CONFIG": ([], [], {"GARNER_CONFIG": str(self.folder / "garner.yaml")}),
                "the operand first": ([self.db], [], {"GARNER_STORE": "/none.db"})}
        for args, there in ((["log", "a"], "a 200 in"), (["runs", "a"], "source"),
                            (["why", "a"], "source       a"), (["body", "1"], "[1]"),
                            (["hosts"], "requests"), (["status"], "source"),
                            (["diff", "1", "2"], ""), (["diff", "a"], ""),
                            (["quarantine", "a"], "")):
            for way, (first, flags, names) in ways.items():
                with self.subTest(command=args, way=way):
                    result = garner(args[0], *first, *args[1:], *flags,
                                    env=clean_environment(**names), cwd=self.folder)
                    self.assert_code(result, 0)
                    self.assertIn(there, result.stdout)
            self.assert_code(garner(*args, env=clean_environment()),
                             3 if len(args) > 1 and args[0] in ("log", "runs", "quarantine")
                             or len(args) > 2 else 2)

    def test_only_some(self):
        self.file(("a", "/a", ", tags: [daily]"), ("b.x", "/b", ""), ("b.y", "/b", ""),
                  ("bad", "/bad", ""))
        for args, names in ((["--only", "daily"], "a"), (["--only", "b.?"], "b.x b.y"),
                            (["b.y", "--only", "daily", "--only", "a"], "a b.y")):
            before = one(self.db, "select max(id) from garner_run") if self.db.exists() else 0
            self.assert_code(self.ask("run", "--once", *args), 0)
            self.assertEqual(query(self.db, "select distinct s.name from garner_run r"
                                            " join garner_source s on s.id = r.source"
                                            " where r.id > ? order by 1", [before]),
                             [(name,) for name in names.split()])
        for args in (["run", self.server.url, "--only", "a", "--db", "x.db"],
                     ["run", "-c", "garner.yaml", "--only", "none"]):
            self.assert_code(garner(*args, cwd=self.folder), 2)

    def test_status_of_some(self):
        self.file(("a", "/a", ""), ("b.x", "/b", ""), ("bad", "/bad", ""))
        self.assert_code(self.ask("run", "--once"), 1)
        def told(*args, code=0):
            result = self.ask("status", "--json", *args)
            self.assert_code(result, code)
            return [line["source"] for line in json.loads(result.stdout)]
        self.assertEqual(told("a"), ["a"])
        self.assertEqual(told("b.*", "a"), ["a", "b.x"])
        self.assertEqual(told("data.db", "a"), ["a"])
        self.assertEqual(told("bad", code=1), ["bad"])
        self.file(("a", "/a", ""), ("b.x", "/b", ""), ("bad", "/bad", ", max_age: 1s"))
        self.assert_code(self.ask("run", "--once"), 1)
        wait_until(lambda: self.ask("status").returncode == 5, "staleness")
        self.assertEqual(told("a", "bad", code=5), ["bad", "a"])
        self.assertEqual(told("a", "b.?"), ["a", "b.x"])
        refused = self.ask("status", "a", "none")
        self.assert_code(refused, 3)
        self.assertEqual(refused.stdout, "")
        self.assertIn('no source named "none"', refused.stderr)
        self.assertIn("leave a out", self.ask("status", "--live", "a").stderr)

    def test_status_of_the_collector(self):
        self.file(("a", "/a", HOURLY))
        running = self.collect()
        status = json.loads(self.asked("status", "--live"))
        self.assertEqual([s["name"] for s in status["sources"]], ["a"])
        self.assertIn("totals", status)
        self.stop(running)
        self.assert_code(self.ask("status", "--live"), 3)
        self.assert_code(self.ask("status"), 0)


class Reload(Control):
    def runs(self, name):
        return one(self.db, "select count(*) from garner_run r join garner_source s"
                            " on s.id = r.source where s.name = ? and missed = 0", [name])

    def reload(self, code=0):
        result = self.ask("reload")
        self.assert_code(result, code)
        return result.stdout + result.stderr

    def test_sources_come_change_and_go(self):
        self.file(("a", "/a", OFTEN), ("b", "/b", OFTEN), ("gate", "/gate", HOURLY))
        running = self.collect()
        wait_until(lambda: running.alive() and self.runs("a") and self.runs("b"), "runs")
        self.ask("trigger", "gate")
        wait_until(lambda: self.gate.asked == 1, "a fetch under way")
        self.file(("a", "/a", OFTEN), ("gate", "/gate", ", schedule: 2h"), ("c", "/b", OFTEN))
        self.assertEqual(self.reload(), "1 new, 1 changed, 1 removed, 1 the same\n")
        for args in (["pause", "gate"], ["trigger", "*"], ["fetch", "gate"]):
            result = self.ask(*args)
            self.assert_code(result, 3)
            self.assertIn('"gate" changes as the file has it', result.stderr)
        wait_until(lambda: running.alive() and self.runs("c") > 1, "the new one")
        wait_until(lambda: query(self.db, "select name from garner_source where retired = 1")
                   == [("b",)], "the one that is gone is marked")
        before = self.runs("b"), self.runs("a")
        wait_until(lambda: running.alive() and self.runs("a") > before[1] + 5, "more runs")
        self.assertEqual(self.runs("b"), before[0])
        self.assertEqual(self.gate.asked, 1)
        self.assertIn("as the file has it now, when that has ended", self.asked("why", "gate"))
        self.file(("a", "/a", OFTEN), ("gate", "/gate", ", schedule: 3h"), ("c", "/b", OFTEN))
        self.assertEqual(self.reload(), "0 new, 1 changed, 0 removed, 2 the same\n")
        self.gate.opened.set()
        wait_until(lambda: self.ask("fetch", "gate").returncode == 0, "the changed one")
        self.assertIn("every 3h", self.asked("why", "gate"))
        self.assertEqual(self.reload(), "0 new, 0 changed, 0 removed, 3 the same\n")
        self.stop(running)
        self.assertIn("read again: 1 new", running.output)
        self.assert_sound()

    def test_one_that_has_yet_to_change_counts_at_the_end(self):
        self.gate.status = "503 Service Unavailable"
        self.file(("gate", "/gate", HOURLY))
        running = self.start("run", "-c", "garner.yaml")
        wait_until(lambda: running.alive() and self.gate.asked == 1, "a fetch under way")
        self.file(("gate", "/a", OFTEN))
        self.assertEqual(self.reload(), "0 new, 1 changed, 0 removed, 0 the same\n")
        running.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "finishing what is under way" in running.output, "it ends")
        self.gate.opened.set()
        self.assertEqual(running.wait(), 1, running.output)
        self.assertEqual(one(self.db, "select count(retired) from garner_source"), 0)
        self.assert_sound()

    def test_hooks_may_come_and_change(self):
        self.file(("a", "/a", OFTEN), ("b", "/b", OFTEN))
        running = self.collect()
        for name in "one", "two":
            made = self.folder / name
            self.file(("a", "/a", OFTEN + f", hooks: {{ success: [touch, '{made}'] }}"),
                      ("b", "/b", OFTEN))
            self.assertEqual(self.reload(), "0 new, 1 changed, 0 removed, 1 the same\n")
            wait_until(lambda path=made: running.alive() and path.exists(), "its hook")
        self.stop(running)

    def test_a_bad_file_changes_nothing(self):
        path = self.file(("a", "/a", OFTEN))
        running = self.collect()
        good = path.read_text()
        path.write_text(good + "  b: { url: nonsense, wat: 1 }\n")
        self.assertIn("garner.yaml:5:", self.reload(2))
        wait_until(lambda: "what ran before goes on" in running.output, "a log line")
        self.assertRegex(running.output, r"error  *garner.yaml:5:\d+: .*\n.*garner.yaml:5:\d+: ")
        path.write_text(good.replace("data.db", "other.db"))
        result = garner("reload", "--db", self.db, cwd=self.folder)
        self.assert_code(result, 2)
        self.assertIn("another store", result.stderr)
        path.unlink()
        self.assert_code(garner("reload", "--db", self.db, cwd=self.folder), 2)
        before = self.runs("a")
        wait_until(lambda: running.alive() and self.runs("a") > before + 3, "it goes on")
        self.stop(running)

    def test_sighup_reads_the_file_again(self):
        self.file(("a", "/a", OFTEN), ("c1", "/a", OFTEN))
        running = self.collect("--only", "a", "--only", "c*")
        self.file(("a", "/a", OFTEN), ("b", "/b", OFTEN), ("c2", "/b", OFTEN))
        running.process.send_signal(signal.SIGHUP)
        wait_until(lambda: running.alive() and self.runs("c2") > 1, "c2")
        self.assertEqual(self.runs("b"), 0)
        self.stop(running)

    def test_without_a_file(self):
        running = self.start("run", self.server.url + "/a", "--every", "20ms", "--db", self.db)
        result = wait_until(lambda: running.alive() and (
            r := garner("reload", "--db", self.db)).returncode == 2 and r, "it answers")
        self.assertIn("without a file", result.stderr)
        self.assertEqual(running.stop(signal.SIGHUP), 0)


class Manager(Control):
    """A service manager's socket, as systemd's."""

    def setUp(self):
        super().setUp()
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.bind(str(self.folder / "notify"))
        self.manager.settimeout(LIMIT)
        self.told = []

    def wait_for(self, line):
        while line not in self.told:
            self.told += self.manager.recv(4096).decode().split("\n")
        self.told = self.told[self.told.index(line) + 1:]

    def test_it_is_told(self):
        path = self.file(("a", "/a", OFTEN))
        running = self.start("run", "-c", "garner.yaml", env=clean_environment(
            NOTIFY_SOCKET=str(self.folder / "notify"), WATCHDOG_USEC="40000"))
        self.wait_for("READY=1")
        self.assertTrue(any(line.startswith("STATUS=1 sources") for line in self.told), self.told)
        for _ in range(3):
            self.wait_for("WATCHDOG=1")
        path.write_text(path.read_text() + f"  b: {{ url: '{self.server.url}/b' }}\n")
        running.process.send_signal(signal.SIGHUP)
        self.wait_for("RELOADING=1")
        self.wait_for("READY=1")
        # Read on meanwhile: the socket holds ten messages, and drops others.
        running.process.send_signal(signal.SIGTERM)
        self.wait_for("STOPPING=1")
        self.assertEqual(running.wait(), 0, running.output)


class Hostile(Control):
    def setUp(self):
        super().setUp()
        self.file(("a", "/a", OFTEN))
        self.running = self.collect()
        self.path = str(self.folder / "data.db-control")

    def connect(self):
        visitor = socket.socket(socket.AF_UNIX)
        self.addCleanup(visitor.close)
        visitor.connect(self.path)  # as long as it takes
        visitor.settimeout(LIMIT)
        return visitor

    def fine(self):
        before = count_runs(self.db)
        self.assertIn("a: 200", self.asked("fetch", "a"))
        wait_until(lambda: self.running.alive() and count_runs(self.db) > before + 3, "runs")

    def test_bytes(self):
        for noise in (b"", b"\n", b"\0" * 100 + b"\n", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 70000,
                      b"pause\n", b"ask\tever\n", b"look\t" + b"x" * 5000 + b"\n",
                      b"pause\t" + b"[" * 3000 + b"\n", b"pause\t" + b"*?" * 200 + b"[!\n",
                      b"\t" * 6000 + b"\n", b"%n%s%n\n", b"pause\t%n%s\n", b"asked\t\n",
                      os.urandom(3000) + b"\n"):
            with self.subTest(noise[:20]):
                visitor = self.connect()
                try:
                    visitor.sendall(noise)
                    visitor.shutdown(socket.SHUT_WR)
                    got = visitor.recv(65536)
                except OSError:
                    continue  # it was dismissed in the middle
                self.assertTrue(got == b"" or got.startswith(b"error "), got)
        self.fine()
        self.stop(self.running)

    def test_a_crowd_that_says_nothing(self):
        crowd = [self.connect() for _ in range(1000)]
        for visitor in crowd[::7]:
            try:
                visitor.sendall(b"statu")
            except OSError:
                pass  # it made room for others
        self.fine()
        self.stop(self.running)

    def test_one_that_never_reads(self):
        for _ in range(50):
            self.connect().sendall(b"status\n")
        self.fine()
        self.stop(self.running)

    def test_it_is_its_users(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
        self.stop(self.running)
        self.assertFalse(pathlib.Path(self.path).exists())


if __name__ == "__main__":
    unittest.main()
