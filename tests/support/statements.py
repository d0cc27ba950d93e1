"""What a database is asked: recorded as it passes, whether through SQLAlchemy or on a line of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from service.foundation.database import Database
from service.foundation.questions import Question, Row, Values

BEGINNINGS = ("BEGIN", "COMMIT", "ROLLBACK")


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements of the block with their parameters, without those that only open and close a transaction."""
    said: list[tuple[str, Any]] = []
    ask = database.ask

    def record(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.startswith(BEGINNINGS):
            said.append((statement, parameters))

    def record_and_ask(question: Question, values: Values) -> list[Row]:
        said.append((question.text, question.write(values)))
        return ask(question, values)

    event.listen(database.engine, "before_cursor_execute", record)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(database, "ask", record_and_ask)
            yield said
    finally:
        event.remove(database.engine, "before_cursor_execute", record)
