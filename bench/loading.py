"""Writes a population straight into the tables, by the fastest way that each database has."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Dialect

from bench.population import Filling, Population
from service.foundation.database import Database
from service.foundation.instants import Instant
from service.foundation.migrating import migrate

Written = Iterable[tuple[Any, ...]]


def load(database_url: str, population: Population, now: datetime) -> int:
    """Create the schema and everyone in it. Returns the size of the database in octets."""
    database = Database(database_url)
    try:
        migrate(database)
        write = _write_sqlite if database.embedded else _write_postgresql
        write(database, population.fillings(now))
        return _size(database)
    finally:
        database.close()


def _write_sqlite(database: Database, fillings: Iterable[Filling]) -> None:
    """In one transaction, with no journal and without waiting for the disk: what fails halfway is thrown away whole."""
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -2000000", "journal_mode = OFF"):
            driver.execute(f"PRAGMA {pragma}").fetchall()
        indices = driver.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > ''").fetchall()
        driver.execute("BEGIN IMMEDIATE")
        for name, _ in indices:
            driver.execute(f"DROP INDEX {name}")
        for filling in fillings:
            names, rows = _encoded(filling, connection.dialect)
            holes = ", ".join("?" * len(names))
            driver.executemany(f"INSERT INTO {filling.table.name} ({', '.join(names)}) VALUES ({holes})", rows)
        for _, made_by in indices:  # sorted once, in place of a search for each row
            driver.execute(made_by)
        driver.execute("COMMIT")
        driver.execute("PRAGMA journal_mode = WAL").fetchall()
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


def _size(database: Database) -> int:
    if database.embedded:
        return Path(str(database.url.database)).stat().st_size
    with database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
