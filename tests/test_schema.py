"""The migrations and the tables in the code are the same, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, make_url, text

from docs.write_settings import settings_page
from service.foundation.database import Database
from service.foundation.migrating import drift, migrate
from service.foundation.schema import MIGRATIONS, current_revision, expected_revision

ROOT = Path(__file__).parents[1]


@pytest.fixture
def empty(database: Database) -> Database:
    """A database with nothing in it."""
    if database.embedded:
        fresh = Database(f"{database.url.render_as_string()}.empty")
    else:
        name = f"{database.url.database}_empty"
        with create_engine(database.engine.url, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        fresh = Database(make_url(database.url).set(database=name).render_as_string(hide_password=False))
    yield fresh
    fresh.close()


def test_migrations_make_the_tables_of_the_code(empty: Database):
    assert migrate(empty) == (None, expected_revision())
    with empty.reading() as connection:
        assert drift(connection) == []
        assert current_revision(connection) == expected_revision()


def test_the_last_migration_is_the_one_that_is_expected():
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == expected_revision()


def test_migrating_twice_changes_nothing(empty: Database):
    migrate(empty)
    assert migrate(empty) == (expected_revision(), expected_revision())


def test_of_many_who_migrate_at_once_each_finds_it_done(empty: Database):
    databases = [Database(empty.url.render_as_string(hide_password=False)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert {after for _, after in pool.map(migrate, databases)} == {expected_revision()}
    for database in databases:
        database.close()


def test_the_database_itself_refuses_a_sixth_slot(empty: Database):
    migrate(empty)
    with empty.reading() as connection:
        schema = inspect(connection)
        assert schema.get_pk_constraint("devices")["constrained_columns"] == ["reader_id", "slot"]
        assert ["token_digest"] in [unique["column_names"] for unique in schema.get_unique_constraints("devices")]


def test_the_settings_page_is_what_the_code_says():
    assert (ROOT / "docs" / "settings.md").read_text() == settings_page()
