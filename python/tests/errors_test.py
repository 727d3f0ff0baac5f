"""Bad input: the same classes as sqlite3's, what is closed, what calls itself."""
import gc

import pytest


def test_a_closed_connection(sqlite, path):
    db = sqlite.connect(path)
    cursor = db.cursor()
    db.close()
    db.close()
    for call in (db.cursor, db.commit, db.rollback, db.interrupt, db.iterdump,
                 lambda: db.execute("select 1"), lambda: db.executemany("select 1", []),
                 lambda: db.executescript(""), lambda: db.create_function("f", 0, int),
                 lambda: db.total_changes, lambda: db.in_transaction, db.__enter__,
                 lambda: db.backup(db), lambda: db.blobopen("t", "c", 1), db.serialize,
                 lambda: db("select 1"), lambda: db.set_trace_callback(None),
                 lambda: db.getlimit(0), lambda: cursor.execute("select 1"), cursor.fetchone):
        with pytest.raises(sqlite.ProgrammingError, match="closed"):
            call()


@pytest.mark.own
def test_a_closed_connection_has_no_calls_of_garners(sqlite, path):
    db = sqlite.connect(path)
    db.close()
    for call in (db.stats, lambda: db.submit("insert into t values (1)")):
        with pytest.raises(sqlite.ProgrammingError, match="closed"):
            call()


def test_a_closed_cursor(sqlite, db):
    cursor = db.execute("select 1")
    cursor.close()
    cursor.close()
    for call in (lambda: cursor.execute("select 1"), lambda: cursor.executemany("x", []),
                 lambda: cursor.executescript(""), cursor.fetchone, cursor.fetchall,
                 cursor.fetchmany, lambda: next(cursor)):
        with pytest.raises(sqlite.ProgrammingError, match="closed"):
            call()


def test_parameters_that_do_not_fit(sqlite, db):
    for sql, args, error in (
            ("select ?", (), sqlite.ProgrammingError),
            ("select ?", (1, 2), sqlite.ProgrammingError),
            ("select 1", (1,), sqlite.ProgrammingError),
            ("select :a", {"b": 1}, sqlite.ProgrammingError),
            ("select ?", 5, sqlite.ProgrammingError),
            ("select ?", "ab", sqlite.ProgrammingError),
            ("select ?", (object(),), (sqlite.ProgrammingError, sqlite.InterfaceError)),
            ("select ?", ([],), (sqlite.ProgrammingError, sqlite.InterfaceError)),
            ("select ?", (2**63,), OverflowError),
            ("select ?", (-2**63 - 1,), OverflowError),
            ("select ?", ("\ud800",), UnicodeEncodeError)):
        with pytest.raises(error):
            db.execute(sql, args)
        with pytest.raises(error):
            db.execute(sql.replace("select", "insert into t (n) select"), args)
        db.rollback()


def test_statements_that_are_none(sqlite, db):
    for sql, error in ((b"select 1", TypeError), (None, TypeError), (1, TypeError),
                       ("select 1; select 2", (sqlite.ProgrammingError, sqlite.Warning)),
                       ("selekt 1", sqlite.OperationalError), ("(", sqlite.OperationalError),
                       ("select 'open", sqlite.OperationalError),
                       ("select 1\0", (sqlite.ProgrammingError, ValueError))):
        with pytest.raises(error):
            db.execute(sql)
    for sql in "", ";", " ", "-- nothing", "/* nothing */":
        assert db.execute(sql).fetchall() == []
    assert db.execute("select 1; -- behind it").fetchall() == [(1,)]


def test_executemany_is_for_changes(sqlite, db):
    with pytest.raises(sqlite.ProgrammingError):
        db.executemany("select ?", [(1,)])
    with pytest.raises(TypeError):
        db.executemany("insert into t (n) values (?)", 5)


def test_executemany_that_fails_halfway_stays_in_the_transaction(sqlite, db):
    with pytest.raises(sqlite.IntegrityError):
        db.executemany("insert into t (id) values (?)", [(1,), (2,), (1,), (3,)])
    assert db.in_transaction
    assert db.execute("select count(*) from t").fetchone() == (2,)
    db.rollback()
    assert db.execute("select count(*) from t").fetchone() == (0,)


def test_an_iterator_that_raises(db):
    def values():
        yield (1,)
        raise KeyError("mine")
    with pytest.raises(KeyError, match="mine"):
        db.executemany("insert into t (n) values (?)", values())
    db.rollback()
    assert db.execute("select count(*) from t").fetchone() == (0,)


def test_a_cursor_that_calls_itself(sqlite, db):
    cursor = db.cursor()

    def values():
        cursor.execute("select 1")
        yield (1,)
    with pytest.raises(sqlite.ProgrammingError, match="[Rr]ecursive"):
        cursor.executemany("insert into t (n) values (?)", values())
    db.rollback()


def test_a_callback_that_calls_its_connection(sqlite, db):
    db.execute("insert into t (n) values (1)")
    db.commit()
    db.create_function("asks", 0, lambda: db.execute("select 5").fetchone()[0])
    assert db.execute("select asks() from t").fetchone() == (5,)
    db.execute("insert into t (n) values (asks())")
    db.commit()
    assert db.execute("select n from t").fetchall() == [(1,), (5,)]


@pytest.mark.own
def test_a_callback_that_closes_its_connection(program):
    """Whatever comes of it, it is no crash (as it is in sqlite3)."""
    program("""
for sql in "select f()", "insert into t select f()", "select f() from t, t, t":
    db = sqlite.connect(":memory:")
    db.execute("create table t (n)")
    db.execute("insert into t values (1)")
    db.create_function("f", 0, lambda: db.close())
    try:
        db.execute(sql).fetchall()
    except sqlite.Error as error:
        pass
""")


