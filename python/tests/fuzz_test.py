"""Arguments of every kind to every call: an exception is an answer, a crash is not.
The seed is in the message of a failure, and FUZZ_SEED repeats it."""
import os
import random
import sys

import pytest

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "4000"))
SOURCE = """
import datetime, random, warnings
warnings.simplefilter("ignore")
sys.setrecursionlimit(300)
rounds, seed, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
rng = random.Random(seed)

class Odd:
    def __init__(self, raises): self.raises = raises
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        if self.raises: raise KeyError(name)
        return self
    def __call__(self, *args, **more): return rng.choice(VALUES)
    def __len__(self): return rng.choice((0, 1, 3, -1, 2**40))
    def __getitem__(self, key): return rng.choice(VALUES)
    def __iter__(self): return iter([(1,), None, (2,)])
    def __hash__(self): return rng.choice((1, 2, 3))
    def __eq__(self, other): return rng.random() < 0.5
    def __index__(self): return rng.choice((0, -1, 2**70))
    def __bool__(self): raise ValueError("no bool")

def generator():
    yield (1,)
    yield rng.choice(VALUES)

SQL = ["select 1", "select ?", "select ?1, ?2", "select :a", "insert into t values (?, ?)",
       "insert into t values (1, 2)", "update t set a = ?", "delete from t", "begin", "commit",
       "rollback", "savepoint s", "release s", "create table if not exists u (x)",
       "select * from t", "insert into t values (1, 2) returning a", "pragma user_version",
       "select f(?)", "select * from t, t, t", "drop table if exists u", "vacuum", "explain select 1",
       "attach ':memory:' as m", "detach m", "create temp table if not exists w (x)", "select count(*) from t", ""]
VALUES = [None, True, False, 0, 1, -1, 2, 7, 2**31, 2**63, -2**63, 2**100, 1.5, float("nan"), "",
          "text", "t", "a", "main", "\\0", "\\ud800", "x" * 3000, b"", b"bytes", bytearray(b"ab"),
          memoryview(b"abcdef")[::2], memoryview(b"view"), (), (1,), (1, 2), [1, 2], [(1, 2), (3, 4)], {}, {"a": 1}, {1},
          Odd(False), Odd(True), object(), type, int, str, len, lambda *a: 1, lambda *a: 1 // 0,
          datetime.date(2026, 1, 1), slice(0, 2), slice(None, None, -1), range(3), Ellipsis, *SQL]
SPARE = {"interrupt"}

def arguments():
    count = rng.choice((0, 1, 1, 2, 2, 3, 4, 5))
    args = [rng.choice(rng.choice((VALUES, SQL))) for _ in range(count)]
    names = ("parameters", "sql", "isolation_level", "factory", "deterministic", "pages", "name", "row",
             "readonly", "timeout", "uri", "detect_types", "progress", "sleep", "size", "autocommit")
    more = {rng.choice(names): rng.choice(VALUES)} if rng.random() < 0.2 else {}
    if rng.random() < 0.1: args.append(generator())
    if rng.random() < 0.1: args.append(rng.choice(things))
    return args, more

def fresh():
    db = sqlite.connect(rng.choice((":memory:", path)), check_same_thread=False, timeout=0.01,
                        isolation_level=rng.choice((None, "", "IMMEDIATE")))
    try:
        db.execute("create table if not exists t (a, b)")
        db.create_function("f", 1, lambda value: rng.choice(VALUES))
        db.commit()
    except sqlite.Error:
        pass
    return db

things = []
for number in range(rounds):
    if len(things) < 3 or rng.random() < 0.05:
        things[:] = things[-6:]
        for thing in things:  # all are one thread's: no other lets a turn go
            try:
                thing.rollback()
            except Exception:
                pass
        things.append(fresh())
    thing = rng.choice(things + [sqlite])
    name = rng.choice([n for n in dir(thing) if n not in SPARE and
                       (not n.startswith("__") or n in ("__enter__", "__exit__", "__call__", "__iter__",
                        "__next__", "__init__", "__getitem__", "__setitem__", "__len__", "__hash__", "__eq__"))])
    if thing is sqlite and (name in ("enable_callback_tracebacks", "connect", "Connection", "threading") or
            not callable(getattr(sqlite, name)) or getattr(sqlite, name).__class__.__name__ == "module"):
        continue
    args, more = arguments()
    if name in ("enable_load_extension", "load_extension", "backup") and rng.random() < 0.5: continue
    if name == "connect": continue
    if name == "__init__":  # nobody else lets a turn go here: to wait for one is in vain
        args, more["timeout"] = args[:1], 0.01
    if name == "backup":
        more["sleep"] = 0.01
    try:
        if rng.random() < 0.1 and thing is not sqlite:
            setattr(thing, name, rng.choice(VALUES))
        member = getattr(thing, name)
        result = member(*args, **more) if callable(member) else member
        if hasattr(result, "execute") or hasattr(result, "read") or hasattr(result, "keys"):
            things.append(result)
        elif hasattr(result, "__next__"):
            for _ in zip(range(3), result): pass
    except (Exception, SystemError) as error:
        if isinstance(error, SystemError): raise
print("done")
"""


@pytest.mark.parametrize("turn", range(4))
def test_arguments_of_every_kind(program, tmp_path, turn):
    seed = os.environ.get("FUZZ_SEED") or str(random.SystemRandom().getrandbits(32))
    print(f"FUZZ_SEED={seed}", file=sys.stderr)
    assert program(SOURCE, ROUNDS, seed, tmp_path / "fuzz.db").endswith("done\n")
