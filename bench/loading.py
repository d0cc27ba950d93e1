"""Writes a population straight into the tables, by the fastest way that each database has."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Dialect
from sqlalchemy.engine import Connection

from bench.population import Filling, Population
from service.foundation.database import Database, Instant
from service.foundation.schema import migrate

Written = Iterable[tuple[Any, ...]]


def load(database_url: str, population: Population, now: datetime) -> int:
    """Create the schema and everyone in it. Returns the size of the database in octets."""
    database = Database(database_url)
    try:
        migrate(database)
        write = _write_sqlite if database.embedded else _write_postgresql
        with _progress() as progress:
            write(database, _watched(population, now, progress))
        return _size(database)
    finally:
        database.close()


def _write_sqlite(database: Database, fillings: Iterable[Filling]) -> None:
    """In one transaction, without waiting for the disk: what fails halfway is thrown away whole."""
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -1000000"):
            driver.execute(f"PRAGMA {pragma}")
        driver.execute("BEGIN IMMEDIATE")
        for filling in fillings:
            names, rows = _encoded(filling, connection.dialect)
            holes = ", ".join("?" * len(names))
            driver.executemany(f"INSERT INTO {filling.table.name} ({', '.join(names)}) VALUES ({holes})", rows)
        driver.execute("COMMIT")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.invalidate()  # its pragmas are for loading only


def _write_postgresql(database: Database, fillings: Iterable[Filling]) -> None:
    with database.engine.connect() as connection:
        driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
        with driver.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # the rows fit: no need to look up each reference
            for filling in fillings:
                names, rows = _encoded(filling, connection.dialect)
                with cursor.copy(f"COPY {filling.table.name} ({', '.join(names)}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
        driver.commit()
        driver.autocommit = True
        driver.execute("VACUUM ANALYZE")  # as autovacuum will have done in a database that has lived
        connection.invalidate()


def _encoded(filling: Filling, dialect: Dialect) -> tuple[list[str], Written]:
    """The columns' names, and the rows as the driver takes them."""
    rows = iter(filling.rows)
    first = next(rows)
    names = list(first)
    encoders = [_encoder(filling, name, dialect) for name in names]
    encode = [(place, encoder) for place, encoder in enumerate(encoders) if encoder]

    def encoded() -> Iterator[tuple[Any, ...]]:
        for row in chain([first], rows):
            values = list(row.values())
            for place, encoder in encode:
                values[place] = encoder(values[place])
            yield tuple(values)

    return names, encoded()


def _encoder(filling: Filling, name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    kind = filling.table.c[name].type
    encoder: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(maxsize=10_000)(encoder) if encoder and isinstance(kind, Instant) else encoder


def _watched(population: Population, now: datetime, progress: Progress) -> Iterator[Filling]:
    fillings = population.fillings(now)
    task = progress.add_task("", total=sum(filling.count for filling in fillings))
    for filling in fillings:
        progress.update(task, description=filling.table.name)
        yield Filling(filling.table, _counted(filling.rows, progress, task), filling.count)


def _counted(rows: Iterable[dict[str, Any]], progress: Progress, task: Any) -> Iterator[dict[str, Any]]:
    told = 0
    for count, row in enumerate(rows, start=1):
        yield row
        if count - told == 10_000:
            progress.advance(task, count - told)
            told = count
    progress.advance(task, count - told)


def _progress() -> Progress:
    return Progress(
        TextColumn("  {task.description:<16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _size(database: Database) -> int:
    if database.embedded:
        return Path(str(database.url.database)).stat().st_size
    with database.reading() as connection:
        return _postgresql_size(connection)


def _postgresql_size(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
