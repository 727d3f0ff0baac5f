"""Programs that people run on sqlite3, with garner in its place: Debian's own
packages, not imitations. run_suites.py runs the tests that they bring along."""
import importlib.metadata
import threading
import warnings

import pytest

pytestmark = pytest.mark.own
THREADS = 16

# What a program says that cannot say "import garner as sqlite3" itself.
INSTEAD = "sys.modules['sqlite3'] = sqlite\nimport garner.dbapi2\n" \
          "sys.modules['sqlite3.dbapi2'] = garner.dbapi2\n"


@pytest.fixture
def alchemy(path):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine(f"sqlite+garner:///{path}?timeout=60", future=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield sqlalchemy, engine
        engine.dispose()


def test_sqlalchemy_finds_the_dialect_by_its_entry_point():
    found = importlib.metadata.entry_points(group="sqlalchemy.dialects", name="sqlite.garner")
    assert {entry.load().driver for entry in found} == {"garner"}


def in_threads(work):
    failed = []

    def run(number):
        try:
            work(number)
        except Exception as error:
            failed.append(error)
    threads = [threading.Thread(target=run, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def test_sqlalchemy_orm_in_threads(alchemy):
    sqlalchemy, engine = alchemy
    from sqlalchemy import orm
    base = orm.declarative_base()

    class Page(base):
        __tablename__ = "page"
        id = sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)
        url = sqlalchemy.Column(sqlalchemy.String, unique=True)
        at = sqlalchemy.Column(sqlalchemy.DateTime, server_default=sqlalchemy.func.now())
    base.metadata.create_all(engine)
    session_of = orm.sessionmaker(engine)

    def store(number):
        for row in range(10):
            with session_of.begin() as session:
                session.add(Page(url=f"http://{number}/{row}"))
    in_threads(store)
    with session_of() as session:
        assert session.query(Page).count() == THREADS * 10
        assert session.get(Page, 1).at is not None
        session.add(Page(url="http://0/0"))
        with pytest.raises(sqlalchemy.exc.IntegrityError):
            session.commit()


def test_sqlalchemys_pool_refuses_nobody(alchemy):
    sqlalchemy, engine = alchemy
    assert isinstance(engine.pool, sqlalchemy.pool.QueuePool)
    held = [engine.connect() for _ in range(THREADS * 3)]
    assert all(one.execute(sqlalchemy.text("select 1")).scalar() == 1 for one in held)
    for one in held:
        one.close()


def test_sqlalchemy_in_memory_is_one_database(alchemy):
    sqlalchemy, _ = alchemy
    engine = sqlalchemy.create_engine("sqlite+garner://", future=True)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("create table t (n)"))

    def store(number):
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("insert into t values (:n)"), {"n": number})
    in_threads(store)
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("select count(*) from t")).scalar() == THREADS
    engine.dispose()


def test_sqlalchemys_levels_and_regexp(alchemy):
    sqlalchemy, engine = alchemy
    table = sqlalchemy.Table("t", sqlalchemy.MetaData(),
                             sqlalchemy.Column("word", sqlalchemy.String))
    table.create(engine)
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as connection:
        connection.execute(table.insert(), [{"word": "agent007"}, {"word": "m"}])
        assert connection.get_isolation_level() == "AUTOCOMMIT"
    with engine.connect() as connection:
        assert connection.get_isolation_level() == "SERIALIZABLE"
        found = connection.execute(sqlalchemy.select(table.c.word).where(
            table.c.word.regexp_match("00[1-7]$"))).scalars().all()
    assert found == ["agent007"]
    with pytest.raises(sqlalchemy.exc.ArgumentError):
        engine.execution_options(isolation_level="CHAOS").connect()


def test_sqlalchemys_session_may_change_threads(alchemy, thread):
    """As it does in a web server that runs the parts of a request in a pool."""
    sqlalchemy, engine = alchemy
    connection = engine.connect()
    thread(lambda: connection.execute(sqlalchemy.text("create table t (n)"))).result()
    thread(lambda: connection.execute(sqlalchemy.text("insert into t values (1)"))).result()
    if hasattr(connection, "commit"):
        thread(connection.commit).result()
    thread(connection.close).result()
    with engine.begin() as other:
        other.execute(sqlalchemy.text("insert into t values (2)"))
        assert other.execute(sqlalchemy.text("select n from t")).scalars().all() == [1, 2]


