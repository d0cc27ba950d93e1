"""A table of the tests' own, with an instant in it."""

from datetime import UTC, datetime

from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from service.foundation.database import Database
from service.foundation.instants import Instant

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
moments = Table("moments", MetaData(), Column("id", Integer, primary_key=True), Column("at", Instant))


def ids(database: Database) -> list[int]:
    with database.reading() as connection:
        return sorted(connection.execute(select(moments.c.id)).scalars())


def put(database: Database, id: int) -> None:
    with database.writing() as connection:
        connection.execute(insert(moments).values(id=id))
