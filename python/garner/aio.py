"""garner.aio - awaiting a connection's calls (Connection.aexecute and others).

An awaited statement is a transaction of its own, whatever isolation_level says:
tasks take turns on threads, and none shall commit what another began. A statement
that changes rows and gives none back is handed to the store, joins its group
commit, and needs no thread while it waits. Others run on a few threads that all
connections of the process share, however many tasks wait. Several statements as
one transaction have a thread for so long:

    rows = await conn.aexecute("select * from page where url = ?", [url])
    async with conn.atransaction() as tx:
        await tx.execute("update page set seen = seen + 1 where url = ?", [url])
        await tx.execute("insert into visit values (?)", [url])

A task that is cancelled while it waits does not undo what it waits for: the
statement may still be done. A transaction of a cancelled task is rolled back.
"""
import asyncio
import concurrent.futures
import contextlib
import os
import re

READERS = min(32, 4 + (os.cpu_count() or 1))
WRITERS = 4  # they take turns anyway; readers shall not wait behind them
CHANGES = re.compile(r"\s*(insert|replace|update|delete)\b", re.I)
READS = re.compile(r"\s*(select|values|with|explain)\b", re.I)
RETURNING = re.compile(r"\breturning\b", re.I)


class Answer(list):
    """The rows, and what a cursor knows beside them."""
    description = None
    rowcount = -1
    lastrowid = None


class _Threads:
    """What connections share. After fork a child has its own."""

    def __init__(self):
        self.begin()
        os.register_at_fork(after_in_child=self.begin)

    def begin(self):
        self.readers = concurrent.futures.ThreadPoolExecutor(READERS, "garner-read")
        self.writers = concurrent.futures.ThreadPoolExecutor(WRITERS, "garner-write")


_threads = _Threads()


def _run(pool, call, *args):
    return asyncio.get_running_loop().run_in_executor(pool, call, *args)


def _answer(cursor):
    answer = Answer(cursor.fetchall() if cursor.description else ())
    answer.description = cursor.description
    answer.rowcount, answer.lastrowid = cursor.rowcount, cursor.lastrowid
    cursor.close()
    return answer


def _alone(connection, call, *args):
    """A call that leaves no transaction open behind it on this thread."""
    try:
        answer = _answer(call(*args))
        connection.commit()
        return answer
    except BaseException:
        connection.rollback()
        raise


async def aexecute(connection, sql, parameters=()):
    """One statement; an Answer: a list of its rows, with rowcount, lastrowid and
    description."""
    if CHANGES.match(sql) and not RETURNING.search(sql):
        done = await asyncio.wrap_future(connection.submit(sql, parameters))
        answer = Answer()
        answer.rowcount, answer.lastrowid = done.rowcount, done.lastrowid
        return answer
    pool = _threads.readers if READS.match(sql) else _threads.writers
    return await _run(pool, _alone, connection, connection.execute, sql, parameters)


async def aexecutemany(connection, sql, parameters):
    """One statement for each of the parameters, all of them or none."""
    return await _run(_threads.writers, _alone, connection, connection.executemany, sql,
                      parameters)


async def aexecutescript(connection, script):
    return await _run(_threads.writers, _alone, connection, connection.executescript, script)


class _Transaction:
    """What atransaction() gives: the calls of a connection, on its thread."""

    def __init__(self, connection, thread):
        self._connection, self._thread = connection, thread

    async def execute(self, sql, parameters=()):
        return await _run(self._thread, lambda: _answer(
            self._connection.execute(sql, parameters)))

    async def executemany(self, sql, parameters):
        return await _run(self._thread, lambda: _answer(
            self._connection.executemany(sql, parameters)))


@contextlib.asynccontextmanager
async def atransaction(connection):
    """A transaction: committed at the end of the block, rolled back if it raises."""
    thread = concurrent.futures.ThreadPoolExecutor(1, "garner-transaction")
    try:
        began = _run(thread, connection.execute, "begin immediate")
        try:
            await began
            yield _Transaction(connection, thread)
        except BaseException:
            # Shielded: a second cancellation must not leave the turn taken.
            await asyncio.shield(_run(thread, connection.rollback))
            raise
        await asyncio.shield(_run(thread, connection.commit))
    finally:
        thread.shutdown(wait=False)
