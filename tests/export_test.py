"""Tables out, as files, and files in, as tables, while others write."""
import csv
import gzip
import json
import os
import re
import signal
import sqlite3
import subprocess
import unittest

from support.loading import Loading
from support.program import (GARNER, LIMIT, clean_environment, count_runs, garner, one, query,
                             wait_until)
from support.prices import FAILED, ROWS, Tools, prices


class Export(Tools):
    SCHEMA = """
        create table "odd ""name" (id integer primary key autoincrement, "a b" text,
          r real, x, twice as (r * 2) stored);
        create index by_r on "odd ""name" (r);
        create trigger t after delete on "odd ""name" begin select 1; end;
        create table plain (k text primary key, n integer) without rowid;
        create view v as select * from plain;
    """
    VALUES = [(1, "it's", 1.5, None), (2, "two\nlines, \"quoted\"", 1e300, b"\x00\xff"),
              (3, "", -0.1, 9223372036854775807), (4, None, float("inf"), -9223372036854775808),
              (5, "nul\0in", 2.0, "\u20ac"), (9, "x" * 200000, 1 / 3, b"")]

    def filled(self):
        with sqlite3.connect(self.db) as db:
            db.executescript(self.SCHEMA)
            db.executemany("insert into \"odd \"\"name\" values (?, ?, ?, ?)", self.VALUES)
            db.execute("delete from \"odd \"\"name\" where id = 9")
            db.executemany("insert into plain values (?, ?)",
                           [(f"k{i}", i) for i in range(5000)])
        db.close()

    def read_back(self, text):
        db = sqlite3.connect(":memory:")
        self.addCleanup(db.close)
        db.executescript(text)
        return db

    def test_sql_is_read_back_as_it_was(self):
        self.filled()
        text = self.ok("export", self.db, 'odd "name', "--sql").stdout
        db = self.read_back(text)
        self.assertEqual(db.execute("select id, \"a b\", r, x from \"odd \"\"name\"").fetchall(),
                         self.VALUES[:-1])
        asked = ("select id, typeof(\"a b\"), typeof(r), typeof(x), twice, hex(\"a b\")"
                 " from \"odd \"\"name\" order by id")
        self.assertEqual(db.execute(asked).fetchall(), query(self.db, asked))
        schema = "select sql from sqlite_schema where tbl_name = 'odd \"name' order by name"
        self.assertEqual(db.execute(schema).fetchall(), query(self.db, schema))
        self.assertEqual(db.execute("select * from sqlite_sequence").fetchall(),
                         [('odd "name', 9)])
        shell = subprocess.run(["sqlite3", self.folder / "copy.db"], input=text, text=True,
                               capture_output=True, check=True)
        self.assertEqual(shell.stderr, "")
        self.assertEqual(query(self.folder / "copy.db", asked), query(self.db, asked))
        self.assertIn("is a view", self.ok("export", self.db, "v", "--sql", code=2).stderr)
        self.assertIn("no table none", self.ok("export", self.db, "none", "--sql", code=2).stderr)

    def test_a_file_anew_keeps_its_mode_and_the_link_to_it(self):
        self.filled()
        out, link = self.folder / "secret.nl", self.folder / "link.nl"
        out.touch(mode=0o600)
        link.symlink_to(out.name)
        self.ok("export", self.db, "plain", "-o", link)
        self.assertTrue(link.is_symlink())
        self.assertEqual(out.read_text().count("\n"), 5000)
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)
        out.unlink()
        said = self.ok("export", self.db, "plain", "-o", link, code=2).stderr
        self.assertIn("leads nowhere", said)

    def test_formats_go_by_flag_and_name(self):
        self.filled()
        rows = [{"k": f"k{i}", "n": i} for i in range(5000)]
        rows.sort(key=lambda row: row["k"])
        self.assertEqual([json.loads(line) for line in
                          self.ok("export", self.db, "plain").stdout.splitlines()], rows)
        for name, read in (("p.csv", lambda f: [{"k": row["k"], "n": int(row["n"])}
                                                for row in csv.DictReader(f)]),
                           ("p.json", json.load),
                           ("p.nl", lambda f: [json.loads(line) for line in f])):
            out = self.folder / name
            out.write_text("old")
            self.assertEqual(self.ok("export", self.db, "plain", "-o", out).stdout, "")
            with open(out, newline="") as file:
                self.assertEqual(read(file), rows)
        self.ok("export", self.db, "plain", "-o", self.folder / "p.sql")
        db = self.read_back((self.folder / "p.sql").read_text())
        self.assertEqual(db.execute("select sum(n) from plain").fetchone(), (12497500,))
        result = self.ok("export", self.db, "select count(*) as c from plain", "--csv")
        self.assertEqual(result.stdout, "c\n5000\n")
        self.ok("export", self.db, "select 1", "--sql", code=2)
        self.ok("export", self.db, "plain", "--sql", "--csv", code=2)

    def test_a_failure_leaves_what_was(self):
        self.filled()
        out = self.write("p.csv", "old")
        self.ok("export", self.db, "nothing", "-o", out, code=2)
        self.ok("export", self.db, "select abs(-9223372036854775808) from plain", "-o", out,
                code=2)
        self.assertEqual(out.read_text(), "old")
        self.assertEqual(sorted(p.name for p in self.folder.glob("p.csv*")), ["p.csv"])
        self.assertIn("is no file", self.ok("export", self.db, "plain", "-o", "/dev/null",
                                            code=2).stderr)

    def test_interrupted_it_leaves_nothing(self):
        self.filled()
        running = self.start("export", self.db, "with recursive c(n) as (values (1) union all"
                             " select n + 1 from c) select n from c", "-o",
                             self.folder / "p.csv")
        wait_until(lambda: any(p.stat().st_size > 0 for p in self.folder.glob("p.csv.part-*")),
                   "some of it")
        self.assertEqual(running.stop(), 130)
        self.assertEqual(list(self.folder.glob("p.csv*")), [])

    def test_the_tables_of_a_source(self):
        file = self.config(ROWS.replace("table:", "- table:").replace("\n      ", "\n        ")
                           .replace("        - table", "      - table") + """
      - table: other
        sql: select 1 as one""")
        self.assertIn("has 2 tables", self.ok("export", "prices", "-c", file, "--csv",
                                              code=2).stderr)
        file = self.config()
        self.serve(prices(1, 2))
        self.collect(file)
        self.assertEqual(len(self.ok("export", "prices", "-c", file).stdout.splitlines()), 2)
        text = self.ok("export", "prices", "-c", file, "--sql").stdout
        self.assertEqual(self.read_back(text).execute("select count(*) from price").fetchone(),
                         (2,))


