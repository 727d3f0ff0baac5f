"""PEP 249 and the sqlite3 module's own interface, on files: CPython's tests, which
are run as well, have nearly everything in memory."""
import collections.abc
import datetime
import inspect
import sqlite3

import pytest

# What the sqlite3 modules of 3.11 and 3.12 have, but is no name of garner's.
NOT_OURS = {"collections", "datetime", "time", "dbapi2", "dump", "enable_shared_cache",
            "OptimizedUnicode"}


def test_the_module_says_what_it_is(sqlite):
    assert sqlite.apilevel == "2.0"
    assert sqlite.paramstyle == "qmark"
    assert sqlite.threadsafety in (1, 3)
    assert sqlite.sqlite_version == sqlite3.sqlite_version


@pytest.mark.own
def test_any_thread_may_share_a_connection(sqlite):
    assert sqlite.threadsafety == 3


@pytest.mark.parametrize("holder", ["", "Connection", "Cursor", "Row", "Blob",
                                    "PrepareProtocol", "Error"])
def test_every_name_of_sqlite3_is_there(sqlite, holder):
    theirs = getattr(sqlite3, holder) if holder else sqlite3
    ours = getattr(sqlite, holder) if holder else sqlite
    names = {name for name in dir(theirs) if not name.startswith("_")} - NOT_OURS
    assert names - set(dir(ours)) == set()


def test_constants_are_those_of_sqlite3(sqlite):
    for name, value in vars(sqlite3).items():
        if isinstance(value, int) and not name.startswith("_") and name != "threadsafety":
            assert getattr(sqlite, name) == value, name


def test_exceptions_are_a_tree(sqlite, db):
    for name in ("Error", "InterfaceError", "DatabaseError", "DataError", "OperationalError",
                 "IntegrityError", "InternalError", "ProgrammingError", "NotSupportedError",
                 "Warning"):
        theirs = [base.__name__ for base in getattr(sqlite3, name).__mro__]
        assert [base.__name__ for base in getattr(sqlite, name).__mro__] == theirs
        assert getattr(db, name) is getattr(sqlite, name)


@pytest.mark.own
def test_everything_has_a_docstring(sqlite):
    for kind in sqlite.Connection, sqlite.Cursor, sqlite.Blob, sqlite.Row:
        for name, member in vars(kind).items():
            if not name.startswith("_") and (inspect.isroutine(member)):
                assert inspect.getdoc(member), f"{kind.__name__}.{name}"


def test_rows_come_as_they_went_in(db):
    values = [(1, "a", 1), (2, "ü\N{PILE OF POO}", -2**63), (3, None, 2**63 - 1), (4, "", 0)]
    db.executemany("insert into t values (?, ?, ?)", values)
    db.commit()
    assert db.execute("select * from t order by id").fetchall() == values


@pytest.mark.parametrize("value", [None, 0, -1, 2**62, 1.5, float("inf"), "text", "\0in\0it", b"",
                                   b"\0\xff" * 5000, "x" * 100_000, True])
def test_a_value_comes_back(db, value):
    assert db.execute("select ?", (value,)).fetchone() == (value,)
    db.execute("create table v (v)")
    db.execute("insert into v values (?)", (value,))
    assert db.execute("select v from v").fetchone() == (value,)


def test_parameters_by_number_and_by_name(db):
    assert db.execute("select ?2, ?1", (1, 2)).fetchone() == (2, 1)
    assert db.execute("select :a, @b, $c", {"a": 1, "b": 2, "c": 3}).fetchone() == (1, 2, 3)

    class Missing(dict):
        def __missing__(self, key):
            return key
    assert db.execute("select :b", Missing()).fetchone() == ("b",)


def test_a_cursor_tells_of_its_statement(db):
    cursor = db.cursor()
    assert (cursor.rowcount, cursor.lastrowid, cursor.description) == (-1, None, None)
    cursor.execute("insert into t values (7, 'x', 1)")
    assert (cursor.rowcount, cursor.lastrowid, cursor.description) == (1, 7, None)
    cursor.executemany("insert into t (n) values (?)", [(1,), (2,), (3,)])
    assert (cursor.rowcount, cursor.lastrowid) == (3, 7)
    cursor.execute("update t set n = 0")
    assert cursor.rowcount == 4
    cursor.execute("select id, who as name from t")
    assert [column[0] for column in cursor.description] == ["id", "name"]
    assert all(len(column) == 7 for column in cursor.description)
    assert cursor.rowcount == -1
    cursor.execute("delete from t")
    assert cursor.rowcount == 4
    assert cursor.connection is db


