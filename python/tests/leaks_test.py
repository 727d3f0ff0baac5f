"""100,000 operations of each kind leave nothing behind: no reference to what was
handed over, no memory, no open file."""
import gc
import os
import sys

import pytest

OPERATIONS = int(os.environ.get("LEAK_OPERATIONS", "100000"))
KINDS = {}


class Conforming:
    def __init__(self, word):
        self.word = word

    def __conform__(self, protocol):
        return self.word


def kind(call):
    KINDS[call.__name__] = call
    return call


class Word(str):
    """An object that is certainly counted."""


@kind
def selects(sqlite, db, word):
    db.execute("select ?, ?", (word, 2**40)).fetchall()


@kind
def selects_by_name(sqlite, db, word):
    db.execute("select :a", {"a": word}).fetchone()


@kind
def selects_left_unfinished(sqlite, db, word):
    next(db.execute("select ? union all select ?", (word, word)))


@kind
def rows_with_names(sqlite, db, word):
    cursor = db.cursor()
    cursor.row_factory = sqlite.Row
    row = cursor.execute("select ? as word", (word,)).fetchone()
    row["word"], row.keys(), tuple(row)


@kind
def inserts(sqlite, db, word):
    db.execute("insert into t (who) values (?)", (word,))


@kind
def many(sqlite, db, word):
    db.executemany("insert into t (who) values (?)", [(word,)])


@kind
def transactions_in_vain(sqlite, db, word):
    db.execute("begin")
    db.rollback()


@kind
def errors_of_sql(sqlite, db, word):
    try:
        db.execute("select nothing from nowhere")
    except sqlite.Error:
        pass


@kind
def errors_of_parameters(sqlite, db, word):
    for args in (word,), (word, word, word), {"b": word}:
        try:
            db.execute("select ?, :a", args)
        except (sqlite.Error, TypeError):
            pass


@kind
def errors_of_constraints(sqlite, db, word):
    try:
        db.execute("insert into t (id, who) values (1, ?)", (word,))
    except sqlite.IntegrityError:
        pass


@kind
def callbacks(sqlite, db, word):
    db.execute("select same(?)", (word,)).fetchone()


@kind
def callbacks_that_raise(sqlite, db, word):
    try:
        db.execute("select bad(?)", (word,)).fetchone()
    except sqlite.OperationalError:
        pass


@kind
def statements_that_differ(sqlite, db, word):
    statements_that_differ.number += 1
    db.execute(f"select {statements_that_differ.number}").fetchone()


statements_that_differ.number = 0


@kind
def adapted(sqlite, db, word):
    db.execute("select ?", (Conforming(word),)).fetchone()


def resident_kib():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def open_files():
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("where", ["file", "memory"])
@pytest.mark.parametrize("name", KINDS)
def test_nothing_stays_of(sqlite, path, name, where):
    db = sqlite.connect(path if where == "file" else ":memory:", isolation_level=None)
    db.execute("pragma synchronous = off")
    db.execute("create table t (id integer primary key, who)")
    db.execute("insert into t values (1, 'first')")
    db.create_function("same", 1, lambda value: value)
    db.create_function("bad", 1, lambda value: 1 // 0)
    call, word = KINDS[name], Word("word")
    # What reaches the disk is slow and not what is looked for here.
    times = OPERATIONS if name not in ("inserts", "many", "transactions_in_vain") \
        else OPERATIONS // 20
    for _ in range(times // 5):
        call(sqlite, db, word)
    gc.collect()
    # The names are looked up here, so that looking makes no difference.
    before = (sys.getrefcount(word), sys.getrefcount(Word), open_files(), len(gc.get_objects()))
    memory = resident_kib()
    for _ in range(times):
        call(sqlite, db, word)
    gc.collect()
    after = (sys.getrefcount(word), sys.getrefcount(Word), open_files(), len(gc.get_objects()))
    assert [b - a for a, b in zip(before[:3], after[:3])] == [0, 0, 0]
    assert after[3] - before[3] < 100
    if "asan" not in os.environ.get("LD_PRELOAD", ""):  # it keeps what was freed
        assert resident_kib() - memory < 6000
    db.close()


@pytest.mark.parametrize("where", ["file", "memory"])
def test_nothing_stays_of_connections(sqlite, path, where):
    def use():
        db = sqlite.connect(path if where == "file" else ":memory:")
        db.execute("create table if not exists t (n)")
        db.create_function("f", 0, lambda: db)  # a cycle
        db.set_trace_callback(lambda sql: None)
        db.row_factory = sqlite.Row
        db.execute("select 1 union select 2").fetchone()
        db.close()
    for _ in range(20):
        use()
    gc.collect()
    before = open_files(), len(gc.get_objects())
    memory = resident_kib()
    for _ in range(300):
        use()
    gc.collect()
    assert open_files() == before[0]
    assert len(gc.get_objects()) - before[1] < 50
    if "asan" not in os.environ.get("LD_PRELOAD", ""):
        assert resident_kib() - memory < 8000
