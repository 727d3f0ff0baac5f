"""A source at a server that misbehaves, run once beside a good one."""
import hashlib
import os
import pathlib
import subprocess

from .program import GARNER, Case, clean_environment, query
from .servers import Misbehaving, reply

TELL = "; if it stays so, tell the server's owner$"
BROKEN = "the answer is broken: "
# The sanitizers' own memory is many times the program's.
SANITIZED = any(b"__%csan_init" % letter in pathlib.Path(GARNER).read_bytes()
                for letter in b"at")
MOST_MIB = 80  # garner alone has 30


def good(sock, request, server):
    sock.sendall(reply("good"))


class Bad(Case):
    """A source at a server that misbehaves, and a good one beside it."""

    @classmethod
    def setUpClass(cls):
        cls.server = Misbehaving({"/good": good})
        cls.addClassCleanup(cls.server.stop)

    def run_file(self, sources, defaults="", env=None):
        """Runs a file of these sources once; gives the exit status."""
        config = self.write("bad.yaml", "garner: 1\ndefaults: { body: { max: 1MB }"
                            f"{defaults} }}\nsources:\n" + "".join(
                                f"  {name}: {{ {keys} }}\n" for name, keys in sources))
        with open(self.folder / "said", "wb") as said:
            process = subprocess.Popen(
                [GARNER, "run", "-c", config, "--once", "--db", self.db],
                stdout=said, stderr=said, env=env or clean_environment())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if not SANITIZED:
            self.assertLess(used.ru_maxrss >> 10, MOST_MIB, "MiB")
        return process.returncode

    def rows(self, source, columns="status, failure"):
        return query(self.db, f"select {columns} from garner_run r join garner_source s"
                     " on s.id = r.source where s.name = ? and missed = 0 order by r.id",
                     [source])

    def rows_of(self, urls, keys="", **more):
        """Runs each of urls once, the good one beside them; gives their rows as
        dicts."""
        columns = ("status", "failure", "error", "bytes", "body", "attempt")
        names = [f"bad{number}" for number in range(len(urls))]
        code = self.run_file([(name, f'url: "{url}"{keys}') for name, url in zip(names, urls)]
                             + [("good", f'url: "{self.server.url}/good"')], **more)
        said = (self.folder / "said").read_text()
        self.assertEqual(self.rows("good"), [(200, None)], said)
        found = []
        for name in names:
            (row,) = self.rows(name, ", ".join(f"r.{column}" for column in columns))
            found.append(dict(zip(columns, row)))
            self.assertEqual(found[-1]["attempt"], 1)
        self.assertEqual(code, 1 if any(row["failure"] for row in found) else 0, said)
        return found

    def row_of(self, url, keys="", **more):
        """The same for one."""
        return self.rows_of([url], keys, **more)[0]

    def failed(self, row, status, failure, error):
        """A failure without a body. status may be several: where it depends on
        how fast the server's bytes come."""
        self.assertEqual(row["failure"], failure, row)
        self.assertRegex(row["error"], error)
        if isinstance(status, tuple):
            self.assertIn(row["status"], status)
        else:
            self.assertEqual(row["status"], status)
        self.assertEqual((row["bytes"], row["body"]), (None, None))

    def kept(self, row, status, body):
        self.assertEqual((row["status"], row["failure"], row["error"], row["bytes"]),
                         (status, None, None, len(body)))
        self.assertEqual(query(self.db, "select sha256 from garner_body where id = ?",
                               [row["body"]]), [(hashlib.sha256(body).digest(),)])


class Scripted(Bad):
    """The server is a script's."""

    def meet_each(self, scripts, keys="", requests=1, **more):
        """Gives the row of a run against each of scripts, and sees that it was
        asked so often."""
        paths = [f"/bad{number}" for number in range(len(scripts))]
        self.server.scripts.update(zip(paths, scripts))
        self.server.requests.clear()
        rows = self.rows_of([self.server.url + path for path in paths], keys, **more)
        asked = [first for first in self.server.requests if "/good" not in first]
        self.assertEqual(len(asked), requests * len(scripts), asked)
        for row in rows:
            if row["failure"] not in (None, "redirect"):
                self.assertTrue(row["error"].startswith(self.server.url[7:] + ": "), row)
        return rows

    def meet(self, script, keys="", requests=1, **more):
        """The same for one."""
        return self.meet_each([script], keys, requests, **more)[0]

    def breaks(self, script, how, status=200, tell=TELL):
        self.failed(self.meet(script), status, "protocol", BROKEN + how + tell)

    def each_breaks(self, cases, status=200):
        """cases: each a script, and how it breaks."""
        for row, (_, how) in zip(self.meet_each([script for script, _ in cases]), cases):
            self.failed(row, status, "protocol", BROKEN + how + TELL)
