"""Threads: one connection for all of them, or one for each. An interleaving is
forced with events; nothing here waits for time to pass."""
import concurrent.futures
import gc
import threading
import warnings

import pytest

THREADS = 64
pytestmark = pytest.mark.own


def each(sqlite, rows, work):
    """Runs work(number) in 64 threads that begin together."""
    barrier = threading.Barrier(THREADS)

    def run(number):
        barrier.wait()
        return [work(number, row) for row in range(rows)]
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_the_program_of_the_question(sqlite, db):
    """A thread for each result, all on one connection, none says 'locked'."""
    def store(number, row):
        db.execute("insert into t (who, n) values (?, ?)", (f"thread {number}", row))
        db.commit()
    each(sqlite, 20, store)
    assert db.execute("select count(*), count(distinct who), sum(n) from t").fetchone() == (
        THREADS * 20, THREADS, THREADS * 190)


def test_autocommit_joins_the_group_commit(sqlite, path):
    db = sqlite.connect(path, isolation_level=None)
    db.execute("create table t (who, n)")

    def store(number, row):
        cursor = db.execute("insert into t values (?, ?)", (number, row))
        return cursor.lastrowid, cursor.rowcount
    told = each(sqlite, 20, store)
    assert len({rowid for rows in told for rowid, _ in rows}) == THREADS * 20
    assert {count for rows in told for _, count in rows} == {1}
    for number, rows in enumerate(told):
        for n, (rowid, _) in enumerate(rows):
            assert db.execute("select * from t where rowid = ?", (rowid,)).fetchone() == (number, n)
    db.close()


def test_a_connection_for_each_thread(sqlite, db, path):
    def store(number, _):
        mine = sqlite.connect(path, timeout=60)
        mine.execute("insert into t (n) values (?)", (number,))
        mine.commit()
        mine.close()
    each(sqlite, 2, store)
    assert db.execute("select count(*), count(distinct n) from t").fetchone() == (
        THREADS * 2, THREADS)


def test_read_then_write_loses_no_update(sqlite, db):
    db.execute("insert into t values (1, null, 0)")
    db.commit()

    def add(*_):
        db.execute("begin immediate")
        n, = db.execute("select n from t").fetchone()
        db.execute("update t set n = ?", (n + 1,))
        db.commit()
    each(sqlite, 5, add)
    assert db.execute("select n from t").fetchone() == (THREADS * 5,)


def test_each_thread_has_its_own_transaction(db, thread):
    db.execute("insert into t (n) values (1)")

    def other():
        assert not db.in_transaction
        seen = db.execute("select count(*) from t").fetchone()
        db.rollback()  # not mine
        db.commit()
        return seen
    assert thread(other).result() == (0,)
    assert db.in_transaction
    db.commit()
    assert thread(other).result() == (1,)


def test_the_next_thread_writes_when_this_one_commits(db, thread):
    db.execute("insert into t (n) values (1)")
    begun = threading.Event()

    def other():
        begun.set()
        db.execute("insert into t (n) values (2)")
        seen = db.execute("select n from t order by n").fetchall()
        db.commit()
        return seen
    waiting = thread(other)
    begun.wait()
    assert db.execute("select n from t").fetchall() == [(1,)]
    db.commit()
    assert waiting.result() == [(1,), (2,)]


def test_who_waits_too_long_is_told_for_whom(sqlite, path, thread):
    db = sqlite.connect(path, timeout=0.2)
    db.execute("create table t (n)")
    held, done = threading.Event(), threading.Event()

    def holder():
        db.execute("insert into t values (1)")
        held.set()
        done.wait()
        db.commit()
        return threading.get_native_id()
    holding = thread(holder)
    held.wait()
    try:
        with pytest.raises(sqlite.OperationalError) as caught:
            db.execute("insert into t values (2)")
    finally:
        done.set()
    assert str(holding.result()) in str(caught.value), "the thread that holds the turn is named"
    assert caught.value.sqlite_errorname == "SQLITE_BUSY"
    db.execute("insert into t values (2)")
    db.commit()
    db.close()


def test_a_thread_that_ends_in_a_transaction_rolls_it_back(db, thread):
    def leaves():
        db.execute("insert into t (n) values (1)")
    with pytest.warns(ResourceWarning, match="transaction"):
        thread(leaves).result()
        gc.collect()
        db.execute("insert into t (n) values (2)")  # its turn was given back
    db.commit()
    assert db.execute("select n from t").fetchall() == [(2,)]


def test_a_thread_that_ends_after_commit_warns_of_nothing(db, thread):
    def stores():
        db.execute("insert into t (n) values (1)")
        db.commit()
        db.execute("select 1 union select 2").fetchone()  # not at its end
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        thread(stores).result()
    assert db.execute("select count(*) from t").fetchone() == (1,)


