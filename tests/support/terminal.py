"""A program on a terminal, as a person has it: a pseudo-terminal."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from .program import LIMIT, clean_environment


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
