"""The types of garner: the sqlite3 module's interface, and what is garner's own."""
import datetime
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import (
    Any, Final, Literal, Protocol, Self, SupportsIndex, TypeVar, final, overload)

from _typeshed import structseq

from .aio import Answer, _Transaction

_T = TypeVar("_T")
_Buffer = bytes | bytearray | memoryview  # and whatever else has a buffer
_Value = str | _Buffer | int | float | None
_Parameters = Sequence[Any] | Mapping[str, Any]
_Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]
_Isolation = Literal["DEFERRED", "IMMEDIATE", "EXCLUSIVE", "", None]

apilevel: Final[str]
paramstyle: str
threadsafety: Final[int]
version: Final[str]
version_info: Final[tuple[int, ...]]
sqlite_version: Final[str]
sqlite_version_info: Final[tuple[int, ...]]
adapters: dict[tuple[type, type], Callable[[Any], _Value]]
converters: dict[str, Callable[[bytes], Any]]

BINARY: Final[frozenset[str]]
DATETIME: Final[frozenset[str]]
NUMBER: Final[frozenset[str]]
ROWID: Final[frozenset[str]]
STRING: Final[frozenset[str]]
Binary = memoryview
Date = datetime.date
Time = datetime.time
Timestamp = datetime.datetime

def DateFromTicks(ticks: float) -> Date: ...
def TimeFromTicks(ticks: float) -> Time: ...
def TimestampFromTicks(ticks: float) -> Timestamp: ...
def adapt(obj: Any, proto: Any = ..., alt: Any = ..., /) -> Any: ...
def complete_statement(statement: str) -> bool: ...
def enable_callback_tracebacks(enable: bool, /) -> None: ...
def register_adapter(type: type[_T], adapter: Callable[[_T], _Value], /) -> None: ...
def register_converter(typename: str, converter: Callable[[bytes], Any], /) -> None: ...
# Where database names a farm ("folder?shards=4") it is a Farm: typing.cast says so.
def connect(
    database: _Path,
    timeout: float = 5.0,
    detect_types: int = 0,
    isolation_level: _Isolation = "",
    check_same_thread: bool = True,
    factory: type[Connection] = ...,
    cached_statements: int = 128,
    uri: bool = False,
    *,
    autocommit: bool | int = ...,
    per_thread: bool = True,
) -> Connection: ...

class Warning(Exception): ...

class Error(Exception):
    sqlite_errorcode: int
    sqlite_errorname: str

class InterfaceError(Error): ...
class DatabaseError(Error): ...
class DataError(DatabaseError): ...
class OperationalError(DatabaseError): ...
class IntegrityError(DatabaseError): ...
class InternalError(DatabaseError): ...
class ProgrammingError(DatabaseError): ...
class NotSupportedError(DatabaseError): ...

@final
class PrepareProtocol: ...

@final
class Result(structseq[int], tuple[int, int]):
    __match_args__: Final = ("rowcount", "lastrowid")
    @property
    def rowcount(self) -> int: ...
    @property
    def lastrowid(self) -> int: ...

@final
class Record(structseq[Any], tuple[int, str, bytes | None, float, int, int, float, bool]):
    __match_args__: Final = ("id", "notes", "data", "time", "attempts", "lease", "due",
                             "set_aside")
    @property
    def id(self) -> int: ...
    @property
    def notes(self) -> str: ...
    @property
    def data(self) -> bytes | None: ...
    @property
    def time(self) -> float: ...
    @property
    def attempts(self) -> int: ...
    @property
    def lease(self) -> int: ...
    @property
    def due(self) -> float: ...
    @property
    def set_aside(self) -> bool: ...

@final
class Shard:
    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Result: ...
    def query(self, sql: str, parameters: Sequence[Any] = (), /) -> list[tuple[Any, ...]]: ...

@final
class Farm:
    @property
    def shards(self) -> int: ...
    def shard(self, key: str | _Buffer | int, /) -> Shard: ...
    def execute_all(self, sql: str, parameters: Sequence[Any] = (), /) -> Result: ...
    def query(self, sql: str, parameters: Sequence[Any] = (), /) -> list[tuple[Any, ...]]: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *what: Any) -> None: ...

class _Aggregate(Protocol):
    def finalize(self) -> _Value: ...

class _Window(_Aggregate, Protocol):
    def value(self) -> _Value: ...

