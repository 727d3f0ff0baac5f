"""Sources whose answers go on on further pages, from real servers: what is
stored, and who is told what; and runs that end when nothing is left to wait for."""
import json
import re
import signal
import threading
import unittest

from support.program import LIMIT, Case, garner, one, query, wait_until
from support.servers import Misbehaving, reply


class Pages(Case):
    """A site of pages of three numbers each."""

    def setUp(self):
        super().setUp()
        self.last = 3
        self.gate = threading.Event()  # of page 2
        self.gate.set()
        self.link = {}  # in place of the usual next page
        self.asked = []  # requests, whole
        self.main = self.serve()
        self.other = self.serve()
        self.write("token", "s3cret-word")

    def serve(self):
        server = Misbehaving({"/": self.page, "/list": self.page})
        self.addCleanup(server.stop)
        return server

    def page(self, sock, request, server):
        text = request.decode()
        self.asked.append((server, text))
        number = int((re.search(r"[?&]page=(\d+)", text) or [0, 1])[1])
        if number == 2:
            self.gate.wait(LIMIT)
        to = self.link.get(number)
        if to is None and number < self.last:
            to = f"/list?page={number + 1}"
        body = {"ids": [number * 3 + i for i in range(3)], "next": to}
        headers = [f'Link: <{to}>; rel="next"'] if to else []
        sock.sendall(reply(json.dumps(body), headers=headers))

    def config(self, *lines, following="next: link"):
        more = "".join(f"    {line}\n" for line in lines)
        return self.write("g.yaml", f"garner: 1\nstore: {self.db}\nsources:\n  s:\n"
                                    f"    url: {self.main.url}/list\n    {following}\n{more}"
                                    "    rows:\n      table: t\n      key: id\n      sql: |\n"
                                    "        select value as id, :page as page\n"
                                    "        from json_each(:body, '$.ids')\n")

    def run_once(self, file, code=0):
        result = garner("run", "--config", file, "--once", cwd=self.folder)
        self.assert_code(result, code)
        return result

    def test_all_pages_are_stored(self):
        for following in ("next: link", "next: select :body->>'$.next'"):
            self.run_once(self.config(following=following))
        self.assertEqual(one(self.db, "select count(*) from t"), 9)
        self.assertEqual(query(self.db, "select page, rows from garner_run order by id"),
                         [(1, 3), (2, 3), (3, 3)] * 2)
        self.assertEqual(one(self.db, "select group_concat(distinct page) from t"), "1,2,3")

    def test_pages_without_end(self):
        self.link[3] = "/list?page=2"
        self.run_once(self.config(), code=1)
        self.assertEqual(one(self.db, "select count(*) from t"), 9)
        self.assertIn("one of these before",
                      one(self.db, "select error from garner_run where failure = 'next'"))
        self.run_once(self.config("pages: 3"))

    def test_another_host_is_told_nothing(self):
        self.link[1] = f"{self.other.url}/list?page=2"
        self.link[2] = f"{self.main.url}/list?page=3"
        self.run_once(self.config("headers: { X-Key: '${file:token}' }",
                                  "auth: { bearer: '${file:token}' }",
                                  "cookies: { send: { a: '${file:token}' } }"))
        self.assertEqual([server is self.main for server, _ in self.asked],
                         [True, False, True])
        self.assertEqual([text.count("s3cret-word") for _, text in self.asked], [3, 0, 3])
        self.assertEqual(one(self.db, "select count(*) from t"), 9)

    def test_secrets_in_the_url(self):
        self.link[1] = "?token=s3cret-word&page=2"
        self.run_once(self.config("auth: { bearer: '${file:token}' }"))
        self.assertIn("token=s3cret-word", self.asked[1][1])
        self.assertEqual(query(self.db, "select url from garner_run where url like '%s3cret%'"
                                        " or error like '%s3cret%'"), [])

    def test_the_same_host_alone(self):
        self.link[1] = f"{self.other.url}/list?page=2"
        self.run_once(self.config("redirects: { hosts: same }"), code=1)
        self.assertEqual(one(self.db, "select count(*) from t"), 3)
        self.assertIn("hosts: same", one(self.db, "select error from garner_run where page = 2"))

    def wait_for_page_2(self):
        self.gate.clear()
        self.addCleanup(self.gate.set)
        running = self.start("run", "-c", self.config("schedule: 1d"))
        wait_until(lambda: len(self.asked) == 2, "page 2")
        return running

    def test_one_that_changes_begins_anew(self):
        self.wait_for_page_2()
        file = self.config("schedule: 1d", "timeout: 50s")
        result = garner("reload", "-c", file)
        self.assert_code(result, 0)
        self.assertIn("1 changed", result.stdout)
        self.gate.set()
        wait_until(lambda: garner("fetch", "s", "-c", file).returncode == 0, "its successor")
        self.assertEqual(one(self.db, "select count(*) from t"), 9)
        self.assertEqual(query(self.db, "select page from garner_run where missed = 0"
                                        " order by id limit 2"), [(1,), (2,)])

    def test_a_killed_one_begins_anew(self):
        running = self.wait_for_page_2()
        running.stop(signal.SIGKILL)
        self.gate.set()
        self.assertEqual(one(self.db, "select count(*) from t"), 3)
        self.run_once(self.config("schedule: 1d"))
        self.assertEqual(query(self.db, "select page from garner_run order by id"),
                         [(1,), (1,), (2,), (3,)])
        self.assertEqual(one(self.db, "select count(*) from t"), 9)
        self.assert_sound()

    def test_the_command_test(self):
        file = self.config()
        result = garner("test", "s", "-c", file)
        self.assert_code(result, 0)
        self.assertIn(f"next page: {self.main.url}/list?page=2\n", result.stderr)
        self.assertEqual(len(self.asked), 1)
        self.run_once(file)
        result = garner("test", "s", "-c", self.config(following="next: select :body->>'$.next'"),
                        "--run", 3)
        self.assert_code(result, 0)
        self.assertIn("next page: none\n", result.stderr)
        self.link[1] = "ftp://example.org/"
        result = garner("test", "s", "-c", file)
        self.assert_code(result, 1)
        self.assertIn("neither http nor https", result.stderr)

    def test_the_command_test_of_one_without_rows(self):
        file = self.write("g.yaml", "garner: 1\nsources:\n"
                                    f"  s: {{ url: '{self.main.url}/list' }}\n")
        result = garner("test", "s", "-c", file)
        self.assert_code(result, 0)
        self.assertRegex(result.stderr, r"^s: status 200, \d+ bytes; it has no rows to show")

    def test_what_check_says(self):
        result = garner("check", self.config(following="next: select :nobody"))
        self.assert_code(result, 2)
        self.assertRegex(result.stdout + result.stderr, r"g\.yaml:6:11: source s: .*:nobody")

    def test_replay_knows_the_page(self):
        file = self.config()
        self.run_once(file)
        query_all = "select id, page from t order by id"
        before = query(self.db, query_all)
        self.assert_code(garner("query", self.db, "delete from t", "--write"), 0)
        self.assert_code(garner("replay", "s", "-c", file), 0)
        self.assertEqual(query(self.db, query_all), before)


class UntilIdle(Case):
    def test_it_waits_for_what_was_put_off(self):
        busy = reply("no", "503 Busy", headers=["Retry-After: 1"])
        answers = [busy, reply("{}"), reply("{}")]
        server = Misbehaving({"/": lambda sock, *_: sock.sendall(answers.pop(0))})
        self.addCleanup(server.stop)
        file = self.write("g.yaml", f"garner: 1\nstore: {self.db}\nsources:\n"
                                    f"  s: {{ url: {server.url}/, schedule: 1d }}\n")
        self.assert_code(garner("run", "-c", file, "--until-idle"), 1)
        self.assert_code(garner("run", "-c", file, "--until-idle"), 0)
        started = "select started from garner_run where missed = 0 order by id"
        (first,), (second,) = query(self.db, started)
        self.assertGreater(second - first, 900000)
        self.assert_code(garner("run", f"{server.url}/", "--db", self.db, "--until-idle"), 0)
        self.assertEqual(answers, [])

    def test_it_is_not_once(self):
        result = garner("run", "http://127.0.0.1:1/", "--db", self.db, "--once", "--until-idle")
        self.assert_code(result, 2)
        self.assertIn("take one of them", result.stderr)


if __name__ == "__main__":
    unittest.main()