def test_rows_one_by_one_and_many(db):
    db.executemany("insert into t (n) values (?)", [(n,) for n in range(10)])
    cursor = db.execute("select n from t order by n")
    assert cursor.fetchone() == (0,)
    assert cursor.fetchmany() == [(1,)]
    assert cursor.fetchmany(3) == [(2,), (3,), (4,)]
    cursor.arraysize = 2
    assert cursor.fetchmany() == [(5,), (6,)]
    assert next(cursor) == (7,)
    assert cursor.fetchall() == [(8,), (9,)]
    assert cursor.fetchall() == []
    assert cursor.fetchone() is None


def test_a_transaction_begins_by_itself_and_ends_by_commit(sqlite, db, path):
    other = sqlite.connect(path)
    db.execute("insert into t (n) values (1)")
    assert db.in_transaction
    assert other.execute("select count(*) from t").fetchone() == (0,)
    db.commit()
    assert not db.in_transaction
    assert other.execute("select count(*) from t").fetchone() == (1,)
    db.execute("insert into t (n) values (2)")
    db.rollback()
    assert not db.in_transaction
    assert db.execute("select count(*) from t").fetchone() == (1,)
    other.close()


def test_a_transaction_sees_what_it_wrote(db):
    db.execute("insert into t (n) values (1)")
    assert db.execute("select count(*) from t").fetchone() == (1,)
    db.rollback()
    assert db.execute("select count(*) from t").fetchone() == (0,)


def test_ddl_begins_no_transaction(db):
    db.execute("create table u (x)")
    assert not db.in_transaction
    db.execute("insert into u values (1)")
    db.execute("drop table u")
    assert db.in_transaction
    db.rollback()
    assert db.execute("select count(*) from u").fetchone() == (0,)


def test_autocommit_by_isolation_level(sqlite, path):
    db = sqlite.connect(path, isolation_level=None)
    db.execute("create table t (n)")
    db.execute("insert into t values (1)")
    assert not db.in_transaction
    db.execute("begin")
    db.execute("insert into t values (2)")
    assert db.in_transaction
    db.execute("rollback")
    assert not db.in_transaction
    assert db.execute("select n from t").fetchall() == [(1,)]
    cursor = db.execute("insert into t values (3) returning n")
    assert cursor.fetchall() == [(3,)]
    db.close()


@pytest.mark.own
def test_autocommit_of_python_3_12(sqlite, path):
    with pytest.raises((TypeError, ValueError)):
        sqlite.connect(path, autocommit="yes")
    db = sqlite.connect(path, autocommit=True)
    assert db.autocommit is True
    db.execute("create table t (n)")
    db.execute("insert into t values (1)")
    assert not db.in_transaction
    db.commit()  # nothing, and no error
    db.close()
    db = sqlite.connect(path, autocommit=False)
    assert db.in_transaction
    db.execute("insert into t values (2)")
    db.rollback()
    assert db.in_transaction
    assert db.execute("select n from t").fetchall() == [(1,)]
    db.execute("insert into t values (3)")
    db.commit()
    db.execute("insert into t values (4)")
    db.close()  # which rolls back
    db = sqlite.connect(path)
    assert db.autocommit == sqlite.LEGACY_TRANSACTION_CONTROL
    assert db.execute("select n from t").fetchall() == [(1,), (3,)]
    db.close()


def test_savepoints(db):
    db.execute("insert into t (n) values (1)")
    db.execute("savepoint a")
    db.execute("insert into t (n) values (2)")
    db.execute("rollback to a")
    db.execute("release a")
    db.commit()
    assert db.execute("select n from t").fetchall() == [(1,)]


def test_with_commits_or_rolls_back(db):
    with db:
        db.execute("insert into t (n) values (1)")
    with pytest.raises(ZeroDivisionError):
        with db:
            db.execute("insert into t (n) values (2)")
            raise ZeroDivisionError
    assert db.execute("select n from t").fetchall() == [(1,)]


