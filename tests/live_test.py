"""The live screen: progress on a terminal, seen through a pseudo-terminal."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

from support.program import Case, GARNER, LIMIT, clean_environment, count_runs, one
from support.servers import Nginx


class Terminal:
    """A program on a pseudo-terminal of its own, which is also the one whose
    Ctrl-C reaches it."""

    def __init__(self, command, cwd, columns=100, lines=30, **env):
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(cwd)
                environment = clean_environment(TERM="xterm-256color", **env)
                os.execvpe(command[0], command, environment)
            finally:
                os._exit(127)
        self.resize(columns, lines)

    def resize(self, columns, lines):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.fd], [], [], min(left, 0.1))[0]:
                try:
                    more = os.read(self.fd, 65536)
                except OSError:  # the other side is gone
                    return False
                if not more:
                    return False
                self.seen += more
                return True
        return True

    def wait_for(self, pattern, limit=LIMIT):
        end = time.monotonic() + limit
        while not re.search(pattern, self.text):
            if time.monotonic() > end or not self.read(0.5):
                raise AssertionError(f"no {pattern!r} in:\n{self.text}")

    @property
    def text(self):
        """What was written, without the control sequences."""
        text = self.seen.decode(errors="replace")
        return re.sub(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|[@-_])", "", text)

    def press(self, key):
        os.write(self.fd, key)

    def wait(self, limit=LIMIT):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self.read(0.1) and select.select([self.fd], [], [], 0)[0]:
                    pass
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"it did not end:\n{self.text}")

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


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
