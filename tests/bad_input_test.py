"""Bad input: each kind has a message that says what, where and what to do, and
the right exit status; the other sources go on; a failed fetch is a row of
garner_run with its error, never a hole."""
import json
import os
import pathlib
import re
import resource
import sqlite3
import subprocess
import sys
import unittest

from support.bad import SANITIZED
from support.program import (Case, GARNER, LIMIT, clean_environment, count_runs, garner,
                             one, query, wait_until)
from support.servers import Misbehaving, Nginx, dead_port, endless, reply, silent

OK, FAILED, USAGE, STORE = 0, 1, 2, 3


class BadInput(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)
        cls.good = cls.nginx.url + "/same"

    def assert_says(self, text, *patterns):
        for pattern in patterns:
            self.assertRegex(text, pattern)
        for line in text.splitlines():
            self.assertLess(len(line), 600, "one readable line")

    def refused(self, *args, code=USAGE, says=(), cwd=None):
        """A command that ends before it fetched anything."""
        result = garner(*args, cwd=cwd or self.folder)
        self.assert_code(result, code)
        self.assert_says(result.stderr, *says)
        self.assertNotIn("Traceback", result.stderr)
        return result.stderr

    def outcome(self, good):
        """Runs so far that went well, or did not."""
        return count_runs(self.db) and one(
            self.db, "select count(*) from garner_run where missed = 0"
                     f" and (error is null) = {good}")


class Fetches(BadInput):
    """What the web does to us: the source fails, the others go on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bad = Misbehaving({"/silent": silent, "/endless": endless})
        cls.addClassCleanup(cls.bad.stop)

    def fails(self, url, *patterns, args=(), status=None):
        """Runs url beside a good source until that went well three times."""
        running = self.start("run", url, self.good, "--every", "200ms",
                             "--db", self.db, *args)
        wait_until(lambda: running.alive() and self.outcome(True) > 2
                   and self.outcome(False) > 0, "both outcomes")
        self.assertEqual(running.stop(), FAILED, running.output)
        rows = query(self.db, "select error, status, bytes from garner_run"
                              " where error is not null and missed = 0")
        self.assertTrue(rows, "a failed fetch is a row")
        for error, got, _ in rows:
            self.assert_says(error, *patterns)
            self.assertEqual(got, status)
        self.assert_says(running.output, *patterns)

    def test_a_host_that_does_not_resolve(self):
        self.fails("http://no-such-host.invalid/", "no-such-host.invalid",
                   "(?i)resolve|address|host")

    def test_a_refused_connection(self):
        port = dead_port()
        self.fails(f"http://127.0.0.1:{port}/", str(port), "(?i)connect|refused|reach")

    def test_a_tls_failure(self):
        self.fails(self.nginx.tls_url + "/same", "(?i)certificate",
                   "--cacert|ca_file|insecure")

    def test_a_body_over_the_limit(self):
        self.fails(self.bad.url + "/endless", "(?i)limit|large", "1 ?MiB|1048576|1,048,576",
                   args=("--max-filesize", "1MiB"), status=200)

    def test_a_timeout(self):
        self.fails(self.bad.url + "/silent", "(?i)took too long|timed? ?out|within",
                   args=("-m", "1"))

    def test_a_server_error(self):
        self.fails(self.nginx.url + "/broken", "500", status=500)
        self.assertEqual(one(self.db, """select count(*) from garner_run r
            join garner_body b on b.id = r.body where r.status = 500""") > 0, True,
            "what the server said is kept for inspection")


class Extraction(BadInput):
    """What a body and the SQL do to each other."""

    def run_sql(self, url, sql, *patterns, args=(), code=FAILED):
        result = garner("run", url, "--db", self.db, "--into", "t", "--sql", sql, *args)
        self.assert_code(result, code)
        self.assert_says(result.stderr, *patterns)
        return result

    def test_json_that_is_none(self):
        self.run_sql(self.nginx.url + "/missing2",
                     "select value->>'$.x' as x from json_each(:body)", "404")
        (self.nginx.folder / "files" / "bad.json").write_text('{"a": 1,\n "b": }\n')
        self.run_sql(self.nginx.url + "/files/bad.json",
                     "select value->>'$.x' as x from json_each(:body)",
                     "(?i)json", r"line 2|2:\d+|offset|byte \d+")
        error, status = query(self.db, "select error, status from garner_run"
                                       " order by id desc limit 1")[0]
        self.assertRegex(error, "(?i)json")
        self.assertEqual(status, 200)
        self.assertEqual(one(self.db, "select count(*) from garner_body"
                                      " where id = (select max(body) from garner_run)"), 1,
                         "the body is kept for inspection")

    def test_sql_that_does_not_prepare(self):
        self.run_sql(self.good, "select valu from json_each(:body)", "valu",
                     "(?i)no such column", code=USAGE)
        self.assertEqual(count_runs(self.db), 0, "found before anything is fetched")

    def test_sql_that_does_more_than_select(self):
        for sql in ("delete from t", "attach 'x' as y", "select load_extension('x')",
                    "select 1; select 2", "pragma journal_mode"):
            with self.subTest(sql):
                result = garner("run", self.good, "--db", self.db, "--into", "t",
                                "--sql", sql)
                self.assertIn(result.returncode, (FAILED, USAGE))
                self.assertTrue(result.stderr)

    def test_sql_without_end(self):
        result = garner("run", self.good, "--db", self.db, "--into", "t", "--sql",
                        "with recursive n(i) as (select 1 union all select i + 1 from n)"
                        " select max(i) as m from n", timeout=LIMIT)
        self.assert_code(result, FAILED)
        self.assert_says(result.stderr, "(?i)time|steps|long|limit")

    def test_sql_over_the_limits_of_its_source(self):
        doubling = ("with recursive n(s) as (select 'aaaaaaaa' union all select s || s"
                    " from n) select max(length(s)) as m from n")
        config = self.write("limits.yaml", f"""garner: 1
