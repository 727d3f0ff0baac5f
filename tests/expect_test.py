"""What is expected of answers, with real servers: an error page where rows were
to be, and how it goes on after that."""
import json
import os
import sqlite3
import threading
import unittest

from support.program import (LIMIT, Case, garner, get_bytes, get_json, one, query,
                             wait_until)
from support.servers import Httpbin, Misbehaving, Nginx, reply

PAGE = "<html><h1>We are down for maintenance</h1></html>"
ROWS = """rows:
      table: price
      key: [symbol]
      expect: { min_rows: 2, max_drop: 50%, not_null: [price], unique: symbol }
      sql: |
        select value->>'symbol' as symbol, value->>'price' as price
        from json_each(:body)"""


def prices(count, **more):
    return json.dumps([{"symbol": f"S{i}", "price": i, **more} for i in range(count)])


class Expect(Case):
    def config(self, source):
        return self.write("g.yaml", f"garner: 1\nstore: {self.db}\nsources:\n  prices:\n"
                                    f"    {source}\n")

    def fetch(self, file, code):
        result = garner("run", "--config", file, "--once")
        self.assert_code(result, code)
        return query(self.db, "select status, rows, failure, error, body from garner_run"
                              " order by id desc limit 1")[0]

    def rows(self):
        return one(self.db, "select count(*) from price")

    def test_nginx_serves_an_error_page_and_recovers(self):
        nginx = Nginx()
        self.addCleanup(nginx.stop)
        served = nginx.folder / "files" / "prices.json"

        def serve(text, second):
            served.write_text(text)
            os.utime(served, (second, second))  # its ETag is made of that

        config = self.config(f"""url: {nginx.url}/files/prices.json
    expect: {{ match: symbol, not_match: maintenance }}
    {ROWS}""")
        serve(prices(5), 1700000000)
        self.assertEqual(self.fetch(config, 0)[:3], (200, 5, None))
        serve(PAGE, 1700000100)
        status, rows, failure, error, body = self.fetch(config, 4)
        self.assertEqual((status, rows, failure, body), (200, None, "expect", None))
        self.assertIn('expected match "symbol" in the body, and found none in', error)
        self.assertEqual(self.rows(), 5)
        (rule, data), = query(self.db, "select rule, cast(data as text) from garner_quarantine")
        self.assertEqual((rule, data), ("match", PAGE))
        serve(prices(5), 1700000000)
        self.assertEqual(self.fetch(config, 0)[0], 304, "it asked as if nothing had been")
        serve(prices(2), 1700000200)
        self.assertIn("found 2 after 5", self.fetch(config, 4)[3])
        self.assertEqual(self.rows(), 5)
        self.assertEqual(one(self.db, "select count(*) from garner_body"), 1)
        serve(prices(6), 1700000300)
        self.assertEqual(self.fetch(config, 0)[:3], (200, 6, None))
        self.assertEqual(self.rows(), 6)
        self.assert_sound()

    def test_httpbin_statuses_and_types(self):
        httpbin = Httpbin()
        self.addCleanup(httpbin.stop)
        for path, expect, code, failure in (
                ("/status/404", "{}", 1, "http"),
                ("/status/404", "{ status: [2xx, 404] }", 0, None),
                ("/status/503", "{ status: 200 }", 4, "expect"),
                ("/html", "{ content_type: application/json }", 4, "expect"),
                ("/html", "{ content_type: [text/*], min_size: 1kB }", 0, None),
                ("/bytes/64?seed=1", "{ min_size: 65B }", 4, "expect"),
                ("/gzip", "{ match: '\"gzipped\": *true' }", 0, None)):
            with self.subTest(path, expect=expect):
                config = self.config(f"url: {httpbin.url}{path}\n    expect: {expect}")
                self.assertEqual(self.fetch(config, code)[2], failure)
        self.assertEqual(query(self.db, "select rule from garner_quarantine order by id"),
                         [("status",), ("content_type",), ("min_size",)])

    def test_a_running_collector_goes_through_it(self):
        answers = {"now": reply(prices(3))}

        def script(sock, request, server):
            sock.sendall(answers["now"])

        server = Misbehaving({"/": script})
        self.addCleanup(server.stop)
        config = self.config(f"""url: {server.url}/
    schedule: 20ms
    expect: {{ content_type: application/json }}
    {ROWS}""")
        running = self.start("run", "--config", config, "--listen", "127.0.0.1:0",
                             "--log", "text")
        url = wait_until(lambda: next((w for w in running.output.split()
                                       if w.endswith("/status.json")), None),
                         "the status page")

        def status():
            running.alive()
            return get_json(url)

        wait_until(lambda: status()["totals"]["rows"] >= 6, "rows")
        answers["now"] = reply(PAGE, content_type="text/html")
        wait_until(lambda: status()["totals"]["unexpected"] >= 25, "refusals")
        self.assertEqual(self.rows(), 3)
        source, = status()["sources"]
        self.assertEqual(source["failure"], "expect")
        self.assertIn("expected content_type application/json", source["error"])
        answers["now"] = reply(prices(4))
        wait_until(lambda: self.rows() == 4, "recovery")
        wait_until(lambda: status()["sources"][0]["failure"] is None, "a good last run")
        self.assertEqual(running.stop(), 0, running.output)
        self.assertEqual(one(self.db, "select count(*) from garner_quarantine"), 20)
        self.assertEqual(one(self.db, "select count(*) from garner_run r left join"
                                      " garner_body b on b.id = r.body"
                                      " where (r.failure is null) <> (b.id is not null)"
                                      " and r.missed = 0"), 0)
        self.assertEqual(running.output.count("expected content_type"), 1, running.output)
        self.assertEqual(running.output.count("works again"), 1, running.output)
        self.assert_sound()

    def status(self, code):
        result = garner("status", self.db, "--json")
        self.assert_code(result, code)
        return {line["source"]: line for line in json.loads(result.stdout)}

    def test_a_source_that_hangs_gets_stale(self):
        answers, hangs = threading.Event(), threading.Event()
        answers.set()

        def script(sock, request, server):
            if not answers.is_set():
                hangs.set()
                answers.wait(LIMIT)
            sock.sendall(reply("hello"))

        server = Misbehaving({"/": script, "/other": lambda sock, *_: sock.sendall(reply("x"))})
        self.addCleanup(server.stop)
        self.addCleanup(answers.set)
        config = self.write("g.yaml", f"""garner: 1
store: {self.db}
sources:
  slow:
    url: {server.url}/
    schedule: 50ms
    max_age: 1s
    hooks: {{ stale: [/bin/sh, -c, 'echo "$GARNER_EVENT $GARNER_TEXT" >told'] }}
  other: {{ url: {server.url}/other, schedule: 50ms, max_age: 1h }}
""")
        running = self.start("run", "--config", config, "--listen", "127.0.0.1:0")
        url = wait_until(lambda: next((w for w in running.output.split()
                                       if w.endswith("/status.json")), None),
                         "the status page")

        def stale():
            running.alive()
            return [s["stale"] for s in get_json(url)["sources"]] == [True, False]

        wait_until(lambda: get_json(url)["totals"]["stored"] >= 4, "good runs")
        answers.clear()
        self.assertTrue(hangs.wait(LIMIT), "it was asked no more")
        wait_until(stale, "staleness")
        wait_until(lambda: "stale: no good run for" in running.output, "a line in the log")
        told = self.folder / "told"
        text = wait_until(lambda: told.exists() and told.read_text(), "the hook")
        self.assertRegex(text, "^stale slow is stale: no good run for .* than 1s\n$")
        self.assertEqual(get_json(url)["sources_stale"], 1)
        metrics = get_bytes(url.replace("status.json", "metrics")).decode()
        self.assertIn("garner_sources_stale 1\n", metrics)
        lines = self.status(5)
        self.assertGreaterEqual(lines["slow"]["stale_s"], 1)
        self.assertIsNone(lines["other"]["stale_s"])
        answers.set()
        wait_until(lambda: not stale(), "recovery")
        wait_until(lambda: "fresh again" in running.output, "a line in the log")
        running.stop()
        # nobody collects any more: that is told, too
        wait_until(lambda: garner("status", self.db).returncode == 5, "staleness")
        self.assertIn("stale_s", garner("status", self.db).stdout.splitlines()[0])

    def test_status_reads_tables_of_older_versions(self):
        config = self.write("g.yaml", f"garner: 1\nstore: {self.db}\nsources:\n"
                                      "  a: { url: http://127.0.0.1:1/, max_age: 1h }\n")
        self.assert_code(garner("run", "--config", config, "--once"), 1)
        connection = sqlite3.connect(self.db)
        for column in "good", "good_rows", "max_age", "watched":
            connection.execute(f"alter table garner_source drop column {column}")
        connection.commit()
        connection.close()
        self.assertIsNone(self.status(1)["a"]["stale_s"])


