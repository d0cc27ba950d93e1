"""What is said to a database: recorded as it passes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from service.foundation.database import Database

BEGINNINGS = ("BEGIN", "COMMIT", "ROLLBACK")


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements of the block with their parameters, without those that only open and close a transaction."""
    said: list[tuple[str, Any]] = []

    def record(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.startswith(BEGINNINGS):
            said.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", record)
    try:
        yield said
    finally:
        event.remove(database.engine, "before_cursor_execute", record)
