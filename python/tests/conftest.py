"""What the tests of the Python module share. SQLITE_MODULE=sqlite3 runs them on the
sqlite3 module itself: those that are not marked as garner's own must pass there."""
import importlib
import os
import pathlib
import subprocess
import sys
import threading

import pytest

NAME = os.environ.get("SQLITE_MODULE", "garner")
LIMIT_S = 60  # for what must end


def pytest_configure(config):
    config.addinivalue_line("markers", "own: about what only garner does")


def pytest_collection_modifyitems(items):
    if NAME != "garner":
        for item in items:
            if item.get_closest_marker("own"):
                item.add_marker(pytest.mark.skip(reason="garner's own"))


@pytest.fixture
def sqlite():
    return importlib.import_module(NAME)


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "test.db")


@pytest.fixture
def db(sqlite, path):
    """A connection to a file, with a table."""
    connection = sqlite.connect(path, check_same_thread=False)
    connection.execute("create table t (id integer primary key, who text, n integer)")
    connection.commit()
    yield connection
    connection.close()


class Thread(threading.Thread):
    """A thread whose result or exception comes back with result()."""

    def __init__(self, call, *args):
        super().__init__(daemon=True)
        self.call, self.args = call, args
        self.value = self.error = None
        self.start()

    def run(self):
        try:
            self.value = self.call(*self.args)
        except BaseException as error:
            self.error = error

    def result(self):
        self.join(LIMIT_S)
        assert not self.is_alive(), f"{self.call.__name__} does not end"
        if self.error:
            raise self.error
        return self.value


@pytest.fixture
def thread():
    """Starts a call in a thread."""
    return Thread


@pytest.fixture
def program(tmp_path):
    """Runs a Python program, which finds the module as sqlite; its output."""
    def run(source, *args, code=0):
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c",
             f"import sys, {NAME} as sqlite\n{source}", *map(str, args)],
            capture_output=True, text=True, timeout=LIMIT_S, cwd=tmp_path, check=False)
        assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        run.errors = done.stderr
        return done.stdout
    return run


@pytest.fixture
def here():
    return pathlib.Path(__file__).resolve().parent
