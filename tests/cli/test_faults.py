"""Every fault that can be met on the command line ends in a sentence that says what would help."""

import sqlite3
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError

from service.cli.faults import sentence_of
from service.foundation.database import DatabaseUnavailable
from service.foundation.unsafe import DEVELOPMENT_SECRET
from tests.cli.conftest import CommandLine
from tests.support.databases import postgresql_only


class PostgreSQLFault(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("ERROR: of some kind")
        self.sqlstate = sqlstate


def unavailable(said: Exception) -> DatabaseUnavailable:
    fault = DatabaseUnavailable("OperationalError")
    fault.__cause__ = OperationalError("SELECT 1", {}, said)
    return fault


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (sqlite3.OperationalError("no such table: sites"), "run `gatefold migrate` first"),
        (sqlite3.OperationalError("no such column: handle"), "run `gatefold migrate` first"),
        (sqlite3.OperationalError("table sites has no column named handle"), "run `gatefold migrate` first"),
        (sqlite3.OperationalError("database is locked"), "is locked"),
        (sqlite3.OperationalError("database or disk is full"), "its disk is full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "may only be read"),
        (sqlite3.OperationalError("unable to open database file"), "could not be opened"),
        (PostgreSQLFault("55P03"), "is locked"),
        (PostgreSQLFault("53100"), "its disk is full"),
        (PostgreSQLFault("25006"), "may only be read"),
        (ConnectionError("refused by the server.\n\tIs it running?"), "does not answer: refused by the server."),
        (TimeoutError(), "does not answer: TimeoutError."),
    ],
)
def test_what_keeps_a_database_from_answering_is_told(anywhere: CommandLine, said: Exception, sentence: str) -> None:
    assert sentence in sentence_of(unavailable(said))
    assert sentence_of(unavailable(said)).startswith("The database var/gatefold.db ")


def test_a_database_that_is_gone_for_no_known_reason_is_told(anywhere: CommandLine) -> None:
    assert "does not answer" in sentence_of(DatabaseUnavailable("TimeoutError"))


def test_what_postgresql_refuses_is_told(anywhere: CommandLine) -> None:
    assert "run `gatefold migrate` first" in sentence_of(ProgrammingError("S", {}, PostgreSQLFault("42P01")))
    assert "does not allow this" in sentence_of(ProgrammingError("S", {}, PostgreSQLFault("42501")))


def test_a_statement_that_the_database_refuses_is_told_without_its_values(anywhere: CommandLine) -> None:
    fault = DataError("INSERT INTO readers", {"hash": "secret"}, PostgreSQLFault("22001"))
    assert "refused what Gatefold asked of it (PostgreSQLFault)" in sentence_of(fault)
    assert "secret" not in sentence_of(fault)


def test_a_setting_that_cannot_be_read_is_told() -> None:
    assert "A setting could not be read: bad." in sentence_of(SettingsError("bad"))


def test_a_validation_of_something_else_is_an_unexpected_fault() -> None:
    class Other(BaseModel):
        number: int

    with pytest.raises(ValidationError) as raised:
        Other.model_validate({})
    assert "did not expect (ValidationError)" in sentence_of(raised.value)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (ValueError("anything"), "did not expect (ValueError)"),
        (OSError("anything"), "did not expect (OSError)"),
        (OSError(28, "No space left on device"), "No space left on device."),
        (PermissionError(13, "Permission denied", "var"), "var: Permission denied."),
    ],
)
def test_other_faults_are_told_as_far_as_they_are_known(fault: Exception, sentence: str) -> None:
    assert sentence in sentence_of(fault)


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("GATEFOLD_PORT", "99999", "The setting GATEFOLD_PORT is not right: input should be less than"),
        ("GATEFOLD_DEVICE_LIMIT", "six", "The setting GATEFOLD_DEVICE_LIMIT is not right"),
        ("GATEFOLD_PUBLIC_URL", "example.org", "GATEFOLD_PUBLIC_URL must be an address without a path"),
        ("GATEFOLD_ENVIRONMENT", "production", "GATEFOLD_SECRET_KEYS is the development key"),
        ("DATABASE_URL", "mysql://localhost/x", "DATABASE_URL must begin with sqlite:// or postgresql://"),
        ("DATABASE_URL", "sqlite://", "DATABASE_URL must name a file"),
        ("DATABASE_URL", "everything", "DATABASE_URL is no address of a database"),
        ("DATABASE_URL", "sqlite:///:memory:", "DATABASE_URL must name a file"),
        ("DATABASE_URL", "sqlite:///file:x.db?uri=true", "DATABASE_URL must name a file by its path"),
        ("DATABASE_URL", "sqlite:////dev/null/x.db", "There is no database /dev/null/x.db yet"),
        ("DATABASE_URL", "postgresql://me:hush@localhost:1/x", "postgresql://me:***@localhost:1/x does not answer"),
    ],
)
def test_settings_that_are_wrong_are_told_without_their_secrets(
    anywhere: CommandLine, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(setting, value)
    said = anywhere("sites", "list", status=1).stderr
    assert sentence in said
    assert "hush" not in said
    assert DEVELOPMENT_SECRET not in said


def test_an_empty_database_asks_to_be_migrated(anywhere: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///new.db")
    (anywhere.folder / "new.db").touch()
    assert "new.db lacks tables" in anywhere("sites", "list", status=1).stderr


@pytest.mark.parametrize("command", ["sites list", "migrate --check", "serve"])
def test_a_command_makes_no_database_where_there_is_none(anywhere: CommandLine, command: str) -> None:
    said = anywhere(*command.split(), status=1).stderr
    assert f"There is no database {anywhere.folder}/var/gatefold.db yet: look at DATABASE_URL" in said
    assert list(anywhere.folder.iterdir()) == []


def test_a_place_where_no_database_can_be_is_told(anywhere: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////dev/null/x.db")
    assert "/dev/null: " in anywhere("migrate", status=1).stderr


@postgresql_only
def test_an_empty_postgresql_asks_to_be_migrated(command_line: CommandLine, database_url: str) -> None:
    from service.foundation.database import Database

    with Database(database_url).writing() as connection:
        connection.exec_driver_sql("DROP TABLE site_addresses")
    said = command_line("sites", "list", status=1).stderr
    assert "lacks tables or columns" in said


def test_a_file_of_another_kind_is_told(anywhere: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader, " * 100)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///letter.txt")
    assert "letter.txt is a file of another kind" in anywhere("readers", "list", status=1).stderr
