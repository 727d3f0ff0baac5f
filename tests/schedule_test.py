"""When sources are due, over restarts of the program: what was missed is made up
for, intervals go on adapting, and a cron line is kept to."""
import datetime
import os
import pathlib
import sqlite3
import time
import unittest

from support.program import Case, count_runs, garner, one, query, wait_until
from support.servers import Nginx

HOUR_US = 3600 * 1000000


class Schedule(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def file(self, **schedules):
        """A file of sources by their schedules."""
        return self.write("garner.yaml", f"garner: 1\nstore: {self.db}\nsources:\n" + "".join(
            f"  {name}: {{ url: '{self.nginx.url}/files/{name}', schedule: {schedule} }}\n"
            for name, schedule in schedules.items()))

    def page(self, name, text, age):
        """A file of nginx's that was last changed age seconds ago."""
        path = pathlib.Path(self.nginx.folder, "files", name)
        path.write_text(text)
        os.utime(path, (time.time() - age,) * 2)

    def run_until(self, file, runs):
        """Lets garner run until there are so many runs, and ends it."""
        running = self.start("run", "-c", file)
        wait_until(lambda: running.alive() and count_runs(self.db) >= runs,
                   f"{runs} runs")
        self.assertEqual(running.stop(), 0, running.output)

    def runs(self):
        return dict(query(self.db, "select s.name, count(r.id) from garner_source s"
                                   " left join garner_run r on r.source = s.id"
                                   " and r.missed = 0 group by s.name"))

    def change(self, sql):
        connection = sqlite3.connect(self.db, timeout=60)
        with connection:
            connection.execute(sql)
        connection.close()

    def test_what_was_missed_while_it_was_down(self):
        for name in "abc":
            self.page(name, "x", 100)
        file = self.file(a="{ every: 1h, missed: once }",
                         b="{ cron: '10 4 29 2 *', tz: Europe/London, missed: once }",
                         c="{ cron: '10 4 29 2 *', tz: Europe/London }")
        self.run_until(file, 1)
        self.assertEqual(self.runs(), {"a": 1, "b": 0, "c": 0})
        # As if it had been down since three hours and a quarter ago.
        self.change("update garner_source set next_due = "
                    f"{time.time_ns() // 1000 - 3 * HOUR_US - HOUR_US // 4}")
        self.run_until(file, 3)
        self.assertEqual(self.runs(), {"a": 2, "b": 1, "c": 0})
        self.assertEqual(query(self.db, "select * from garner_run where missed > 0"), [])
        # One goes on with its slots, the other with its line.
        left = one(self.db, "select next_due from garner_source where name = 'a'") \
            - time.time_ns() // 1000
        self.assertTrue(HOUR_US / 2 < left <= HOUR_US * 3 / 4, left)
        due = one(self.db, "select next_due from garner_source where name = 'b'")
        local = datetime.datetime.fromtimestamp(due / 1e6, datetime.timezone.utc)
        self.assertEqual((local.month, local.day, local.hour, local.minute),
                         (2, 29, 4, 10))
        # Nothing is owed any more.
        running = self.start("run", "-c", file, "--for", "100ms")
        self.assertEqual(running.wait(), 0, running.output)
        self.assertEqual(self.runs(), {"a": 2, "b": 1, "c": 0})

    def interval(self):
        return one(self.db, "select interval from garner_source")

    def test_an_interval_adapts_over_restarts(self):
        self.page("page", "one", 1000)
        file = self.file(page="{ every: 1h, adapt: 15m..12h, missed: once }")
        self.run_until(file, 1)
        self.assertEqual(self.interval(), HOUR_US)

        def once_more():
            before = count_runs(self.db)
            self.change("update garner_source set next_due = 1")
            self.run_until(file, before + 1)
            self.assertEqual(count_runs(self.db), before + 1)

        once_more()  # 304, not modified
        self.assertEqual(self.interval(), HOUR_US * 3 // 2)
        once_more()
        self.assertEqual(self.interval(), HOUR_US * 9 // 4)
        self.assertEqual(one(self.db, "select count(*) from garner_run"
                                      " where status = 304"), 2)
        self.page("page", "two", 500)
        once_more()
        self.assertEqual(self.interval(), HOUR_US * 9 // 8)
        left = one(self.db, "select next_due from garner_source") \
            - time.time_ns() // 1000
        self.assertTrue(HOUR_US < left <= HOUR_US * 9 // 8, left)
        # It is not due: a restart does not fetch.
        running = self.start("run", "-c", file, "--for", "100ms")
        self.assertEqual(running.wait(), 0, running.output)
        self.assertEqual(count_runs(self.db), 4)
        self.assert_sound()

    def test_a_cron_line_of_seconds(self):
        self.page("tick", "x", 100)
        self.run_until(self.file(tick="{ cron: '*/2 * * * * *', window: '00:00-24:00',"
                                      " missed: once }"), 3)
        self.assertEqual(one(self.db, "select next_due from garner_source") % 2000000, 0)
        self.assertEqual(query(self.db, "select error from garner_run"
                                        " where missed = 0 and error is not null"), [])

    def test_what_cannot_be_is_refused(self):
        file = self.file(a="{ cron: '0 4 31 2 *' }", b="{ every: 1h, tz: Europe/Paris }",
                         c="{ cron: '@daily', tz: Mars/Olympus }")
        result = garner("check", file)
        self.assert_code(result, 2)
        text = result.stdout + result.stderr
        for line, words in (4, "never comes"), (5, "tz"), (6, "no time zone"):
            self.assertRegex(text, rf"garner.yaml:{line}:\d+: .*{words}")


if __name__ == "__main__":
    unittest.main()
