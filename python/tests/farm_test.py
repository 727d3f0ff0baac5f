"""Farms: several databases as one store."""
import pytest

pytestmark = pytest.mark.own


@pytest.fixture
def farm(sqlite, tmp_path):
    with sqlite.connect(f"{tmp_path / 'visits'}?shards=4", timeout=60) as made:
        made.execute_all("create table visit (user text, n integer)")
        yield made


def test_rows_go_where_their_key_is(sqlite, farm, thread):
    def work(number):
        user = f"user {number}"
        for n in range(20):
            result = farm.shard(user).execute("insert into visit values (?, ?)", (user, n))
            assert result.rowcount == 1
    for one in [thread(work, number) for number in range(16)]:
        one.result()
    assert farm.shards == 4
    assert len(farm.query("select * from visit")) == 320
    assert farm.shard("user 3").query(
        "select count(*), sum(n) from visit where user = ?", ("user 3",)) == [(20, 190)]
    counts = [count for count, in farm.query("select count(*) from visit")]
    assert len(counts) == 4 and sum(counts) == 320 and max(counts) < 320
    assert farm.execute_all("delete from visit").rowcount == 320


def test_values_and_keys_of_all_kinds(farm):
    farm.execute_all("create table v (a, b, c, d, e)")
    row = (None, 2**60, 1.5, "ü", b"\0")
    for key in "k", b"k", 17:
        farm.shard(key).execute("insert into v values (?, ?, ?, ?, ?)", row)
    assert farm.query("select * from v") == [row] * 3


def test_bad_input(sqlite, farm, tmp_path):
    for call in (lambda: farm.shard(1.5), lambda: farm.query(5), lambda: farm.shard(None)):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(OverflowError):
        farm.shard(2**70)
    with pytest.raises(sqlite.OperationalError, match="no such table"):
        farm.query("select * from nowhere")
    with pytest.raises(sqlite.ProgrammingError, match="position"):
        farm.query("select :a", {"a": 1})
    with pytest.raises(sqlite.Error):
        farm.query("select ?")
    with pytest.raises(sqlite.Error):
        sqlite.connect(f"{tmp_path / 'other'}?shards=9999")
    with pytest.raises(TypeError, match=r"'isolation_level'.* Farm\(\)"):
        sqlite.connect(f"{tmp_path / 'other'}?shards=2", isolation_level=None)
    with pytest.raises(sqlite.OperationalError, match="is a folder"):
        sqlite.connect(str(tmp_path))
    with pytest.raises(TypeError):
        sqlite.Farm()


def test_a_closed_farm(sqlite, tmp_path):
    farm = sqlite.connect(database=f"{tmp_path / 'visits'}?shards=2")
    shard = farm.shard("x")
    farm.close()
    farm.close()
    for call in (lambda: farm.query("select 1"), lambda: shard.query("select 1"),
                 lambda: farm.shard("x"), lambda: farm.shards):
        with pytest.raises(sqlite.ProgrammingError, match="closed"):
            call()