def test_an_error_names_its_code(sqlite, db):
    db.execute("insert into t (id) values (1)")
    with pytest.raises(sqlite.IntegrityError, match="UNIQUE constraint failed: t.id") as caught:
        db.execute("insert into t (id) values (1)")
    assert caught.value.sqlite_errorcode == sqlite.SQLITE_CONSTRAINT_PRIMARYKEY
    assert caught.value.sqlite_errorname == "SQLITE_CONSTRAINT_PRIMARYKEY"
    with pytest.raises(sqlite.OperationalError, match="no such table: nowhere") as caught:
        db.execute("select * from nowhere")
    assert caught.value.sqlite_errorname == "SQLITE_ERROR"
    db.rollback()


def test_an_error_in_autocommit_names_its_code(sqlite, path):
    db = sqlite.connect(path, isolation_level=None)
    db.execute("create table t (id integer primary key, n integer not null)")
    db.execute("insert into t values (1, 1)")
    for sql, name in (("insert into t values (1, 1)", "SQLITE_CONSTRAINT_PRIMARYKEY"),
                      ("insert into t values (2, null)", "SQLITE_CONSTRAINT_NOTNULL")):
        with pytest.raises(sqlite.IntegrityError) as caught:
            db.execute(sql)
        assert caught.value.sqlite_errorname == name
    assert not db.in_transaction
    db.close()


def test_a_row_has_names(sqlite, db):
    db.row_factory = sqlite.Row
    db.execute("insert into t values (1, 'a', 2)")
    row = db.execute("select * from t").fetchone()
    assert (row["id"], row["WHO"], row[-1], row.keys(), len(row)) == (
        1, "a", 2, ["id", "who", "n"], 3)
    assert tuple(row) == (1, "a", 2) and row == db.execute("select * from t").fetchone()
    assert isinstance(row, collections.abc.Sequence)
    with pytest.raises(IndexError):
        row["nobody"]


def test_declared_types_are_converted(sqlite, path):
    db = sqlite.connect(path, detect_types=sqlite.PARSE_DECLTYPES | sqlite.PARSE_COLNAMES)
    db.execute("create table d (day date, at timestamp)")
    day, at = datetime.date(2026, 11, 26), datetime.datetime(2026, 11, 26, 1, 2, 3, 456)
    db.execute("insert into d values (?, ?)", (day, at))
    assert db.execute("select day, at from d").fetchone() == (day, at)
    assert db.execute("select day as 'day [date]' from d").fetchone() == (day,)
    db.close()


def test_functions_are_known_to_readers_and_writer(sqlite, db):
    db.create_function("twice", 1, lambda value: value * 2, deterministic=True)
    assert db.execute("select twice(4)").fetchone() == (8,)
    db.execute("insert into t (n) values (twice(4))")
    assert db.execute("select n, twice(n) from t").fetchone() == (8, 16)
    db.commit()
    assert db.execute("select n, twice(n) from t").fetchone() == (8, 16)
    db.create_function("twice", 1, None)
    with pytest.raises(sqlite.OperationalError, match="no such|user-defined"):
        db.execute("select twice(4)")


def test_aggregates_windows_and_collations(db):
    class Longest:
        def __init__(self):
            self.kept = []

        def step(self, word):
            self.kept.append(word)

        def inverse(self, word):
            self.kept.remove(word)

        def value(self):
            return max(self.kept, key=len)

        finalize = value
    db.create_aggregate("longest", 1, Longest)
    db.create_window_function("widest", 1, Longest)
    db.create_collation("backward", lambda a, b: (a[::-1] > b[::-1]) - (a[::-1] < b[::-1]))
    db.executemany("insert into t (who) values (?)", [("xa",), ("cab",), ("b",)])
    db.commit()
    assert db.execute("select longest(who) from t").fetchone() == ("cab",)
    assert db.execute("select widest(who) over (order by id rows 1 preceding) from t").fetchall() \
        == [("xa",), ("cab",), ("cab",)]
    assert db.execute("select who from t order by who collate backward").fetchall() == [
        ("xa",), ("b",), ("cab",)]


