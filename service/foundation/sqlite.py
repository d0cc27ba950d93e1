"""SQLite, embedded: a file that all processes of one machine read and write."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect, Engine, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import URL

from service.foundation import backends
from service.foundation.instants import Instant

if TYPE_CHECKING:
    from service.foundation.questions import Question, Row, Values

FAULTS: type[Exception] = sqlite3.OperationalError


def open_engine(url: URL, pool_size: int, *, existing: bool) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise ValueError("DATABASE_URL must name a file: an SQLite database in memory is private to a thread")
    path = Path(str(url.database))
    if str(path).startswith("file:"):
        raise ValueError("DATABASE_URL must name a file by its path, not by an address of its own")
    if not existing:
        _make_file(path)
    elif not path.exists():
        raise backends.NoDatabase(path.absolute())
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=backends.BUSY_SECONDS,
        hide_parameters=True,  # a fault's trace goes to the log, and addresses and hashes do not
        connect_args={"timeout": backends.BUSY_SECONDS},
    )
    event.listen(engine, "connect", prepare)
    return engine


def _make_file(path: Path) -> None:
    """Make it for its owner alone, unless it is there: SQLite would let everyone read it, and its log as well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # it is there; or it cannot be made, which SQLite will say
        path.touch(0o600, exist_ok=False)


def prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    _log_ahead(connection)
    for pragma in (
        "synchronous = FULL",  # what was acknowledged outlives a power cut
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Write a log ahead of the file (WAL). Of several who switch a file to it at once, SQLite lets none wait."""
    patience = monotonic() + backends.BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > patience:
                raise
            sleep(0.01)


def insert(table: Table) -> Any:
    return sqlite_insert(table)


# Questions


class SQLiteLine:
    """The driver keeps statements that it has prepared, by their text.

    The file is read, and not mapped into memory: at each commit of another connection SQLite gives up all that is
    mapped, and where that is a gigabyte, whoever is being answered waits for it.
    """

    def __init__(self, url: URL) -> None:
        self._connection = sqlite3.connect(
            str(url.database), timeout=backends.PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA query_only = ON")

    def ask(self, question: "Question", values: "Values") -> "list[Row]":
        rows = self._connection.execute(question.text, question.write(values)).fetchall()
        return [question.read(row) for row in rows]

    def close(self) -> None:
        self._connection.close()


open_line = SQLiteLine


def broke(fault: Exception) -> bool:
    return isinstance(fault, FAULTS)


def dialect() -> Dialect:
    questions: Any = SQLiteDialect  # typed poorly in SQLAlchemy itself
    written: Dialect = questions(paramstyle="qmark")
    return written


def reader_of(kind: Any) -> Callable[[Any], Any] | None:
    return _read_instant if isinstance(kind, Instant) else None


def _read_instant(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")
