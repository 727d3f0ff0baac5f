"""What is expected of answers, with real servers: an error page where rows were
to be, and how it goes on after that."""
import json
import os
import unittest

from support.program import Case, garner, get_json, one, query, wait_until
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


if __name__ == "__main__":
    unittest.main()