defaults: {{ limits: {{ memory: 8MiB }} }}
sources:
  good:
    url: {self.good}
    rows: {{ table: good, sql: "select hex(zeroblob(100000)) as x" }}
  hungry:
    url: {self.good}
    rows: {{ table: hungry, sql: "{doubling}" }}
  wide:
    url: {self.good}
    limits: {{ rows: 100KiB, length: 1MiB }}
    rows: {{ table: wide, sql: "select hex(zeroblob(100000)) as x" }}
  long:
    url: {self.good}
    limits: {{ length: 100kB }}
    rows: {{ table: long, sql: "select hex(zeroblob(100000)) as x" }}
""")
        result = garner("run", "-c", config, "--db", self.db, "--once")
        self.assert_code(result, FAILED)
        errors = dict(query(self.db, "select s.name, r.error from garner_run r"
                                     " join garner_source s on s.id = r.source"))
        self.assertIsNone(errors["good"])
        for source, key, limit in (("hungry", "memory", "8.0 MiB"), ("wide", "rows", "100 KiB"),
                                   ("long", "length", "98 KiB")):
            self.assertIn(f"more than {limit}", errors[source])
            self.assertIn(f"raise limits.{key}", errors[source])
        self.assertEqual(one(self.db, "select length(x) from good"), 200000)

    def test_bodies_of_one_thing_alone(self):
        """50 MiB of "<", and a field of 64 MiB, beside one whose quote never ends."""
        files = self.nginx.folder / "files"
        (files / "signs.html").write_text("<" * (50 << 20))
        with open(files / "field.csv", "w", encoding="ascii") as file:
            file.write('a,b\n1,"' + "x" * (64 << 20) + '"\n2,y\n3,"' + 'z""\n' * (4 << 20))
        config = self.write("large.yaml", f"""garner: 1
defaults: {{ body: {{ max: 100MiB }}, limits: {{ time: 5m, rows: 100MB }} }}
sources:
  signs:
    url: {self.nginx.url}/files/signs.html
    limits: {{ time: 100ms }}
    rows: {{ table: signs, sql: "select tag from html_each(:body, '*')" }}
  field:
    url: {self.nginx.url}/files/field.csv
    rows:
      table: field
      sql: |
        select rec->>'a' as a, length(rec->>'b') as n
        from csv_each(:body, '{{"bad":"skip"}}')
  whole:
    url: {self.nginx.url}/files/field.csv
    rows: {{ table: whole, sql: "select cells from csv_each(:body)" }}
""")
        result = garner("run", "-c", config, "--db", self.db, "--once", timeout=3 * LIMIT)
        self.assert_code(result, FAILED)
        runs = {name: rest for name, *rest in query(
            self.db, "select s.name, r.rows, r.bad_rows, r.error from garner_run r"
                     " join garner_source s on s.id = r.source")}
        self.assertIn("raise limits.time", runs["signs"][2])
        self.assertEqual(runs["field"], [2, 1, None])
        self.assertEqual(query(self.db, "select a, n from field"), [("1", 64 << 20), ("2", 1)])
        self.assertIn("csv_each: line 4: a quoted field does not end", runs["whole"][2])
        if not SANITIZED:
            self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 1 << 20)

    def test_records_that_are_left_out_are_counted(self):
        (self.nginx.folder / "files" / "bad.csv").write_text('a,b\n1,2\n3\n4,5\n"6,7\n8,9\n')
        sql = """select rec->>'a' as a from csv_each(:body, '{"bad":"skip"}')"""
        config = self.write("skip.yaml", f"""garner: 1
