"""Bodies over time: kept as what differs, given back byte for byte, compared."""
import contextlib
import http.server
import pathlib
import sqlite3
import threading
import unittest

from support.program import Case, garner, one, query, wait_until
from support.servers import SQLITE_DOC

VERSIONS = 64  # four chains
DAY = 86400 * 1000000
VERSION_2 = {
    "garner_meta": "key value",
    "garner_source": "id name url body spec etag modified answer_url answer_body off_until tried",
    "garner_body": "id source sha256 size content_type codec data",
    "garner_run": "id source url started late_us duration_us status bytes rows failure error"
                  " body missed attempt",
}


def page():
    """A real page of about 20 KiB, if there is one."""
    real = pathlib.Path(SQLITE_DOC, "arch.html")
    if real.exists():
        return real.read_bytes()
    return b"".join(b"<p>%x and %x\n" % (n * 7919, n * n * 104729) for n in range(900))


def bring_down(path):
    """Takes from garner's tables what those of version 2 lack."""
    db = sqlite3.connect(path)
    with db:
        for kind, name in db.execute("select type, name from sqlite_schema where sql is not null"
                                     " and name like 'garner%'"
                                     " order by type = 'table'").fetchall():
            if kind != "table" or name not in VERSION_2:
                db.execute(f"drop {kind} if exists {name}")
        for table, columns in VERSION_2.items():
            for column, in db.execute("select name from pragma_table_info(?)", (table,)).fetchall():
                if column not in columns.split():
                    db.execute(f"alter table {table} drop column {column}")
        db.execute("update garner_meta set value = 2 where key = 'version'")
    db.close()


class Site(http.server.BaseHTTPRequestHandler):
    """Serves whatever the class's body is."""
    body = b""
    status = 200

    def do_GET(self):
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # who asked may have been killed
            self.wfile.write(self.body)

    def log_message(self, *args):
        pass


