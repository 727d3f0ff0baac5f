"""garner.sqlalchemy - SQLAlchemy's dialect sqlite+garner:// (1.4 and 2.0).

    engine = create_engine("sqlite+garner:///data.db")

It is SQLAlchemy's dialect for the sqlite3 module, but for

  the pool   a QueuePool without an upper bound: a thread that wants a connection
             gets one, and waits for its turn to write, not for a connection. A
             database in memory is one connection that all threads share.
  REGEXP     garner's own (PCRE2), which needs no Python, hence no GIL.
  isolation  READ UNCOMMITTED is accepted and no different from SERIALIZABLE, as
             in SQLite without a shared cache. AUTOCOMMIT joins group commits.
  options    what garner.connect takes may stand in the URL (?timeout=10), and
             with uri=true what a file: URI may have (?mode=ro&uri=true).
"""
import os

import garner
from sqlalchemy import exc, pool
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

LEVELS = ("SERIALIZABLE", "READ UNCOMMITTED", "AUTOCOMMIT")
ARGUMENTS = {"timeout": float, "detect_types": int, "isolation_level": str,
             "cached_statements": int, "uri": lambda word: word.lower() in ("1", "true", "yes"),
             "check_same_thread": str}


class Connection(garner.Connection):
    """Remembers the name of its isolation level: to ask SQLite with a PRAGMA
    would bind all that it reads to the connection that writes."""
    level = "SERIALIZABLE"


class Pool(pool.QueuePool):
    """Keeps 16 connections open and opens more when all are in use."""

    def __init__(self, creator, pool_size=16, max_overflow=-1, **more):
        super().__init__(creator, pool_size=pool_size, max_overflow=max_overflow, **more)


class Dialect(SQLiteDialect_pysqlite):
    driver = "garner"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls):
        return garner

    @classmethod
    def dbapi(cls):  # its name before 2.0
        return garner

    @classmethod
    def get_pool_class(cls, url):
        return Pool if cls._is_url_file_db(url) else pool.StaticPool

    def create_connect_args(self, url):
        if url.username or url.password or url.host or url.port:
            raise exc.ArgumentError(
                f"{url}: garner opens files, so that nothing may stand between the second "
                "and the third slash: sqlite+garner:///relative.db, "
                "sqlite+garner:////absolute.db, sqlite+garner:// (in memory)")
        query = dict(url.query)
        options = {name: make(query.pop(name)) for name, make in ARGUMENTS.items()
                   if name in query}
        name = url.database or ":memory:"
        if name != ":memory:" and not options.get("uri"):
            name = os.path.abspath(name)
        if query:
            name += "?" + "&".join(f"{key}={value}" for key, value in sorted(query.items()))
        # A session may change threads, and its transaction goes with it; in memory
        # it is the threads that share the connection.
        return [name], {"factory": Connection, "per_thread": not self._is_url_file_db(url),
                        **options}

    def on_connect(self):
        if self.isolation_level is None:
            return None
        return lambda connection: self.set_isolation_level(connection, self.isolation_level)

    def get_isolation_level_values(self, connection):
        return list(LEVELS)

    def get_default_isolation_level(self, connection):
        return LEVELS[0]

    def get_isolation_level(self, connection):
        return _own(connection).level

    def set_isolation_level(self, connection, level):
        level = level.replace("_", " ").upper()
        if level not in LEVELS:
            raise exc.ArgumentError(f"no isolation level {level!r} here; there are "
                                    f"{', '.join(LEVELS)}")
        own = _own(connection)
        own.isolation_level = None if level == "AUTOCOMMIT" else ""
        own.level = level


def _own(connection):
    """The connection behind what SQLAlchemy 1.4 hands over at times."""
    return getattr(connection, "dbapi_connection", connection)