class Load(Loading):
    def test_csv_is_text_unless_types_are_detected(self):
        self.put("id,name,x\n1,Ann,1.5\n2,\"B, \"\"b\"\"\n\",007\n", "--pk", "id")
        self.assertEqual(self.rows(), [("1", "Ann", "1.5"), ("2", 'B, "b"\n', "007")])
        self.ok("query", self.db, "--write", "drop table t")
        self.put("id\tx\n1\t1.5\n2\t\n", "--tsv", "--pk", "id", "--detect-types", "--empty-null")
        self.assertEqual(self.rows(), [(1, 1.5), (2, None)])
        self.assertEqual(one(self.db, "select sql from sqlite_schema where name = 't'"),
                         'CREATE TABLE "t" ("id" INTEGER, "x" REAL, primary key ("id"))')

    def test_files_go_by_their_names_and_beginnings(self):
        for name, text in (("a.csv", "k\n1\n"), ("a.tsv", "k\tl\n1\t2\n"),
                           ("a.json", '[{"k": "1"}, {"k": "2"}]'),
                           ("a.nl", '{"k": "1"}\n{"k": "2"}\n'), ("a", '\n {"k": 1}')):
            self.ok("insert", self.db, name.replace(".", "_"), self.write(name, text), "-q")
        self.assertEqual(query(self.db, "select * from a_tsv"), [("1", "2")])
        self.assertEqual(one(self.db, "select count(*) from a_json"), 2)
        self.assertEqual(one(self.db, "select count(*) from a_nl"), 2)
        self.assertEqual(query(self.db, "select k from a"), [(1,)])
        self.assertIn("cannot read", self.ok("insert", self.db, "t", "nowhere", code=2).stderr)

    def test_what_parts_the_fields(self):
        text = "k;l\n1;'a;b'\n2;c\n"
        said = self.put(text, code=1)
        self.assertIn("standard input:1: there is one column, \"k;l\"; say what parts them:"
                      " --delimiter ';', or --sniff", said)
        self.put(text, "--sniff", "--quotechar", "'")
        self.assertEqual(self.rows("k, l"), [("1", "a;b"), ("2", "c")])
        self.put(text, "--delimiter", ";", "--truncate", "--stop-after", "1", "--quotechar", "'")
        self.assertEqual(self.rows("k, l"), [("1", "a;b")])
        self.assertIn("there is one column", self.put("k\tl\n", "--csv", code=1))
        self.put("k\tl\n1\t2\n", "--delimiter", "\\t", "--truncate")
        self.assertEqual(self.rows(), [("1", "2")])
        self.put("k;l\n3\n", "--delimiter", ",", "--alter")
        self.assertEqual(self.rows('"k;l"'), [(None,), ("3",)])
        self.assertIn("one ASCII character", self.put(text, "--delimiter", ";;", code=2))
        self.assertIn("are for CSV", self.put("", "--json", "--sniff", code=2))

    def test_columns_and_their_types(self):
        self.put("1,x\n2,y\n", "--no-headers", "--type", "untitled_1=integer", "--pk",
                 "untitled_1")
        self.assertEqual(self.rows(), [(1, "x"), (2, "y")])
        self.assertEqual(one(self.db, "select type from pragma_table_info('t')"), "INTEGER")
        self.assertIn("COLUMN=TYPE", self.put("", "--type", "x", code=2))
        self.assertIn("type", self.put("", "--type", "x=int);drop", code=2))
        self.put("x\n3\n", "--truncate", "--no-headers", code=1)  # the row does not fit
        self.put('{"untitled_1": 7}', "--truncate")
        self.assertEqual(self.rows(), [(7, None)])

    def test_truncate_takes_nothing_for_a_file_that_is_refused(self):
        old = [(1, "x"), (2, "y")]
        self.put('{"k": 1, "l": "x"}{"k": 2, "l": "y"}', "--pk", "k")
        packed = gzip.compress(b"k,l\n" + b"3,z\n" * 5000)
        for name, content in (("a.csv", b"k;l\n3;z\n"), ("b.csv", b""), ("c.csv", b"k,l\n"),
                              ("a.json", b'{"k": 3}\n{'), ("b.json", b"[]"),
                              ("a.csv.zst", b"\x28\xb5\x2f\xfd\0\0\0"),
                              ("a.csv.gz", packed[:30] + b"oops" + packed[34:])):
            with self.subTest(name):
                (self.folder / name).write_bytes(content)
                garner("insert", self.db, "t", self.folder / name, "--truncate")
                self.assertEqual(self.rows(), old)
        self.ok("insert", self.db, "t", self.folder, "--truncate", code=3)  # it cannot be read
        self.assertEqual(self.rows(), old)
        for text, said in (('{"k": 3}\n{"k": 4}\n{"k": 3}', "input:3: UNIQUE constraint failed"),
                           ('{"k": 3}\n{"k": 4, "m": 1}', "input:2: table t has no column m")):
            told = self.put(text, "--truncate", code=1)
            self.assertIn(said, told)
            self.assertIn("0 rows written", told)
            self.assertEqual(self.rows(), old)
        self.assertIn("2 rows written", self.put('{"k": 1}{"k": 7, "m": 8}', "--truncate",
                                                 "--alter"))
        self.assertEqual(self.rows(), [(1, None, None), (7, None, 8)])
        self.assertIn("1 row written", self.put('{"k": 5}\n{"k": 5}', "--truncate",
                                                "--batch-size", "1", code=1))
        self.assertIn("2 rows written", self.put('{"k": 5}{"k": 6}', "--truncate", "--pk", "k",
                                                 "--batch-size", "1", verb="upsert"))
        self.assertEqual(self.rows("k"), [(5,), (6,)])
        self.ok("insert", self.db, "new", "--truncate", stdin='{"a": 1}')
        self.assertEqual(one(self.db, "select a from new"), 1)
        self.assert_sound()

    def test_gzip_is_unpacked(self):
        text = "k,l\n" + "".join(f"{n},{'x' * 50}\n" for n in range(20000))
        packed = gzip.compress(text.encode())
        (self.folder / "a.csv.gz").write_bytes(packed)
        (self.folder / "cut.csv.gz").write_bytes(packed[:-9])
        (self.folder / "bad.csv.gz").write_bytes(packed[:100] + b"oops" + packed[104:])
        (self.folder / "a.csv.zst").write_bytes(b"\x28\xb5\x2f\xfd\0\0\0")
        (self.folder / "a.tsv.gz").write_bytes(gzip.compress(b"k\tl\n1\t2\n") * 2)
        self.ok("insert", self.db, "t", self.folder / "a.csv.gz", "-d")
        self.assertEqual(self.rows("count(*), sum(k)"), [(20000, 199990000)])
        self.ok("insert", self.db, "u", self.folder / "a.tsv.gz")
        self.assertEqual(query(self.db, "select * from u"), [("1", "2"), ("k", "l"), ("1", "2")])
        self.assertRegex(self.ok("insert", self.db, "v", self.folder / "cut.csv.gz", code=1).stderr,
                         r"cut.csv.gz:\d+: gzip ends after \d+ bytes, too early")
        self.assertIn("gzip is broken at byte", self.ok(
            "insert", self.db, "w", self.folder / "bad.csv.gz", code=1).stderr)
        self.assertIn("zstdcat", self.ok("insert", self.db, "w", self.folder / "a.csv.zst",
                                         code=1).stderr)

    def test_keys_that_are_there(self):
        self.put('{"id": 1, "a": "x"}{"id": 2, "a": "y"}', "--pk", "id")
        said = self.put('{"id": 3}\n{"id": 2, "a": "z"}\n{"id": 4}\n', code=1)
        self.assertIn("standard input:2: UNIQUE constraint failed: t.id", said)
        self.assertIn("1 row written to t before that", said)
        self.put('{"id": 2, "a": "z"}', "--ignore")
        self.assertEqual(self.rows(), [(1, "x"), (2, "y"), (3, None)])
        self.put('{"id": 2}', "--replace", "--pk", "id")
        self.assertEqual(self.rows(), [(1, "x"), (2, None), (3, None)])
        self.put('{"id": 1, "b": 5}{"a": "w", "id": 9}', "--pk", "id", "--alter", verb="upsert")
        self.assertEqual(self.rows(), [(1, "x", 5), (2, None, None), (3, None, None),
                                       (9, "w", None)])
        self.put("{}", verb="upsert", code=2)
        self.assertIn("1: this row has no id", self.put('{"a": 1}', "--pk", "id", verb="upsert",
                                                        code=1))
        self.put("", "--ignore", "--replace", code=2)
        self.assert_sound()

    def test_columns_are_added_when_told(self):
        self.put('{"a": 1}{"b": 2}')  # it is new: what its rows have, it has
        self.assertEqual(self.rows(), [(None, 2), (1, None)])
        self.assertIn("standard input:2: table t has no column c; --alter adds it",
                      self.put('{"a": 3}\n{"c": 2}', code=1))
        self.put('{"c": 2}', "--alter")
        self.assertEqual(self.rows("a, b, c"), [(None, 2, None), (None, None, 2),
                                                (1, None, None), (3, None, None)])

    def test_what_query_writes_is_read_back(self):
        with sqlite3.connect(self.db) as db:
            db.execute("create table s (i integer, r real, t text, b blob, n)")
            db.executemany("insert into s values (?, ?, ?, ?, ?)", [
                (1, 1.5, "it's \"q\" \u20ac\n", b"\x00\xff", None),
                (-9223372036854775808, 1e300, "", b"", None)])
        db.close()
        for flag in "--nl", "--json":
            text = self.ok("export", self.db, "s", flag).stdout
            self.ok("insert", self.db, "t" + flag[2:], "-", stdin=text)
            self.assertEqual(query(self.db, f"select * from t{flag[2:]}"),
                             query(self.db, "select * from s"))

    def test_a_large_file_in_little_memory(self):
        big = self.folder / "big.csv"
        count = 200_000
        with open(big, "w") as file:
            file.write("id,note\n")
            for i in range(count):
                file.write(f'{i},"{"x" * 100} {i}"\n')
        self.assertGreater(big.stat().st_size, 20 << 20)
        self.load_in_little_memory(big, "-d", "--pk", "id", "-q")
        self.assertEqual(self.rows("count(*), sum(id), max(length(note))"),
                         [(count, count * (count - 1) // 2, 107)])

    def test_interrupted_it_keeps_what_it_said(self):
        reader, writer = os.pipe()
        running = subprocess.Popen([GARNER, "insert", self.db, "t", "-", "--batch-size", "2"],
                                   stdin=reader, stderr=subprocess.PIPE, text=True,
                                   env=clean_environment())
        self.addCleanup(running.kill)
        os.close(reader)
        os.write(writer, b'{"a": 1}{"a": 2}{"a": 3}\n{')
        wait_until(lambda: self.db.exists() and query(
            self.db, "select 1 from sqlite_schema where name = 't'"), "a table")
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=LIMIT)[1]
        os.close(writer)
        self.assertEqual(running.returncode, 130)
        # The third may have been read by then, or not.
        written = re.search(r"(\d) rows written to t before that", said)
        self.assertIsNotNone(written, said)
        self.assertIn(int(written[1]), (2, 3))
        self.assertEqual(self.rows(), [(n + 1,) for n in range(int(written[1]))])

    def test_beside_a_collector(self):
        self.serve(prices(1, 2))
        file = self.config(more="schedule: 20ms\n    conditional: false")
        running = self.start("run", "-c", file, "--log", "text")
        wait_until(lambda: self.db.exists() and query(
            self.db, "select 1 from sqlite_schema where name = 'price'"), "its table")
        rows = "\n".join(json.dumps({"symbol": f"X{i}", "price": i, "own": 1})
                         for i in range(3000))
        self.ok("upsert", self.db, "price", "-", "--pk", "symbol", "--alter", stdin=rows)
        runs = count_runs(self.db)
        wait_until(lambda: count_runs(self.db) > runs + 3, "some more runs")
        running.alive()
        running.stop()
        self.assertEqual(query(self.db, FAILED), [])
        self.assertEqual(one(self.db, "select count(*) from price"), 3002)


if __name__ == "__main__":
    unittest.main()
