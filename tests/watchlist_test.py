"""Sources for each value that SQL finds in the store: at the start, when the file is
read again, and by the commands that look at the file."""
import json
import sqlite3
import unittest

from support.program import Case, garner, one, query, wait_until
from support.servers import Misbehaving, reply


class Watchlist(Case):
    def setUp(self):
        super().setUp()
        self.server = Misbehaving({"/quote": self.quote})
        self.addCleanup(self.server.stop)

    @staticmethod
    def quote(sock, request, _server):
        symbol = request.split(b" ")[1].partition(b"=")[2].decode()
        sock.sendall(reply(json.dumps({"symbol": symbol})))

    def asked(self, symbol):
        return f"GET /quote?s={symbol} HTTP/1.1" in self.server.requests

    def config(self, sql="select symbol from watchlist where active order by symbol",
               schedule="1d"):
        return self.write("g.yaml", f"garner: 1\nstore: {self.db}\nsources:\n  quote:\n"
                                    f"    url: {self.server.url}/quote?s={{symbol}}\n"
                                    f"    vars: {{ symbol: {{ sql: {sql} }} }}\n"
                                    f"    schedule: {schedule}\n"
                                    "    rows: { table: quote, key: symbol, sql: \"select"
                                    " :symbol as symbol, :body->>'$.symbol' as got\" }\n")

    def watch(self, *symbols, active=1):
        db = sqlite3.connect(self.db)
        with db:
            db.execute("create table if not exists watchlist (symbol, active)")
            db.executemany("insert into watchlist values (?, ?)",
                           [(symbol, active) for symbol in symbols])
        db.close()

    def run_once(self, file, *args, code=0):
        result = garner("run", "-c", file, "--once", *args)
        self.assert_code(result, code)
        return result

    def test_each_is_fetched(self):
        self.watch("ABC", 17, "X Y", "ABC", None)
        self.watch("OLD", active=0)
        self.run_once(self.config())
        self.assertEqual(query(self.db, "select symbol, got from quote order by symbol"),
                         [("17", "17"), ("ABC", "ABC"), ("X Y", "X%20Y")])
        self.assertEqual(query(self.db, "select name from garner_source order by name"),
                         [("quote[17]",), ("quote[ABC]",), ("quote[X Y]",)])
        self.run_once(self.config(), "quote[ABC]")
        self.assertEqual(len(self.server.requests), 4)

    def test_no_value_is_no_error(self):
        self.watch("ABC", active=0)
        self.run_once(self.config())
        self.assertEqual(self.server.requests, [])

    def test_what_is_wrong_is_said(self):
        for make, sql, word in (
                (False, "select 1", "no"),
                (True, "select symbol from nowhere", "no such table: nowhere"),
                (True, "\"select symbol, 1 from watchlist\"", "2 columns"),
                (True, "select 1.5", "cast(... as text)"),
                (True, "delete from watchlist returning symbol", "")):
            with self.subTest(sql=sql):
                if make:
                    self.watch("ABC")
                result = self.run_once(self.config(sql), code=2)
                self.assertIn("symbol: ", result.stderr)
                self.assertIn(word, result.stderr)
        self.assertGreater(one(self.db, "select count(*) from watchlist"), 0)

    def test_check_needs_no_database(self):
        file = self.config()
        result = garner("check", file)
        self.assert_code(result, 0)
        self.assertIn("1 source, all well", result.stdout)
        self.watch("ABC", "XYZ")
        result = garner("check", file)
        self.assertIn("2 sources, all well", result.stdout)
        self.assert_code(garner("test", "quote[ABC]", "-c", file), 0)

    def test_reload_looks_again(self):
        self.watch("ABC")
        file = self.config(schedule="1s")
        self.start("run", "-c", file)
        wait_until(lambda: self.asked("ABC"), "the first one")
        self.watch("XYZ")
        done = wait_until(lambda: (r := garner("reload", "-c", file)).returncode == 0 and r,
                          "a collector that can be asked")
        self.assertIn("1 new, 0 changed, 0 removed, 1 the same", done.stdout)
        wait_until(lambda: self.asked("XYZ"), "the new one")
        db = sqlite3.connect(self.db)
        with db:
            db.execute("delete from watchlist where symbol = 'ABC'")
        db.close()
        done = garner("reload", "-c", file)
        self.assertIn("0 new, 0 changed, 1 removed, 1 the same", done.stdout)
        wait_until(lambda: one(self.db, "select retired from garner_source where name ="
                                        " 'quote[ABC]'"), "the end of the first one")

    def test_very_many(self):
        file = self.config("with recursive n (i) as (values (1) union all select i + 1 from n"
                           " limit 100001) select i from n".join('""'))
        self.watch("ABC")
        result = self.run_once(file, code=2)
        self.assertIn("more than 100000 values", result.stderr)


if __name__ == "__main__":
    unittest.main()
