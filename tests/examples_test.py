"""The files of examples/ do what they say, and so does the README."""
import http.server
import os
import pathlib
import re
import sqlite3
import subprocess
import threading
import unittest

from support.program import (Case, GARNER, LIMIT, clean_environment, garner, one,
                             query, wait_until)
from support.servers import dead_port

SOURCE = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = pathlib.Path(os.environ.get("EXAMPLES", "build/examples")).resolve()
EXAMPLES = sorted((SOURCE / "examples").glob("*.yaml"))


class Examples(Case):
    def test_each_is_right(self):
        self.assertTrue(EXAMPLES)
        for path in EXAMPLES:
            with self.subTest(path.name):
                self.assert_code(garner("check", path, cwd=self.folder), 0)

    def test_garner_watches_itself(self):
        port = dead_port()
        text = (SOURCE / "examples" / "self.yaml").read_text()
        self.write("self.yaml", text.replace("127.0.0.1:8765", f"127.0.0.1:{port}"))
        running = self.start("run", "-c", "self.yaml", "--listen", f"127.0.0.1:{port}")
        db = self.folder / "self.db"

        def stored():
            try:
                return one(db, "select max(stored) from self") or 0
            except sqlite3.OperationalError:  # not yet
                return 0

        wait_until(lambda: running.alive() and stored() >= 2, "its own figures")
        self.assertEqual(running.stop(), 0, running.output)
        self.assertGreaterEqual(one(db, "select count(*) from self"), 3)
        self.assertIn("garner query self.db", running.output)

    def test_a_hundred_threads(self):
        program = PROGRAMS / "threads"
        for times in 1, 2:
            result = subprocess.run([program, self.db], capture_output=True, text=True,
                                    timeout=LIMIT, check=False, env=clean_environment())
            self.assert_code(result, 0)
            self.assertEqual((result.stdout, result.stderr), (f"{100 * times} rows\n", ""))
        self.assertEqual(one(self.db, "select count(distinct thread) from result"), 100)

    def test_money_is_neither_made_nor_lost(self):
        for _ in 1, 2:
            result = subprocess.run([PROGRAMS / "transactions", self.db], capture_output=True,
                                    text=True, timeout=LIMIT, check=False,
                                    env=clean_environment())
            self.assert_code(result, 0)
            self.assertEqual((result.stdout, result.stderr),
                             ("5 accounts hold 500; none is overdrawn: yes\n", ""))

    def run_twice(self, name, first, second):
        for said in first, second:
            result = subprocess.run([PROGRAMS / name, self.db], capture_output=True, text=True,
                                    timeout=LIMIT, check=False, env=clean_environment())
            self.assert_code(result, 0)
            self.assertEqual((result.stdout, result.stderr), (said, ""))

    def test_four_processes(self):
        self.run_twice("processes", "1000 rows\n", "2000 rows\n")
        self.assertEqual(one(self.db, "select count(distinct n || '/' || process) from result"),
                         1000)

    def test_an_event_loop(self):
        self.run_twice("event_loop", "100 events stored\n", "100 events stored\n")
        self.assertEqual(one(self.db, "select count(*) from event"), 200)

    def test_a_unit_of_work(self):
        program = PROGRAMS / "unit"
        for _ in 1, 2:
            result = subprocess.run([program, self.db], capture_output=True, text=True,
                                    timeout=LIMIT, check=False, env=clean_environment())
            self.assert_code(result, 0)
            self.assertEqual(result.stderr, "")
            self.assertRegex(result.stdout, r"\A3 rows\nCONSTRAINT: row 1 \(insert into book\): "
                                            r"FOREIGN KEY constraint failed.*\n\Z")
        self.assertEqual(one(self.db, "select count(*) from author"), 1)


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *args):
        pass


class Records(Case):
    """examples/records.c, and what other programs see of its records."""

    def records(self, *args, **more):
        program = PROGRAMS / "records"
        result = subprocess.run([program, self.db, *args], capture_output=True, text=True,
                                timeout=LIMIT, check=False, env=clean_environment(), **more)
        self.assert_code(result, 0)
        self.assertEqual(result.stderr, "")
        return result.stdout

    def test_labels_and_a_queue(self):
        expected = ("Plans of one of the top seven agents:\n"
                    "#plan agent007 #london: goldfinger\n"
                    "#plan agent006 #paris: goldeneye\n"
                    "The latest of all:\n"
                    "#plan agent009 #paris: octopussy\n"
                    "working on one thing\nworking on another\n")
        self.assertEqual(self.records(), expected)
        result = garner("query", self.db, "--raw",
                        "select id from garner_record where notes regexp '7\\b'")
        self.assert_code(result, 0)
        self.assertEqual(result.stdout.strip(), "1")
        self.assertEqual(one(self.db, "select count(*) from garner_record"), 3)

    def test_a_file(self):
        path = self.write("page.html", "<p>" + "page " * 100)
        self.assertEqual(self.records(path), "record 1\n")
        self.assertEqual(one(self.db, "select notes from garner_record"), str(path))
        self.assertEqual(one(self.db, "select codec from garner_record"), "zstd")

    def test_a_url_through_a_pipe(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hello)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        with subprocess.Popen([GARNER, "get", url], stdout=subprocess.PIPE,
                              env=clean_environment()) as page:
            told = self.records("/dev/stdin", url, stdin=page.stdout)
            self.assertEqual(page.wait(LIMIT), 0)
        self.assertEqual(told, "record 1\n")
        self.assertEqual(query(self.db, "select notes, size, data from garner_record"
                                        " join garner_record_body using (id)"),
                         [(url, 5, b"hello")])


class Readme(Case):
    TEXT = (SOURCE / "README.md").read_text()

    def test_its_yaml_is_right(self):
        blocks = re.findall(r"```yaml\n(.*?)```", self.TEXT, re.S)
        self.assertTrue(blocks)
        for number, block in enumerate(blocks):
            path = self.write(f"{number}.yaml", block)
            self.assert_code(garner("check", path, cwd=self.folder), 0)

    def test_what_it_links_to_is_there(self):
        for name in "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/house.md":
            page = SOURCE / name
            for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
                if "://" not in link:
                    with self.subTest(page=name, link=link):
                        self.assertTrue((page.parent / link).exists())


if __name__ == "__main__":
    unittest.main()