def test_a_select_goes_on_beside_writers(db, thread):
    db.executemany("insert into t (n) values (?)", [(n,) for n in range(1000)])
    db.commit()
    cursor = db.execute("select n from t order by n")
    assert cursor.fetchone() == (0,)

    def deletes():
        db.execute("delete from t")
        db.commit()
    thread(deletes).result()
    assert len(cursor.fetchall()) == 999
    assert db.execute("select count(*) from t").fetchone() == (0,)


def test_a_cursor_may_change_hands(db, thread):
    db.executemany("insert into t (n) values (?)", [(n,) for n in range(100)])
    db.commit()
    cursor = db.execute("select n from t order by n")
    assert cursor.fetchone() == (0,)
    assert thread(cursor.fetchone).result() == (1,)
    assert len(thread(cursor.fetchall).result()) == 98


def test_close_beside_others_calls(sqlite, path, thread):
    db = sqlite.connect(path, isolation_level=None)
    db.execute("create table t (n)")
    started = threading.Barrier(9)

    def stores():
        stored = 0
        started.wait()
        try:
            while True:
                db.execute("insert into t values (1)")
                stored += 1
        except sqlite.ProgrammingError as error:
            assert "closed" in str(error)
            return stored
    threads = [thread(stores) for _ in range(8)]
    started.wait()
    while db.execute("select count(*) from t").fetchone()[0] < 100:
        pass
    db.close()
    stored = sum(one.result() for one in threads)
    after = sqlite.connect(path)
    assert after.execute("select count(*) from t").fetchone() == (stored,)
    after.close()


def test_a_transaction_may_go_from_thread_to_thread(sqlite, path, thread):
    """As sqlite3 has it with check_same_thread=False: for those who hand a
    connection on, one thread at a time."""
    db = sqlite.connect(path, per_thread=False)
    thread(db.execute, "create table t (n)").result()
    thread(db.execute, "insert into t values (1)").result()
    assert db.in_transaction and thread(lambda: db.in_transaction).result()
    thread(db.rollback).result()
    thread(db.execute, "insert into t values (2)").result()
    cursor = thread(db.execute, "select n from t union all select 3").result()
    assert cursor.fetchone() == (2,)
    thread(db.commit).result()
    assert not db.in_transaction
    assert thread(cursor.fetchall).result() == [(3,)]
    other = sqlite.connect(path)
    assert other.execute("select n from t").fetchall() == [(2,)]
    other.close()
    db.close()


@pytest.mark.parametrize("isolation_level", ["", None])
def test_a_shared_transaction_takes_calls_of_all_threads(sqlite, path, isolation_level):
    """At the same time, and none waits for another's to commit: it is one."""
    db = sqlite.connect(path, per_thread=False, isolation_level=isolation_level)
    db.execute("create table t (who, n)")

    def store(number, row):
        db.execute("insert into t values (?, ?)", (number, row))
        assert len(db.execute("select n from t where who = ?", (number,)).fetchall()) == row + 1
    each(sqlite, 10, store)
    assert db.in_transaction == (isolation_level == "")
    db.commit()
    assert db.execute("select count(*), sum(n) from t").fetchone() == (THREADS * 10, THREADS * 45)
    db.close()


@pytest.mark.parametrize("rows", [2, 1])
def test_a_cursor_is_begun_anew_while_another_thread_steps_it(sqlite, db, thread, rows):
    """Who steps it has the row it came for; its end is not ended twice."""
    stepping, go_on = threading.Event(), threading.Event()

    def wait(n):
        if n == 2:
            stepping.set()
            assert go_on.wait(60)
        return n
    db.create_function("wait", 1, wait)
    cursor = db.execute("select wait(column1) from (values (1), (2), (3)) where "
                        "wait(column1) <= ?", (rows,))
    fetching = thread(cursor.fetchone)
    assert stepping.wait(60)
    beginning = thread(lambda: cursor.execute("select 7").fetchall())
    beginning.join(0.1)  # it waits for the step, most likely
    go_on.set()
    assert fetching.result() == (1,)
    assert beginning.result() == [(7,)]


@pytest.mark.parametrize("database", ["file", ":memory:"])
def test_rows_outlive_the_thread_that_asked_for_them(sqlite, path, thread, database):
    db = sqlite.connect(path if database == "file" else database)
    db.execute("create table t (n)")
    db.executemany("insert into t values (?)", [(n,) for n in range(300)])
    db.commit()
    for _ in range(3):
        cursor = thread(db.execute, "select n from t").result()
        assert cursor.fetchall() == [(n,) for n in range(300)]
    cursor = thread(db.execute, "select n from t").result()
    db.close()
    with pytest.raises(sqlite.ProgrammingError):
        cursor.fetchall()


