"""At which revision a database's schema is, and at which this version of Gatefold expects it."""

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

import service

MIGRATIONS = Path(service.__file__).parents[1] / "migrations"
VERSION_TABLE = "alembic_version"  # where Alembic keeps it; which takes long to load, and a start only looks


def current_revision(connection: Connection) -> str | None:
    """None where nothing was migrated yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608
    return revision


def expected_revision() -> str:
    """That of the last migration: their files are named by their revisions, in order."""
    revisions = [path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*.py")]
    if not revisions:
        raise RuntimeError(f"{MIGRATIONS} has no migration")
    return max(revisions)
