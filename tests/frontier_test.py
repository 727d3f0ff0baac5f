"""Sources with many URLs: each is asked for once in a pass, whatever happens to
garner meanwhile, and what the list has no more is forgotten."""
import json
import os
import pathlib
import signal
import threading
import unittest

from support.program import LIMIT, Case, count_runs, garner, one, query, wait_until
from support.servers import Misbehaving, Nginx, reply

PAGES = 300
KILLS = 4
CONCURRENCY = 4
# So slow that it is killed long before it is over.
SLOWLY = f"concurrency: {CONCURRENCY}, interval: 10ms"


class Frontier(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)
        for number in range(PAGES):
            page = pathlib.Path(cls.nginx.folder, "files", f"{number}.json")
            page.write_text(json.dumps({"n": number}))
            os.utime(page, (1.7e9, 1.7e9))  # of the same second, it has no version

    def setUp(self):
        super().setUp()
        self.asked_before = self.nginx.counted()
        self.config = self.write("garner.yaml", f"""
garner: 1
store: {self.db}
sources:
  pages:
    urls: {{ file: list.txt }}
    schedule: {{ every: 1h }}
    host: {{ concurrency: {CONCURRENCY} }}
    rows:
      table: pages
      key: [url]
      sql: "select :url as url, :body ->> 'n' as n"
""")

    def asked_now(self):
        return self.nginx.counted() - self.asked_before

    def list(self, numbers, more=""):
        self.write("list.txt", "".join(
            f"{self.nginx.url}/counted/{n}.json\n" for n in numbers) + more)

    def run_once(self):
        result = garner("run", "-c", self.config, "--once", cwd=self.folder)
        self.assert_code(result, 0)
        return result

    def test_killed_in_mid_pass(self):
        self.list(range(PAGES))
        self.config.write_text(self.config.read_text().replace("concurrency: 4", SLOWLY))
        for kill in range(1, KILLS + 1):
            running = self.start("run", "-c", self.config, "--once")
            wait_until(lambda: running.process.poll() is not None or
                       count_runs(self.db) >= kill * PAGES // (2 * KILLS + 2),
                       "a part of the pass")
            running.process.send_signal(signal.SIGKILL)
            self.assertEqual(running.process.wait(), -signal.SIGKILL)
        self.run_once()
        self.assertEqual(one(self.db, "select count(*) from pages"), PAGES)
        self.assertEqual(one(self.db, "select count(*) from garner_frontier"
                                      " where pass = 1 and status = 200"), PAGES)
        # A run for each page, and none that was acknowledged is repeated.
        self.assertEqual(query(self.db, "select count(*), count(distinct url)"
                                        " from garner_run"), [(PAGES, PAGES)])
        asked = self.asked_now()
        self.assertEqual(len(asked), PAGES)
        # Once more for each kill: what came last, and was on its way to the store.
        self.assertLessEqual(max(asked.values()), 1 + KILLS)
        self.assert_sound()

    def test_another_list(self):
        self.list(range(10), "# not this\nnonsense\n")
        told = self.run_once().stderr
        self.assertIn("10 of 10 URLs are to be asked", told)
        self.assertIn("1 URLs are none", told)
        self.assertIn("list.txt, line 12", told)
        self.list(range(5, 12))
        self.run_once()
        self.assertEqual(query(self.db, "select count(*), min(pass), max(pass)"
                                        " from garner_frontier"), [(7, 2, 2)])
        # Those that were there before were asked for what changed alone.
        self.assertEqual(dict(query(self.db, "select status, count(*) from garner_run"
                                             " group by status")), {200: 12, 304: 5})
        self.assertEqual(one(self.db, "select count(*) from pages"), 12)

    def test_urls_of_the_store(self):
        self.list(range(3))
        self.run_once()
        self.config.write_text(self.config.read_text().replace(
            "{ file: list.txt }", "{ sql: 'select url from pages where n > 0' }"))
        self.run_once()
        self.assertEqual(sorted(self.asked_now().values()), [1, 2, 2])

    def test_without_the_list(self):
        result = garner("run", "-c", self.config, "--once", cwd=self.folder)
        self.assertIn("list.txt: No such file or directory", result.stderr)
        self.assertEqual(query(self.db, "select failure from garner_run"), [("urls",)])

    def test_by_hand(self):
        self.list(list(range(3)) + [9999])
        result = garner("fetch", "pages", "-c", self.config, cwd=self.folder)
        self.assert_code(result, 1)
        self.assertIn("pages: 4 pages (1 failed) in ", result.stdout)

    def tried(self, *args, code=0):
        """What garner test says of the rows, and on stderr."""
        result = garner("test", "pages", "-c", self.config, "--nl", *args, cwd=self.folder)
        self.assert_code(result, code)
        return [(row["_change"], pathlib.PurePath(row["url"]).name, row["n"])
                for row in map(json.loads, result.stdout.splitlines())], result.stderr

    def test_one_of_them_is_tried(self):
        self.assertIn("list.txt: No such file", self.tried(code=1)[1])
        url = f"{self.nginx.url}/counted/%d.json"
        self.list([5, 6])
        self.assertEqual(self.tried()[0], [("new", "5.json", 5)])
        self.assertFalse(self.db.exists())
        self.run_once()
        self.assertEqual(self.tried(url % 6)[0], [("same", "6.json", 6)])
        self.assertEqual(self.tried(url % 7)[0], [("new", "7.json", 7)])
        run = one(self.db, f"select id from garner_run where url = '{url % 6}'")
        self.assertEqual(self.tried("--run", str(run))[0], [("same", "6.json", 6)])
        self.list([5])  # which forgets the other
        self.run_once()
        self.assertEqual(self.tried("--run", str(run))[0], [("same", "6.json", 6)])
        self.assertEqual(self.tried("--body", self.write("b", '{"n": 1}'))[0],
                         [("changed", "5.json", 1)])
        self.assertIn("either a URL or --run", self.tried(url % 6, "--run", "1", code=2)[1])
        self.config.write_text(self.config.read_text().replace(
            "{ file: list.txt }", "{ sql: 'select url from pages where n > 5' }"))
        self.assertEqual(self.tried()[0], [("same", "6.json", 6)])

    def test_another_file_in_mid_pass(self):
        self.list(range(PAGES))
        self.config.write_text(self.config.read_text().replace(
            "concurrency: 4", "concurrency: 1, interval: 20ms"))
        running = self.start("run", "-c", self.config)
        wait_until(lambda: running.alive() and count_runs(self.db) > 3, "some pages")
        self.config.write_text(self.config.read_text().replace(
            ", interval: 20ms", "").replace(":body ->> 'n'", "2 * (:body ->> 'n')"))
        running.process.send_signal(signal.SIGHUP)
        wait_until(lambda: running.alive() and
                   one(self.db, "select count(*) from garner_frontier where pass = 1") == PAGES,
                   "all pages")
        self.assertEqual(running.stop(), 0, running.output)
        self.assertEqual(one(self.db, "select n from pages order by n desc"), 2 * (PAGES - 1))
        self.assertEqual(one(self.db, "select count(*) from garner_run where missed = 0"), PAGES)


