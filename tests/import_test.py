"""Files of other programs become files that garner checks and runs, against a
real server."""
import pathlib
import unittest

from support.program import Case, garner, one, query
from support.servers import Nginx


class Import(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def made(self, *args, stdin=None):
        """Imports, checks and runs; returns what was told on the way."""
        result = garner("import", *args, "--db", self.db, stdin=stdin)
        self.assertEqual(result.returncode, 0, result.stderr)
        path = pathlib.Path(self.folder, "made.yaml")
        path.write_text(result.stdout)
        check = garner("check", path)
        self.assertEqual(check.returncode, 0, check.stderr + result.stdout)
        run = garner("run", "--once", "-c", path)
        self.assertEqual(run.returncode, 0, run.stderr)
        return result.stderr

    def test_a_curl_command(self):
        self.assertEqual(self.made("curl", f"curl '{self.nginx.url}/agent' -A "
                                           "$'it\\'s me' -H 'Accept: */*'"), "")
        body = garner("get", self.nginx.url + "/agent", "-A", "it's me")
        self.assertEqual(body.stdout, "it's me")
        self.assertEqual(one(self.db, "select size from garner_body"), 7)

    def test_a_curl_command_from_a_pipe(self):
        self.made("curl", stdin=f"curl -s \\\n  {self.nginx.url}/same\n")
        self.assertEqual(one(self.db, "select status from garner_run"), 200)

    def test_a_curl_command_with_lists_and_manners(self):
        told = self.made("curl", f"curl -sS -# -O --retry 2 --retry-delay 1 --limit-rate 1M"
                                 f" -c jar '{self.nginx.url}/{{same,agent}}?n=[1-2]'")
        self.assertIn("-O is left out", told)
        self.assertEqual(query(self.db, "select count(*), count(distinct url), min(status)"
                                        " from garner_run"), [(4, 4, 200)])

    def test_a_curl_command_that_asks_for_the_head(self):
        self.made("curl", f"curl -I -r 0-3 --noproxy '*' {self.nginx.url}/same")
        self.assertEqual(query(self.db, "select status, bytes from garner_run"), [(200, 0)])

    def test_a_curl_command_that_cannot_be_taken_over(self):
        for flags, word in (("--ntlm", "garner has no counterpart"), ("-F a=b", "multipart")):
            result = garner("import", "curl", f"curl {flags} http://127.0.0.1:1/")
            self.assertEqual(result.returncode, 2)
            self.assertIn(word, result.stderr)
            self.assertNotIn("--help", result.stderr)

    def test_urlwatch(self):
        jobs = pathlib.Path(self.folder, "urls.yaml")
        jobs.write_text(f"""name: index
url: {self.nginx.url}/html/index.html
filter:
  - css: title
  - html2text
---
name: the whole
url: {self.nginx.url}/html/copyright.html
filter: html2text
""")
        self.assertEqual(self.made("urlwatch", jobs), "")
        rows = query(self.db, "select source, i, text from watched order by"
                              " source")
        self.assertEqual(rows[0], ("index", 1, "SQLite Home Page"))
        self.assertEqual(rows[1][:2], ("the whole", 1))
        self.assertIn("SQLite Copyright", rows[1][2])

    def test_pfetch(self):
        folder = pathlib.Path(self.folder)
        script = folder / "tell"
        script.write_text('#!/bin/sh\ncat "$PFETCH_FILE" - >told </dev/null\n'
                          'echo "$1 $PFETCH_URL $GARNER_FILE" >>told\n')
        script.chmod(0o755)
        page = folder / "pages" / "same page"
        url = self.nginx.url + "/same"
        urls = folder / "urls.xml"
        urls.write_text(f"""<urls>
<url href="{url}" output="{page}" freq="60">
  <command path="{script}"><arg>-x</arg></command>
</url>
<url href="{self.nginx.url}/agent" output="agent.txt"/>
<url href="{self.nginx.url}/protocol" output="../{{x}}"/>
</urls>""")
        self.assertIn("output ../{x} is left out", self.made("pfetch", urls))
        told = '{"name": "same", "price": 7}'
        self.assertEqual(page.read_text(), told)
        self.assertEqual((folder / "told").read_text(),
                         f"{told}-x {url} {page}\n")
        self.assertIn("garner", (folder / "agent.txt").read_text())
        self.assertEqual(one(self.db, "select count(*) from garner_run where"
                                      " failure is null"), 3)

    def test_opml(self):
        feed = pathlib.Path(self.nginx.folder, "files", "feed.xml")
        feed.write_text("""<rss version="2.0"><channel><title>News</title>
<item><title>One</title><link>http://h/1</link><guid>g1</guid>
<pubDate>Thu, 26 Nov 2026 07:00:00 GMT</pubDate>
<description>&lt;p&gt;It &lt;b&gt;rained&lt;/b&gt;.</description></item>
<item><title>Two</title><link>http://h/2</link></item>
</channel></rss>""")
        url = self.nginx.url + "/files/feed.xml"
        opml = pathlib.Path(self.folder, "subscriptions.opml")
        opml.write_text(f"""<opml version="2.0"><body><outline text="Folder">
<outline type="rss" text="The news" xmlUrl="{url}"/></outline>
<outline text="Elsewhere" xmlUrl="ftp://h/feed"/></body></opml>""")
        self.assertIn("ftp://h/feed is left out", self.made("opml", opml))
        self.assertEqual(
            query(self.db, "select feed, guid, title, published, summary from"
                           " entries order by guid"),
            [("The news", "g1", "One", 1795676400, "It rained."),
             ("The news", "http://h/2", "Two", None, None)])

    def test_what_is_no_such_file(self):
        path = pathlib.Path(self.folder, "x.opml")
        path.write_text("<opml><body>")
        result = garner("import", "opml", path)
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stdout, "")
        self.assertIn(f"{path}: 1: this is no XML", result.stderr)
        self.assertEqual(garner("import", "rss", path).returncode, 2)
        missing = garner("import", "opml", "no such file")
        self.assertEqual(missing.returncode, 2)
        self.assertIn("no such file", missing.stderr)


if __name__ == "__main__":
    unittest.main()
