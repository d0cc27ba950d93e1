"""Questions that every request puts: prepared once, and put to the database's driver itself.

Connections of their own are kept for them, on which nothing can be written. What SQLAlchemy adds around a
statement costs several times what the database takes to answer one.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import JSON, CompoundSelect, Select
from sqlalchemy.engine import URL

from service.foundation.backends import backend, backend_of

Row = Sequence[Any]
Values = Mapping[str, str]  # instants as :func:`instant_text` writes them


class Question:
    """A SELECT, as one of the two dialects writes it, with what turns its columns into our values."""

    def __init__(self, statement: Select[Any] | CompoundSelect[Any], *, embedded: bool) -> None:
        database = backend(embedded=embedded)
        compiled: Any = statement.compile(dialect=database.dialect())
        self.text = str(compiled)
        self._parameters = tuple(compiled.positiontup or ())
        kinds = [column.type for column in statement.selected_columns]
        readers = [_read_document if isinstance(kind, JSON) else database.reader_of(kind) for kind in kinds]
        self._readers = [(place, read) for place, read in enumerate(readers) if read is not None]

    def write(self, values: Values) -> list[str]:
        """The values in the statement's order."""
        return [values[name] for name in self._parameters]

    def read(self, row: Row) -> Row:
        values = list(row)
        for place, read in self._readers:
            if values[place] is not None:
                values[place] = read(values[place])
        return values


class Line(Protocol):
    """A connection to the database, on which nothing can be written. One question at a time."""

    def ask(self, question: Question, values: Values) -> list[Row]: ...

    def close(self) -> None: ...


class Lines:
    """As many lines as threads put questions at once; the last one used is the first to be used again."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._backend = backend_of(url)
        self._free: list[Line] = []  # its pop and append are atomic

    def ask(self, question: Question, values: Values) -> list[Row]:
        """Raises the driver's faults. A line that broke while nobody asked is opened anew."""
        if (line := self._take()) is not None:
            try:
                return self._answer(line, question, values)
            except self._backend.FAULTS as fault:
                if not self._backend.broke(fault):
                    raise
        return self._answer(self._backend.open_line(self._url), question, values)

    def close(self) -> None:
        while (line := self._take()) is not None:
            line.close()

    def _take(self) -> Line | None:
        try:
            return self._free.pop()
        except IndexError:
            return None

    def _answer(self, line: Line, question: Question, values: Values) -> list[Row]:
        try:
            rows = line.ask(question, values)
        except BaseException:
            line.close()
            raise
        self._free.append(line)
        return rows


def instant_text(instant: datetime) -> str:
    """As SQLite keeps it, and as PostgreSQL understands it where the session's time zone is UTC."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


@lru_cache(maxsize=4096)
def _read_document(text: str) -> Any:
    """Lists of scopes, products, tags: few different ones, asked for again and again. They are never changed."""
    return json.loads(text)