def test_a_callback_that_raises_is_an_error(sqlite, db):
    db.create_function("bad", 0, lambda: 1 // 0)
    for sql in "select bad()", "insert into t (n) values (bad())":
        with pytest.raises(sqlite.OperationalError, match="user-defined function raised"):
            db.execute(sql).fetchall()
    db.rollback()
    assert db.execute("select 1").fetchone() == (1,)


def test_an_authorizer_decides(sqlite, db):
    db.set_authorizer(lambda action, *_: sqlite.SQLITE_DENY
                      if action == sqlite.SQLITE_READ else sqlite.SQLITE_OK)
    with pytest.raises(sqlite.DatabaseError, match="prohibited"):
        db.execute("select n from t").fetchall()
    db.set_authorizer(None)
    assert db.execute("select n from t").fetchall() == []


def test_a_progress_handler_ends_a_statement(sqlite, db):
    db.set_progress_handler(lambda: 1, 100)
    with pytest.raises(sqlite.OperationalError, match="interrupted"):
        db.execute("with recursive c(x) as (values(1) union all select x+1 from c) "
                   "select count(*) from c").fetchall()
    db.set_progress_handler(None, 0)


def test_statements_can_be_traced(db):
    seen = []
    db.set_trace_callback(seen.append)
    db.execute("insert into t (n) values (?)", (5,))
    db.commit()
    db.execute("select n from t").fetchall()
    db.set_trace_callback(None)
    db.execute("select 1")
    seen = [sql for sql in seen if not sql.startswith("--")]
    assert seen[0].startswith("BEGIN")
    assert seen[1:] == ["insert into t (n) values (5)", "COMMIT", "select n from t"]


def test_temp_tables_and_attached_files(sqlite, db, tmp_path):
    db.execute("create temp table mine (n)")
    db.execute("insert into mine values (1)")
    db.commit()
    assert db.execute("select n from mine").fetchall() == [(1,)]
    db.execute("attach ? as other", (str(tmp_path / "other.db"),))
    db.execute("create table other.u (n)")
    db.execute("insert into other.u values (2)")
    db.commit()
    assert db.execute("select m.n, u.n from mine m, other.u u").fetchall() == [(1, 2)]
    db.execute("detach other")


def test_pragmas_of_a_connection_stay(db):
    db.execute("pragma foreign_keys = on")
    assert db.execute("pragma foreign_keys").fetchone() == (1,)
    db.execute("pragma case_sensitive_like = on")
    assert db.execute("select 'A' like 'a'").fetchone() == (0,)
    db.execute("pragma user_version = 7")
    assert db.execute("pragma user_version").fetchone() == (7,)


def test_pragmas_see_a_new_table(sqlite, db, path):
    """SQLite answers them from the schema that a connection knows, be it old."""
    other = sqlite.connect(path)
    for asked in "index_list", "table_info", "foreign_key_list":
        assert db.execute(f"pragma main.{asked}(new)").fetchall() == []
    other.execute("create table new (a, b references t (id), unique (a, b))")
    other.execute("create index ab on new (b, a)")
    other.commit()
    assert len(other.execute("pragma main.index_list(new)").fetchall()) == 2
    assert len(db.execute("select name from pragma_table_info('new')").fetchall()) == 2
    for connection in other, db:
        assert len(connection.execute("pragma main.index_list(new)").fetchall()) == 2
        assert len(connection.execute("pragma index_info(ab)").fetchall()) == 2
        assert len(connection.execute("pragma main.table_info(new)").fetchall()) == 2
        assert len(connection.execute("pragma main.foreign_key_list(new)").fetchall()) == 1
    other.close()


def test_a_blob_in_pieces(sqlite, db):
    db.execute("create table b (data blob)")
    db.execute("insert into b values (zeroblob(100000))")
    db.commit()
    with db.blobopen("b", "data", 1) as blob:
        blob.write(b"begin")
        blob.seek(-3, 2)
        blob.write(b"end")
        blob[50] = 7
        assert (len(blob), blob[50], blob[:5]) == (100000, 7, b"begin")
        with pytest.raises(ValueError):
            blob.write(b"x")
    db.commit()
    data, = db.execute("select data from b").fetchone()
    assert data[:5] == b"begin" and data[-3:] == b"end"


def test_a_backup_while_others_write(sqlite, db, tmp_path):
    db.executemany("insert into t (n) values (?)", [(n,) for n in range(1000)])
    db.commit()
    copy = sqlite.connect(str(tmp_path / "copy.db"))
    seen = []
    db.backup(copy, pages=1, progress=lambda *args: seen.append(args))
    assert copy.execute("select count(*) from t").fetchone() == (1000,)
    assert seen[-1][1] == 0
    memory = sqlite.connect(":memory:")
    copy.backup(memory)
    assert memory.execute("select sum(n) from t").fetchone() == (499500,)
    memory.close()
    copy.close()


def test_a_dump_makes_it_anew(sqlite, db):
    db.execute("insert into t values (1, 'it''s', null)")
    db.execute("create index i on t (n)")
    db.execute("create view v as select * from t")
    db.commit()
    other = sqlite.connect(":memory:")
    other.executescript("\n".join(db.iterdump()))
    assert other.execute("select * from v").fetchall() == [(1, "it's", None)]
    assert list(other.iterdump()) == list(db.iterdump())
    other.close()


def test_serialize_and_back(sqlite, db):
    db.execute("insert into t values (1, 'a', 2)")
    db.commit()
    data = db.serialize()
    assert data[:15] == b"SQLite format 3"
    memory = sqlite.connect(":memory:")
    rollback_journal = data[:18] + b"\1\1" + data[20:]
    memory.deserialize(rollback_journal)
    assert memory.execute("select * from t").fetchall() == [(1, "a", 2)]
    memory.close()


def test_scripts_and_complete_statements(sqlite, db):
    db.execute("insert into t (n) values (1)")
    db.executescript("insert into t (n) values (2); create table u (x); insert into u values (3);")
    assert not db.in_transaction
    assert db.execute("select count(*) from t").fetchone() == (2,)
    assert sqlite.complete_statement("select 1;") and not sqlite.complete_statement("select 1")


def test_unfinished_selects_outlive_a_commit(db):
    db.executemany("insert into t (n) values (?)", [(n,) for n in range(500)])
    db.commit()
    got = []
    for n, in db.execute("select n from t order by n"):
        got.append(n)
        db.execute("update t set who = 'seen' where n = ?", (n,))
        db.commit()
    assert got == list(range(500))
    assert db.execute("select count(*) from t where who = 'seen'").fetchone() == (500,)


def test_unfinished_selects_in_a_transaction_outlive_its_commit(db):
    db.executemany("insert into t (n) values (?)", [(n,) for n in range(500)])
    cursor = db.execute("select n from t order by n")
    assert cursor.fetchone() == (0,)
    db.commit()
    assert cursor.fetchall() == [(n,) for n in range(1, 500)]


def test_a_uri_names_the_file(sqlite, path, tmp_path):
    sqlite.connect(f"file:{path}?mode=rwc", uri=True).close()
    db = sqlite.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(sqlite.OperationalError, match="readonly"):
        db.execute("create table t (n)")
    db.close()
    with pytest.raises(sqlite.OperationalError, match="unable to open"):
        sqlite.connect(f"file:{tmp_path}/nothing.db?mode=ro", uri=True)


def test_paths_of_all_kinds(sqlite, tmp_path):
    for name in tmp_path / "a.db", str(tmp_path / "b.db"), bytes(tmp_path / "c.db"), \
            tmp_path / "ü \N{SNOWMAN}.db":
        sqlite.connect(name).close()
    with pytest.raises(sqlite.OperationalError, match="unable to open"):
        sqlite.connect(tmp_path / "no" / "such.db")
    with pytest.raises(sqlite.OperationalError, match="unable to open"):
        sqlite.connect(tmp_path)


def test_what_is_no_database_is_an_error(sqlite, tmp_path):
    (tmp_path / "text.db").write_text("this is not a database" * 100)
    with pytest.raises(sqlite.DatabaseError, match="not a database"):
        db = sqlite.connect(tmp_path / "text.db")
        db.execute("select * from sqlite_master")


def test_total_changes_are_the_connections(db):
    before = db.total_changes
    db.executemany("insert into t (n) values (?)", [(1,), (2,)])
    db.commit()
    db.execute("delete from t")
    db.commit()
    assert db.total_changes - before == 4


def test_a_file_whose_name_has_memory_in_it(sqlite, tmp_path):
    """Rows that were asked for in a transaction outlive its commit there, too."""
    db = sqlite.connect(str(tmp_path / "in:memory:of.db"))
    db.execute("create table t (n)")
    db.executemany("insert into t values (?)", [(n,) for n in range(300)])
    cursor = db.execute("select n from t")
    db.commit()
    db.execute("select count(*) from t").fetchone()
    assert cursor.fetchall() == [(n,) for n in range(300)]
    db.close()
