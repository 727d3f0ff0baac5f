"""Records: put, get, find, and a queue of them."""
import threading

import pytest

pytestmark = pytest.mark.own


def test_put_get_find_remove(sqlite, db):
    first = db.put(b"\0\xff", "#plan agent007 #london", time=1000.5)
    second = db.put("text of it", "plan agent009")
    assert second > first
    record = db.get(first)
    assert (record.id, record.notes, record.data, record.time) == (
        first, "#plan agent007 #london", b"\0\xff", 1000.5)
    assert (record.attempts, record.lease, record.set_aside) == (0, 0, False)
    assert [one.id for one in db.find("plan")] == [first, second]
    assert [one.id for one in db.find("plan", newest=True, limit=1)] == [second]
    assert [one.data for one in db.find(regexp="agent00[1-7]")] == [b"\0\xff"]
    assert [one.data for one in db.find(glob="plan*", data=False)] == [None]
    assert [one.id for one in db.find(like="%LONDON%")] == [first]
    assert [one.id for one in db.find(since=1001.0)] == [second]
    assert [one.id for one in db.find(until=1001.0)] == [first]
    assert db.get(first, "elsewhere") is None and db.find(collection="elsewhere") == []
    assert db.remove(first) and not db.remove(first)
    assert db.get(first) is None


def test_a_queue_gives_each_to_one(db, thread):
    put = [db.put(f"{n}", collection="jobs") for n in range(200)]
    taken, lock = [], threading.Lock()

    def work():
        while (job := db.pop("jobs", lease=600)) is not None:
            with lock:
                taken.append(job.id)
            assert db.ack(job)
            assert not db.ack(job)
    threads = [thread(work) for _ in range(8)]
    for one in threads:
        one.result()
    assert sorted(taken) == put
    assert db.find(collection="jobs") == []


def test_a_lease_is_given_back_or_extended(db):
    db.put("job", delay=3600)
    assert db.pop() is None
    db.put("now")
    job = db.pop()
    assert (job.data, job.attempts) == (b"now", 1)
    assert db.pop() is None
    assert db.extend(job, 3600)
    assert db.give_back(job)
    again = db.pop(max_attempts=2)
    assert (again.id, again.attempts) == (job.id, 2)
    assert not db.ack(job), "the first lease is lost"
    assert db.give_back(again)
    assert db.pop(max_attempts=2) is None
    assert [one.id for one in db.find(set_aside=True)] == [job.id]


def test_what_cannot_be(sqlite, db):
    for call in (lambda: db.put(5), lambda: db.put("x", 5), lambda: db.get("x"),
                 lambda: db.ack(5), lambda: db.ack((1, 2, 3)), lambda: db.find(limit="x")):
        with pytest.raises(TypeError):
            call()
    for call in (lambda: db.put("x", time=1e300), lambda: db.pop(lease=float("nan"))):
        with pytest.raises(OverflowError):
            call()
    for call in (lambda: db.find('"'), lambda: db.find(regexp="(")):
        db.put("x")
        with pytest.raises(sqlite.Error):
            call()
    with pytest.raises(sqlite.Error):
        db.pop(lease=-1)
    with pytest.raises(sqlite.Error):
        db.put("x", collection="")


def test_not_in_a_transaction_of_the_same_thread(sqlite, db):
    db.execute("insert into t (n) values (1)")
    for call in lambda: db.put("x"), lambda: db.pop(), lambda: db.find():
        with pytest.raises(sqlite.ProgrammingError, match="commit"):
            call()
    db.commit()
    assert db.put("x") > 0


def test_in_memory(sqlite):
    db = sqlite.connect(":memory:")
    db.put("x", "word")
    assert [one.data for one in db.find("word")] == [b"x"]
    job = db.pop()
    assert db.ack(job)
    db.close()


def test_sql_reads_them(db):
    db.put("x", "hello")
    assert db.execute("select notes from garner_record").fetchall() == [("hello",)]