@pytest.mark.own
def test_a_callback_that_closes_its_connection_to_a_file(path, program):
    program(f"""
for sql in "select f()", "insert into t select f()":
    db = sqlite.connect({path!r})
    db.execute("create table if not exists t (n)")
    db.commit()
    db.create_function("f", 0, lambda: db.close())
    try:
        db.execute(sql).fetchall()
    except sqlite.Error as error:
        print(error)
""")


def test_a_factory_that_raises(db):
    db.row_factory = lambda cursor, row: 1 // 0
    with pytest.raises(ZeroDivisionError):
        db.execute("select 1").fetchone()
    db.row_factory = None
    db.text_factory = lambda data: 1 // 0
    with pytest.raises(ZeroDivisionError):
        db.execute("select 'x'").fetchone()
    db.text_factory = str
    assert db.execute("select 'x'").fetchone() == ("x",)


def test_text_that_is_no_utf8(sqlite, db):
    with pytest.raises(sqlite.OperationalError, match="decode"):
        db.execute("select cast(x'ff' as text)").fetchone()
    db.text_factory = bytes
    assert db.execute("select cast(x'ff' as text)").fetchone() == (b"\xff",)
    db.text_factory = lambda data: data.decode("latin-1")
    assert db.execute("select cast(x'ff' as text)").fetchone() == ("ÿ",)


def test_a_subclass_that_forgets_its_base(sqlite):
    class Connection(sqlite.Connection):
        def __init__(self):
            pass

    class Cursor(sqlite.Cursor):
        def __init__(self, connection):
            pass
    with pytest.raises(sqlite.ProgrammingError, match="__init__"):
        Connection().execute("select 1")
    db = sqlite.connect(":memory:")
    with pytest.raises(sqlite.ProgrammingError, match="__init__"):
        Cursor(db).execute("select 1")
    db.close()


def test_limits_are_kept(sqlite, db):
    before = db.setlimit(sqlite.SQLITE_LIMIT_LENGTH, 1000)
    assert db.getlimit(sqlite.SQLITE_LIMIT_LENGTH) == 1000
    with pytest.raises((sqlite.DataError, OverflowError)):
        db.execute("select zeroblob(2000)").fetchone()
    with pytest.raises((sqlite.DataError, OverflowError)):
        db.execute("select ?", ("x" * 2000,)).fetchone()
    assert db.setlimit(sqlite.SQLITE_LIMIT_LENGTH, before) == 1000
    with pytest.raises(sqlite.ProgrammingError):
        db.getlimit(1111)
    with pytest.raises(sqlite.ProgrammingError):
        db.setlimit(1111, 0)


def test_blobs_of_rows_that_go(sqlite, db):
    db.execute("create table b (data blob)")
    db.execute("insert into b values (zeroblob(10))")
    db.commit()
    with pytest.raises(sqlite.OperationalError):
        db.blobopen("b", "data", 99)
    with pytest.raises(sqlite.OperationalError):
        db.blobopen("b", "nothing", 1)
    blob = db.blobopen("b", "data", 1)
    db.execute("delete from b")
    with pytest.raises(sqlite.OperationalError):
        blob.read()
    blob.close()
    db.rollback()


def test_a_large_value_goes_and_comes(db):
    data = bytes(range(256)) * 40_000
    db.execute("create table b (data blob)")
    db.execute("insert into b values (?)", (data,))
    db.execute("insert into b values (?)", (memoryview(data)[::1],))
    db.execute("insert into b values (?)", (bytearray(data),))
    db.commit()
    assert {row[0] for row in db.execute("select data from b")} == {data}


def test_locked_by_another_program(sqlite, db, path):
    """Who holds SQLite's own lock is no connection of garner's."""
    import sqlite3
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    impatient = sqlite.connect(path, timeout=0.1)
    with pytest.raises(sqlite.OperationalError, match="locked|held|wait") as caught:
        impatient.execute("insert into t (n) values (1)")
    assert caught.value.sqlite_errorname.startswith("SQLITE_BUSY")
    other.execute("rollback")
    impatient.execute("insert into t (n) values (1)")
    impatient.commit()
    impatient.close()
    other.close()


def test_a_read_only_file(sqlite, db, path):
    db.execute("insert into t (n) values (1)")
    db.commit()
    reader = sqlite.connect(f"file:{path}?mode=ro", uri=True)
    assert reader.execute("select n from t").fetchall() == [(1,)]
    for sql in "insert into t (n) values (2)", "create table u (n)", "delete from t":
        with pytest.raises(sqlite.OperationalError, match="readonly"):
            reader.execute(sql)
        reader.rollback()
    reader.close()


def test_what_is_freed_in_any_order(sqlite, path):
    for order in ("db cursor blob", "blob cursor db", "cursor db blob"):
        things = {"db": sqlite.connect(path)}
        things["db"].execute("create table if not exists b (data)")
        things["db"].execute("insert or replace into b (rowid, data) values (1, zeroblob(9))")
        things["db"].commit()
        things["cursor"] = things["db"].execute("select 1 union select 2")
        things["cursor"].fetchone()
        things["blob"] = things["db"].blobopen("b", "data", 1)
        if hasattr(things["blob"], "close"):
            things["blob"].close()
        for name in order.split():
            del things[name]
            gc.collect()
