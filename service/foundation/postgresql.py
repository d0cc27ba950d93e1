"""PostgreSQL, by psycopg, on this machine or another."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.errors import QueryCanceled, error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Dialect, Engine, Integer, Table, create_engine
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine import URL

from service.foundation import backends
from service.foundation.instants import Instant

if TYPE_CHECKING:
    from service.foundation.questions import Question, Row, Values

FAULTS: type[Exception] = psycopg.OperationalError


def open_engine(url: URL, pool_size: int, *, existing: bool) -> Engine:  # noqa: ARG001  it makes none
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=backends.BUSY_SECONDS,
        hide_parameters=True,  # a fault's trace goes to the log, and addresses and hashes do not
        connect_args={"connect_timeout": backends.BUSY_SECONDS, "options": "-c timezone=UTC"},
    )


def insert(table: Table) -> Any:
    return postgresql_insert(table)


# Questions


class PostgresLine:
    """Statements are prepared at their first use, in one round trip more, and planned once for all values.

    Left to itself, PostgreSQL takes longer to plan a statement of seven tables anew for each value than to
    answer it ten times. The driver's cursor is passed by, which costs more than the round trip.
    """

    def __init__(self, url: URL) -> None:
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        patience = backends.PATIENCE_SECONDS
        options = (
            "-c timezone=UTC -c datestyle=ISO -c client_encoding=UTF8"
            " -c default_transaction_read_only=on -c plan_cache_mode=force_generic_plan -c jit=off"
            f" -c statement_timeout={patience}s"
        )
        self._connection = psycopg.connect(
            dsn, autocommit=True, connect_timeout=patience, tcp_user_timeout=patience * 1000, options=options
        )
        self._server = self._connection.pgconn
        self._prepared: dict[Question, bytes] = {}

    def ask(self, question: "Question", values: "Values") -> "list[Row]":
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

    def _prepare(self, question: "Question") -> bytes:
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


open_line = PostgresLine


def broke(fault: Exception) -> bool:
    return isinstance(fault, FAULTS) and not isinstance(fault, QueryCanceled)  # which took too long, and would again


def dialect() -> Dialect:
    questions: Any = PGDialect  # typed poorly in SQLAlchemy itself
    written: Dialect = questions(paramstyle="numeric_dollar")
    return written


def reader_of(kind: Any) -> Callable[[Any], Any] | None:
    if isinstance(kind, Instant):
        return datetime.fromisoformat
    return int if isinstance(kind, Integer) else None
