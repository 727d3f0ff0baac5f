"""The files of examples/ do what they say, and so does the README."""
import contextlib
import http.server
import gzip
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import threading
import unittest

from support.program import (Case, GARNER, LIMIT, clean_environment, garner, one,
                             query, wait_until)
from support.servers import ISO_CODES, dead_port
from support.sites import Sites

SOURCE = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = pathlib.Path(os.environ.get("EXAMPLES", "build/examples")).resolve()
EXAMPLES = sorted((SOURCE / "examples").glob("*.yaml"))


class Examples(Case):
    def test_each_is_right(self):
        self.assertTrue(EXAMPLES)
        for path in EXAMPLES:
            with self.subTest(path.name):
                self.assert_code(garner("check", path, cwd=self.folder,
                                        env=clean_environment(TICKER_TOKEN="open")), 0)

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


class Sources(Case):
    """The sources of examples/, as they stand there but for the s of https: the
    sites they name are folders of an nginx that is asked as a proxy."""

    @classmethod
    def setUpClass(cls):
        cls.sites = Sites()
        cls.addClassCleanup(cls.sites.stop)

    def run_once(self, name, code=0):
        text = (SOURCE / "examples" / f"{name}.yaml").read_text()
        self.assertEqual(text.count("https://"), 1)
        self.write(f"{name}.yaml", text.replace("https://", "http://"))
        result = garner("run", "-c", f"{name}.yaml", "--once", cwd=self.folder,
                        env=clean_environment(TICKER_TOKEN="open", http_proxy=self.sites.url))
        self.assert_code(result, code)
        return result

    def stored(self, name, sql):
        return query(self.folder / f"{name}.db", sql)

    def test_ticker(self):
        def put(*rows):
            self.sites.put("api.example.com", "v1/ticker", json.dumps({"data": rows}))

        abc = {"symbol": "ABC", "price": "10.25", "ts": "2026-09-07T10:00:00Z"}
        put(abc, {"symbol": "XYZ", "price": 3, "ts": None})
        self.run_once("ticker")
        sql = "select symbol, price, ts, seen_at > 1e9 from ticker order by symbol"
        self.assertEqual(self.stored("ticker", sql),
                         [("ABC", 10.25, "2026-09-07T10:00:00Z", 1), ("XYZ", 3.0, None, 1)])
        put({**abc, "price": "10.5"})
        self.run_once("ticker")
        self.assertEqual(self.stored("ticker", "select symbol, price from ticker order by 1"),
                         [("ABC", 10.5), ("XYZ", 3.0)])
        put({**abc, "price": None})
        self.assertIn("not_null", self.run_once("ticker", 4).stderr)
        self.assertEqual(self.stored("ticker", "select count(*), min(price) from ticker"),
                         [(2, 3.0)])

    def test_rates(self):
        def put(rates, title="Reference rates"):
            rows = "".join(f"<tr><td>{name}<td>{rate:,.4f} <small>*</small>\n"
                           for name, rate in rates.items())
            self.sites.put("www.example.org", "rates.html",
                           f"<!doctype html><title>{title}</title><h1>{title}</h1>\n"
                           "<table id=rates><thead><tr><th>Currency<th>Rate</thead>\n"
                           f"<tbody>{rows}</table>\n")

        names = json.loads((ISO_CODES / "iso_4217.json").read_text())["4217"]
        rates = {entry["alpha_3"]: 1000 + n / 8 for n, entry in enumerate(names[:25])}
        put(rates)
        self.run_once("rates")
        self.assertEqual(
            dict(self.stored("rates", "select currency, rate from rates where valid_to is null")),
            rates)
        name = next(iter(rates))
        put({**rates, name: 7.5})
        self.run_once("rates")
        sql = f"select rate, valid_to is null from rates where currency = '{name}' order by rate"
        # a run that began on the next day has a row of its own
        days = self.stored("rates", "select count(distinct day) from rates")[0][0]
        self.assertEqual(self.stored("rates", sql), [(7.5, 1), (1000, 0 if days == 1 else 1)])
        told = [json.loads(line) for line
                in (self.folder / "rates-changed.ndjson").read_text().splitlines()]
        self.assertEqual(len([row for row in told if row["currency"] == name]), 2)
        before = self.stored("rates", "select * from rates")
        put(rates, "Reference rates: maintenance")
        self.assertIn("not_match", self.run_once("rates", 4).stderr)
        put({name: 1})
        self.assertIn("min_rows", self.run_once("rates", 4).stderr)
        self.assertEqual(self.stored("rates", "select * from rates"), before)

    def test_news(self):
        def put(*items):
            self.sites.put("www.example.net", "feed.xml", (
                '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>'
                + "".join(f"<item><title>{title}</title><link>https://www.example.net/{n}</link>"
                          "<pubDate>Mon, 07 Sep 2026 10:00:00 +0200</pubDate>"
                          f"<description>&lt;p&gt;It {title}.&lt;/p&gt;</description></item>"
                          for n, title in items) + "</channel></rss>"))

        put((1, "rains"))
        self.run_once("news")
        self.assertEqual(
            self.stored("news", "select guid, title, link, published_at, summary from news"),
            [("https://www.example.net/1", "rains", "https://www.example.net/1",
              1788768000, "It rains.")])
        self.run_once("news")
        self.assertEqual(self.sites.asked()[-1], "www.example.net /feed.xml 304")
        put((2, "is &amp;amp; was dry"), (1, "rained"))
        self.run_once("news")
        self.assertEqual(self.stored("news", "select title from news order by link"),
                         [("rains",), ("is & was dry",)])

    def test_stations(self):
        def put(places):
            text = "code,name,lat,lon\r\n" + "".join(
                f'{code},"{name}",{lat},{lon}\r\n' for code, name, lat, lon in places)
            self.sites.put("data.example.org", "stations.csv.gz", gzip.compress(text.encode()))

        known = json.loads((ISO_CODES / "iso_3166-2.json").read_text())["3166-2"]
        places = [(entry["code"], entry["name"].replace('"', '""'),
                   n % 90 if n else "", -n / 8 if n else "") for n, entry in enumerate(known)]
        self.assertGreater(len(places), 4000)
        put(places)
        self.run_once("stations")
        sql = "select code, name, lat, lon from stations order by rowid"
        stored = self.stored("stations", sql)
        self.assertEqual(stored, [(entry["code"], entry["name"], n % 90 if n else None,
                                   -n / 8 if n else None) for n, entry in enumerate(known)])
        saved, = self.folder.glob("stations-*.csv.gz")
        self.assertEqual(saved.read_bytes(),
                         (self.sites.folder / "sites/data.example.org/stations.csv.gz").read_bytes())
        put([*places[:-1], ("", "Nowhere", 1, 2)])
        self.run_once("stations")
        self.assertEqual(self.stored("stations", sql), stored[:-1])
        (rule, rows), = self.stored("stations", "select rule, rows from garner_quarantine")
        self.assertEqual((rule, [bad["row"]["name"] for bad in json.loads(rows)]),
                         ("bad_rows", ["Nowhere"]))
        put(places[:len(places) // 2])
        self.assertIn("max_drop", self.run_once("stations", 4).stderr)
        self.assertEqual(self.stored("stations", sql), stored[:-1])


    def test_handbook(self):
        def put(path, main, menu=""):
            self.sites.put("docs.example.org", path, f"<title>About {path}</title>{menu}"
                                                     f"<main>{main}</main>")

        home = "http://docs.example.org/handbook/"
        self.sites.put("docs.example.org", "robots.txt",
                       "User-agent: *\nDisallow: /handbook/draft\n")
        put("handbook/index.html", "<h1>Handbook</h1><a href=install.html>1</a>"
            "<a href='install.html#top'>again</a><a href=all.zip>2</a>"
            "<a href=draft.html>3</a><a href=/blog.html>4</a>",
            menu="<a href=menu.html>menu</a>")
        put("handbook/install.html", "<h1>Install</h1><h2>By hand</h2><a href=./>home</a>"
            "<a rel=nofollow href=draft2.html>no</a>")
        for name in "handbook/draft.html", "handbook/draft2.html", "handbook/menu.html", "blog.html":
            put(name, "<h1>Not this one</h1>")
        self.run_once("handbook")
        self.assertEqual(
            self.stored("handbook", "select url, depth, status, title from pages order by url"),
            [(home, 0, 200, "About handbook/index.html"),
             (home + "install.html", 1, 200, "About handbook/install.html")])
        headings = "select level, text from headings order by url, pos"
        self.assertEqual(self.stored("handbook", headings),
                         [("h1", "Handbook"), ("h1", "Install"), ("h2", "By hand")])
        put("handbook/install.html", "<h1>Install it</h1>")
        self.run_once("handbook")
        self.assertEqual(self.stored("handbook", headings),
                         [("h1", "Handbook"), ("h1", "Install it")])
        self.assertEqual({line.split()[1] for line in self.sites.asked()
                          if line.startswith("docs.example.org ")},
                         {"/robots.txt", "/handbook/", "/handbook/install.html"})


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


def slot(key):
    """As docs/farm.md has it, for programs that are not garner's."""
    value = 0xcbf29ce484222325
    for byte in key:
        value = (value ^ byte) * 0x100000001b3 % 2**64
    return value % 4096


def shard(of_slot, shards):
    state, at, following = of_slot, -1, 0
    while following < shards:
        at = following
        state = (state * 2862933555777941757 + 1) % 2**64
        following = int((at + 1) * (2**31 / ((state >> 33) + 1)))
    return at


class Farm(Case):
    """examples/farm.c, and garner's commands on what it leaves."""

    def farm(self, rows):
        program = PROGRAMS / "farm"
        result = subprocess.run([program, "visits", "all.db"], cwd=self.folder,
                                capture_output=True, text=True, timeout=LIMIT, check=False,
                                env=clean_environment())
        self.assert_code(result, 0)
        self.assertEqual((result.stdout, result.stderr),
                         ("2000 visits in 4 databases\n"
                          f"2000 came home, where {rows} are now\n", ""))

    def garner(self, *args, code=0):
        result = garner(*args, cwd=self.folder)
        self.assert_code(result, code)
        return result

    def rows(self):
        """Of each shard's file, read by Python."""
        result = {}
        for path in sorted((self.folder / "visits").glob("*.db")):
            with contextlib.closing(sqlite3.connect(path)) as db:
                result[int(path.stem)] = [row for row, in db.execute("select user from visit")]
        return result

    def test_rows_come_home_once(self):
        self.farm(2000)
        self.farm(4000)
        home = self.folder / "all.db"
        self.assertEqual(one(home, "select count(distinct user || n) from visit"), 2000)
        self.assertEqual(sum(map(len, self.rows().values())), 0)

    def test_rows_lie_where_the_rule_says(self):
        self.farm(2000)
        for shards in 4, 3, 6:
            for n in range(20):
                key = f"user {n} of {shards}"
                place = shard(slot(key.encode()), shards)
                self.garner("query", f"visits/{place:03}.db", "--write", "-p", f"k={key}",
                            "insert into visit values (:k, 1)")
            following = {4: 3, 3: 6, 6: 1}[shards]
            result = self.garner("resize", "visits", following)
            self.assertIn(f"{following} shard", result.stderr)
            for number, users in self.rows().items():
                for user in users:
                    self.assertEqual(shard(slot(user.encode()), following), number, user)
        self.assertEqual(list(self.rows()), [0])
        result = self.garner("harvest", "visits", "--into", "other.db", "--table", "visit")
        self.assertIn("60 rows in 1 batch came into other.db", result.stderr)
        result = self.garner("query", "visits", "--csv", "select count(*) n from visit")
        self.assertEqual(result.stdout.split(), ["n", "0"])

    def test_what_is_wrong_is_said(self):
        self.farm(2000)
        for args, code, words in (
                (["query", "visits", "select * from none"], 2, "shard 0 (visits/000.db): no"),
                (["query", "visits", "--write", "delete from visit"], 2, "visits/000.db"),
                (["query", "visits?shards=9", "select 1"], 3, "garner resize visits 9"),
                (["query", "visits?shard=4", "select 1"], 3, "there is shards=N"),
                (["query", ".", "select 1"], 3, "is a folder, but no farm"),
                (["resize", "visits", "0"], 2, "1 to 256"),
                (["resize", "visits", "4x"], 2, "1 to 256"),
                (["resize", "visits", "2", "--key", "visit"], 2, "TABLE=COLUMN"),
                (["resize", "visits", "2", "--key", "visit=who"], 3, "no column who"),
                (["resize", "all.db", "2"], 2, "no farm"),
                (["harvest", "visits"], 2, "--into"),
                (["harvest", "visits", "--into", "visits"], 2, "no farm"),
                (["harvest", "none", "--into", "x.db"], 3, "none")):
            with self.subTest(args):
                self.assertIn(words, self.garner(*args, code=code).stderr)
        (self.folder / "visits" / "002.db").write_bytes(b"x" * 4096)
        result = self.garner("query", "visits", "select 1", code=3)
        self.assertIn("shard 2 (visits/002.db)", result.stderr)


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
