"""A transaction that comes to nothing."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.engine import Connection

from service.foundation.database import Database


class Fault(Exception):
    pass


@contextmanager
def rolled_back(database: Database) -> Iterator[Connection]:
    """A writing transaction that a fault ends after the block."""
    with suppress(Fault), database.writing() as connection:
        yield connection
        raise Fault
