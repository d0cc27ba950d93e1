"""Opens the house for a command: the settings, the database and the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from service.foundation.clock import Clock
from service.foundation.database import Database
from service.foundation.settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    settings: Settings
    database: Database
    clock: Clock


def read_settings() -> Settings:
    """Raises :class:`UnsafeSettings`, as serving would: staff work under the same rules."""
    return Settings().refuse_unsafe()


@contextmanager
def open_house() -> Iterator[House]:
    settings = read_settings()
    database = Database(settings.database_url, pool_size=1, existing=True)
    try:
        yield House(settings, database, Clock())
    finally:
        database.close()
