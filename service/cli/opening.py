"""Opens the house for a command: the settings, the database and the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import URL, make_url

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
    _require_database(make_url(settings.database_url))
    database = Database(settings.database_url, pool_size=1)
    try:
        yield House(settings, database, Clock())
    finally:
        database.close()


def _require_database(url: URL) -> None:
    """A command that finds none would leave an empty one behind, wherever it was called."""
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise click.ClickException(f"There is no database {url.database} yet: run `gatefold migrate` first.")
