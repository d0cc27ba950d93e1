"""The database: its transactions and its instants."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from time import sleep

import pytest
from sqlalchemy import event, insert, select, text
from sqlalchemy.exc import IntegrityError

from service.foundation.database import Database
from tests.support.at_once import at_once
from tests.support.databases import sqlite_only
from tests.support.moments import NOON, ids, put
from tests.support.rolled_back import rolled_back

# Instants


@pytest.mark.parametrize(
    "instant",
    [
        NOON,
        NOON + timedelta(microseconds=1),
        datetime(2026, 3, 2, 13, 0, tzinfo=timezone(timedelta(hours=1))),
        datetime(1600, 1, 1, tzinfo=UTC),
        datetime(9999, 1, 1, tzinfo=UTC),
        None,
    ],
)
def test_an_instant_comes_back_as_it_was_in_utc(database, table, instant):
    with database.writing() as connection:
        connection.execute(insert(table).values(id=1, at=instant))
        told = connection.execute(select(table.c.at)).scalar_one()
    assert told == instant
    assert told is None or told.tzinfo is UTC


def test_instants_are_ordered_across_zones_and_microseconds(database, table):
    east = timezone(timedelta(hours=5, minutes=30))
    given = [NOON + timedelta(microseconds=n) for n in (5, 0, 1_000_000, 999_999)] + [NOON.astimezone(east)]
    with database.writing() as connection:
        connection.execute(insert(table), [{"id": n, "at": at} for n, at in enumerate(given)])
        told = connection.execute(select(table.c.at).order_by(table.c.at)).scalars().all()
    assert told == sorted(given)


# Transactions


def test_a_block_that_ends_is_kept_and_one_that_raises_is_not(database, table):
    put(database, 1)
    with rolled_back(database) as connection:
        connection.execute(insert(table).values(id=2))
    assert ids(database) == [1]


def test_a_reading_block_keeps_nothing(database, table):
    with database.reading() as connection:
        connection.execute(insert(table).values(id=1))
    assert ids(database) == []


def test_a_reader_sees_one_moment_while_others_write(database, table):
    with database.reading() as connection:
        before = connection.execute(select(table.c.id)).all()
        put(database, 1)
        assert connection.execute(select(table.c.id)).all() == before == []
    assert ids(database) == [1]


def test_many_writers_wait_for_each_other(database, table):
    def add(_):
        with database.writing() as connection:
            connection.execute(text("UPDATE moments SET id = id + 1"))

    put(database, 0)
    assert at_once(32, add) == [None] * 32
    assert ids(database) == [32]


@sqlite_only
def test_writers_of_one_process_come_in_turn_and_none_finds_the_database_busy(database, table):
    """SQLite has no queue: whoever finds it busy is told at once here, and else would sleep and try again."""

    @event.listens_for(database.engine, "connect")
    def do_not_wait(connection, _record):
        connection.execute("PRAGMA busy_timeout = 0")

    database.engine.dispose()

    def add(_):
        for _ in range(10):
            with database.writing() as connection:
                connection.execute(text("UPDATE moments SET id = id + 1"))

    put(database, 0)
    assert at_once(8, add) == [None] * 8
    assert ids(database) == [80]


def test_foreign_keys_are_held(database):
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(text("INSERT INTO site_addresses (origin, site_id) VALUES ('x', 'sit_nobody')"))


@sqlite_only
def test_sqlite_keeps_what_it_acknowledged(database):
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_who_opens_a_file_that_another_writes_before_it_has_its_log_waits(tmp_path):
    path = tmp_path / "gatefold.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE written (id INTEGER)")
    database = Database(f"sqlite:///{path}")
    with ThreadPoolExecutor(1) as pool:
        opened = pool.submit(database.check)
        sleep(0.3)
        assert not opened.done()
        other.execute("COMMIT")
        opened.result(timeout=10)
    other.close()
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    database.close()


# Addresses


@pytest.mark.parametrize("url", ["mysql://db/gatefold", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_serve_is_refused(url):
    with pytest.raises(ValueError):
        Database(url)


def test_the_embedded_databases_folder_is_made(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/new/folder/gatefold.db")
    database.check()
    assert database.embedded
    database.close()


def test_the_embedded_databases_files_are_its_owners_alone(tmp_path):
    path = tmp_path / "gatefold.db"
    database = Database(f"sqlite:///{path}")
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE secrets (id INTEGER)"))
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    database.close()
    assert modes == {"gatefold.db": 0o600, "gatefold.db-wal": 0o600, "gatefold.db-shm": 0o600}


def test_an_embedded_database_that_is_there_keeps_its_mode(tmp_path):
    path = tmp_path / "gatefold.db"
    path.touch()
    path.chmod(0o640)
    database = Database(f"sqlite:///{path}")
    database.check()
    database.close()
    assert path.stat().st_mode & 0o777 == 0o640
