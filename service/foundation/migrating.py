"""Brings a database's schema to what this version of Gatefold expects."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine import Connection

from service.foundation import schema
from service.foundation.database import Database, metadata
from service.foundation.schema import current_revision, expected_revision

LOCK = 4_276_173  # any number, the same in all processes: only one migrates at a time


def migrate(database: Database) -> tuple[str | None, str]:
    """Apply what is missing, all of it or nothing; returns the revisions before and after."""
    with database.writing() as connection:
        if not database.embedded:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        before = current_revision(connection)
        command.upgrade(_config(connection), "head")
        return before, expected_revision()


def drift(connection: Connection) -> list[object]:
    """How the tables in the database differ from those in the code: nothing, if the migrations are complete."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def write_migration(database: Database, message: str, revision: str) -> None:
    """Draft the next migration from the difference, for a person to read and mend."""
    with database.writing() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=revision)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.attributes["connection"] = connection
    return config
