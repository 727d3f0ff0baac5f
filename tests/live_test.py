"""The live screen: progress on a terminal, seen through a pseudo-terminal."""
import unittest

from support.program import Case, GARNER, count_runs
from support.servers import Nginx
from support.terminal import Terminal


class Live(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def terminal(self, *args, **more):
        terminal = Terminal([GARNER, *map(str, args)], self.folder, **more)
        self.addCleanup(terminal.close)
        return terminal

    def test_progress_and_an_end_by_hand(self):
        terminal = self.terminal("run", self.nginx.url + "/tick", "--every", "100ms",
                                 "--db", self.db)
        terminal.wait_for(r"stored [1-9]")
        terminal.press(b"\x03")
        self.assertEqual(terminal.wait(), 0, terminal.text)
        self.assertIn("garner query", terminal.text)
        self.assertIn("data.db", terminal.text)
        self.assertGreater(count_runs(self.db), 0)
        # The cursor and the wrapping are as they were.
        self.assertEqual(terminal.seen.count(b"\x1b[?25l"), terminal.seen.count(b"\x1b[?25h"))
        self.assertEqual(terminal.seen.count(b"\x1b[?7l"), terminal.seen.count(b"\x1b[?7h"))
        self.assertTrue(terminal.seen.endswith(b"\n"), terminal.seen[-80:])

    def test_errors_are_seen(self):
        terminal = self.terminal("run", self.nginx.url + "/missing", "--every", "100ms",
                                 "--db", self.db)
        terminal.wait_for("404")
        terminal.press(b"\x03")
        self.assertEqual(terminal.wait(), 1)

    def test_no_colour_when_asked(self):
        terminal = self.terminal("run", self.nginx.url + "/missing", "--every", "100ms",
                                 "--db", self.db, NO_COLOR="1")
        terminal.wait_for("404")
        terminal.press(b"\x03")
        terminal.wait()
        self.assertNotRegex(terminal.seen, rb"\x1b\[[0-9;]*[1-9][0-9;]*m")

    def test_a_narrow_terminal(self):
        terminal = self.terminal("run", self.nginx.url + "/tick", "--every", "100ms",
                                 "--db", self.db, columns=40, lines=8)
        terminal.wait_for(r"/s\b")
        terminal.resize(20, 4)
        terminal.read(0.5)
        terminal.press(b"\x03")
        self.assertEqual(terminal.wait(), 0)

    def test_a_table_fits(self):
        terminal = self.terminal("query", ":memory:",
                                 "select 1 as one, replace(hex(zeroblob(200)), '00', 'wide') as two",
                                 columns=60)
        self.assertEqual(terminal.wait(), 0)
        self.assertLessEqual(max(len(line) for line in terminal.text.splitlines()), 60)


if __name__ == "__main__":
    unittest.main()
