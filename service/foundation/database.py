"""The database: one engine, its questions, and its reading and writing transactions."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import SQLITE_BUSY
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError as SQLiteFault
from threading import Lock
from time import monotonic, sleep
from typing import Any

from psycopg import OperationalError as PostgresFault
from sqlalchemy import Engine, MetaData, Table, create_engine, event, make_url, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.foundation.changes import Changes
from service.foundation.questions import Lines, Question, Row, Values

BUSY_SECONDS = 10
WRITES = "gatefold_writes"
WITHOUT_NUL = r"^[^\x00]*$"  # a text that PostgreSQL can store

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class DatabaseUnavailable(Exception):
    """The database cannot answer now: gone, locked for too long, full, or out of connections."""


class Database:
    """Opens what one asks, reads or writes in. The doors hold it; features are handed its connections."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = make_url(url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        self.engine = _create_engine(self.url, pool_size)
        self._writing_engine = self.engine.execution_options(**{WRITES: True})
        # PostgreSQL would show each statement what was committed since the last one: a decision about an article
        # as it was, and the body that it has become.
        snapshot = {} if self.embedded else {"isolation_level": "REPEATABLE READ"}
        self._reading_engine = self.engine.execution_options(**snapshot)
        self._lines = Lines(self.url)
        self._changes: Changes | None = None
        self._opening = Lock()
        self._writer = Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view."""
        with _faults_named(), self._reading_engine.connect() as connection:
            yield connection

    def ask(self, question: Question, values: Values) -> list[Row]:
        """The answer to a question, seen at one moment. Every row has the question's columns, in its order."""
        try:
            return self._lines.ask(question, values)
        except (SQLiteFault, PostgresFault) as fault:
            raise DatabaseUnavailable(type(fault).__name__) from fault

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes, committed when the block ends and rolled back when it raises.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE): a lock taken later,
        after a read, would fail at the first contention however long one would wait.
        """
        with _faults_named(), self._turn(), self._writing_engine.begin() as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """To write SQLite, which knows no queue: who finds it taken sleeps and looks again, and some never in time."""
        if not self.embedded:
            yield
        elif self._writer.acquire(timeout=BUSY_SECONDS):
            try:
                yield
            finally:
                self._writer.release()
        else:
            raise DatabaseUnavailable("busy")

    def mark(self) -> bytes | None:
        """The same as long as nothing is committed, and another from the moment that a commit returns.

        None where that cannot be told: with PostgreSQL, which may stand on another machine.
        """
        if not self.embedded:
            return None
        if self._changes is None:
            with self._opening:
                self._changes = self._changes or Changes(str(self.url.database))
        return self._changes.mark()

    def check(self) -> None:
        """Raise :class:`DatabaseUnavailable` unless a question is answered."""
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self._lines.close()
        self.engine.dispose()
        if self._changes:
            self._changes.close()
            self._changes = None


def _create_engine(url: URL, pool_size: int) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=BUSY_SECONDS,
            hide_parameters=True,  # a fault's trace goes to the log, and addresses and hashes do not
            connect_args={"connect_timeout": BUSY_SECONDS, "options": "-c timezone=UTC"},
        )
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise ValueError("DATABASE_URL must name a file: an SQLite database in memory is private to a thread")
        _make_file(Path(url.database))
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=BUSY_SECONDS,
            hide_parameters=True,
            connect_args={"timeout": BUSY_SECONDS},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    raise ValueError(f"DATABASE_URL must begin with sqlite:// or postgresql://, not {url.drivername}://")


def _make_file(path: Path) -> None:
    """Make it for its owner alone, unless it is there: SQLite would let everyone read it, and its log as well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # it is there; or it cannot be made, which SQLite will say
        path.touch(0o600, exist_ok=False)


def _prepare_sqlite(connection: SQLiteConnection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    _log_ahead(connection)
    for pragma in (
        "synchronous = FULL",  # what was acknowledged outlives a power cut
        "foreign_keys = ON",
        "mmap_size = 268435456",
        "cache_size = -16384",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _log_ahead(connection: SQLiteConnection) -> None:
    """Write a log ahead of the file (WAL). Of several who switch a file to it at once, SQLite lets none wait."""
    patience = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except SQLiteFault as fault:
            if fault.sqlite_errorcode != SQLITE_BUSY or monotonic() > patience:
                raise
            sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _faults_named() -> Iterator[None]:
    """Tell a database that cannot answer from a fault of ours, which passes through unchanged."""
    try:
        yield
    except (OperationalError, InterfaceError, InternalError, PoolTimeout) as fault:
        raise DatabaseUnavailable(type(fault).__name__) from fault
    except DBAPIError as fault:
        if fault.connection_invalidated:
            raise DatabaseUnavailable(type(fault).__name__) from fault
        raise


def insert_or(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    return (sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert)(table)