class Row(Sequence[Any]):
    def __new__(cls, cursor: Cursor, data: tuple[Any, ...], /) -> Self: ...
    def keys(self) -> list[str]: ...
    @overload
    def __getitem__(self, key: int | str, /) -> Any: ...
    @overload
    def __getitem__(self, key: slice, /) -> tuple[Any, ...]: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

class Cursor:
    arraysize: int
    row_factory: Callable[[Cursor, tuple[Any, ...]], Any] | None
    @property
    def connection(self) -> Connection: ...
    @property
    def description(self) -> tuple[tuple[str, None, None, None, None, None, None], ...] | None: ...
    @property
    def lastrowid(self) -> int | None: ...
    @property
    def rowcount(self) -> int: ...
    def __init__(self, connection: Connection, /) -> None: ...
    def close(self) -> None: ...
    def execute(self, sql: str, parameters: _Parameters = (), /) -> Self: ...
    def executemany(self, sql: str, seq_of_parameters: Iterable[_Parameters], /) -> Self: ...
    def executescript(self, sql_script: str, /) -> Self: ...
    def fetchall(self) -> list[Any]: ...
    def fetchmany(self, size: int | None = 1) -> list[Any]: ...
    def fetchone(self) -> Any: ...
    def setinputsizes(self, sizes: Any, /) -> None: ...
    def setoutputsize(self, size: Any, column: Any = None, /) -> None: ...
    def __iter__(self) -> Self: ...
    def __next__(self) -> Any: ...

@final
class Blob:
    def close(self) -> None: ...
    def read(self, length: int = -1, /) -> bytes: ...
    def write(self, data: _Buffer, /) -> None: ...
    def seek(self, offset: int, origin: int = 0, /) -> None: ...
    def tell(self) -> int: ...
    def __len__(self) -> int: ...
    def __getitem__(self, key: SupportsIndex | slice, /) -> Any: ...
    def __setitem__(self, key: SupportsIndex | slice, value: Any, /) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, type: Any, val: Any, tb: Any, /) -> Literal[False]: ...