def test_pandas(db, path):
    pandas = pytest.importorskip("pandas")
    sqlalchemy = pytest.importorskip("sqlalchemy")
    frame = pandas.DataFrame({"n": range(1000), "word": [f"w{n}" for n in range(1000)]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it knows sqlite3 by name alone
        assert frame.to_sql("words", db, index=False) == 1000
        back = pandas.read_sql("select * from words order by n", db)
    pandas.testing.assert_frame_equal(frame, back)
    engine = sqlalchemy.create_engine(f"sqlite+garner:///{path}")
    frame.to_sql("words", engine, index=False, if_exists="append")
    assert len(pandas.read_sql_table("words", engine)) == 2000
    pieces = pandas.read_sql("select * from words", engine, chunksize=300)
    assert sum(len(piece) for piece in pieces) == 2000
    engine.dispose()


def test_twisted(path, program):
    pytest.importorskip("twisted")
    assert program(f"""
from twisted.enterprise import adbapi
from twisted.internet import defer, reactor, task
pool = adbapi.ConnectionPool("garner", {path!r}, cp_max=10, timeout=60)

def both(transaction, n):
    transaction.execute("insert into t values (?)", (n,))
    transaction.execute("insert into t values (?)", (-n,))
    if n % 10 == 0:
        raise ZeroDivisionError

async def main():
    await pool.runOperation("create table t (n)")
    done = await defer.DeferredList([pool.runInteraction(both, n) for n in range(200)],
                                    consumeErrors=True)
    print(sum(good for good, _ in done))
    print(await pool.runQuery("select count(*), sum(n) from t"))
    pool.close()
task.react(lambda reactor: defer.ensureDeferred(main()))
""") == "180\n[(360, 0)]\n"


def test_scrapy(path, program):
    pytest.importorskip("scrapy")
    out = program(f"""
import scrapy, scrapy.crawler

class Pages(scrapy.Spider):
    name = "pages"
    start_urls = [f"data:,page{{n}}" for n in range(50)] + ["data:,again"]

    def parse(self, response):
        item = dict(url=response.url if "again" not in response.url else "data:,page1",
                    size=len(response.body), words=[response.text], body=response.body)
        if response.text == "again":
            item["late"] = 1.5
        yield item

process = scrapy.crawler.CrawlerProcess(settings=dict(
    ITEM_PIPELINES={{"garner.scrapy.Pipeline": 300}}, GARNER_DATABASE={path!r},
    GARNER_KEY=["url"], LOG_LEVEL="ERROR"))
crawler = process.create_crawler(Pages)
process.crawl(crawler)
process.start()
print(crawler.stats.get_value("item_scraped_count"))
db = sqlite.connect({path!r})
print(db.execute("select count(*), count(late), typeof(body), typeof(size) from pages").fetchone())
print(db.execute("select words from pages where url = 'data:,page2'").fetchone())
""")
    assert out == "51\n(50, 1, 'blob', 'integer')\n('[\"page2\"]',)\n"


def test_scrapys_item_fails_alone(path, program):
    pytest.importorskip("scrapy")
    out = program(f"""
import scrapy, scrapy.crawler
db = sqlite.connect({path!r}, isolation_level=None)
db.execute("create table page (n integer check (n <> 3))")

class Pages(scrapy.Spider):
    name = "pages"
    start_urls = ["data:,x"]

    def parse(self, response):
        for n in range(6):
            yield dict(n=n)

process = scrapy.crawler.CrawlerProcess(settings=dict(
    ITEM_PIPELINES={{"garner.scrapy.Pipeline": 300}}, GARNER_DATABASE={path!r},
    GARNER_TABLE="page", LOG_LEVEL="CRITICAL"))
crawler = process.create_crawler(Pages)
process.crawl(crawler)
process.start()
print(crawler.stats.get_value("item_scraped_count"), db.execute("select n from page order by n").fetchall())
""")
    assert out == "5 [(0,), (1,), (2,), (4,), (5,)]\n"


def test_peewee(path, program):
    pytest.importorskip("peewee")
    assert program(INSTEAD + f"""
import concurrent.futures, peewee
assert peewee.sqlite3 is sqlite
db = peewee.SqliteDatabase({path!r}, pragmas=dict(foreign_keys=1), timeout=60)
class Page(peewee.Model):
    url = peewee.CharField(unique=True)
    seen = peewee.IntegerField(default=0)
    class Meta: database = db
db.create_tables([Page])
Page.create(url="same")
def work(number):
    with db.connection_context():
        for row in range(5):
            Page.create(url=f"{{number}}/{{row}}")
            with db.atomic("immediate"):
                page = Page.get(Page.url == "same")
                page.seen += 1
                page.save()
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    list(pool.map(work, range(8)))
print(Page.select().count(), Page.get(Page.url == "same").seen)
print(Page.select().where(Page.url.regexp("^7/[0-2]$")).count())
""") == "41 40\n3\n"


def test_django(path, program):
    pytest.importorskip("django")
    assert program(INSTEAD + f"""
import concurrent.futures, django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"], USE_TZ=True,
    DATABASES=dict(default=dict(ENGINE="django.db.backends.sqlite3", NAME={path!r},
                                OPTIONS=dict(timeout=60))))
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, models, transaction
call_command("migrate", verbosity=0)

def work(number):
    try:
        for row in range(10):
            with transaction.atomic():
                user = User.objects.create(username=f"{{number}}_{{row}}")
                with transaction.atomic():
                    User.objects.filter(pk=user.pk).update(last_name="x")
    finally:
        connection.close()
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    list(pool.map(work, range(8)))
print(User.objects.filter(last_name="x").count(),
      User.objects.filter(username__regex="^0_[0-2]$").count(),
      User.objects.aggregate(models.Avg("id"))["id__avg"])
""") == "80 3 40.5\n"


def test_persist_queue(tmp_path, program):
    pytest.importorskip("persistqueue")
    assert program(INSTEAD + f"""
import concurrent.futures, persistqueue
queue = persistqueue.SQLiteQueue({str(tmp_path / "queue")!r}, multithreading=True,
                                 auto_commit=True)
def put(number):
    for row in range(10):
        queue.put((number, row))
def get(number):
    got = []
    while True:
        try:
            got.append(queue.get(block=False))
        except persistqueue.exceptions.Empty:
            return got
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    list(pool.map(put, range(8)))
    got = sum(pool.map(get, range(8)), [])
print(len(got), len(set(got)))
""") == "80 80\n"


def test_diskcache(tmp_path, program):
    pytest.importorskip("diskcache")
    assert program(INSTEAD + f"""
import concurrent.futures, diskcache
with diskcache.Cache({str(tmp_path / "cache")!r}, timeout=60) as cache:
    def work(number):
        for row in range(10):
            cache[number, row] = b"x" * 50000 if row == 0 else dict(row=row)
            cache.incr("count")
        cache.push(number)
        return cache.get((number, 5))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        print(list(pool.map(work, range(8))) == [dict(row=5)] * 8)
    print(cache["count"], len(cache), cache.check(), len(cache[3, 0]))
    with cache.transact():
        cache["a"] = 1
        cache["b"] = cache["a"] + 1
    print(cache["b"], cache.pull()[1] in range(8))
""") == "True\n80 89 [] 50000\n2 True\n"


def test_dbm_like_shelves_and_logging(path, program):
    """A log handler and a key-value store, as they are often written by hand."""
    assert program(INSTEAD + f"""
import logging, threading
class Handler(logging.Handler):
    def __init__(self):
        super().__init__()
        self.db = sqlite.connect({path!r}, check_same_thread=False)
        self.db.execute("create table log (level, text)")
    def emit(self, record):
        with self.db:
            self.db.execute("insert into log values (?, ?)", (record.levelname, record.getMessage()))
log = logging.getLogger("x")
log.addHandler(handler := Handler())
threads = [threading.Thread(target=log.error, args=("from %d", n)) for n in range(20)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(handler.db.execute("select count(distinct text) from log").fetchone())
""") == "(20,)\n"
