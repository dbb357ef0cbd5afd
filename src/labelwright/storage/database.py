"""The database: reading and writing transactions on SQLite or PostgreSQL.

Work is a function of an open connection. `read` and `write` run it in one transaction; `submit`
queues a write and gives a future. A write that returns is on disk: an acknowledgement is a promise.

SQLite has one writer thread. It takes the writes that wait, runs each inside a savepoint, and
commits them together (group commit), so that thirty-two annotators share one flush to disk instead
of queueing for thirty-two. A write that fails is rolled back alone. Other processes are kept
out by BEGIN IMMEDIATE. PostgreSQL needs none of this: each write is an ordinary transaction,
tried again when it lost a deadlock.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from sqlite3 import SQLITE_FULL
from sqlite3 import Connection as SqliteConnection
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from labelwright.core.errors import StorageFailure, StorageFull

T = TypeVar("T")
Work = Callable[[Connection], T]

Entry = tuple[Work[Any], "Future[Any]"]

LARGEST_GROUP = 64
DEADLOCK_TRIES = 5


class Database:
    """Opens SQLite at a path, or PostgreSQL at a URL; close it when done."""

    def __init__(self, where: Path | str) -> None:
        self.is_sqlite = isinstance(where, Path)
        self.url = f"sqlite:///{where}" if isinstance(where, Path) else _psycopg(where)
        if isinstance(where, Path):
            self._readers = _sqlite_engine(where, writes=False)
            self._writer: _GroupWriter | None = _GroupWriter(_sqlite_engine(where, writes=True))
            self._pool: ThreadPoolExecutor | None = None
        else:
            self._readers = create_engine(
                self.url, pool_size=20, max_overflow=20, pool_pre_ping=True, pool_timeout=30
            )
            self._writer = None
            self._pool = ThreadPoolExecutor(max_workers=20, thread_name_prefix="write")

    @property
    def engine(self) -> Engine:
        """The engine, for migrations and backups."""
        return self._writer.engine if self._writer else self._readers

    def read(self, work: Work[T]) -> T:
        """What the work returns, on one consistent view of the data."""
        try:
            with self._readers.connect() as connection, connection.begin():
                return work(connection)
        except OperationalError as error:
            raise _failure(error) from error

    def write(self, work: Work[T]) -> T:
        """What the work returns, once its changes are on disk. Not to be called inside other work."""
        if self._writer:
            return self._writer.submit(work).result()
        return self._write_pooled(work)

    def submit(self, work: Work[T]) -> Future[T]:
        """The future of a write."""
        if self._pool:
            return self._pool.submit(self._write_pooled, work)
        return self._group_writer().submit(work)

    def _group_writer(self) -> "_GroupWriter":
        if self._writer is None:
            raise StorageFailure("This database has no writer thread.")
        return self._writer

    def _write_pooled(self, work: Work[T]) -> T:
        for attempt in range(DEADLOCK_TRIES):
            try:
                with self._readers.connect() as connection, connection.begin():
                    return work(connection)
            except OperationalError as error:
                if attempt + 1 == DEADLOCK_TRIES or not _is_deadlock(error):
                    raise _failure(error) from error
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Finish the writes that wait and let go of every connection."""
        if self._writer:
            self._writer.close()
        if self._pool:
            self._pool.shutdown()
        self._readers.dispose()


class _GroupWriter:
    """One thread with one connection that commits waiting writes together."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._queue: SimpleQueue[Entry | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._start = threading.Lock()
        self._closed = False

    def submit(self, work: Work[T]) -> Future[T]:
        future: Future[T] = Future()
        with self._start:
            if self._closed:
                raise StorageFailure("The database is closed.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()
        if threading.current_thread() is self._thread:
            raise AssertionError("a write inside a write would wait for itself")
        self._queue.put((work, future))
        return future

    def close(self) -> None:
        with self._start:
            self._closed = True
        if self._thread:
            self._queue.put(None)
            self._thread.join()
        self.engine.dispose()

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            group = [first]
            open_still = self._fill(group)
            self._commit(group)
            if not open_still:
                return

    def _fill(self, group: list[Entry]) -> bool:
        while len(group) < LARGEST_GROUP:
            try:
                entry = self._queue.get_nowait()
            except Empty:
                return True
            if entry is None:
                return False
            group.append(entry)
        return True

    def _commit(self, group: list[Entry]) -> None:
        try:
            outcomes = self._together(group)
        except Exception as error:  # noqa: BLE001  # nothing of the group is on disk
            failure = _failure(error)
            # One that fills the disk takes the whole transaction with it; the others get their own.
            full = isinstance(failure, StorageFull)
            outcomes = [self._alone(entry) if full else failure for entry in group]
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, _Done):
                future.set_result(outcome.value)
            else:
                future.set_exception(outcome)

    def _together(self, group: list[Entry]) -> list["_Done | BaseException"]:
        """What came of each write, all in one transaction that is on disk then."""
        outcomes: list[_Done | BaseException] = []
        with self.engine.connect() as connection, connection.begin():
            for work, _ in group:
                try:
                    outcomes.append(_Done(_in_savepoint(connection, work)))
                except BaseException as error:  # handed to the one who asked
                    if not _in_transaction(connection):
                        raise  # it took the writes before it along
                    outcomes.append(_failure(error))
        return outcomes

    def _alone(self, entry: Entry) -> "_Done | BaseException":
        try:
            with self.engine.connect() as connection, connection.begin():
                return _Done(entry[0](connection))
        except BaseException as error:  # noqa: BLE001  # handed to the one who asked
            return _failure(error)


@dataclass(frozen=True)
class _Done:
    """What a write returned."""

    value: Any


def _in_savepoint(connection: Connection, work: Work[T]) -> T:
    connection.exec_driver_sql("SAVEPOINT work")
    try:
        value = work(connection)
    except BaseException:
        # SQLite rolls the whole transaction back by itself when the disk is full.
        if _in_transaction(connection):
            connection.exec_driver_sql("ROLLBACK TO work")
            connection.exec_driver_sql("RELEASE work")
        raise
    connection.exec_driver_sql("RELEASE work")
    return value


def _in_transaction(connection: Connection) -> bool:
    raw = connection.connection.dbapi_connection
    return isinstance(raw, SqliteConnection) and raw.in_transaction


def _sqlite_engine(path: Path, *, writes: bool) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=1 if writes else 8,
        max_overflow=0 if writes else 32,
        connect_args={"check_same_thread": False, "timeout": 30},
    )

    @event.listens_for(engine, "connect")
    def configure(raw: SqliteConnection, _record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        raw.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "cache_size=-8000",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _psycopg(url: str) -> str:
    return str(make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False))


def _is_deadlock(error: OperationalError) -> bool:
    state = getattr(error.orig, "sqlstate", "")
    return state in ("40P01", "40001")


def _is_full(error: OperationalError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code == SQLITE_FULL or getattr(error.orig, "sqlstate", "") == "53100"


def _failure(error: BaseException) -> BaseException:
    if isinstance(error, OperationalError) and _is_full(error):
        return StorageFull("the database")
    if isinstance(error, OperationalError):
        return StorageFailure(f"The database refused: {error.orig}")
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return StorageFailure("The connection to the database was lost.")
    return error
