"""Sources with many URLs: each is asked for once in a pass, whatever happens to
garner meanwhile, and what the list has no more is forgotten."""
import collections
import json
import pathlib
import signal
import unittest

from support.program import Case, count_runs, garner, one, query, wait_until
from support.servers import Nginx

PAGES = 600
KILLS = 6
CONCURRENCY = 4


class Frontier(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)
        cls.log = pathlib.Path(cls.nginx.folder, "counted.log")
        for number in range(PAGES):
            pathlib.Path(cls.nginx.folder, "files", f"{number}.json").write_text(
                json.dumps({"n": number}))

    def setUp(self):
        super().setUp()
        self.asked_before = self.asked()
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

    def asked(self):
        """How often nginx was asked for each page so far."""
        if not self.log.exists():
            return collections.Counter()
        return collections.Counter(
            line.split('"')[1].split()[1].split("/")[-1]
            for line in self.log.read_text().splitlines())

    def asked_now(self):
        return self.asked() - self.asked_before

    def list(self, numbers, more=""):
        self.write("list.txt", "".join(
            f"{self.nginx.url}/counted/{n}.json\n" for n in numbers) + more)

    def run_once(self):
        result = garner("run", "-c", self.config, "--once", cwd=self.folder)
        self.assert_code(result, 0)
        return result

    def test_killed_in_mid_pass(self):
        self.list(range(PAGES))
        for kill in range(1, KILLS + 1):
            running = self.start("run", "-c", self.config, "--once")
            wait_until(lambda: running.process.poll() is not None or
                       count_runs(self.db) >= kill * PAGES // (KILLS + 2),
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
        self.assertLessEqual(max(asked.values()), 1 + KILLS)
        # What was under way at most, when it was killed: those at the host, and
        # those on their way to the store.
        self.assertLessEqual(sum(asked.values()) - PAGES,
                             KILLS * (2 * CONCURRENCY + 2))
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
        self.assertIn("1 of 4 URLs failed", result.stdout + result.stderr)
        result = garner("test", "pages", "-c", self.config, cwd=self.folder)
        self.assert_code(result, 2)
        self.assertIn("has many URLs", result.stderr)

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


if __name__ == "__main__":
    unittest.main()