class Quarantine(Case):
    """The command."""

    def setUp(self):
        super().setUp()
        self.served = {"/a": PAGE, "/b": "x" * 1000 + "\u00e9"}
        server = Misbehaving({path: (lambda text: lambda sock, *_: sock.sendall(reply(text)))(text)
                              for path, text in self.served.items()})
        self.addCleanup(server.stop)
        self.file = self.write("g.yaml", f"""garner: 1
store: {self.db}
sources:
  a: {{ url: {server.url}/a, expect: {{ not_match: maintenance }} }}
  b:
    url: {server.url}/b
    rows:
      table: t
      sql: select 1 as n
      expect: {{ min_rows: 2 }}
""")
        self.assert_code(garner("run", "--config", self.file, "--once"), 4)

    def ask(self, *args, code=0, text=True):
        result = garner("quarantine", *args, text=text)
        self.assert_code(result, code)
        return result.stdout if code == 0 else result.stderr

    def test_it_lists_what_was_refused(self):
        for where in [self.db], ["-c", self.file]:
            table = self.ask(*where)
            self.assertIn("nowhere in the body", table)
            self.assertIn("min_rows 2 of table t", table)
            b, = json.loads(self.ask(*where, "b", "--json"))
            self.assertEqual((b["source"], b["rule"], b["rows"], b["size"], b["http"]),
                             ("b", "min_rows", '[{"n":1}]', 1002, 200))
            self.assertEqual(b["error"], "expected min_rows 2 of table t, and found 1")
            self.assertEqual(b["run"], one(self.db, "select id from garner_run where error = ?",
                                           (b["error"],)))

    def test_it_shows_a_body_as_it_came(self):
        for line in json.loads(self.ask(self.db, "--json")):
            self.assertEqual(self.ask(self.db, "--show", line["id"], text=False),
                             self.served["/" + line["source"]].encode())

    def test_what_is_not_there_is_named(self):
        self.assertIn("no source of", self.ask(self.db, "c", code=2))
        self.assertIn("no body 99", self.ask(self.db, "--show", 99, code=2))
        self.assertIn("which store", self.ask(code=2))
        self.assertIn("leave the format", self.ask(self.db, "--show", 1, "--json", code=2))
        other = self.folder / "other.db"
        sqlite3.connect(other).execute("create table t (x)").connection.close()
        self.assertIn("no table garner_quarantine", self.ask(other, code=3))
        id_of_a = one(self.db, "select q.id from garner_quarantine q join garner_source s"
                               " on s.id = q.source where s.name = 'a'")
        self.assertIn("no body", self.ask(self.db, "b", "--show", id_of_a, code=2))


if __name__ == "__main__":
    unittest.main()