class Bodies(Case):
    @classmethod
    def setUpClass(cls):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.url = f"http://127.0.0.1:{server.server_port}/"

    def fetch(self, body, status=200):
        """Stores body as one more version; returns the number of the run."""
        Site.body, Site.status = body, status
        result = garner("get", self.url, "--db", self.db)
        self.assert_code(result, 0 if status < 400 else 1)
        return one(self.db, "select max(id) from garner_run")

    def body(self, run):
        result = garner("body", self.db, run, text=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def diff(self, *args):
        result = garner("diff", self.db, *args)
        self.assert_code(result, 0)
        return result.stdout

    def assert_complains(self, code, text, *args):
        result = garner(*args)
        self.assert_code(result, code)
        self.assertIn(text, result.stderr)
        self.assertEqual(result.stdout, "")

    def shift(self, run, days):
        """Moves a run into the past."""
        with sqlite3.connect(self.db) as db:
            db.execute("update garner_run set started = started - ? where id = ?",
                       (days * DAY, run))
        db.close()

    def test_a_page_that_changes_little_takes_little(self):
        text = bytearray(page())
        versions = {}
        for n in range(VERSIONS):
            at = 200 + n * 7919 % (len(text) - 300)
            text[at:at + 20] = b"version %012d" % n
            versions[self.fetch(bytes(text))] = bytes(text)
        self.assertEqual(len(versions), VERSIONS)
        whole = sum(map(len, versions.values()))
        kept = one(self.db, "select sum(pgsize) from dbstat where name = 'garner_body'")
        self.assertLess(kept, whole * 0.05)
        for run in list(versions)[::9] + list(versions)[-1:]:
            self.assertEqual(self.body(run), versions[run])
        self.assert_sound()

    def test_a_body_goes_to_a_file(self):
        body = bytes(range(256)) * 10
        run = self.fetch(body)
        target = self.folder / "body"
        self.assert_code(garner("body", self.db, run, "-o", target), 0)
        self.assertEqual(target.read_bytes(), body)
        self.assert_complains(2, "not the number of a run", "body", self.db, "x")
        self.assert_complains(1, "there is no run 99", "body", self.db, "99")
        self.assert_complains(1, "cannot write", "body", self.db, run,
                              "-o", self.folder / "no" / "where")

    def test_tables_of_version_2(self):
        run = self.fetch(page())
        bring_down(self.db)
        self.assertEqual(self.body(run), page())
        later = self.fetch(page() + b"new")
        self.assertEqual(self.body(run), page())
        self.assertEqual(self.body(later), page() + b"new")
        self.assertEqual(query(self.db, "select base from garner_body order by id"),
                         [(None,), (1,)])

    def test_what_changed(self):
        first = self.fetch(b"a\nb\nc\n")
        second = self.fetch(b"a\nB\nc\n")
        self.fetch(b"not found", status=404)  # is no version
        third = self.fetch(b"a\nB\nC\n")
        self.fetch(b"a\nB\nC\n")  # the same again
        hunk = "@@ -1,3 +1,3 @@\n"
        text = self.diff(self.url)
        self.assertTrue(text.startswith(f"--- {self.url} run {second}\t"), text)
        self.assertTrue(text.endswith(f"{hunk} a\n B\n-c\n+C\n"), text)
        text = self.diff(first, third)
        self.assertTrue(text.endswith(f"{hunk} a\n-b\n-c\n+B\n+C\n"), text)
        self.assertEqual(self.diff(first, first), "")
        self.shift(first, 3)
        self.shift(second, 2)
        self.assertTrue(self.diff(self.url, "--since", "36h").endswith("-c\n+C\n"))
        self.assertTrue(self.diff(self.url, "--since", "9d").endswith("-b\n-c\n+B\n+C\n"))
        self.assertTrue(self.diff(self.url, "--until", "1d").endswith("-b\n+B\n c\n"))
        self.assertEqual(self.diff(self.url, "--until", "60h"), "")

    def test_what_is_old_goes(self):
        text = bytearray(page())
        versions = {}
        for n in range(20):
            text[500 + 50 * n:510 + 50 * n] = b"%010d" % n
            versions[self.fetch(bytes(text))] = bytes(text)
        runs = list(versions)
        for run in runs[:7]:
            self.shift(run, 40)
        prune = ("prune", self.db, "--all", "--bodies", "10", "--runs", "30d")
        result = garner(*prune, "--dry-run")
        self.assert_code(result, 0)
        self.assertIn("would delete 7 runs and 10 bodies of ", result.stderr)
        self.assertEqual(one(self.db, "select count(*) from garner_body"), 20)
        result = garner(*prune)
        self.assert_code(result, 0)
        self.assertIn("deleted 7 runs and 10 bodies of ", result.stderr)
        self.assertEqual(query(self.db, "select id from garner_run order by id"),
                         [(run,) for run in runs[7:]])
        for run in runs[10:]:
            self.assertEqual(self.body(run), versions[run])
        self.assert_complains(1, "run 8 got no body, or it was deleted", "body", self.db, "8")
        self.assertIn("deleted 0 runs and 9 bodies",
                      garner("prune", self.db, self.url, "--bodies", "1").stderr)
        self.assertEqual(self.body(runs[-1]), versions[runs[-1]])
        self.assert_sound()
        for text, args in (("what is to stay", ("--all",)),
                           ("of which sources", ("--runs", "1d")),
                           ("name none", ("x", "--all", "--runs", "1d")),
                           ("named twice", ("x", "x", "--runs", "1d"))):
            self.assert_complains(2, text, "prune", self.db, *args)
        self.assert_complains(1, "no source is named x", "prune", self.db, "x", "--bodies", "1")

    def test_what_is_old_goes_while_it_runs(self):
        for n in range(5):
            self.fetch(b"version %d" % n)
        file = self.write("garner.yaml", f"""
garner: 1
store: {self.db}
sources:
  '{self.url}': {{ url: '{self.url}', keep: {{ bodies: 2 }}, schedule: 1h }}
""")
        running = self.start("run", "-c", file)
        wait_until(lambda: running.alive() and
                   one(self.db, "select count(*) from garner_body") == 2,
                   "bodies that go")

    def test_what_cannot_be_compared(self):
        first = self.fetch(b"a\0b")
        second = self.fetch(b"a\0c")
        self.assertIn("not text: 3 and 3 bytes", self.diff(first, second))
        self.assert_complains(1, "no source is named x", "diff", self.db, "x")
        self.assert_complains(2, "is no time", "diff", self.db, self.url, "--since", "soon")
        self.assert_complains(2, "two runs are named", "diff", self.db, "1", "2", "--since", "1d")
        self.assert_complains(2, "not the number", "diff", self.db, "1", "x")
        self.assert_complains(3, "no such database", "diff", self.folder / "none.db", "x")


if __name__ == "__main__":
    unittest.main()
