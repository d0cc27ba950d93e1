"""The database: one engine, its questions, and its reading and writing transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from sqlalchemy import MetaData, Table, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.foundation import backends
from service.foundation.changes import Changes
from service.foundation.questions import Lines, Question, Row, Values

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

    def __init__(self, url: str, *, pool_size: int = 8, existing: bool = False) -> None:
        """An embedded one is made where there is none, unless it shall be an ``existing`` one.

        Raises :class:`backends.NoDatabase`, and ValueError for an address that Gatefold cannot use.
        """
        self.url = make_url(url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        self._backend = backends.backend_of(self.url)
        self.engine = self._backend.open_engine(self.url, pool_size, existing=existing)
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
            if self.embedded:
                connection.exec_driver_sql("BEGIN")
            yield connection

    def ask(self, question: Question, values: Values) -> list[Row]:
        """The answer to a question, seen at one moment. Every row has the question's columns, in its order."""
        try:
            return self._lines.ask(question, values)
        except self._backend.FAULTS as fault:
            raise DatabaseUnavailable(type(fault).__name__) from fault

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes, committed when the block ends and rolled back when it raises.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE): a lock taken later,
        after a read, would fail at the first contention however long one would wait.
        """
        with _faults_named(), self._turn(), self.engine.begin() as connection:
            if self.embedded:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """To write SQLite, which knows no queue: who finds it taken sleeps and looks again, and some never in time."""
        if not self.embedded:
            yield
        elif self._writer.acquire(timeout=backends.BUSY_SECONDS):
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
    return backends.backend(embedded=connection.dialect.name == "sqlite").insert(table)
