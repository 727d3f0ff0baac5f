"""Courtesy: what hosts are asked for is shown, and what they ask for is kept."""
import json
import sqlite3
import unittest

from support.program import Case, count_runs, garner, one, query, wait_until
from support.servers import Misbehaving, Nginx, dead_port, reply


class Hosts(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def hosts(self):
        return json.loads(garner("hosts", self.db, "--json").stdout)

    def test_what_we_cost_each_host(self):
        dead = f"http://127.0.0.1:{dead_port()}"
        (self.nginx.folder / "files" / "page").write_text("hello")
        page = self.nginx.url + "/files/page"
        for _ in range(2):  # nginx takes a file that is new for one that may change
            wait_until(lambda: garner("run", page, "--once", "--db", self.db).returncode == 0
                       and one(self.db, "select count(*) from garner_run where status = 304"),
                       "a 304")
        garner("run", page, self.nginx.url + "/missing", dead, "--once", "--db", self.db)
        ours, other = self.hosts()
        runs = one(self.db, "select count(*) from garner_run where failure is not 'connect'")
        self.assertEqual((ours["host"], ours["requests"], ours["errors"]),
                         (self.nginx.url, runs, 1))
        self.assertEqual(ours["not_modified"],
                         one(self.db, "select count(*) from garner_run where status = 304"))
        self.assertGreater(ours["not_modified_percent"], 0)
        self.assertGreater(ours["bytes"], 0)
        self.assertLessEqual(ours["since"], ours["last_request"])
        self.assertEqual((ours["circuit"], ours["next_allowed"]), ("closed", None))
        self.assertEqual((other["host"], other["requests"], other["errors"], other["bytes"]),
                         (dead, 1, 1, 0))

    def test_a_table_for_people(self):
        garner("run", self.nginx.url + "/same", "--once", "--db", self.db)
        head, line = garner("hosts", self.db).stdout.splitlines()[::2]
        self.assertEqual(head.split(),
                         "host requests 304 % errors bytes since age_s circuit wait_s".split())
        self.assertIn(self.nginx.url, line)

    def test_the_file_names_the_store(self):
        file = self.folder / "g.yaml"
        file.write_text(f"garner: 1\nstore: {self.db}\nsources:\n"
                        f"  a: {{ url: {self.nginx.url}/same, schedule: 1s }}\n")
        self.assert_code(garner("run", "-c", file, "--once"), 0)
        found = garner("hosts", "-c", file, "--json")
        self.assert_code(found, 0)
        self.assertEqual(len(json.loads(found.stdout)), 1)
        file.write_text(file.read_text().replace("store:", "#"))
        refused = garner("hosts", "-c", file)
        self.assert_code(refused, 2)
        self.assertIn("names no store", refused.stderr)
        file.write_text("garner: 2\n")
        self.assert_code(garner("hosts", "-c", file), 2)

    def test_what_cannot_be_shown(self):
        self.assert_code(garner("hosts"), 2)
        self.assert_code(garner("hosts", self.folder / "none.db"), 3)
        sqlite3.connect(self.db).execute("create table t (a)").connection.close()
        result = garner("hosts", self.db)
        self.assert_code(result, 3)
        self.assertIn("tells nothing of hosts", result.stderr)

    def test_who_asks_for_time_gets_it_over_a_restart(self):
        def busy(sock, _request, _server):
            sock.sendall(reply("busy", status="503 Busy", headers=["Retry-After: 3000"]))

        server = Misbehaving({"/a": busy, "/b": busy})
        self.addCleanup(server.stop)
        file = self.folder / "g.yaml"
        file.write_text(f"garner: 1\nstore: {self.db}\n"
                        "defaults: { schedule: 50ms, host: { concurrency: 1 } }\nsources:\n"
                        f"  a: {{ url: {server.url}/a }}\n  b: {{ url: {server.url}/b }}\n")
        for _ in range(2):
            garner("run", "-c", file, "--for", "500ms")
        self.assertGreater(one(self.db, "select sum(missed) from garner_run"), 5)
        host, = self.hosts()
        self.assertEqual((host["requests"], host["errors"]), (1, 1))
        self.assertGreater(host["wait_s"], 2000)
        self.assertIsNotNone(host["next_allowed"])


class Robots(Case):
    """A real nginx, whose robots.txt is what a test makes of it."""

    def setUp(self):
        super().setUp()
        self.nginx = Nginx()
        self.addCleanup(self.nginx.stop)
        self.files = self.nginx.folder / "files"

    def collect(self, *paths, robots="obey"):
        """Fetches each path once; its failures, or None, in order."""
        lines = [f"  {path}: {{ url: '{self.nginx.url}{path}', schedule: 1s }}" for path in paths]
        file = self.folder / "g.yaml"
        file.write_text("\n".join(["garner: 1", f"store: {self.db}",
                                   f"defaults: {{ robots: {robots} }}", "sources:", *lines, ""]))
        before = count_runs(self.db)
        result = garner("run", "-c", file, "--once")
        self.assertIn(result.returncode, (0, 1), result.stderr)
        return [failure for failure, in query(self.db, (
            "select failure from garner_run r join garner_source s on s.id = r.source"
            " where r.id > ? order by s.name"), (before,))]

    def asked(self):
        return one(self.db, "select requests from garner_host")

    def test_a_path_that_is_disallowed(self):
        (self.files / "robots.txt").write_text("user-agent: *\ndisallow: /tick?n=*&private$\n")
        paths = "/same", "/tick?n=1&private", "/tick?n=1&privates"
        self.assertEqual(self.collect(*paths), [None, "robots", None])
        self.assertEqual(self.asked(), 3)
        error = one(self.db, "select error from garner_run where failure = 'robots'")
        self.assertEqual(error, f"{self.nginx.url}/robots.txt, line 2, forbids it (Disallow: "
                                "/tick?n=*&private$); robots: ignore fetches it all the same")
        self.assertEqual(self.collect(*paths), [None, "robots", None])
        self.assertEqual(self.asked(), 5, "it is not asked for again")
        self.assertEqual(self.collect(*paths, robots="ignore"), [None] * 3)

    def test_there_is_none(self):
        self.assertEqual(self.collect("/same", "/tick"), [None, None])
        self.assertEqual(one(self.db, "select access from garner_robots"), "none")

    def test_it_cannot_be_had(self):
        (self.files / "broken").touch()
        self.assertEqual(self.collect("/same"), ["robots"])
        self.assertIn("status 503", one(self.db, "select error from garner_run"))
        (self.files / "broken").unlink()
        with sqlite3.connect(self.db) as db:  # a minute later
            db.execute("update garner_robots set until = 1")
        db.close()
        self.assertEqual(self.collect("/same"), [None])
        self.assertEqual(one(self.db, "select access from garner_robots"), "none")


if __name__ == "__main__":
    unittest.main()
