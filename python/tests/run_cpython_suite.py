#!/usr/bin/env python3
"""CPython's own tests of sqlite3, run with garner in sqlite3's place.

run_cpython_suite.py                    every edition that is found
run_cpython_suite.py --suite FOLDER     that one (test_dbapi.py or dbapi.py in it)
run_cpython_suite.py --files            with files in place of :memory:
run_cpython_suite.py --module sqlite3   sqlite3 itself, to see what it fails
run_cpython_suite.py -k NAME            only tests whose name has NAME in it

Editions are looked for in this interpreter (test.test_sqlite3) and in PyPy's
library (Debian's package pypy3-lib-testsuite). Tests that garner means to fail
are the table of docs/python.md; any other failure, and a listed test that
passes, is an error. A test that crashes or hangs costs itself alone. With
--files sqlite3 is run first, since some tests are about :memory: alone; what it
fails then, garner may.
"""
import argparse
import fnmatch
import glob
import importlib.util
import json
import os
import pathlib
import re
import select
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "docs" / "python.md"
LIMIT_S = 120  # for one test
FINE = ("ok", "skipped", "excused")
# What sitecustomize does in every Python that the tests start, too.
SHIM = """import os, sys
try:
    import garner, garner.dbapi2, garner.dump
except ImportError as error:  # else the tests would be run on sqlite3 itself
    print(error, file=sys.stderr, flush=True)
    os._exit(1)
for name in "", ".dbapi2", ".dump":
    sys.modules["sqlite3" + name] = sys.modules["garner" + name]
sys.modules["_sqlite3"] = garner._garner
"""
# Databases that are files where the tests have them in memory, so that the tests
# go through readers, turns and the log as well.
FILES = """
import functools, sqlite3, tempfile
@functools.wraps(sqlite3.connect)
def connect(database, *args, real=sqlite3.connect, **more):
    if database == ":memory:":
        database = tempfile.mkdtemp(dir=".") + "/test.db"
    return real(database, *args, **more)
sqlite3.connect = sqlite3.dbapi2.connect = connect
"""