def test_a_shared_connection_is_not_closed_within_a_call(sqlite, path, thread):
    db = sqlite.connect(path, per_thread=False)
    told = []

    def end():
        with pytest.raises(sqlite.ProgrammingError, match="within a call") as caught:
            db.close()
        told.append(caught)
    db.create_function("end", 0, end)
    thread(db.execute, "select end()").result()
    assert told
    db.close()


def test_two_connections_back_up_into_each_other(sqlite, tmp_path, thread):
    """Each call has both of them; none waits for ever."""
    both = [sqlite.connect(str(tmp_path / name), per_thread=False) for name in ("a", "b")]
    for db in both:
        db.execute("create table t (n)")
        db.commit()
    begun = threading.Barrier(2)

    def copy(source, target):
        begun.wait()
        for _ in range(200):
            source.backup(target)
    for one in [thread(copy, *both), thread(copy, *reversed(both))]:
        one.result()
    for db in both:
        assert db.execute("select count(*) from t").fetchone() == (0,)
        db.close()


def test_memory_is_shared_by_threads(sqlite, thread):
    db = sqlite.connect(":memory:")
    db.execute("create table t (n)")

    def store(number, _):
        db.execute("insert into t values (?)", (number,))
        db.commit()
    each(sqlite, 3, store)
    assert db.execute("select count(*) from t").fetchone() == (THREADS * 3,)
    db.close()


def test_functions_run_in_many_threads(sqlite, db):
    db.create_function("twice", 1, lambda n: n * 2)
    told = each(sqlite, 10, lambda number, row: db.execute(
        "select twice(?)", (number,)).fetchone()[0])
    assert told == [[number * 2] * 10 for number in range(THREADS)]


def test_interrupt_ends_what_other_threads_do(sqlite, db, thread):
    started = threading.Event()
    db.create_function("started", 0, lambda: started.set())

    def counts():
        with pytest.raises(sqlite.OperationalError, match="interrupted"):
            db.execute("with recursive c(x) as (select 1 from (select started()) union all "
                       "select x + 1 from c) select count(*) from c").fetchall()
    counting = thread(counts)
    started.wait()
    while counting.is_alive():
        db.interrupt()
    counting.result()
    assert db.execute("select 1").fetchone() == (1,)


@pytest.mark.parametrize("later", [False, True])
def test_interrupt_ends_a_statement_in_a_group(sqlite, path, thread, later):
    db = sqlite.connect(path, isolation_level=None)
    db.execute("create table t (n)")
    endless = ("insert into t with recursive c(x) as (select 1 union all select x + 1 from c) "
               "select count(*) from c")

    def counts():
        with pytest.raises(sqlite.OperationalError, match="interrupted") as caught:
            if later:
                db.submit(endless).result()
            else:
                db.execute(endless)
        assert caught.value.sqlite_errorname == "SQLITE_INTERRUPT"
    counting = thread(counts)
    while counting.is_alive():
        db.interrupt()
    counting.result()
    assert db.execute("insert into t values (1)").rowcount == 1
    db.close()


def test_submit_answers_later(sqlite, db):
    futures = [db.submit("insert into t (who, n) values (?, ?)", ("s", n)) for n in range(1000)]
    done = [future.result(60) for future in futures]
    assert len({one.lastrowid for one in done}) == 1000
    assert all(one.rowcount == 1 for one in done)
    assert db.execute("select count(*), sum(n) from t").fetchone() == (1000, 499500)
    failing = db.submit("insert into t values (?, 'again', 0)", (done[0].lastrowid,))
    with pytest.raises(sqlite.IntegrityError, match="UNIQUE") as caught:
        failing.result(60)
    assert caught.value.sqlite_errorname == "SQLITE_CONSTRAINT_PRIMARYKEY"
    assert not futures[0].cancel()
    with pytest.raises(sqlite.ProgrammingError, match="null character"):
        db.submit("insert into t (n) values (1)\0")


def test_flush_waits_for_what_was_submitted(db, thread):
    futures = [db.submit("insert into t (n) values (?)", (n,)) for n in range(500)]
    db.flush()
    assert db.execute("select count(*) from t").fetchone() == (500,)
    assert sum(future.result(60).rowcount for future in futures) == 500


def test_submit_is_done_before_close_returns(sqlite, path):
    db = sqlite.connect(path, isolation_level=None)
    db.execute("create table t (n)")
    futures = [db.submit("insert into t values (?)", (n,)) for n in range(500)]
    db.close()
    assert all(future.done() and future.exception() is None for future in futures)
    db = sqlite.connect(path)
    assert db.execute("select count(*) from t").fetchone() == (500,)
    db.close()


def test_stats_tell_of_groups(db):
    before = db.stats()
    db.submit("insert into t (n) values (1)").result(60)
    after = db.stats()
    for name in "batches", "statements", "groups", "syncs":
        assert after[name] == before[name] + 1, name
    assert after["sync_ns"]["count"] == after["syncs"]
