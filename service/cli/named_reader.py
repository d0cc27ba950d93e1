"""How a reader is named on the command line: by her email address or by her id."""

from sqlalchemy.engine import Connection

from service.accounts.reader import Reader, UnknownReader
from service.accounts.store import find_reader, find_reader_by_email
from service.cli.arguments import Line

READER = Line(254)


def get_reader_named(connection: Connection, named: str) -> Reader:
    """The reader with this email address or this id. Raises :class:`UnknownReader`."""
    find = find_reader_by_email if "@" in named else find_reader
    if reader := find(connection, named):
        return reader
    raise UnknownReader(named)
