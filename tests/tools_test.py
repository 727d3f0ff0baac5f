"""The tools around a collector, with a real server: a source is tried, run again
over what is stored, taken out and put in."""
import csv
import json
import os
import sqlite3
import subprocess
import unittest

from support.program import Case, garner, one, query, wait_until
from support.servers import Nginx

ROWS = """rows:
      table: price
      key: [symbol]
      expect: { min_rows: 2, max_drop: 50%, not_null: [price] }
      sql: |
        select value->>'symbol' as symbol, value->>'price' as price,
          :fetched_at as seen from json_each(:body)"""


def prices(*numbers):
    return json.dumps([{"symbol": f"S{i}", "price": n} for i, n in enumerate(numbers)])


class Tools(Case):
    version = 1700000000

    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def serve(self, text):
        """Each version has another ETag, which is made of the time."""
        served = self.nginx.folder / "files" / "prices.json"
        served.write_text(text)
        Tools.version += 100
        os.utime(served, (Tools.version, Tools.version))

    def config(self, rows=ROWS, more=""):
        return self.write("g.yaml", f"""garner: 1
store: {self.db}
sources:
  prices:
    url: {self.nginx.url}/files/prices.json
    {more}
    {rows}
""")

    def ok(self, *args, code=0, **more):
        result = garner(*args, **more)
        self.assert_code(result, code)
        return result

    def collect(self, file):
        return self.ok("run", "-c", file, "--once")


class Test(Tools):
    PLAIN = ROWS.replace(",\n          :fetched_at as seen", "")

    def lines(self, *args, code=0):
        result = self.ok("test", "prices", "-c", self.folder / "g.yaml", "--nl", *args,
                         code=code)
        return [json.loads(line) for line in result.stdout.splitlines()], result.stderr

    def test_a_diff_that_writes_nothing(self):
        file = self.config(self.PLAIN)
        self.serve(prices(1, 2, 3))
        rows, said = self.lines()
        self.assertEqual([row["_change"] for row in rows], ["new"] * 3)
        self.assertFalse(self.db.exists())
        self.collect(file)
        before = self.db.read_bytes()
        self.serve(prices(1, 5))
        rows, said = self.lines()
        self.assertEqual(rows, [
            {"_table": "price", "_change": "same", "symbol": "S0", "price": 1, "_was": None},
            {"_table": "price", "_change": "changed", "symbol": "S1", "price": 5,
             "_was": '{"price":2}'}])
        self.assertIn("price: 2 rows: 0 new, 1 changed, 1 same; 1 stored before not among", said)
        table = self.ok("test", "prices", "-c", file).stdout
        self.assertIn("2 -> 5", table)
        self.assertEqual(self.db.read_bytes(), before)
        self.assertEqual(query(self.db, "select count(*) from garner_run"), [(1,)])

    def test_a_stored_body_and_a_file(self):
        file = self.config()
        self.serve(prices(1, 2))
        self.collect(file)
        self.serve(prices(7, 8))
        rows, said = self.lines("--run", "1")
        self.assertEqual([row["_change"] for row in rows], ["same", "same"], said)
        rows, _ = self.lines("--body", self.write("b.json", prices(1, 9, 4)))
        self.assertEqual([row["_change"] for row in rows], ["changed", "changed", "new"])
        self.assertIn("has no run 17 whose body", self.lines("--run", "17", code=2)[1])

    def test_every_broken_rule_is_named(self):
        self.config(more="expect: { match: symbol, min_size: 100B }")
        said = self.lines("--body", self.write("b.json", '[{"price": null, "symbol": 1}]'),
                          code=4)[1]
        for rule in ("expected min_size 100 bytes", "expected min_rows 2",
                     "prices: expected"):
            self.assertIn(rule, said)
        self.serve(prices(*range(50)))
        self.collect(self.config())
        said = self.lines("--body", self.write("b.json", prices(*range(20))), code=4)[1]
        self.assertIn("expected max_drop 50%", said)

    def test_failures(self):
        file = self.config()
        (self.nginx.folder / "files" / "prices.json").unlink(missing_ok=True)
        self.assertIn("status 404", self.lines(code=1)[1])
        said = self.lines("--body", self.write("b.json", "<html>"), code=1)[1]
        self.assertIn("not JSON", said)
        said = self.lines("--body", self.write("b.json", '[{"price": 1}, {"price": 2}]'),
                          code=1)[1]
        self.assertIn("row 1 has NULL in column symbol", said)
        self.assertIn('no source is named "nope"',
                      self.ok("test", "nope", "-c", file, code=2).stderr)
        self.ok("test", "prices", code=2)
        self.assertIn("--body", self.ok("test", "prices", "-c", file, "--body", "b", "--run",
                                        "1", code=2).stderr)


