"""A source of a real server is looked at, tried, and run again over what is
stored."""
import json
import unittest

from support.mischief import leads, says
from support.program import Case, garner, one, query, wait_until
from support.prices import FAILED, ROWS, Tools, prices
from support.servers import Misbehaving, reply


class Check(Tools):
    def test_the_columns_of_each_sql(self):
        file = self.config()
        line = file.read_text().splitlines().index("      sql: |") + 2
        said = self.ok("check", file, "--columns").stdout
        self.assertEqual(said, f"{file}:{line}: source prices: price (symbol*, price, seen)\n"
                               f"{file}: 1 source, all well\n")
        self.assertEqual(self.ok("check", file, "-v", "-q").stdout, said.splitlines(True)[0])


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

    def test_rows_that_go_are_shown(self):
        file = self.config(self.PLAIN.replace("max_drop: 50%, ", "")
                           + "\n      conflict: replace")
        self.serve(prices(*range(1, 1004)))
        self.collect(file)
        rows, said = self.lines("--body", self.write("b.json", prices(1, 5)))
        self.assertEqual([row["_change"] for row in rows], ["same", "changed"] + ["gone"] * 1000)
        self.assertEqual(rows[2], {"_table": "price", "_change": "gone", "symbol": "S2",
                                   "price": 3, "_was": None})
        self.assertIn("price: 2 rows: 0 new, 1 changed, 1 same, 1001 gone, of which the first "
                      "1000 are shown\n", said)
        table = self.ok("test", "prices", "-c", file, "--body", self.folder / "b.json").stdout
        self.assertRegex(table, r"\ngone +S2 +3\n")

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


class Visit(Case):
    """Where a trial goes."""

    RULES = "User-agent: *\nDisallow: /no\n"

    def setUp(self):
        super().setUp()
        self.there = self.server({"/robots.txt": says(reply(self.RULES)),
                                  "/no": says(reply("no")), "/yes": says(reply("yes"))})
        there = self.there.url.encode()
        self.here = self.server({"/robots.txt": says(reply(self.RULES)),
                                 "/no": says(reply("no")), "/loop": leads(b"/loop"),
                                 "/led": leads(there + b"/no"), "/out": leads(there + b"/yes")})
        self.mute = self.server({"/robots.txt": says(reply("", "503 Out of order"))})
        self.proxy = self.server({"http://far.example/": leads(b"http://10.0.0.1/"),
                                  "http://10.0.0.1/": says(reply("inside"))})

    def server(self, scripts):
        server = Misbehaving(scripts)
        self.addCleanup(server.stop)
        return server

    def config(self, **sources):
        return self.write("g.yaml", f"garner: 1\nstore: {self.db}\nsources:\n" + "".join(
            f"  {name}: {{ {keys} }}\n" for name, keys in sources.items()))

    def test_not_where_a_run_would_not(self):
        here, obeys = self.here.url, ", robots: obey"
        file = self.config(
            forbidden=f"url: {here}/no{obeys}", led=f"url: {here}/led{obeys}",
            mute=f"url: {self.mute.url}/yes{obeys}", loop=f"url: {here}/loop",
            crawl=f"start: {here}/out, crawl: {{ same: host }}",
            private=f"url: http://far.example/, proxy: '{self.proxy.url}'")
        tried = {name: garner("test", name, "-c", file)
                 for name in ("forbidden", "led", "mute", "loop", "crawl", "private")}
        for server in self.here, self.there, self.proxy:
            self.assertNotRegex(" ".join(server.requests), r"GET (/no|http://10\.)")
        self.assertFalse(self.db.exists())
        self.assertEqual(garner("run", "-c", file, "--once").returncode, 1)
        for name, result in tried.items():
            error = one(self.db, "select error from garner_run r join garner_source s"
                                 f" on s.id = r.source where s.name = '{name}'")
            self.assert_code(result, 1)
            self.assertEqual(result.stderr, f"garner: {name}: {error}\n")

    def test_but_where_it_would(self):
        here = self.here.url
        file = self.config(
            free=f"url: {here}/no", led=f"url: {here}/out, robots: obey",
            crawl=f"start: {here}/out, crawl: {{ same: any }}",
            private=f"url: http://far.example/, proxy: '{self.proxy.url}', private: allow")
        for name, size in ("free", 2), ("led", 3), ("crawl", 3), ("private", 6):
            result = garner("test", name, "-c", file)
            self.assert_code(result, 0)
            self.assertIn(f"status 200, {size} bytes", result.stderr)

    def test_a_robots_txt_that_is_stored_is_not_asked_for(self):
        file = self.config(forbidden=f"url: {self.here.url}/no, robots: obey")
        garner("run", "-c", file, "--once")
        asked = len(self.here.requests)
        self.assertIn("line 2, forbids it", garner("test", "forbidden", "-c", file).stderr)
        self.assertEqual(len(self.here.requests), asked)


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
        self.assertEqual(query(self.db, FAILED), [])

    def test_a_body_in_a_file_is_none_that_is_empty(self):
        file = self.config(more="body: { save: saved.json }")
        self.serve(prices(1, 2))
        self.collect(file)
        self.assertIn("0 runs written, 1 run skipped, 0 failed", self.replay().stdout)
        self.assertIn("saved to a file: ", self.replay("--run", "1", code=1).stderr)
        self.assertIn("saved to a file: ", self.ok("test", "prices", "-c", file, "--run", "1",
                                                   code=2).stderr)

    def test_rows_without_a_key_are_refused(self):
        self.collected(prices(1, 2))
        self.config(ROWS.replace("key: [symbol]", ""))
        self.assertIn("have no key", self.replay(code=2).stderr)
        self.assertIn("would be written", self.replay("-n").stdout)


