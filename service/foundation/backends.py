"""The two databases: what each does in a way of its own. The one that is not used is not loaded."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Dialect, Engine, Table
from sqlalchemy.engine import URL

if TYPE_CHECKING:
    from service.foundation.questions import Line

BUSY_SECONDS = 10  # a transaction can wait no longer, for a connection or for others to write
PATIENCE_SECONDS = 2  # nor a request that only asks


class NoDatabase(Exception):
    """There is no file where an embedded database was to be found."""


class Backend(Protocol):
    """What a database's module holds."""

    FAULTS: type[Exception]  # what its driver raises where it cannot answer

    def open_engine(self, url: URL, pool_size: int, /, *, existing: bool) -> Engine: ...

    def open_line(self, url: URL, /) -> "Line": ...

    def broke(self, fault: Exception, /) -> bool:
        """Whether the line broke, so that a question may be put again on another."""

    def dialect(self) -> Dialect:
        """Writes questions as the driver itself takes them."""

    def reader_of(self, kind: Any, /) -> Callable[[Any], Any] | None:
        """What makes our value of what the driver hands over for a column of this type, where that is another."""

    def insert(self, table: Table, /) -> Any:
        """An INSERT that knows ON CONFLICT."""


def backend(*, embedded: bool) -> Backend:
    if embedded:
        from service.foundation import sqlite

        return sqlite
    from service.foundation import postgresql

    return postgresql


def backend_of(url: URL) -> Backend:
    """Raises ValueError for a database that Gatefold does not know."""
    name = url.get_backend_name()
    if name not in ("sqlite", "postgresql"):
        raise ValueError(f"DATABASE_URL must begin with sqlite:// or postgresql://, not {url.drivername}://")
    return backend(embedded=name == "sqlite")
