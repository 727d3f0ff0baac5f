"""garner - the sqlite3 module's interface to a store that all threads may use at
once.

    import garner as sqlite3

One connection may be shared by every thread: each has a transaction of its own on
it, and they take turns to write, in the order of arrival. docs/python.md says what
that means for a program that was written for sqlite3.
"""
import atexit
import collections.abc
import datetime
import os
import time
import warnings

from . import _garner
from ._garner import *
from ._garner import __version__

apilevel = "2.0"
threadsafety = 3  # threads may share the module, connections and cursors
paramstyle = "qmark"

sqlite_version_info = tuple(int(number) for number in sqlite_version.split("."))

Date = datetime.date
Time = datetime.time
Timestamp = datetime.datetime


def DateFromTicks(ticks):
    return Date(*time.localtime(ticks)[:3])


def TimeFromTicks(ticks):
    return Time(*time.localtime(ticks)[3:6])


def TimestampFromTicks(ticks):
    return Timestamp(*time.localtime(ticks)[:6])


class _Type(frozenset):
    """A type object of PEP 249: equal to each of its kinds of column."""

    def __eq__(self, other):
        return other in self if isinstance(other, str) else super().__eq__(other)

    __hash__ = frozenset.__hash__


Binary = memoryview
STRING = _Type(["TEXT", "VARCHAR", "CHAR", "CLOB"])
BINARY = _Type(["BLOB"])
NUMBER = _Type(["INTEGER", "REAL", "NUMERIC", "DECIMAL", "FLOAT", "INT"])
DATETIME = _Type(["DATE", "TIME", "TIMESTAMP", "DATETIME"])
ROWID = _Type(["ROWID"])


def _convert_date(text):
    return datetime.date(*map(int, text.split(b"-")))


def _convert_timestamp(text):
    date, clock = text.split(b" ")
    year, month, day = map(int, date.split(b"-"))
    clock, _, fraction = clock.partition(b".")
    hours, minutes, seconds = map(int, clock.split(b":"))
    microseconds = int(f"{fraction.decode():0<6.6}") if fraction else 0
    return datetime.datetime(year, month, day, hours, minutes, seconds, microseconds)


def _register_defaults():
    register_adapter(datetime.date, datetime.date.isoformat)
    register_adapter(datetime.datetime, lambda moment: moment.isoformat(" "))
    register_converter("date", _convert_date)
    register_converter("timestamp", _convert_timestamp)


_register_defaults()
collections.abc.Sequence.register(Row)

# The interface's, as sqlite3 numbers it.
version = "2.6.0"
version_info = (2, 6, 0)


def __getattr__(name):
    if name == "OptimizedUnicode":
        warnings.warn("OptimizedUnicode is deprecated: use str", DeprecationWarning,
                      stacklevel=2)
        return str
    raise AttributeError(f"module 'garner' has no attribute {name!r}")


# What was submitted is on the disk before the interpreter ends.
atexit.register(_garner._flush_all)
# A child knows whose the connections are, and inherits no lock that is held.
os.register_at_fork(before=_garner._before_fork,
                    after_in_parent=_garner._after_fork_in_parent,
                    after_in_child=_garner._after_fork_in_child)
