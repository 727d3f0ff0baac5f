"""garner.scrapy - an item pipeline for Scrapy that stores items as rows.

    ITEM_PIPELINES = {"garner.scrapy.Pipeline": 300}
    GARNER_DATABASE = "data.db"
    GARNER_TABLE = "page"    # the spider's name, unless it is given
    GARNER_KEY = ["url"]     # an item with the key of a row replaces it; none: all stay

An item goes on when its row is on the disk; meanwhile the spider does, and items
that come at the same time share a commit. Fields are columns; the table, and
columns for new fields, are made when they are first needed. What SQLite has no
type for (lists, dicts, dates) is stored as JSON. A row that cannot be stored fails
its item alone. The database may be used by anybody meanwhile.
"""
import json

from itemadapter import ItemAdapter
from twisted.internet import defer

import garner

TYPES = {bool: "integer", int: "integer", float: "real", bytes: "blob"}


def name_of(identifier):
    return '"' + identifier.replace('"', '""') + '"'


def value_of(value):
    if value is None or isinstance(value, (str, int, float, bytes)):
        return value
    return json.dumps(value, default=str, ensure_ascii=False)


class Pipeline:
    """One store for each spider's crawl."""

    def __init__(self, database, table, key):
        self.database, self.table, self.key = database, table, list(key)
        self.statements = {}

    @classmethod
    def from_crawler(cls, crawler):
        settings = crawler.settings
        return cls(settings.get("GARNER_DATABASE", "data.db"),
                   settings.get("GARNER_TABLE", crawler.spidercls.name),
                   settings.getlist("GARNER_KEY"))

    def open_spider(self, spider):
        self.connection = garner.connect(self.database, isolation_level=None)

    def close_spider(self, spider):
        self.connection.close()

    def process_item(self, item, spider):
        fields = ItemAdapter(item).asdict()
        statement = self.statement(fields)
        return self.stored(item, self.connection.submit(
            statement, [value_of(value) for value in fields.values()]))

    def stored(self, item, future):
        """A Deferred of the item: the reactor is told, never kept waiting."""
        from twisted.internet import reactor  # once Scrapy has chosen which
        deferred = defer.Deferred()

        def settle():
            if future.exception() is None:
                deferred.callback(item)
            else:
                deferred.errback(future.exception())
        future.add_done_callback(lambda _: reactor.callFromThread(settle))
        return deferred

    def statement(self, fields):
        names = tuple(fields)
        if names not in self.statements:
            missing = [key for key in self.key if key not in fields]
            if missing:
                raise ValueError(f"the item has no {', '.join(missing)}, which GARNER_KEY names")
            self.make_columns(fields)
            columns = ", ".join(map(name_of, names))
            sql = (f"insert into {name_of(self.table)} ({columns})"
                   f" values ({', '.join('?' * len(names))})")
            if self.key:
                rest = [name for name in names if name not in self.key]
                change = ", ".join(f"{name_of(name)} = excluded.{name_of(name)}" for name in rest)
                sql += (f" on conflict ({', '.join(map(name_of, self.key))}) do "
                        + (f"update set {change}" if rest else "nothing"))
            self.statements[names] = sql
        return self.statements[names]

    def make_columns(self, fields):
        table = name_of(self.table)
        types = {name: TYPES.get(type(value), "text") for name, value in fields.items()}
        unique = f", unique ({', '.join(map(name_of, self.key))})" if self.key else ""
        self.connection.execute(
            f"create table if not exists {table} ("
            + ", ".join(f"{name_of(name)} {type_}" for name, type_ in types.items())
            + unique + ")")
        there = {row[0].lower() for row in self.connection.execute(
            "select name from pragma_table_info(?)", (self.table,))}
        for name, type_ in types.items():
            if name.lower() not in there:
                self.connection.execute(f"alter table {table} add column {name_of(name)} {type_}")