class Replay(Tools):
    OLD = ROWS.replace("value->>'price'", "null").replace("not_null: [price]", "")

    def collected(self, *versions):
        """Runs whose SQL took no price."""
        file = self.config(self.OLD)
        for text in versions:
            self.serve(text)
            self.collect(file)
        return self.config()

    def rows(self):
        return query(self.db, "select symbol, price from price order by symbol")

    def replay(self, *args, code=0):
        return self.ok("replay", "prices", "-c", self.folder / "g.yaml", *args, code=code)

    def test_the_sql_of_today_over_the_bodies_of_yesterday(self):
        file = self.collected(prices(1, 2), prices(3, 4, 5))
        self.collect(file)  # the SQL changed: the whole answer, made right
        self.collect(file)  # a 304
        self.ok("query", self.db, "--write", "update price set price = null, seen = null")
        dry = self.replay("-n").stdout
        self.assertEqual(dry, "prices: 8 rows of 3 runs would be written, 1 run skipped,"
                              " 0 failed\n")
        self.assertEqual(self.rows(), [("S0", None), ("S1", None), ("S2", None)])
        self.assertEqual(self.replay().stdout, dry.replace("would be written", "written"))
        self.assertEqual(self.rows(), [("S0", 3), ("S1", 4), ("S2", 5)])
        self.assertEqual(query(self.db, "select count(*) from price join garner_run r"
                                        " on r.id = 3 and seen = r.started / 1e6"), [(3,)])
        self.replay("--run", "1")
        self.assertEqual(self.rows(), [("S0", 1), ("S1", 2), ("S2", 5)])
        self.assertEqual(query(self.db, "select count(*) from garner_run"), [(4,)])
        self.assert_sound()

    def test_times_bound_it(self):
        self.collected(prices(1, 2), prices(3, 4))
        self.ok("query", self.db, "--write",
                "update garner_run set started = unixepoch('2026-01-01') * 1000000 where id = 1")
        self.assertIn("2 rows of 1 run written", self.replay("--to", "2026-01-02").stdout)
        self.assertEqual(self.rows()[0], ("S0", 1))
        self.assertIn("2 rows of 1 run written", self.replay("--from", "2026-01-02").stdout)
        self.assertEqual(self.rows()[0], ("S0", 3))
        self.assertIn("0 rows of 0 runs", self.replay("--from", "2026-01-02", "--to",
                                                      "2026-01-03T12:00Z").stdout)
        self.assertIn("no time", self.replay("--from", "soon", code=2).stderr)
        self.replay("--from", "2026-01-01", "--run", "1", code=2)
        self.assertIn("no number of a run", self.replay("--run", "x", code=2).stderr)

    def test_bad_runs_do_not_hold_up_the_others(self):
        file = self.collected(prices(1, 2), '[{"symbol": "S0", "price": 7}, {"symbol": "S7"}]',
                              prices(5, 6))
        (self.nginx.folder / "files" / "prices.json").unlink()
        self.ok("run", "-c", file, "--once", code=1)
        result = self.replay(code=1)
        self.assertIn("garner: run 2: expected not_null price", result.stderr)
        self.assertIn("prices: 4 rows of 2 runs written, 1 run skipped, 1 failed",
                      result.stdout)
        self.ok("query", self.db, "--write",
                "create trigger t before update on price when new.price = 2 begin"
                " select raise(abort, 'no twos'); end")
        result = self.replay(code=1)
        self.assertIn("run 1: ", result.stderr)
        self.assertIn("no twos", result.stderr)
        self.assertEqual(self.rows(), [("S0", 5), ("S1", 6), ("S7", None)])
        self.assertIn("run 99", self.replay("--run", "99", code=1).stderr)

    def test_beside_a_collector(self):
        file = self.collected(prices(1, 2), prices(3, 4))
        file.write_text(file.read_text().replace("    rows:", "    schedule: 20ms\n"
                                                 "    conditional: false\n    rows:"))
        running = self.start("run", "-c", file, "--log", "text")
        wait_until(lambda: one(self.db, "select count(*) from garner_run") > 10, "some runs")
        for _ in range(5):
            self.assertIn(" 0 failed", self.replay().stdout)
        running.alive()
        self.assertEqual(self.rows(), [("S0", 3), ("S1", 4)])
        running.stop()
        self.assertEqual(query(self.db, "select * from garner_run where failure is not null"), [])

    def test_rows_without_a_key_are_refused(self):
        self.collected(prices(1, 2))
        self.config(ROWS.replace("key: [symbol]", ""))
        self.assertIn("have no key", self.replay(code=2).stderr)
        self.assertIn("would be written", self.replay("-n").stdout)


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


if __name__ == "__main__":
    unittest.main()