class Edition:
    """A folder of tests, and which Python it is from."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        found = re.search(r"py(?:thon|py)(3\.\d+)", str(self.folder))
        self.name = found[1] if found else self.folder.name
        self.old = not (self.folder / "test_dbapi.py").exists()
        if self.old and not (self.folder / "dbapi.py").exists():
            raise SystemExit(f"{folder}: neither test_dbapi.py nor dbapi.py is in it")


def editions():
    spec = importlib.util.find_spec("test")
    folders = [os.path.join(path, "test_sqlite3")
               for path in (spec.submodule_search_locations if spec else ())]
    folders += glob.glob("/usr/lib/pypy3.*/sqlite3/test")
    return [Edition(folder) for folder in folders if os.path.isdir(folder)]


def differences(edition, on_files):
    """Patterns of tests that are to fail, by the table of docs/python.md."""
    editions = {edition.name} | ({f"{edition.name} on files"} if on_files else set())
    table = re.search(r"<!-- differences -->(.*?)<!-- end -->", PAGE.read_text(), re.S)
    if not table:
        raise SystemExit(f"{PAGE}: no table between <!-- differences --> and <!-- end -->")
    listed = []
    for line in table[1].splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 3 and editions & set(re.split(r",\s*", cells[1])):
            listed += re.findall(r"`([^`]+)`", cells[0])
    return listed


# In the child, which has garner as sqlite3: runs the tests, says what came of each.

def load(edition):
    import types
    import unittest
    import test.support
    from test.support import import_helper, os_helper, threading_helper
    package = "sqlite3.test" if edition.old else "test.test_sqlite3"
    module = types.ModuleType(package)
    module.__path__ = [str(edition.folder)]
    sys.modules[package] = module
    if edition.old:  # helpers were all in one module then
        for helper in os_helper, import_helper, threading_helper:
            for name in vars(helper):
                if not hasattr(test.support, name):
                    setattr(test.support, name, getattr(helper, name))
    names = sorted(path.stem for path in edition.folder.glob("*.py")
                   if path.stem not in ("__init__", "__main__")
                   and path.stem.startswith("" if edition.old else "test_"))
    suite = unittest.TestSuite()
    for name in names:
        loaded = importlib.import_module(f"{package}.{name}")
        suite.addTest(loaded.suite() if hasattr(loaded, "suite") else
                      unittest.defaultTestLoader.loadTestsFromModule(loaded))
    return package, suite


def flat(suite):
    for item in suite:
        if hasattr(item, "__iter__"):
            yield from flat(item)
        else:
            yield item


def child(edition, out, pattern):
    """Runs the tests that the lines of stdin do not name."""
    import faulthandler
    import unittest
    faulthandler.enable()
    done = set(sys.stdin.read().split())
    package, suite = load(edition)

    class Result(unittest.TestResult):
        def say(self, outcome, test, detail=""):
            out.write(json.dumps([outcome, name_of(test), str(detail)]) + "\n")
            out.flush()

        def startTest(self, test):
            super().startTest(test)
            self.verdict = ("ok", "")
            self.say("start", test)

        def stopTest(self, test):
            super().stopTest(test)
            self.say(self.verdict[0], test, self.verdict[1])

        def failed(self, test, err):
            self.verdict = ("failed", self.verdict[1] + self._exc_info_to_string(err, test))

        def addFailure(self, test, err):
            self.failed(test, err)

        addError = addFailure

        def addSubTest(self, test, subtest, err):
            if err is not None:
                self.failed(test, err)

        def addSkip(self, test, reason):
            self.verdict = ("skipped", reason)

        def addUnexpectedSuccess(self, test):
            self.verdict = ("failed", "it passes, but is marked as one that fails")

    def name_of(test):
        return getattr(test, "id", lambda: str(test))().removeprefix(package + ".")

    # A class at a time, so that setUpClass and tearDownClass are called.
    classes = {}
    for test in flat(suite):
        name = name_of(test)
        if name not in done and pattern in name:
            classes.setdefault(type(test), []).append(test)
    result = Result()
    for tests in classes.values():
        unittest.TestSuite(tests).run(result)
    # What is left of it must not crash the interpreter's end, either.
    out.write(json.dumps(["end", "", ""]) + "\n")
    out.flush()


# In the parent.

class Child:
    """One run of the tests that are left."""

    def __init__(self, given, edition, folder, done):
        source, sink = os.pipe()
        env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        (folder / "sitecustomize.py").write_text(
            (SHIM if given.module == "garner" else "import sqlite3.dbapi2\n")
            + (FILES if given.files else ""))
        env["PYTHONPATH"] = os.pathsep.join(
            [str(folder), *(os.path.abspath(path) for path in
                            env.get("PYTHONPATH", "").split(os.pathsep) if path)])
        self.cwd = tempfile.TemporaryDirectory(dir=folder)
        self.err = tempfile.TemporaryFile("w+", dir=folder)
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--child", str(sink), "--suite", edition.folder,
             "-k", given.k], pass_fds=[sink], cwd=self.cwd.name, env=env,
            stdin=subprocess.PIPE, stdout=self.err, stderr=self.err)
        os.close(sink)
        self.process.stdin.write("\n".join(done).encode())
        self.process.stdin.close()
        self.events = source

    def __iter__(self):
        """Its events; the last is ("gone", exit status, output)."""
        buffer, heard, hung = b"", time.monotonic(), False
        while True:
            ready, _, _ = select.select([self.events], [], [], 1)
            piece = os.read(self.events, 65536) if ready else b""
            if ready and not piece:
                break
            if piece:
                heard = time.monotonic()
            elif time.monotonic() - heard > LIMIT_S and not hung:
                hung = True
                self.process.kill()
            *lines, buffer = (buffer + piece).split(b"\n")
            for line in lines:
                yield json.loads(line)
        os.close(self.events)
        try:
            self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            hung = True
            self.process.kill()
            self.process.wait()
        self.err.seek(0)
        status = f"hung for {LIMIT_S} s" if hung else f"exit status {self.process.returncode}"
        yield ["gone", status if hung or self.process.returncode else "", self.err.read()]
        self.cwd.cleanup()


def run(given, edition):
    """{test: (outcome, detail)} of an edition."""
    with tempfile.TemporaryDirectory() as folder:
        return run_in(given, edition, pathlib.Path(folder))


def run_in(given, edition, folder):
    outcomes, ended = {}, False
    while not ended:
        current, before = None, len(outcomes)
        for kind, name, detail in Child(given, edition, folder, outcomes):
            if kind == "start":
                current = name
            elif kind == "end":
                ended = True
            elif kind != "gone":
                outcomes[name] = (kind, detail)
                current = None
            elif current:
                outcomes[current] = ("failed", f"{name or 'it ended'}\n{detail[-8000:]}")
            elif name:
                outcomes["the interpreter itself"] = ("failed", f"{name}\n{detail[-8000:]}")
        if not ended and len(outcomes) - ("the interpreter itself" in outcomes) <= before:
            raise SystemExit(f"{edition.folder}: the tests cannot be run\n{detail}")
    return outcomes


def judge(edition, outcomes, listed, whole):
    """Says what is wrong; how many things are."""
    wrong = 0
    for name, (outcome, detail) in outcomes.items():
        if outcome not in FINE and not any(fnmatch.fnmatchcase(name, one) for one in listed):
            wrong += 1
            print(f"FAIL {edition.name} {name}\n{detail}")
    for one in listed:
        known = [name for name in outcomes if fnmatch.fnmatchcase(name, one)]
        for name in known:
            if outcomes[name][0] == "ok":
                wrong += 1
                print(f"FAIL {edition.name} {name}: passes, but docs/python.md says that it fails")
        if not known and whole:
            print(f"     {edition.name} {one}: listed, but not in this edition")
    counts = {kind: sum(outcome == kind for outcome, _ in outcomes.values())
              for kind in ("ok", "failed", "skipped", "excused")}
    print(f"{edition.name}: {counts['ok']} passed, {counts['failed']} failed "
          f"({counts['failed'] - wrong} of them as listed), {counts['skipped']} skipped"
          + (f", {counts['excused']} are about :memory:" if counts["excused"] else "")
          + f"; {edition.folder}", flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], epilog=__doc__.split("\n\n", 1)[1],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", action="append", metavar="FOLDER")
    parser.add_argument("--module", choices=("garner", "sqlite3"), default="garner")
    parser.add_argument("--files", action="store_true")
    parser.add_argument("-k", default="", metavar="NAME")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    found = [Edition(folder) for folder in given.suite] if given.suite else editions()
    if given.child is not None:
        with os.fdopen(given.child, "w") as out:
            child(found[0], out, given.k)
        return 0
    if not found:
        print("no edition of CPython's tests of sqlite3 is here: apt-get install "
              "pypy3-lib-testsuite", file=sys.stderr)
        return 1
    wrong = 0
    for edition in found:
        listed = differences(edition, given.files) if given.module == "garner" else []
        outcomes = run(given, edition)
        if given.files and given.module == "garner":
            excused = run(argparse.Namespace(**{**vars(given), "module": "sqlite3"}), edition)
            outcomes = {name: outcome if excused.get(name, FINE)[0] in FINE else ("excused", "")
                        for name, outcome in outcomes.items()}
        wrong += judge(edition, outcomes, listed, not given.k)
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
