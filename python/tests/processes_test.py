"""Processes: fork, spawn, forkserver, and what a forked child may not do."""
import multiprocessing
import os
import sys

import conftest
import pytest

PROCESSES, ROWS = 4, 25


def store(module, path, number):
    """What a child does: its own connection, its own rows."""
    sqlite = __import__(module)
    db = sqlite.connect(path, timeout=60)
    for n in range(ROWS):
        db.execute("insert into t (who, n) values (?, ?)", (f"process {number}", n))
        db.commit()
    db.close()


@pytest.mark.parametrize("how", ["fork", "spawn", "forkserver"])
def test_children_store_in_turns(db, path, how):
    context = multiprocessing.get_context(how)
    children = [context.Process(target=store, args=(conftest.NAME, path, number))
                for number in range(PROCESSES)]
    for child in children:
        child.start()
    for child in children:
        child.join(conftest.LIMIT_S)
        assert child.exitcode == 0
    assert db.execute("select count(*), count(distinct who) from t").fetchone() == (
        PROCESSES * ROWS, PROCESSES)


def in_fork(call):
    """Runs call in a forked child; the text that it returns."""
    source, sink = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            text = call()
        except BaseException as error:
            text = f"{type(error).__name__}: {error}"
        os.write(sink, str(text).encode())
        os._exit(0)
    os.close(sink)
    with os.fdopen(source) as told:
        text = told.read()
    assert os.waitpid(pid, 0)[1] == 0, "the child crashed"
    return text


@pytest.mark.own
@pytest.mark.parametrize("call", [
    lambda db, cursor: db.execute("select 1"),
    lambda db, cursor: db.execute("insert into t (n) values (2)"),
    lambda db, cursor: db.commit(),
    lambda db, cursor: db.rollback(),
    lambda db, cursor: db.cursor().execute("select 1"),
    lambda db, cursor: cursor.fetchone(),
    lambda db, cursor: db.submit("insert into t (n) values (2)"),
    lambda db, cursor: db.create_function("f", 0, lambda: 1),
])
def test_a_forked_child_is_told_not_to(db, call):
    cursor = db.execute("select 1 union select 2")
    cursor.fetchone()
    db.execute("insert into t (n) values (1)")
    told = in_fork(lambda: call(db, cursor))
    assert told.startswith("ProgrammingError: ") and "fork" in told
    db.commit()
    assert db.execute("select n from t").fetchall() == [(1,)]
    assert db.execute("pragma integrity_check").fetchone() == ("ok",)


@pytest.mark.own
def test_a_forked_child_lets_go_without_harm(sqlite, path, program):
    out = program(f"""
import gc, os
db = sqlite.connect({path!r})
db.execute("create table t (n)")
cursor = db.execute("select 1 union select 2")
cursor.fetchone()
db.execute("insert into t values (1)")
pid = os.fork()
if pid == 0:
    try:
        db.close()
    except sqlite.ProgrammingError:
        pass
    del db, cursor
    gc.collect()
    sys.exit(0)
assert os.waitpid(pid, 0)[1] == 0
db.commit()
print(db.execute("select count(*) from t").fetchone()[0])
db.close()
""")
    assert out == "1\n"


@pytest.mark.own
def test_a_fork_beside_threads_that_write(path, program):
    """Between their calls: what a fork catches inside SQLite stays locked in the
    child, whoever calls it."""
    out = program(f"""
import os, threading
db = sqlite.connect({path!r}, isolation_level=None)
db.execute("create table t (n)")
stop, between = threading.Event(), threading.Lock()
def work():
    while not stop.is_set():
        with between:
            db.execute("insert into t values (0)")
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for round in range(10):
    with between:
        pid = os.fork()
    if pid == 0:
        mine = sqlite.connect({path!r}, timeout=60, isolation_level=None)
        mine.execute("insert into t values (1)")
        mine.close()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
stop.set()
for thread in threads: thread.join()
print(db.execute("select sum(n) from t").fetchone()[0])
db.close()
""")
    assert out == "10\n"


def test_a_killed_process_leaves_its_turn(sqlite, db, path, tmp_path):
    import subprocess
    child = subprocess.Popen(
        [sys.executable, "-c", f"""
import {conftest.NAME} as sqlite, sys
db = sqlite.connect({path!r})
db.execute("insert into t (n) values (1)")
print("holds", flush=True)
sys.stdin.read()
"""], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "holds\n"
    child.kill()
    child.communicate(timeout=conftest.LIMIT_S)
    db.execute("insert into t (n) values (2)")
    db.commit()
    assert db.execute("select n from t").fetchall() == [(2,)]


def test_another_process_sees_what_was_committed(sqlite, db, path, program):
    for n in range(5):
        db.execute("insert into t (n) values (?)", (n,))
        db.commit()
        assert program(f"print(sqlite.connect({path!r}).execute("
                       "'select count(*) from t').fetchone()[0])") == f"{n + 1}\n"