store: {self.db}
sources:
  csv:
    url: {self.nginx.url}/files/bad.csv
    rows:
      table: t
      sql: |
        {sql}
""")
        self.assert_code(garner("run", "-c", config, "--once"), OK)
        self.assertEqual(query(self.db, "select rows, bad_rows from garner_run"), [(2, 2)])
        result = garner("test", "csv", "-c", config)
        self.assert_says(result.stderr, "csv: records that csv_each left out: 2, the first"
                                        " in line 3: fewer fields than the header")

    def test_a_result_without_the_key_column(self):
        self.run_sql(self.good, "select :body->>'$.price' as price", "(?i)key", "name",
                     args=("--key", "name"), code=USAGE)

    def test_a_key_that_is_null(self):
        self.run_sql(self.good, "select null as name, 1 as price", "(?i)name", "(?i)null",
                     "; 1 error, 0 missed", args=("--key", "name"))

    def test_columns_that_clash(self):
        with sqlite3.connect(self.db) as db:
            db.execute("create table t (name text primary key, price integer not null,"
                       " other text not null)")
        self.run_sql(self.good, "select :body->>'$.name' as name, 1 as price",
                     r"\bt\b|table", "other")

    def test_two_columns_of_one_name(self):
        self.run_sql(self.good, "select 1 as a, 2 as a", r"\ba\b", "(?i)twice|two|duplicate|again",
                     code=USAGE)

    def test_a_table_that_is_a_view(self):
        with sqlite3.connect(self.db) as db:
            db.execute("create view t as select 1 as name")
        self.run_sql(self.good, "select 'x' as name", "(?i)view", r"\bt\b",
                     code=USAGE)

    def test_a_table_of_garners_own(self):
        result = garner("run", self.good, "--db", self.db, "--into", "garner_run",
                        "--sql", "select 1 as id")
        self.assert_code(result, USAGE)
        self.assertIn("garner_", result.stderr)

    def test_the_others_go_on(self):
        config = self.write("g.yaml", f"""garner: 1
sources:
  good:
    url: {self.good}
    schedule: {{ every: 100ms }}
    rows: {{ table: good, sql: "select :body->>'$.price' as price" }}
  bad:
    url: {self.nginx.url}/html/lang.html
    schedule: {{ every: 100ms }}
    rows: {{ table: bad, sql: "select value from json_each(:body)" }}
