#!/usr/bin/env python3
"""The tests that other packages have for databases, run with garner.

run_suites.py [NAME...]      all of them, or sqlalchemy, twisted, pandas

Each is run twice, on the sqlite3 module and on garner in its place (SQLAlchemy's
with the dialects of both). A test that garner fails and sqlite3 passes is an
error; so is one that garner does not get to.
"""
import argparse
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import run_cpython_suite

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_S = 300


def package(name):
    return pathlib.Path(importlib.util.find_spec(name).origin).parent


def sqlalchemy(module, folder):
    url = "sqlite+garner" if module == "garner" else "sqlite"
    (folder / "setup.cfg").write_text(
        "[sqla_testing]\nrequirement_cls = requirements:Requirements\n"
        f"profile_file = {folder}/profiles.txt\n")
    return [HERE / "sqlalchemy_suite", "--dburi", f"{url}:///{folder}/suite.db",
            "-p", "no:logging"]


def twisted(_module, _folder):
    return [package("twisted") / "test" / "test_adbapi.py", "-k", "SQLite3"]


def pandas(_module, _folder):
    return [package("pandas") / "tests" / "io" / "test_sql.py",
            "-m", "not db and not network", "-W", "ignore", "-p", "iris_of_pandas"]


SUITES = {"sqlalchemy": sqlalchemy, "twisted": twisted, "pandas": pandas}


def outcomes(name, module):
    """{test: outcome} of a suite, with sqlite3 or with garner as sqlite3."""
    with tempfile.TemporaryDirectory() as text:
        folder = pathlib.Path(text)
        paths = [HERE / "sqlalchemy_suite", HERE / "pandas_suite",
                 *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        if module == "garner":
            (folder / "sitecustomize.py").write_text(run_cpython_suite.SHIM)
            paths.insert(0, folder)
        report = folder / "report.xml"
        (folder / "pytest.ini").write_text("[pytest]\n")  # not that of our tests
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-c", folder / "pytest.ini",
             "-p", "no:cacheprovider", f"--junitxml={report}", *SUITES[name](module, folder)],
            cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, check=False,
            env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1",
                     PYTHONPATH=os.pathsep.join(filter(None, map(str, paths)))))
        if not report.exists() or done.returncode not in (0, 1):
            raise SystemExit(f"{name}, {module}: exit status {done.returncode}\n"
                             f"{done.stdout[-8000:]}\n{done.stderr[-8000:]}")
        found = {}
        for case in xml.etree.ElementTree.parse(report).iter("testcase"):
            bad = [child for child in case if child.tag in ("failure", "error")]
            skipped = case.find("skipped") is not None
            found[f"{case.get('classname')}.{case.get('name')}"] = (
                "failed" if bad else "skipped" if skipped else "ok",
                "\n".join(child.text or "" for child in bad)[-4000:])
        return found


def compare(name):
    """How many tests are lost with garner."""
    theirs, ours = outcomes(name, "sqlite3"), outcomes(name, "garner")
    ours = {test.replace("_sqlite+garner_", "_sqlite+pysqlite_"): outcome
            for test, outcome in ours.items()}
    lost = 0
    for test, (outcome, _) in theirs.items():
        now, detail = ours.get(test, ("not run", ""))
        if outcome == "ok" and now != "ok":
            lost += 1
            print(f"FAIL {name} {test}: {now}\n{detail}")

    def count(found, kind):
        return sum(outcome == kind for outcome, _ in found.values())
    print(f"{name}: {count(ours, 'ok')} passed, {count(ours, 'failed')} failed, "
          f"{count(ours, 'skipped')} skipped; sqlite3 itself {count(theirs, 'ok')}, "
          f"{count(theirs, 'failed')}, {count(theirs, 'skipped')}", flush=True)
    return lost + (count(ours, "ok") == 0)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], epilog=__doc__.split("\n\n", 1)[1],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*SUITES, []], metavar="NAME")
    wrong = 0
    for name in parser.parse_args().names or SUITES:
        if importlib.util.find_spec(name) is None:
            print(f"{name}: not installed (apt-get install python3-{name})")
            wrong += 1
        else:
            wrong += compare(name)
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
