"""The tools around a collector, with a real server: a source is tried, run again
over what is stored, taken out and put in."""
import json
import os
import unittest

from support.program import Case, garner, query
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


if __name__ == "__main__":
    unittest.main()
