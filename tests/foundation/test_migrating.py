"""Migrations: drafted from the difference, and never taken for complete where there are none."""

import shutil

import pytest
from sqlalchemy import Column, Integer, Table

from service.foundation import migrating, schema
from service.foundation.database import metadata
from tests.support.databases import sqlite_only


@pytest.fixture
def migrations(tmp_path, monkeypatch):
    """A copy of the migrations, to write in."""
    copy = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(schema, "MIGRATIONS", copy)
    return copy


@pytest.fixture
def new_table():
    table = Table("novelties", metadata, Column("id", Integer, primary_key=True))
    yield table
    metadata.remove(table)


@sqlite_only
def test_the_next_migration_is_drafted_from_the_code(database, migrations, new_table):
    migrating.write_migration(database, "novelties", "9999")
    (draft,) = migrations.glob("versions/9999*.py")
    assert "create_table" in draft.read_text()
    assert "novelties" in draft.read_text()
    assert schema.expected_revision() == "9999"
    migrating.migrate(database)
    with database.reading() as connection:
        assert schema.current_revision(connection) == "9999"
        assert migrating.drift(connection) == []


def test_a_folder_without_migrations_is_a_fault(migrations):
    for migration in migrations.glob("versions/*.py"):
        migration.unlink()
    with pytest.raises(RuntimeError, match="no migration"):
        schema.expected_revision()