class Connection:
    isolation_level: _Isolation
    autocommit: bool | int
    row_factory: Any
    text_factory: Any
    @property
    def in_transaction(self) -> bool: ...
    @property
    def total_changes(self) -> int: ...
    @property
    def Warning(self) -> type[Warning]: ...
    @property
    def Error(self) -> type[Error]: ...
    @property
    def InterfaceError(self) -> type[InterfaceError]: ...
    @property
    def DatabaseError(self) -> type[DatabaseError]: ...
    @property
    def DataError(self) -> type[DataError]: ...
    @property
    def OperationalError(self) -> type[OperationalError]: ...
    @property
    def IntegrityError(self) -> type[IntegrityError]: ...
    @property
    def InternalError(self) -> type[InternalError]: ...
    @property
    def ProgrammingError(self) -> type[ProgrammingError]: ...
    @property
    def NotSupportedError(self) -> type[NotSupportedError]: ...
    def __init__(
        self,
        database: _Path,
        timeout: float = 5.0,
        detect_types: int = 0,
        isolation_level: _Isolation = "",
        check_same_thread: bool = True,
        factory: type[Connection] = ...,
        cached_statements: int = 128,
        uri: bool = False,
        *,
        autocommit: bool | int = ...,
        per_thread: bool = True,
    ) -> None: ...
    def close(self) -> None: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def interrupt(self) -> None: ...
    def cursor(self, factory: Callable[[Connection], Cursor] = ...) -> Cursor: ...
    def execute(self, sql: str, parameters: _Parameters = ..., /) -> Cursor: ...
    def executemany(self, sql: str, seq_of_parameters: Iterable[_Parameters],
                    /) -> Cursor: ...
    def executescript(self, sql_script: str, /) -> Cursor: ...
    def create_function(self, name: str, narg: int, func: Callable[..., _Value] | None, *,
                        deterministic: bool = False) -> None: ...
    def create_aggregate(self, name: str, n_arg: int,
                         aggregate_class: Callable[[], _Aggregate] | None) -> None: ...
    def create_window_function(self, name: str, num_params: int,
                               aggregate_class: Callable[[], _Window] | None, /) -> None: ...
    def create_collation(self, name: str, callback: Callable[[str, str], int] | None, /) -> None: ...
    def set_authorizer(self, authorizer_callback: Callable[
        [int, str | None, str | None, str | None, str | None], int] | None) -> None: ...
    def set_progress_handler(self, progress_handler: Callable[[], int | None] | None,
                             n: int) -> None: ...
    def set_trace_callback(self, trace_callback: Callable[[str], object] | None) -> None: ...
    def enable_load_extension(self, enable: bool, /) -> None: ...
    def load_extension(self, name: str, /, *, entrypoint: str | None = None) -> None: ...
    def iterdump(self, *, filter: str | None = None) -> Iterator[str]: ...
    def backup(self, target: Connection, *, pages: int = -1,
               progress: Callable[[int, int, int], object] | None = None, name: str = "main",
               sleep: float = 0.25) -> None: ...
    def blobopen(self, table: str, column: str, row: int, /, *, readonly: bool = False,
                 name: str = "main") -> Blob: ...
    def serialize(self, *, name: str = "main") -> bytes: ...
    def deserialize(self, data: _Buffer, /, *, name: str = "main") -> None: ...
    def getlimit(self, category: int, /) -> int: ...
    def setlimit(self, category: int, limit: int, /) -> int: ...
    def __call__(self, sql: str, /) -> Any: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, type: type[BaseException] | None, value: BaseException | None,
                 traceback: TracebackType | None, /) -> Literal[False]: ...

    # garner's own
    def submit(self, sql: str, parameters: _Parameters = ..., /) -> Future[Result]: ...
    async def aexecute(self, sql: str, parameters: _Parameters = ...) -> Answer: ...
    async def aexecutemany(self, sql: str, parameters: Iterable[_Parameters]) -> Answer: ...
    async def aexecutescript(self, script: str) -> Answer: ...
    def atransaction(self) -> AbstractAsyncContextManager[_Transaction]: ...
    def flush(self) -> None: ...
    def stats(self) -> dict[str, Any]: ...
    def put(self, data: str | _Buffer, notes: str = "", collection: str | None = None, *,
            time: float = 0.0, delay: float = 0.0) -> int: ...
    def get(self, id: int, collection: str | None = None) -> Record | None: ...
    def find(self, words: str | None = None, collection: str | None = None, *,
             glob: str | None = None, like: str | None = None, regexp: str | None = None,
             since: float = 0.0, until: float = 0.0, set_aside: bool = False,
             newest: bool = False, limit: int = 0, data: bool = True) -> list[Record]: ...
    def remove(self, id: int, collection: str | None = None) -> bool: ...
    def pop(self, collection: str | None = None, *, lease: float = 0.0,
            max_attempts: int = 0) -> Record | None: ...
    def ack(self, record: Record) -> bool: ...
    def give_back(self, record: Record, delay: float = 0.0) -> bool: ...
    def extend(self, record: Record, lease: float) -> bool: ...

