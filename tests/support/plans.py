"""How a database goes about a question: its plan, and how much it does."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from service.foundation.database import Database

Statement = tuple[str, Sequence[Any]]
# What a step of PostgreSQL's yielded, how often, and what it read in vain.
ROWS = re.compile(r"actual rows=(?P<rows>[0-9.]+) loops=(?P<loops>[0-9]+)")
IN_VAIN = re.compile(r"Rows Removed by [A-Za-z ]+: (?P<rows>[0-9]+)")


def plan_of(database: Database, statement: Statement) -> list[str]:
    """The steps in which the database would answer a question."""
    if database.embedded:
        with _embedded(database) as connection:
            return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1])]
    with _prepared(database, statement[0]) as cursor:
        return [row[0] for row in cursor.execute(_execute("EXPLAIN", statement[1]), statement[1])]


def effort_of(database: Database, statement: Statement) -> int:
    """What it takes: instructions of SQLite's machine, or rows that PostgreSQL's steps go through."""
    if database.embedded:
        return _count_instructions(database, statement)
    with _prepared(database, statement[0]) as cursor:
        cursor.execute("SET enable_seqscan = off")  # else a table of few rows is read whole
        told = cursor.execute(_execute("EXPLAIN (ANALYZE, TIMING OFF)", statement[1]), statement[1])
        steps = "\n".join(row[0] for row in told)
    through = sum(float(found["rows"]) * int(found["loops"]) for found in ROWS.finditer(steps))
    return round(through) + sum(int(found["rows"]) for found in IN_VAIN.finditer(steps))


def _count_instructions(database: Database, statement: Statement) -> int:
    count = 0

    def one_more() -> None:
        nonlocal count
        count += 1

    with _embedded(database) as connection:
        connection.execute(*statement).fetchall()  # a connection's first statement reads the schema too
        connection.set_progress_handler(one_more, 1)
        connection.execute(*statement).fetchall()
    return count


@contextmanager
def _embedded(database: Database) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(str(database.url.database))) as connection:
        yield connection


@contextmanager
def _prepared(database: Database, question: str) -> Iterator[psycopg.ClientCursor[Any]]:
    """As a line prepares it: planned for all values."""
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE question AS {question}")
        yield cursor


def _execute(how: str, parameters: Sequence[Any]) -> str:
    return f"{how} EXECUTE question ({', '.join(['%s'] * len(parameters))})"
