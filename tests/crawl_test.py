"""garner crawl: a site followed without a file, stopped, and gone on with."""
import json
import pathlib
import re
import signal
import subprocess
import unittest

from support.program import Case, GARNER, count_runs, garner, one, query, wait_until
from support.servers import Misbehaving, Nginx, dead_port, reply
from support.terminal import Terminal

PAGES = 25
# Slow enough that a crawl is still going on when it is seen to have begun.
SLOWLY = "--interval", "300ms", "--concurrency", "1"


def look_at(told):
    """What the command that is told shows: URLs that failed."""
    line = re.search(r"look at them: (.*)", told).group(1)
    shown = subprocess.run(line + " --json", shell=True, check=True, capture_output=True)
    return [(row["url"].split("/")[-1], row["status"]) for row in json.loads(shown.stdout)]


class Crawl(Case):
    """A chain of pages, each with a link to the next, to the first, and to a
    leaf; the last one to nowhere."""

    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)
        cls.folder_of_pages = pathlib.Path(cls.nginx.folder, "files")
        site = cls.folder_of_pages / "site"
        site.mkdir()
        for n in range(PAGES):
            (site / f"{n}.html").write_text(
                f"<title>page {n}</title><a href=0.html>first</a>"
                + (f"<p><a href={n + 1}.html#x>next</a><a href='./leaf{n}.html'>leaf</a>"
                   if n + 1 < PAGES else "<i><a href=nowhere.html>gone</a></i>"))
            (site / f"leaf{n}.html").write_text(f"<title>leaf {n}</title>")

    def setUp(self):
        super().setUp()
        self.url = self.nginx.url + "/counted/site/0.html"
        self.asked_before = self.nginx.counted()

    def crawl(self, *args, code=0):
        result = garner("crawl", self.url, "--db", self.db, *args)
        self.assert_code(result, code)
        return result

    def titles(self):
        return sorted(row[0] for row in query(self.db, "select title from pages"))

    def robots(self, text):
        path = self.folder_of_pages / "robots.txt"
        path.write_text(text)
        self.addCleanup(path.unlink)

    def test_a_page_is_a_row(self):
        told = self.crawl("--deny", "nowhere").stderr
        self.assertEqual(query(self.db, "select count(*), count(distinct url), max(depth),"
                                        " min(status), max(status) from pages"),
                         [(2 * PAGES - 1, 2 * PAGES - 1, PAGES - 1, 200, 200)])
        self.assertEqual(one(self.db, "select url || ' ' || title || ' ' || type from pages"
                                      " where depth = 0"), f"{self.url} page 0 text/html")
        self.assertIn(f"{2 * PAGES - 1} runs and {2 * PAGES - 1} rows", told)
        self.assertNotIn("are left", told)
        self.assert_sound()

    def test_within_its_bounds(self):
        sql = "select url from links_each(:body, :final_url) where url like '%/1.html'"
        for args, titles in (
                (["--depth", "0"], {"page 0"}),
                (["--depth", "1"], {"page 0", "page 1", "leaf 0"}),
                (["--pages", "3"], 3),
                (["--bytes", "1"], 1),
                (["--allow", "/[123][.]html", "--allow", "leaf2"],
                 {"page 0", "page 1", "page 2", "page 3", "leaf 2"}),
                (["--deny", "/2[.]html"], {"page 0", "page 1", "leaf 0", "leaf 1"}),
                (["--follow", "p a:first-child", "--depth", "2"],
                 {"page 0", "page 1", "page 2"}),
                (["--follow", "nothing", "--follow", "p a:last-child"], {"page 0", "leaf 0"}),
                (["--follow", sql], {"page 0", "page 1"})):
            with self.subTest(args):
                self.db = self.folder / f"{'-'.join(args).replace('/', '')[:60]}.db"
                self.assertNotIn("are left", self.crawl(*args).stderr)
                if isinstance(titles, int):
                    self.assertEqual(len(self.titles()), titles)
                else:
                    self.assertEqual(set(self.titles()), titles)

    def test_rows_by_sql(self):
        self.crawl("--depth", "1", "--into", "link", "--key", "page", "--key", "pos",
                   "--sql", "select :final_url as page, i as pos, text"
                            " from html_each(:body, 'a')")
        self.assertEqual(query(self.db, "select text from link order by page, pos"),
                         [("first",), ("next",), ("leaf",)] * 2)
        self.crawl("--depth", "0", "--into", "other")
        self.assertEqual(query(self.db, "select title from other"), [("page 0",)])

    def test_where_a_page_leads(self):
        base = self.nginx.url + "/counted/site/"
        file = self.write("g.yaml", f"""garner: 1
store: {self.db}
sources:
  site:
    start: {self.url}
    crawl: {{ depth: 1, deny: ["leaf1"] }}
    rows:
      table: pages
      key: url
      sql: select :final_url as url
""")
        def links(*args):
            result = garner("test", "site", "-c", file, *args)
            self.assert_code(result, 0)
            return result
        told = links()
        self.assertRegex(told.stdout, r"(?m)^new +" + re.escape(self.url))
        self.assertRegex(told.stdout, rf"(?m)^followed +1 +0 +{base}1\.html$")
        self.assertIn("site: 3 links: 2 followed\n", told.stderr)
        self.assertFalse(self.db.exists())
        self.assertNotIn("followed", links("--json").stdout)
        found = json.loads(links("--json", "--links").stdout)
        self.assertEqual([(row["link"], row["url"]) for row in found],
                         [("seen", base + "0.html"), ("followed", base + "1.html"),
                          ("followed", base + "leaf0.html")])
        self.assert_code(garner("run", "-c", file, "--once"), 0)
        self.assertEqual({row["url"] for row in found if row["link"] == "followed"},
                         {url for url, in query(self.db, "select url from garner_frontier"
                                                         " where depth = 1")})
        run = one(self.db, f"select id from garner_run where url = '{base}1.html'")
        found = json.loads(links("--json", "--links", "--run", str(run)).stdout)
        self.assertEqual([(row["link"], row["depth"]) for row in found], [("too deep", 2)] * 3)
        file.write_text(file.read_text().replace("depth: 1", "depth: 2"))
        found = json.loads(links("--json", "--links", "--run", str(run)).stdout)
        self.assertEqual([row["link"] for row in found], ["seen", "followed", "denied"])

    def test_what_leads_nowhere_is_said(self):
        file = self.write("g.yaml", f"""garner: 1
store: {self.db}
sources:
  site:
    start: {self.url}
    crawl: {{}}
    rows: {{ table: t, key: a, sql: select 1 as a }}
  plain:
    url: {self.url}
""")
        body = self.write("page", "<meta name=robots content=none><a href=/x>x</a>")
        result = garner("test", "site", "-c", file, "--body", body)
        self.assertIn("a run makes no rows of this page: noindex", result.stderr)
        self.assertNotIn("new", result.stdout)
        self.assertIn("nofollow", result.stdout)
        for args, said in ((["plain", "--links"], "plain is no crawl"),
                           (["site", "--links", "--into", "t"], "either --links or --into")):
            result = garner("test", "-c", file, *args)
            self.assert_code(result, 2)
            self.assertIn(said, result.stderr)

    def test_robots(self):
        self.robots("User-agent: *\nDisallow: /counted/site/1.html\n")
        self.crawl("--depth", "2")
        self.assertEqual(self.titles(), ["leaf 0", "page 0"])
        self.assertNotIn("1.html", self.nginx.counted() - self.asked_before)
        self.crawl("--depth", "2", "--robots", "ignore")
        self.assertIn("page 1", self.titles())

    def test_a_page_that_fails(self):
        self.robots("User-agent: *\nDisallow: /counted/site/leaf0.html\n")
        result = self.crawl("--follow", "p a:first-child, i a", code=1)
        self.assertIn(f"1 of {PAGES + 1} URLs failed; look at them: ", result.stderr)
        self.assertEqual(look_at(result.stderr), [("nowhere.html", 404)])
        self.assertEqual(query(self.db, "select url like '%/nowhere.html', status"
                                        " from garner_run where failure is not null"),
                         [(1, 404)])
        self.assertEqual(len(self.titles()), PAGES)
        line, = json.loads(garner("status", self.db, "--json").stdout)
        self.assertEqual((line["urls"], line["urls_left"], line["urls_failed"]), (PAGES + 1, 0, 1))
        head = garner("status", self.db).stdout.splitlines()[0].split()
        self.assertEqual(head[-4:], ["urls", "urls_left", "urls_failed", "error"])

        # Those of others, and what is left alone, are none of the next one's.
        self.url = self.url.replace("/0.", f"/{PAGES - 1}.")
        result = self.crawl("--depth", "2", code=1)
        self.assertIn("1 of 5 URLs failed", result.stderr)
        self.assertEqual(look_at(result.stderr), [("nowhere.html", 404)])

    def test_no_server(self):
        self.url = f"http://127.0.0.1:{dead_port()}/"
        result = self.crawl("--robots", "ignore", code=1)
        self.assertIn("1 of 1 URLs failed", result.stderr)
        self.assertEqual(look_at(result.stderr), [("", None)])
        self.assertEqual(one(self.db, "select count(*) from garner_run"), 1)

    def interrupt(self, *args, sig=signal.SIGINT):
        """Stops a slow crawl in its middle; gives what it said."""
        running = self.start("crawl", self.url, "--db", self.db, *SLOWLY, *args)
        before = count_runs(self.db)
        wait_until(lambda: running.alive() and count_runs(self.db) >= before + 2, "some pages")
        status = running.stop(sig)
        self.assertEqual(status, 130 if sig == signal.SIGINT else -sig, running.output)
        return running.output

    def test_stopped_it_goes_on(self):
        told = self.interrupt("--deny", "nowhere")
        done = count_runs(self.db)
        self.assertLess(done, 2 * PAGES - 1)
        line = re.search(r"(\d+) of (\d+) URLs are left; go on with them: (.*)", told)
        self.assertEqual(int(line.group(2)) - int(line.group(1)), done)
        self.assertEqual(line.group(3), f"{GARNER} crawl {self.url} --db {self.db}"
                                        f" {' '.join(SLOWLY)} --deny nowhere")
        # What was under way is finished: no page is asked for twice.
        told = self.crawl("--deny", "nowhere").stderr
        self.assertIn("URLs are to be asked", told)
        asked = self.nginx.counted() - self.asked_before
        self.assertEqual(set(asked.values()), {1}, asked)
        self.assertEqual(len(asked), 2 * PAGES - 1)
        self.assertEqual(len(self.titles()), 2 * PAGES - 1)
        # One that is over begins anew.
        self.crawl("--deny", "nowhere")
        asked = self.nginx.counted() - self.asked_before
        self.assertEqual(set(asked.values()), {2}, asked)
        self.assertEqual(len(self.titles()), 2 * PAGES - 1)

    def test_out_of_time_it_goes_on(self):
        self.crawl(*SLOWLY, "--deny", "nowhere", "--for", "1s", code=130)
        self.assertLess(count_runs(self.db), 2 * PAGES - 1)
        self.crawl("--deny", "nowhere", "--for", "10m")
        self.assertEqual(len(self.titles()), 2 * PAGES - 1)

    def test_killed_it_goes_on(self):
        self.interrupt("--deny", "nowhere", sig=signal.SIGKILL)
        self.crawl("--deny", "nowhere")
        asked = self.nginx.counted() - self.asked_before
        self.assertEqual(len(asked), 2 * PAGES - 1)
        self.assertLessEqual(sum(asked.values()), len(asked) + 4) # what was under way
        self.assertEqual(len(self.titles()), 2 * PAGES - 1)
        self.assert_sound()

    def test_or_begins_anew(self):
        self.interrupt("--fresh", "--deny", "nowhere")
        told = self.crawl("--fresh", "--deny", "nowhere").stderr
        self.assertNotIn("URLs are to be asked", told)
        self.assertEqual((self.nginx.counted() - self.asked_before)["0.html"], 2)
        self.assertEqual(query(self.db, "select count(*), count(distinct pass) from"
                                        " garner_frontier"), [(2 * PAGES - 1, 1)])

    def test_the_line_that_goes_on_has_no_secret(self):
        for args in (["--fresh"], ["-u", "me:hushhush"], ["-H", "X-Key: hushhush"]):
            with self.subTest(args):
                told = self.interrupt(*args)
                told = told[told.rindex("URLs are left"):]
                self.assertNotIn("hushhush", told)
                self.assertNotIn("--fresh", told)
                self.assertEqual("the same command goes on" in told, len(args) > 1)

    def test_several_starts(self):
        result = garner("crawl", self.url.replace("/0.", "/leaf7."), self.url, "--db", self.db,
                        "--depth", "0")
        self.assert_code(result, 0)
        self.assertEqual(self.titles(), ["leaf 7", "page 0"])
        self.assertEqual(one(self.db, "select count(*) from garner_source"), 1)

    def test_what_is_wrong_is_said_at_once(self):
        for args, says in (
                (["x/y", "--db", self.db], "http"),
                ([self.url], "--db"),
                ([], "URL"),
                (["http://u:secret@h/", "--db", self.db], "put it into --user"),
                ([self.url, "--db", self.db, "--depth", "deep"], "--depth: 'deep'"),
                ([self.url, "--db", self.db, "--pages", "0"], "--pages: '0'"),
                ([self.url, "--db", self.db, "--same", "planet"], "site|host|any"),
                ([self.url, "--db", self.db, "--allow", "(a"], "allow '(a'"),
                ([self.url, "--db", self.db, "--deny", "(b"], "deny '(b'"),
                ([self.url, "--db", self.db, "--follow", "a["], "a["),
                ([self.url, "--db", self.db, "--follow", "select 1 as n"], "url"),
                ([self.url, "--db", self.db, "--follow", "a", "--follow", "select 1 as url"],
                 "stands alone"),
                ([self.url, "--db", self.db, "--sql", "select 1 as n"], "--into"),
                ([self.url, "--db", self.db, "--sql", "selekt", "--into", "t"], "selekt"),
                ([self.url, "--db", self.db, "--key", "colour"], "colour"),
                ([self.url, "--db", self.db, "--concurrency", "5000"], "1 to 1000"),
                ([self.url, "--db", self.db, "--token-file", "x"], "--listen"),
                ([self.url, "--db", self.db, "-d", "x"], "-d")):
            with self.subTest(args):
                result = garner("crawl", *args)
                self.assert_code(result, 2)
                self.assertIn(says, result.stderr)
                self.assertNotIn("secret@", result.stderr)
                self.assertFalse(self.db.exists())

    def test_a_terminal_shows_how_far_it_is(self):
        terminal = Terminal([GARNER, "crawl", self.url, "--db", str(self.db), *SLOWLY],
                            self.folder)
        self.addCleanup(terminal.close)
        terminal.wait_for(r"URLs +\d+ +[\d.]+/s +of \d+ +failed 0 +at least [\d.]+ \w+ left")
        terminal.press(b"\x03")
        self.assertEqual(terminal.wait(), 130, terminal.text)
        self.assertRegex(terminal.text, r"\d+ of \d+ URLs are left; go on with them: ")

    def test_a_log_says_it_too(self):
        running = self.start("crawl", self.url, "--db", self.db, *SLOWLY, "--listen",
                             "127.0.0.1:0")
        wait_until(lambda: running.alive() and count_runs(self.db) > 3, "some pages")
        running.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: running.alive() and
                   re.search(r"\d+ of \d+ URLs \([\d.]+/s\), 0 failed, ", running.output),
                   "the line")
        self.assertEqual(running.stop(), 130)