LEGACY_TRANSACTION_CONTROL: Final[int]
PARSE_COLNAMES: Final[int]
PARSE_DECLTYPES: Final[int]
SQLITE_ABORT: Final[int]
SQLITE_ABORT_ROLLBACK: Final[int]
SQLITE_ALTER_TABLE: Final[int]
SQLITE_ANALYZE: Final[int]
SQLITE_ATTACH: Final[int]
SQLITE_AUTH: Final[int]
SQLITE_AUTH_USER: Final[int]
SQLITE_BUSY: Final[int]
SQLITE_BUSY_RECOVERY: Final[int]
SQLITE_BUSY_SNAPSHOT: Final[int]
SQLITE_BUSY_TIMEOUT: Final[int]
SQLITE_CANTOPEN: Final[int]
SQLITE_CANTOPEN_CONVPATH: Final[int]
SQLITE_CANTOPEN_DIRTYWAL: Final[int]
SQLITE_CANTOPEN_FULLPATH: Final[int]
SQLITE_CANTOPEN_ISDIR: Final[int]
SQLITE_CANTOPEN_NOTEMPDIR: Final[int]
SQLITE_CANTOPEN_SYMLINK: Final[int]
SQLITE_CONSTRAINT: Final[int]
SQLITE_CONSTRAINT_CHECK: Final[int]
SQLITE_CONSTRAINT_COMMITHOOK: Final[int]
SQLITE_CONSTRAINT_FOREIGNKEY: Final[int]
SQLITE_CONSTRAINT_FUNCTION: Final[int]
SQLITE_CONSTRAINT_NOTNULL: Final[int]
SQLITE_CONSTRAINT_PINNED: Final[int]
SQLITE_CONSTRAINT_PRIMARYKEY: Final[int]
SQLITE_CONSTRAINT_ROWID: Final[int]
SQLITE_CONSTRAINT_TRIGGER: Final[int]
SQLITE_CONSTRAINT_UNIQUE: Final[int]
SQLITE_CONSTRAINT_VTAB: Final[int]
SQLITE_CORRUPT: Final[int]
SQLITE_CORRUPT_INDEX: Final[int]
SQLITE_CORRUPT_SEQUENCE: Final[int]
SQLITE_CORRUPT_VTAB: Final[int]
SQLITE_CREATE_INDEX: Final[int]
SQLITE_CREATE_TABLE: Final[int]
SQLITE_CREATE_TEMP_INDEX: Final[int]
SQLITE_CREATE_TEMP_TABLE: Final[int]
SQLITE_CREATE_TEMP_TRIGGER: Final[int]
SQLITE_CREATE_TEMP_VIEW: Final[int]
SQLITE_CREATE_TRIGGER: Final[int]
SQLITE_CREATE_VIEW: Final[int]
SQLITE_CREATE_VTABLE: Final[int]
SQLITE_DBCONFIG_DEFENSIVE: Final[int]
SQLITE_DBCONFIG_DQS_DDL: Final[int]
SQLITE_DBCONFIG_DQS_DML: Final[int]
SQLITE_DBCONFIG_ENABLE_FKEY: Final[int]
SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER: Final[int]
SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION: Final[int]
SQLITE_DBCONFIG_ENABLE_QPSG: Final[int]
SQLITE_DBCONFIG_ENABLE_TRIGGER: Final[int]
SQLITE_DBCONFIG_ENABLE_VIEW: Final[int]
SQLITE_DBCONFIG_LEGACY_ALTER_TABLE: Final[int]
SQLITE_DBCONFIG_LEGACY_FILE_FORMAT: Final[int]
SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE: Final[int]
SQLITE_DBCONFIG_RESET_DATABASE: Final[int]
SQLITE_DBCONFIG_TRIGGER_EQP: Final[int]
SQLITE_DBCONFIG_TRUSTED_SCHEMA: Final[int]
SQLITE_DBCONFIG_WRITABLE_SCHEMA: Final[int]
SQLITE_DELETE: Final[int]
SQLITE_DENY: Final[int]
SQLITE_DETACH: Final[int]
SQLITE_DONE: Final[int]
SQLITE_DROP_INDEX: Final[int]
SQLITE_DROP_TABLE: Final[int]
SQLITE_DROP_TEMP_INDEX: Final[int]
SQLITE_DROP_TEMP_TABLE: Final[int]
SQLITE_DROP_TEMP_TRIGGER: Final[int]
SQLITE_DROP_TEMP_VIEW: Final[int]
SQLITE_DROP_TRIGGER: Final[int]
SQLITE_DROP_VIEW: Final[int]
SQLITE_DROP_VTABLE: Final[int]
SQLITE_EMPTY: Final[int]
SQLITE_ERROR: Final[int]
SQLITE_ERROR_MISSING_COLLSEQ: Final[int]
SQLITE_ERROR_RETRY: Final[int]
SQLITE_ERROR_SNAPSHOT: Final[int]
SQLITE_FORMAT: Final[int]
SQLITE_FULL: Final[int]
SQLITE_FUNCTION: Final[int]
SQLITE_IGNORE: Final[int]
SQLITE_INSERT: Final[int]
SQLITE_INTERNAL: Final[int]
SQLITE_INTERRUPT: Final[int]
SQLITE_IOERR: Final[int]
SQLITE_IOERR_ACCESS: Final[int]
SQLITE_IOERR_AUTH: Final[int]
SQLITE_IOERR_BEGIN_ATOMIC: Final[int]
SQLITE_IOERR_BLOCKED: Final[int]
SQLITE_IOERR_CHECKRESERVEDLOCK: Final[int]
SQLITE_IOERR_CLOSE: Final[int]
SQLITE_IOERR_COMMIT_ATOMIC: Final[int]
SQLITE_IOERR_CONVPATH: Final[int]
SQLITE_IOERR_CORRUPTFS: Final[int]
SQLITE_IOERR_DATA: Final[int]
SQLITE_IOERR_DELETE: Final[int]
SQLITE_IOERR_DELETE_NOENT: Final[int]
SQLITE_IOERR_DIR_CLOSE: Final[int]
SQLITE_IOERR_DIR_FSYNC: Final[int]
SQLITE_IOERR_FSTAT: Final[int]
SQLITE_IOERR_FSYNC: Final[int]
SQLITE_IOERR_GETTEMPPATH: Final[int]
SQLITE_IOERR_LOCK: Final[int]
SQLITE_IOERR_MMAP: Final[int]
SQLITE_IOERR_NOMEM: Final[int]
SQLITE_IOERR_RDLOCK: Final[int]
SQLITE_IOERR_READ: Final[int]
SQLITE_IOERR_ROLLBACK_ATOMIC: Final[int]
SQLITE_IOERR_SEEK: Final[int]
SQLITE_IOERR_SHMLOCK: Final[int]
SQLITE_IOERR_SHMMAP: Final[int]
SQLITE_IOERR_SHMOPEN: Final[int]
SQLITE_IOERR_SHMSIZE: Final[int]
SQLITE_IOERR_SHORT_READ: Final[int]
SQLITE_IOERR_TRUNCATE: Final[int]
SQLITE_IOERR_UNLOCK: Final[int]
SQLITE_IOERR_VNODE: Final[int]
SQLITE_IOERR_WRITE: Final[int]
SQLITE_LIMIT_ATTACHED: Final[int]
SQLITE_LIMIT_COLUMN: Final[int]
SQLITE_LIMIT_COMPOUND_SELECT: Final[int]
SQLITE_LIMIT_EXPR_DEPTH: Final[int]
SQLITE_LIMIT_FUNCTION_ARG: Final[int]
SQLITE_LIMIT_LENGTH: Final[int]
SQLITE_LIMIT_LIKE_PATTERN_LENGTH: Final[int]
SQLITE_LIMIT_SQL_LENGTH: Final[int]
SQLITE_LIMIT_TRIGGER_DEPTH: Final[int]
SQLITE_LIMIT_VARIABLE_NUMBER: Final[int]
SQLITE_LIMIT_VDBE_OP: Final[int]
SQLITE_LIMIT_WORKER_THREADS: Final[int]
SQLITE_LOCKED: Final[int]
SQLITE_LOCKED_SHAREDCACHE: Final[int]
SQLITE_LOCKED_VTAB: Final[int]
SQLITE_MISMATCH: Final[int]
SQLITE_MISUSE: Final[int]
SQLITE_NOLFS: Final[int]
SQLITE_NOMEM: Final[int]
SQLITE_NOTADB: Final[int]
SQLITE_NOTFOUND: Final[int]
SQLITE_NOTICE: Final[int]
SQLITE_NOTICE_RECOVER_ROLLBACK: Final[int]
SQLITE_NOTICE_RECOVER_WAL: Final[int]
SQLITE_OK: Final[int]
SQLITE_OK_LOAD_PERMANENTLY: Final[int]
SQLITE_OK_SYMLINK: Final[int]
SQLITE_PERM: Final[int]
SQLITE_PRAGMA: Final[int]
SQLITE_PROTOCOL: Final[int]
SQLITE_RANGE: Final[int]
SQLITE_READ: Final[int]
SQLITE_READONLY: Final[int]
SQLITE_READONLY_CANTINIT: Final[int]
SQLITE_READONLY_CANTLOCK: Final[int]
SQLITE_READONLY_DBMOVED: Final[int]
SQLITE_READONLY_DIRECTORY: Final[int]
SQLITE_READONLY_RECOVERY: Final[int]
SQLITE_READONLY_ROLLBACK: Final[int]
SQLITE_RECURSIVE: Final[int]
SQLITE_REINDEX: Final[int]
SQLITE_ROW: Final[int]
SQLITE_SAVEPOINT: Final[int]
SQLITE_SCHEMA: Final[int]
SQLITE_SELECT: Final[int]
SQLITE_TOOBIG: Final[int]
SQLITE_TRANSACTION: Final[int]
SQLITE_UPDATE: Final[int]
SQLITE_WARNING: Final[int]
SQLITE_WARNING_AUTOINDEX: Final[int]
