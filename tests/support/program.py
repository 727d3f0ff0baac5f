"""Running garner from a test: once, or in the background until stopped."""
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
import urllib.request

GARNER = os.path.abspath(os.environ.get("GARNER", "build/src/cli/garner"))
# Under nohup(1) it is ignored, and garner, rightly, lets it be.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
# What a test waits for at most. Generous: a slow machine is no failure, and
# nobody waits so long for what happens.
LIMIT = 120


def wait_until(condition, what, limit=LIMIT):
    """Returns condition()'s first true value; fails after limit seconds."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {limit} s in vain for {what}")
        time.sleep(0.01)


def clean_environment(**more):
    """The caller's environment without what would change garner's ways."""
    env = {name: value for name, value in os.environ.items()
           if not name.lower().endswith("_proxy") and not name.startswith("GARNER_")}
    env.update(LC_ALL="C.UTF-8", TZ="UTC", **more)
    return env


def garner(*args, stdin=None, cwd=None, timeout=LIMIT, text=True, env=None, **more):
    """Runs garner to its end; the result has returncode, stdout, stderr."""
    return subprocess.run([GARNER, *map(str, args)], input=stdin, cwd=cwd,
                          capture_output=True, timeout=timeout, text=text,
                          env=env or clean_environment(), check=False, **more)


class Running:
    """garner in the background; its output goes to files in folder."""

    def __init__(self, folder, *args, env=None, **more):
        self.out_path = pathlib.Path(folder, "stdout.txt")
        self.err_path = pathlib.Path(folder, "stderr.txt")
        with open(self.out_path, "ab") as out, open(self.err_path, "ab") as err:
            self.process = subprocess.Popen(
                [GARNER, *map(str, args)], stdin=subprocess.DEVNULL, stdout=out,
                stderr=err, cwd=folder, env=env or clean_environment(), **more)

    @property
    def output(self):
        return (self.out_path.read_text(errors="replace")
                + self.err_path.read_text(errors="replace"))

    def alive(self):
        if self.process.poll() is not None:
            raise AssertionError(
                f"garner ended with {self.process.returncode}:\n{self.output}")
        return True

    def wait(self, limit=LIMIT):
        """Waits for the end; gives the exit status."""
        try:
            return self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"garner did not end:\n{self.output}") from None

    def stop(self, sig=signal.SIGINT, limit=LIMIT):
        self.process.send_signal(sig)
        return self.wait(limit)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def query(db, sql, args=()):
    """All rows of a query on the database file, as another program sees it."""
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=60)
    try:
        return connection.execute(sql, args).fetchall()
    finally:
        connection.close()


def one(db, sql, args=()):
    """The only value of a query."""
    return query(db, sql, args)[0][0]


def count_runs(db):
    """Fetches in garner_run; 0 as long as there is no such table."""
    try:
        return one(db, "select count(*) from garner_run where missed = 0")
    except sqlite3.OperationalError as error:
        if "no such table" in str(error) or "unable to open" in str(error):
            return 0
        raise


def get_bytes(url):
    """The body at url, by Python's own client."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=LIMIT) as reply:
        return reply.read()


def get_json(url):
    return json.loads(get_bytes(url))


class Case(unittest.TestCase):
    """A test with a folder of its own and the programs it started."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="garner-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.db = self.folder / "data.db"

    def start(self, *args, **more):
        running = Running(self.folder, *args, **more)
        self.addCleanup(running.kill)
        return running

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def assert_code(self, result, code):
        self.assertEqual(result.returncode, code,
                         f"\n{' '.join(map(str, result.args))}\n"
                         f"stdout: {result.stdout[-2000:]}\n"
                         f"stderr: {result.stderr[-2000:]}")

    def assert_sound(self, db=None):
        """No damage, and nothing that points into the void."""
        db = db or self.db
        self.assertEqual(query(db, "pragma integrity_check"), [("ok",)])
        self.assertEqual(query(db, "pragma foreign_key_check"), [])