TREE = 150
TREE_FILE = """
garner: 1
store: {db}
sources:
  tree:
    start: [ "{url}/counted/tree/index.html" ]
    crawl: {{ {crawl} }}
    robots: ignore
    host: {{ {host} }}
    rows:
      table: pages
      key: [url]
      sql: "select :url as url, html_text(:body, 'title') as title, :depth as depth"
"""


class Crawl(Case):
    """A tree of pages, each with links to its children, to the root, to a page
    twice, to another host, and to what is not to be followed."""

    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)
        tree = pathlib.Path(cls.nginx.folder, "files", "tree")
        tree.mkdir()
        for number in range(TREE):
            children = [n for n in (3 * number + 1, 3 * number + 2, 3 * number + 3)
                        if n < TREE]
            (tree / cls.name(number)).write_text(
                f"<html><title>page {number}</title><a href='index.html#top'>root</a>"
                + "".join(f"<p><a href='./{cls.name(n)}'>{n}</a><a href={cls.name(n)}>{n}</a>"
                          for n in children)
                + "<a href='http://127.0.0.2:1/'>away</a>"
                  "<a rel=nofollow href=hidden.html>no</a></html>")
        (tree / "hidden.html").write_text("<title>hidden</title>")

    @staticmethod
    def name(number):
        return f"{number}.html" if number > 0 else "index.html"

    def setUp(self):
        super().setUp()
        self.asked_before = self.nginx.counted()

    def file(self, crawl="same: host", host=f"concurrency: {CONCURRENCY}"):
        return self.write("garner.yaml", TREE_FILE.format(
            db=self.db, url=self.nginx.url, crawl=crawl, host=host))

    def run_once(self, file):
        self.assert_code(garner("run", "-c", file, "--once"), 0)

    def test_killed_in_mid_crawl(self):
        file = self.file(host=SLOWLY)
        for kill in range(1, KILLS + 1):
            running = self.start("run", "-c", file, "--once")
            wait_until(lambda: running.process.poll() is not None or
                       count_runs(self.db) >= kill * TREE // (2 * KILLS + 2),
                       "a part of the crawl")
            running.process.send_signal(signal.SIGKILL)
            self.assertEqual(running.process.wait(), -signal.SIGKILL)
        self.run_once(file)
        self.assertEqual(query(self.db, "select count(*), count(distinct url), max(depth)"
                                        " from pages"), [(TREE, TREE, 5)])
        self.assertEqual(query(self.db, "select count(*), count(distinct url)"
                                        " from garner_run"), [(TREE, TREE)])
        asked = self.nginx.counted() - self.asked_before
        self.assertEqual(set(asked), {self.name(n) for n in range(TREE)})
        self.assertLessEqual(max(asked.values()), 1 + KILLS)
        self.assertEqual(one(self.db, "select title from pages where url like '%/7.html'"),
                         "page 7")
        self.assert_sound()

    def test_what_goes_on_has_missed_nothing(self):
        go = threading.Event()
        asked = threading.Event()

        def slow(sock, request, server):
            asked.set()
            go.wait(LIMIT)
            sock.sendall(reply("<title>slow</title>", content_type="text/html"))

        server = Misbehaving({
            "/": lambda sock, request, server: sock.sendall(
                reply("<a href=slow>s</a>", content_type="text/html")),
            "/slow": slow})
        self.addCleanup(server.stop)
        self.addCleanup(go.set)
        file = self.file()
        file.write_text(file.read_text().replace("robots:", "schedule: 1h\n    robots:").replace(
            f"{self.nginx.url}/counted/tree/index.html", server.url + "/"))
        running = self.start("run", "-c", file)
        self.assertTrue(asked.wait(LIMIT))
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()
        go.set()
        running = self.start("run", "-c", file)
        wait_until(lambda: query(self.db, "select 1 from pages where title = 'slow'"), "the rest")
        running.stop()
        self.assertEqual(query(self.db, "select count(*), sum(missed), count(failure)"
                                        " from garner_run"), [(2, 0, 0)])

    def test_the_next_crawl_begins_anew(self):
        file = self.file()
        self.run_once(file)
        gone = pathlib.Path(self.nginx.folder, "files", "tree", "2.html")
        before = gone.read_text()
        self.addCleanup(gone.write_text, before)
        gone.write_text("<title>a leaf</title>")
        self.run_once(file)
        left = one(self.db, "select count(*) from garner_frontier")
        self.assertLess(left, TREE - 3)
        self.assertEqual(query(self.db, "select count(*), count(distinct pass)"
                                        " from garner_frontier"), [(left, 1)])
        self.assertEqual(one(self.db, "select title from pages where url like '%/2.html'"),
                         "a leaf")
        self.assertEqual(count_runs(self.db), TREE + left)

    def test_within_its_bounds(self):
        for crawl, pages in (("same: host, depth: 1", 4), ("same: host, pages: 10", 10),
                             ("same: host, deny: '/1[.]html'", None),
                             ("same: host, allow: '/[123][.]html'", 4),
                             ("same: host, nofollow: ignore", TREE + 1),
                             ("same: host, follow: 'p:first-of-type'", 6),
                             ("follow: 'select url from links_each(:body) limit 0'", 1)):
            with self.subTest(crawl):
                self.db = self.folder / f"{len(crawl)}-{pages}.db"
                self.run_once(self.file(crawl))
                found = one(self.db, "select count(*) from garner_run")
                if pages is None:
                    self.assertLess(found, TREE - 30)
                else:
                    self.assertEqual(found, pages)
                self.assertEqual(one(self.db, "select count(*) from garner_frontier"
                                              " where failure is not null"), 0)

    def test_a_crawl_by_hand_says_what_came(self):
        said = garner("fetch", "tree", "-c", self.file("same: host, depth: 1")).stdout
        self.assertRegex(said, r"\Atree: 4 pages in .*, [\d,]+ bytes, 4 rows\n\Z")
        self.assertEqual(json.loads(garner("fetch", "tree", "--json", "-c", self.file(
            "same: host, depth: 1")).stdout)["pages"], 4)

    def test_bytes_that_are_under_way_count(self):
        tree = pathlib.Path(self.nginx.folder, "files", "tree")
        (tree / "large.html").write_text("".join(
            f"<a href=large-{n}.html>{n}</a>" for n in range(40)))
        for n in range(40):
            (tree / f"large-{n}.html").write_text("x" * 100_000)
        file = self.file("same: host, bytes: 500kB")
        file.write_text(file.read_text().replace("index.html", "large.html").replace(
            f"concurrency: {CONCURRENCY}", "concurrency: 8"))
        self.run_once(file)
        size = one(self.db, "select sum(bytes) from garner_run")
        self.assertGreaterEqual(size, 500_000)
        self.assertLessEqual(size, 800_000)


if __name__ == "__main__":
    unittest.main()
