"""Awaiting a connection's calls."""
import asyncio
import threading

import conftest
import pytest

pytestmark = pytest.mark.own


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, conftest.LIMIT_S))


def test_rows_and_what_a_cursor_knows(db):
    async def main():
        answer = await db.aexecute("insert into t (who, n) values (?, ?)", ("a", 1))
        assert (answer, answer.rowcount, answer.lastrowid) == ([], 1, 1)
        answer = await db.aexecute("select who, n from t where n = :n", {"n": 1})
        assert answer == [("a", 1)]
        assert [column[0] for column in answer.description] == ["who", "n"]
        assert await db.aexecute("insert into t (n) values (2) returning n") == [(2,)]
        await db.aexecute("create table u (x)")
        await db.aexecutemany("insert into u values (?)", [(n,) for n in range(10)])
        assert await db.aexecute("select sum(x) from u") == [(45,)]
        await db.aexecutescript("insert into u values (1); delete from t;")
        assert await db.aexecute("select count(*) from t") == [(0,)]
    run(main())


def test_a_thousand_tasks_need_few_threads(db):
    before = threading.active_count()

    async def main():
        await asyncio.gather(*(db.aexecute("insert into t (n) values (?)", (n,))
                               for n in range(1000)))
        counted = await asyncio.gather(*(db.aexecute("select count(*) from t")
                                         for _ in range(200)))
        assert counted == [[(1000,)]] * 200
        return threading.active_count()
    assert run(main()) - before < 50


def test_an_error_is_the_tasks_own(sqlite, db):
    async def main():
        told = await asyncio.gather(*(db.aexecute("insert into t (id) values (?)", (n % 10,))
                                      for n in range(20)), return_exceptions=True)
        assert sum(isinstance(one, sqlite.IntegrityError) for one in told) == 10
        with pytest.raises(sqlite.OperationalError, match="no such table"):
            await db.aexecute("select * from nowhere")
        with pytest.raises(sqlite.OperationalError, match="no such table"):
            await db.aexecute("insert into nowhere values (1)")
    run(main())
    assert not db.in_transaction


def test_a_transaction_is_all_or_nothing(db):
    async def add(fails):
        async with db.atransaction() as tx:
            (n,), = await tx.execute("select count(*) from t")
            await tx.execute("insert into t (n) values (?)", (n,))
            if fails:
                raise ZeroDivisionError

    async def main():
        told = await asyncio.gather(*(add(number % 2) for number in range(40)),
                                    return_exceptions=True)
        assert sum(isinstance(one, ZeroDivisionError) for one in told) == 20
        assert await db.aexecute("select n from t order by id") == [(n,) for n in range(20)]
    run(main())


def test_a_cancelled_transaction_gives_its_turn_back(db):
    async def main():
        inside = asyncio.Event()

        async def waits():
            async with db.atransaction() as tx:
                await tx.execute("insert into t (n) values (1)")
                inside.set()
                await asyncio.Event().wait()
        task = asyncio.create_task(waits())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await db.aexecute("insert into t (n) values (2)")
        assert await db.aexecute("select n from t") == [(2,)]
    run(main())