""")
        running = self.start("run", "-c", config, "--db", self.db)
        wait_until(lambda: running.alive() and self.outcome(True) > 2
                   and self.outcome(False) > 2, "three of each")
        self.assertEqual(running.stop(), FAILED, running.output)
        self.assertGreater(one(self.db, "select count(*) from good"), 2)


class Urls(BadInput):
    def test_urls_that_cannot_be_parsed(self):
        for url, why in (("http://", "host"), ("http://[::1/", r"\["), ("ftp://x/y", "http"),
                         ("file:///etc/passwd", "http"), ("http://h:99999/", "port|99999"),
                         ("http://a b/", "space|character|blank|parse"), ("//x", "http")):
            with self.subTest(url):
                message = self.refused("run", url, "--db", self.db, says=(f"(?i){why}",))
                self.assertIn(url.split("//")[-1][:3], message)
        self.assertFalse(self.db.exists(), "nothing was made")

    def test_in_a_file_the_line_is_named(self):
        self.write("g.yaml", "garner: 1\nstore: d.db\nsources:\n  a:\n    url: 'http://'\n")
        self.refused("check", "g.yaml", says=(r"g\.yaml:5:\d+", "host|URL"))


class Databases(BadInput):
    def test_no_database_at_all(self):
        path = self.write("page.db", "<html>" + "no database " * 500)
        self.refused("run", self.good, "--db", path, code=STORE,
                     says=("page.db", "(?i)not a database|no sqlite|not.*sqlite"))
        self.assertTrue(path.read_text().startswith("<html>no database"), "untouched")
        for command in (["query", path, "select 1"], ["status", path]):
            self.refused(*command, code=STORE, says=("page.db",))

    def test_a_missing_folder(self):
        path = self.folder / "nowhere" / "d.db"
        self.refused("run", self.good, "--db", path, code=STORE,
                     says=("nowhere", "(?i)folder|directory|no such"))

    def test_a_folder_in_its_place(self):
        self.refused("run", self.good, "--db", self.folder, code=STORE,
                     says=(re.escape(str(self.folder)),))

    def test_no_database_to_query(self):
        path = self.folder / "none.db"
        self.refused("query", path, "select 1", code=STORE, says=("none.db",))
        self.refused("status", path, code=STORE, says=("none.db",))
        self.assertFalse(path.exists())

    def test_a_read_only_one(self):
        path = self.folder / "ro" / "d.db"
        path.parent.mkdir()
        with sqlite3.connect(path) as db:
            db.execute("create table t (a)")
        db.close()
        path.chmod(0o444)
        path.parent.chmod(0o555)
        self.addCleanup(path.parent.chmod, 0o755)
        command = [GARNER, "run", self.good, "--db", str(path)]
        if os.getuid() == 0:  # root may write anything, unless it gives that up
            drop = "-dac_override,-dac_read_search"
            command = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}",
                       *command]
        result = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT,
                                env=clean_environment(), check=False)
        self.assert_code(result, STORE)
        self.assert_says(result.stderr, "d.db", "(?i)read-?only|permission|write")

    def test_of_a_newer_garner(self):
        self.assert_code(garner("run", self.good, "--db", self.db), OK)
        with sqlite3.connect(self.db) as db:
            table = db.execute("select sql from sqlite_schema where name = 'garner_meta'"
                               ).fetchone()
            self.assertTrue(table, "garner_meta")
            db.execute("update garner_meta set value = 999 where key = 'version'")
        db.close()
        self.refused("run", self.good, "--db", self.db, code=STORE, says=("999|newer",))


class ReadOnlyDisk(BadInput):
    """A file system that is mounted for reading only, in a mount namespace."""

    def test_what_can_be_read_is(self):
        disk = self.folder / "disk"
        disk.mkdir()
        script = f"""
            mount -t tmpfs none {disk} || exit 99
            '{GARNER}' run '{self.good}' --db {disk}/d.db || exit 98
            '{GARNER}' query {disk}/d.db --write 'create table t as select 7 as a' || exit 98
            cd {disk} && '{sys.executable}' -c 'if True:
                import shutil, sqlite3
                db = sqlite3.connect("d.db")
                db.execute("insert into t values (8)")
                db.commit()
                for end in "", "-wal":
                    shutil.copy("d.db" + end, "left.db" + end)' || exit 98
            mount -o remount,ro {disk} || exit 99
            exec 2>&1
            for db in d left; do
                '{GARNER}' query $db.db --csv 'select a from t'; echo $db query $?
                '{GARNER}' status $db.db --csv; echo $db status $?
            done
            for db in d none; do
                '{GARNER}' run '{self.good}' --db $db.db; echo $db run $?
            done"""
        result = subprocess.run(["unshare", "-m", "bash", "-c", script], text=True,
                                capture_output=True, timeout=LIMIT, check=False,
                                env=clean_environment())
        if result.returncode == 99 or "unshare" in result.stderr:
            self.skipTest("no mount namespace here")
        self.assert_code(result, 0)
        self.assert_says(result.stdout, r"a\n7\n8\nd query 0", r"same.*\n.*d status 0",
                         r"left\.db: its log.*copy\s?both[^\n]*\nleft query 3",
                         r"left\.db: its log[^\n]*\nleft status 3",
                         r"d\.db: cannot be opened for writing \(its file system is"
                         r" mounted for reading only\)[^\n]*\nd run 3",
                         r"none\.db: .*none could be made there \(its file system"
                         r"[^\n]*\nnone run 3")


class FullDisk(BadInput):
    """On a file system of 3 MiB of its own, in a mount namespace of its own."""

    def test_the_run_goes_on_and_says_so(self):
        if os.getuid() != 0:
            self.skipTest("only root can mount a small file system")
        disk = self.folder / "disk"
        disk.mkdir()
        (self.nginx.folder / "files" / "noise").write_bytes(os.urandom(300_000))
        script = (f"mount -t tmpfs -o size=3m none {disk} || exit 99\n"
                  f"'{GARNER}' run '{self.nginx.url}/tick' '{self.bad_url()}'"
                  f" --every 50ms --db {disk}/d.db 2>{self.folder}/log &\n"
                  f"until grep -q full {self.folder}/log; do\n"
                  f"    sleep 0.05; kill -0 $! || break\ndone\n"
                  f"kill -INT $!; wait $!; code=$?; cat {self.folder}/log >&2\n"
                  f"cp {disk}/* {self.folder}/ ; exit $code\n")
        result = subprocess.run(["unshare", "-m", "bash", "-c", script], text=True,
                                capture_output=True, timeout=LIMIT, check=False,
                                env=clean_environment())
        if result.returncode in (1, 99) and "unshare" in result.stderr + "mount" * (
                result.returncode == 99):
            self.skipTest("no mount namespace here")
        self.assertIn(result.returncode, (FAILED, STORE), result.stderr)
        self.assert_says(result.stderr, "(?i)disk|full|space", "d.db")
        self.assert_sound(self.folder / "d.db")

    def bad_url(self):
        """Random bytes, other ones each time: nothing to compress or share."""
        self.noise = Misbehaving({"/noise": lambda sock, request, server: sock.sendall(
            reply(os.urandom(300_000), content_type="application/octet-stream"))})
        self.addCleanup(self.noise.stop)
        return self.noise.url + "/noise"


class Files(BadInput):
    HEAD = "garner: 1\nstore: d.db\nsources:\n"

    def wrong(self, text, place, *patterns, head=None):
        self.write("g.yaml", (self.HEAD if head is None else head) + text)
        for command in (["check", "g.yaml"], ["run", "-c", "g.yaml"]):
            self.refused(*command, says=(rf"g\.yaml:{place}", *patterns))
        self.assertFalse((self.folder / "d.db").exists(), "nothing was made")

    def test_a_token_is_warned_of(self):
        text = (self.HEAD + "  a:\n    url: http://127.0.0.1:1/\n"
                "    headers: { Authorization: 'Bearer ghp_%s' }\n" % ("a1" * 18))
        self.write("g.yaml", text)
        result = garner("check", "g.yaml", cwd=self.folder)
        self.assert_code(result, 0)
        self.assertIn("g.yaml:6:31: warning: ", result.stderr)
        for part in "${env:NAME}", "${file:PATH}", "${cred:NAME}":
            self.assertIn(part, result.stderr)
        self.assertNotIn("a1a1", result.stdout + result.stderr)
        self.assertIn("1 source, no mistakes, 1 warning", result.stdout)
        self.assert_code(garner("check", "/dev/stdin", stdin=text), 0)

    def test_a_tab(self):
        self.wrong("  a:\n\t\turl: http://h/\n", r"5:1\b", "(?i)tab", "(?i)space")

    def test_a_duplicate_key(self):
        self.wrong("  a:\n    url: http://h/\n    url: http://i/\n", r"6:5\b", "url",
                   "(?i)twice|again|duplicate|already", "5")
        self.wrong("  a:\n    url: http://h/\n  a:\n    url: http://h/\n", r"6:3\b",
                   "(?i)twice|again|duplicate|already")

    def test_a_wrong_type(self):
        self.wrong("  a:\n    url: [ http://h/ ]\n", r"5:10\b", "url", "(?i)text|list")
        self.wrong("  a:\n    url: http://h/\n    schedule: { every: often }\n",
                   r"6:24\b", "often", r"\b\d+\s?m?s\b")
        self.wrong("  - url: http://h/\n", r"4:3\b", "sources", "(?i)mapping|list|names?")
        self.wrong("  a:\n    url: http://h/\n    rows: { table: t, sql: 'select 1 as a', key: { b: c } }\n",
                   r"6:\d+", "key")

    def test_an_unknown_key(self):
        self.wrong("  a:\n    ulr: http://h/\n", r"5:5\b", "ulr", "url")
        self.wrong("  a:\n    url: http://h/\n    schedule: { evry: 1s }\n", r"6:17\b",
                   "evry", "every")
        self.wrong("  a:\n    url: http://h/\nsource: {}\n", r"6:1\b", "source", "sources")

    def test_what_comes_in_a_later_version(self):
        self.wrong("  a:\n    url: http://h/\n    cache: {}\n", r"6:5\b", "cache")

    def test_a_missing_key(self):
        self.wrong("  a:\n    schedule: { every: 1s }\n", r"\d+:\d+", "url", r"\ba\b")

    def test_another_version_of_the_format(self):
        self.wrong("", r"1:9\b", "2", head="garner: 2\nstore: d.db\n")

    def test_no_file(self):
        self.refused("check", "none.yaml", says=("none.yaml", "(?i)no such|not found|cannot"))
        self.refused("run", "-c", "none.yaml", says=("none.yaml",))

    def test_sql_in_a_file_that_does_not_prepare(self):
        self.wrong("  a:\n    url: http://h/\n    rows:\n      table: t\n"
                   "      sql: |\n        select valu\n        from json_each(:body)\n",
                   r"9\b", "valu", "no such column")

    def test_an_empty_one(self):
        self.wrong("", r"\d+:\d+", "(?i)garner|empty", head="")


if __name__ == "__main__":
    unittest.main()
