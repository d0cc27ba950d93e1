"""Questions that every request puts: prepared once, and put to the database's driver itself.

Connections of their own are kept for them, on which nothing can be written. What SQLAlchemy adds around a
statement costs several times what the database takes to answer one.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, Protocol

import psycopg
from psycopg.errors import QueryCanceled, error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import JSON, Integer, Select
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import URL

from service.foundation.instants import Instant

PATIENCE_SECONDS = 2  # a request can wait no longer for a connection, or for an answer
MAPPED_OCTETS = 2**40  # of an SQLite file: all of it, as far as SQLite maps any

Row = Sequence[Any]
Values = Mapping[str, str]  # instants as :func:`instant_text` writes them


class Question:
    """A SELECT, as one of the two dialects writes it, with what turns its columns into our values."""

    def __init__(self, statement: Select[Any], *, embedded: bool) -> None:
        # Both are typed poorly in SQLAlchemy itself.
        dialect: Any = SQLiteDialect if embedded else PGDialect
        compiled = statement.compile(dialect=dialect(paramstyle="qmark" if embedded else "numeric_dollar"))
        self.text = str(compiled)
        self._parameters = tuple(compiled.positiontup or ())
        readers = [_reader_of(column.type, embedded=embedded) for column in statement.selected_columns]
        self._readers = [(place, read) for place, read in enumerate(readers) if read is not None]

    def write(self, values: Values) -> list[str]:
        """The values in the statement's order."""
        return [values[name] for name in self._parameters]

    def read(self, row: Row) -> Row:
        values = list(row)
        for place, read in self._readers:
            if values[place] is not None:
                values[place] = read(values[place])
        return values


class Line(Protocol):
    """A connection to the database, on which nothing can be written. One question at a time."""

    def ask(self, question: Question, values: Values) -> list[Row]: ...

    def close(self) -> None: ...


class Lines:
    """As many lines as threads put questions at once; the last one used is the first to be used again."""

    def __init__(self, url: URL) -> None:
        self._open: Callable[[], Line] = partial(
            SQLiteLine if url.get_backend_name() == "sqlite" else PostgresLine, url
        )
        self._free: list[Line] = []  # its pop and append are atomic

    def ask(self, question: Question, values: Values) -> list[Row]:
        """Raises the driver's faults. A line that broke while nobody asked is opened anew."""
        if (line := self._take()) is not None:
            try:
                return self._answer(line, question, values)
            except QueryCanceled:  # it took too long, and would again
                raise
            except (sqlite3.OperationalError, psycopg.OperationalError):
                pass
        return self._answer(self._open(), question, values)

    def close(self) -> None:
        while (line := self._take()) is not None:
            line.close()

    def _take(self) -> Line | None:
        try:
            return self._free.pop()
        except IndexError:
            return None

    def _answer(self, line: Line, question: Question, values: Values) -> list[Row]:
        try:
            rows = line.ask(question, values)
        except BaseException:
            line.close()
            raise
        self._free.append(line)
        return rows


class SQLiteLine:
    """The driver keeps statements that it has prepared, by their text."""

    def __init__(self, url: URL) -> None:
        self._connection = sqlite3.connect(
            str(url.database), timeout=PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
        )
        for pragma in (f"mmap_size = {MAPPED_OCTETS}", "cache_size = -16384", "query_only = ON"):
            self._connection.execute(f"PRAGMA {pragma}")

    def ask(self, question: Question, values: Values) -> list[Row]:
        rows = self._connection.execute(question.text, question.write(values)).fetchall()
        return [question.read(row) for row in rows]

    def close(self) -> None:
        self._connection.close()


class PostgresLine:
    """Statements are prepared at their first use, in one round trip more, and planned once for all values.

    Left to itself, PostgreSQL takes longer to plan a statement of seven tables anew for each value than to
    answer it ten times. The driver's cursor is passed by, which costs more than the round trip.
    """

    def __init__(self, url: URL) -> None:
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        options = (
            "-c timezone=UTC -c datestyle=ISO -c client_encoding=UTF8"
            " -c default_transaction_read_only=on -c plan_cache_mode=force_generic_plan -c jit=off"
            f" -c statement_timeout={PATIENCE_SECONDS}s"
        )
        self._connection = psycopg.connect(
            dsn,
            autocommit=True,
            connect_timeout=PATIENCE_SECONDS,
            tcp_user_timeout=PATIENCE_SECONDS * 1000,
            options=options,
        )
        self._server = self._connection.pgconn
        self._prepared: dict[Question, bytes] = {}

    def ask(self, question: Question, values: Values) -> list[Row]:
        name = self._prepared.get(question) or self._prepare(question)
        result = self._server.exec_prepared(name, [value.encode() for value in question.write(values)])
        if result.status != ExecStatus.TUPLES_OK:
            raise self._fault_of(result)
        value, width, read = result.get_value, range(result.nfields), question.read
        return [
            read([None if (octets := value(row, place)) is None else octets.decode() for place in width])
            for row in range(result.ntuples)
        ]

    def close(self) -> None:
        self._connection.close()

    def _prepare(self, question: Question) -> bytes:
        name = f"question_{len(self._prepared)}".encode()
        result = self._server.prepare(name, question.text.encode())
        if result.status != ExecStatus.COMMAND_OK:
            raise self._fault_of(result)
        self._prepared[question] = name
        return name

    def _fault_of(self, result: PGresult) -> psycopg.Error:
        """A connection that broke has no code of SQL's, by which the driver would know it for what it is."""
        if self._server.status == ConnStatus.BAD:
            return psycopg.OperationalError("the connection broke")
        return error_from_result(result)


def _reader_of(kind: Any, *, embedded: bool) -> Callable[[Any], Any] | None:
    """What makes our value of what the driver hands over, where that is another."""
    if isinstance(kind, Instant):
        return _instant if embedded else datetime.fromisoformat
    if isinstance(kind, JSON):
        return _document
    return int if isinstance(kind, Integer) and not embedded else None


def instant_text(instant: datetime) -> str:
    """As SQLite keeps it, and as PostgreSQL understands it where the session's time zone is UTC."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@lru_cache(maxsize=4096)
def _document(text: str) -> Any:
    """Lists of scopes, products, tags: few different ones, asked for again and again. They are never changed."""
    return json.loads(text)
