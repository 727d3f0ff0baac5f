"""Courtesy: what hosts are asked for is shown, and what they ask for is kept."""
import json
import sqlite3
import unittest

from support.program import Case, garner, one, wait_until
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


if __name__ == "__main__":
    unittest.main()