class Site(dict):
    """Scripts of a site of which each page has the links that are given, and
    where moved leads elsewhere. Of others each leads to the next, without end."""

    def __init__(self, links=None, moved=None, robots=""):
        super().__init__()
        self.links = links or {}
        self.moved = moved or {}
        self.robots = robots

    def __missing__(self, path):
        if path == "/robots.txt":
            return lambda sock, *_: sock.sendall(reply(self.robots, content_type="text/plain"))
        if path in self.moved:
            return lambda sock, *_: sock.sendall(
                reply("", "302 Found", headers=["Location: " + self.moved[path]]))
        links = self.links.get(path)
        if links is None:
            links = [f"/{int(path[1:]) + 1}"] if path[1:].isdigit() else []
        return lambda sock, *_: sock.sendall(reply(
            "".join(f"<a href='{link}'>x</a>" for link in links), content_type="text/html"))


class Astray(Case):
    """Where a crawl does not come to, or is not to go."""

    def site(self, **what):
        server = Misbehaving(Site(**what))
        self.addCleanup(server.stop)
        return server.url

    def crawl(self, url, *args, code=0):
        result = garner("crawl", url, "--db", self.db, *args)
        self.assert_code(result, code)
        return result

    def status(self):
        line, = json.loads(garner("status", self.db, "--json").stdout)
        return line

    def assert_left(self, told):
        """What it says is left is what the store has."""
        left, total = query(self.db, "select sum(f.pass < s.pass), count(*) from"
                                     " garner_frontier f join garner_source s on s.id = f.source"
                                     " where f.pass >= s.pass - 1")[0]
        self.assertGreater(left, 0)
        self.assertIn(f"{left} of {total} URLs are left; go on with them: ", told)
        self.assertEqual(self.status()["urls_left"], left)
        return left

    def interrupt(self, url, *args):
        """Stops a crawl after a few pages; gives what it said."""
        running = self.start("crawl", url, "--db", self.db, "--interval", "100ms", *args)
        before = count_runs(self.db)
        wait_until(lambda: running.alive() and count_runs(self.db) >= before + 3, "some pages")
        said = len(running.output)
        self.assertEqual(running.stop(), 130, running.output)
        return running.output[said:]

    def test_of_a_chain_one_is_left(self):
        url = self.site() + "/1"
        self.assertEqual(self.assert_left(self.interrupt(url)), 1)
        self.crawl(url, "--interval", "100ms", "--for", "500ms", code=130)
        self.assertEqual(self.assert_left(self.interrupt(url)), 1)

    def test_what_came_last_is_left_too(self):
        url = self.site(links={"/": [f"/{n}000" for n in range(1, 401)]}) + "/"
        self.assertGreaterEqual(self.assert_left(self.interrupt(url)), 400)
        # A budget bounds what is left, as well.
        told = self.interrupt(url, "--fresh", "--pages", "1000")
        self.assertGreaterEqual(self.assert_left(told), 400)
        told = self.interrupt(url, "--fresh", "--pages", "300")
        done = one(self.db, "select count(*) from garner_frontier f join garner_source s"
                            " on s.id = f.source where f.pass = s.pass")
        self.assertIn(f"{300 - done} of 300 URLs are left; ", told)

    def test_what_is_left_alone_has_not_failed(self):
        url = self.site(links={"/": ["/no/1", "/out", "/inside"]}, moved={"/out": "http://h.test/"},
                        robots="User-agent: *\nDisallow: /no/\n") + "/"
        self.assertNotIn("failed", self.crawl(url).stderr)
        self.assertEqual(query(self.db, "select failure from garner_run where left_alone"
                                        " order by failure"), [("redirect",), ("robots",)])
        self.assert_code(garner("status", self.db), 0)
        line = self.status()
        self.assertEqual((line["runs"], line["failed"], line["urls_failed"], line["error"]),
                         (4, 0, 0, None))
        # The last run is one of those, too.
        url = self.site(links={"/": ["/no/1"]}, robots="User-agent: *\nDisallow: /no/\n") + "/"
        self.crawl(url)
        self.assertEqual(one(self.db, "select failure from garner_run order by id desc"), "robots")
        self.assert_code(garner("status", self.db), 0)

    def test_what_is_never_asked_costs_no_budget(self):
        url = self.site(links={"/": [f"/no/{n}" for n in range(9)] + [f"/{n}000" for n in
                                                                      range(1, 9)]},
                        robots="User-agent: *\nDisallow: /no/\n") + "/"
        fetched = "select count(*) from garner_run where status is not null"
        for args in (["--pages", "4"], ["--pages", "4", "--fresh", "--concurrency", "1"]):
            told = self.crawl(url, *args).stderr
            self.assertEqual(one(self.db, fetched), 4)
            self.assertNotIn("left", told)
            self.db = self.folder / "again.db"
        # Nor does it when a crawl is gone on with.
        self.db = self.folder / "stopped.db"
        self.interrupt(url, "--concurrency", "1", "--pages", "1000")
        done = one(self.db, fetched)
        self.crawl(url, "--pages", f"{done + 2}")
        self.assertEqual(one(self.db, fetched), done + 2)

    def test_pages_that_redirect_to_one_are_one_row(self):
        server = Misbehaving(Site(links={"/": ["/a", "/b", "/c", "/one"]},
                                  moved=dict.fromkeys(["/a", "/b", "/c"], "/one")))
        self.addCleanup(server.stop)
        self.crawl(server.url + "/")
        self.assertEqual(one(self.db, "select count(*) from pages"), 2)
        self.assertEqual(server.requests.count("GET /one HTTP/1.1"), 4)

    def test_what_fails_by_a_redirect_is_shown(self):
        site = self.site(links={"/": ["/loop", "/file", "/out", "/moved"]},
                         moved={"/loop": "/loop", "/file": "file:///etc/passwd",
                                "/out": "http://h.test/", "/moved": "/new"})
        told = self.crawl(site + "/", code=1).stderr
        self.assertIn("2 of 5 URLs failed; look at them: ", told)
        self.assertEqual(sorted(look_at(told)), [("file", 302), ("loop", 302)])
        line = self.status()
        self.assertEqual((line["failed"], line["urls_failed"]), (2, 2))
        self.db = self.folder / "start.db"
        told = self.crawl(self.site(moved={"/": "http://h.test/"}) + "/", code=1).stderr
        self.assertEqual(look_at(told), [("", 302)])


if __name__ == "__main__":
    unittest.main()
