"""The interpreter ends with connections open: nothing accepted is lost, nothing
crashes, and what was not committed is not there."""
import pytest


def rows(sqlite, path):
    db = sqlite.connect(path)
    try:
        return db.execute("select count(*) from t").fetchone()[0]
    finally:
        db.close()


def test_committed_stays_and_uncommitted_goes(sqlite, path, program):
    program(f"""
db = sqlite.connect({path!r})
db.execute("create table t (n)")
db.execute("insert into t values (1)")
db.commit()
cursor = db.execute("select 1 union select 2")
cursor.fetchone()
db.execute("insert into t values (2)")
""")
    assert rows(sqlite, path) == 1


def test_a_cycle_holds_the_connection(sqlite, path, program):
    program(f"""
db = sqlite.connect({path!r})
db.execute("create table t (n)")
class Holder: pass
holder = Holder()
holder.db, holder.self = db, holder
db.create_function("f", 0, lambda: holder)
db.execute("insert into t values (1)")
db.commit()
""")
    assert rows(sqlite, path) == 1


@pytest.mark.own
def test_pending_futures_are_done(sqlite, path, program):
    program(f"""
db = sqlite.connect({path!r}, isolation_level=None)
db.execute("create table t (n)")
for n in range(2000):
    db.submit("insert into t values (?)", (n,))
""")
    assert rows(sqlite, path) == 2000


@pytest.mark.own
def test_callbacks_of_futures_run_while_python_ends(sqlite, path, program):
    out = program(f"""
db = sqlite.connect({path!r}, isolation_level=None)
db.execute("create table t (n)")
told = []
import atexit
atexit.register(lambda: (db.close(), print(len(told))))
for n in range(500):
    db.submit("insert into t values (?)", (n,)).add_done_callback(told.append)
""")
    assert out == "500\n"
    assert rows(sqlite, path) == 500


@pytest.mark.own
def test_threads_that_are_still_at_it(sqlite, path, program):
    program(f"""
import threading
db = sqlite.connect({path!r}, isolation_level=None)
db.execute("create table t (n)")
def work():
    while True:
        db.execute("insert into t values (1)")
for _ in range(8):
    threading.Thread(target=work, daemon=True).start()
while db.execute("select count(*) from t").fetchone()[0] < 200:
    pass
""")
    assert rows(sqlite, path) >= 200


@pytest.mark.own
def test_threads_in_transactions_of_their_own(sqlite, path, program):
    program(f"""
import threading
db = sqlite.connect({path!r}, timeout=60)
db.execute("create table t (n)")
def work():
    while True:
        db.execute("insert into t values (1)")
        db.commit()
for _ in range(8):
    threading.Thread(target=work, daemon=True).start()
while db.execute("select count(*) from t").fetchone()[0] < 50:
    pass
db.execute("insert into t values (2)")
""")
    db = sqlite.connect(path)
    assert db.execute("select count(*) from t where n = 2").fetchone() == (0,)
    db.close()


def test_an_exception_ends_the_program(sqlite, path, program):
    program(f"""
db = sqlite.connect({path!r})
db.execute("create table t (n)")
db.execute("insert into t values (1)")
db.commit()
blob = None
raise SystemExit(3)
""", code=3)
    assert rows(sqlite, path) == 1


@pytest.mark.own
def test_a_connection_that_is_dropped_open_warns(sqlite, path, program):
    program(f"""
import gc, warnings
warnings.simplefilter("always")
db = sqlite.connect({path!r})
db.execute("create table t (n)")
db.execute("insert into t values (1)")
del db
gc.collect()
""")
    assert "ResourceWarning" in program.errors
    assert rows(sqlite, path) == 0


@pytest.mark.own
def test_two_imports_of_the_module(program):
    assert program("""
db = sqlite.connect(":memory:")
for name in [name for name in sys.modules if name.split(".")[0] == sqlite.__name__]:
    del sys.modules[name]
import importlib
again = importlib.import_module(sqlite.__name__)
other = again.connect(":memory:")
print(other.execute("select 1").fetchone(), db.execute("select 2").fetchone())
""") == "(1,) (2,)\n"