class Crawl(Tools):
    PAGES = """
    crawl: { same: host, sitemap: true }
    robots: ignore
    rows:
      table: page
      key: [url]
      sql: "select :url as url, :depth as depth, html_text(:body, 'h1') as head"
"""

    def setUp(self):
        super().setUp()
        self.server = Misbehaving({})
        self.addCleanup(self.server.stop)

    def put(self, path, text, **more):
        answer = reply(text, **{"content_type": "text/html", **more})
        self.server.scripts[path] = lambda sock, request, server: sock.sendall(answer)

    def crawl(self):
        return self.write("crawl.yaml", f"""garner: 1
store: {self.db}
sources:
  site:
    start: [ "{self.server.url}/" ]{self.PAGES}""")

    def rows(self):
        return [(url.removeprefix(self.server.url), depth, head) for url, depth, head
                in query(self.db, "select url, depth, head from page order by url")]

    def test_what_made_no_rows_makes_none(self):
        self.put("/", "<h1>top</h1><a href=one>1</a><a href=hid>2</a><a href=tagged>3</a>"
                      "<a href=away>4</a>")
        self.put("/one", "<h1>one</h1><a href=two>2</a>")
        self.put("/two", "<h1>two</h1>")
        self.put("/hid", "<meta name=robots content=noindex><h1>hid</h1>")
        self.put("/tagged", "<h1>tagged</h1>", headers=["X-Robots-Tag: noindex"])
        self.put("/away", "", status="302 Found", headers=[
            f"Location: http://localhost:{self.server.url.split(':')[2]}/other"])
        self.put("/other", "<h1>other</h1>")
        self.put("/sitemap.xml", '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
                                 f"<url><loc>{self.server.url}/one</loc></url></urlset>",
                 content_type="application/xml")
        self.put("/robots.txt", f"Sitemap: {self.server.url}/sitemap.xml\n")
        file = self.crawl()
        garner("run", "-c", file, "--once")
        right = [("/", 0, "top"), ("/one", 1, "one"), ("/two", 2, "two")]
        self.assertEqual(self.rows(), right)
        before = query(self.db, "select * from page order by url")
        self.assertIn(" 0 failed", self.ok("replay", "site", "-c", file).stdout)
        self.assertEqual(query(self.db, "select * from page order by url"), before)
        self.ok("query", self.db, "--write", "delete from page")
        self.ok("replay", "site", "-c", file)
        self.assertEqual(self.rows(), right)


if __name__ == "__main__":
    unittest.main()
