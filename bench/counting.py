"""Counts what one access check asks of the database, and what it writes, where the drivers themselves can be heard."""

import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

import psycopg

from bench.names import KEY, session_token, slug_of
from service.app import create_app
from service.foundation.logs import configure_logs
from service.foundation.settings import Settings
from service.web.doors import EXTENSION

CHECKS = 20
NOT_A_QUESTION = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


@dataclass(frozen=True, slots=True)
class Counted:
    """For each check: statements put to the database (BEGIN and its like apart), and rows written by them."""

    statements: float
    rows_written: float


class Ear(Protocol):
    """Hears what the connections opened meanwhile are asked."""

    def heard(self) -> tuple[int, int]:
        """Statements, and rows written, so far."""
        ...


def count_statements(database_url: str) -> Counted:
    listening = _listening_to_sqlite if database_url.startswith("sqlite") else _listening_to_postgresql
    with listening() as ear:
        app = create_app(Settings(database_url=database_url))
        client = app.test_client()
        configure_logs(level="ERROR")
        before = (0, 0)
        for number in range(CHECKS + 1):
            if number == 1:
                before = ear.heard()  # a first connection asks about the server itself
            headers = {"Authorization": f"Bearer {KEY}", "Gatefold-Session": session_token(number)}
            if client.get(f"/v1/access/{slug_of(number)}", headers=headers).status_code != 200:
                raise RuntimeError("The check whose statements were to be counted failed.")
        statements, rows = (now - then for now, then in zip(ear.heard(), before, strict=True))
        app.extensions[EXTENSION].database.close()  # or what it holds of SQLite's files is let go of at any moment
    return Counted(statements / CHECKS, rows / CHECKS)


class _SQLiteEar:
    def __init__(self) -> None:
        self.connections: list[sqlite3.Connection] = []
        self.statements: list[str] = []

    def heard(self) -> tuple[int, int]:
        asked = sum(not statement.startswith(NOT_A_QUESTION) for statement in self.statements)
        return asked, sum(connection.total_changes for connection in self.connections)


@contextmanager
def _listening_to_sqlite() -> Iterator[Ear]:
    ear, connect = _SQLiteEar(), sqlite3.connect

    def connect_heard(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **{**kwargs, "check_same_thread": False})
        connection.set_trace_callback(ear.statements.append)
        ear.connections.append(connection)
        return connection

    with patch("sqlite3.connect", connect_heard), patch("sqlite3.dbapi2.connect", connect_heard):
        yield ear


class _PostgresEar:
    """Reads what libpq writes down of its talk with the server."""

    def __init__(self) -> None:
        self.traces: list[Path] = []

    def heard(self) -> tuple[int, int]:
        talk = "".join(trace.read_text(errors="replace") for trace in self.traces)
        asked = len(re.findall(r"\tF\t\d+\tExecute\t", talk))
        asked += len(re.findall(rf'\tF\t\d+\tQuery\t "(?!{"|".join(NOT_A_QUESTION)})', talk))
        written = re.findall(r'\tCommandComplete\t "(?:INSERT 0|UPDATE|DELETE) (\d+)"', talk)
        return asked, sum(map(int, written))


@contextmanager
def _listening_to_postgresql() -> Iterator[Ear]:
    ear, connect = _PostgresEar(), psycopg.connect
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        def connect_heard(*args: Any, **kwargs: Any) -> Any:
            connection: psycopg.Connection[Any] = connect(*args, **kwargs)
            trace = folder / str(len(ear.traces))
            connection.pgconn.trace(stack.enter_context(trace.open("w")).fileno())
            ear.traces.append(trace)
            return connection

        stack.enter_context(patch("psycopg.connect", connect_heard))
        yield ear
