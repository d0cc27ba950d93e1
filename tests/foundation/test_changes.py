"""Whether anything was written: told at once, whoever wrote it."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from service.foundation.database import Database
from tests.support.databases import postgresql_only, sqlite_only
from tests.support.rolled_back import rolled_back

WRITE = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA user_version = 7'); c.commit()"


LOCKS = Path("/proc/locks")


def locks_on(path: str) -> list[tuple[str, str, str]]:
    """This process's, as the system tells them: for reading or writing, from which octet of the file to which."""
    own, inode = str(os.getpid()), str(Path(path).stat().st_ino)
    told = [line.split()[3:] for line in LOCKS.read_text().splitlines()]
    return [(kind, *octets) for kind, pid, file, *octets in told if pid == own and file.split(":")[-1] == inode]


def write(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE readers SET name = name"))
        connection.execute(text("PRAGMA user_version = 3"))


@sqlite_only
def test_the_mark_stays_while_nothing_is_written(database):
    before = database.mark()
    database.check()
    with rolled_back(database) as connection:
        connection.execute(text("PRAGMA user_version = 2"))
    assert database.mark() == before


@sqlite_only
def test_every_commit_makes_another_mark(database):
    marks = {database.mark()}
    for version in range(50):
        with database.writing() as connection:
            connection.execute(text(f"PRAGMA user_version = {version + 1}"))
        marks.add(database.mark())
    assert len(marks) == 51


@sqlite_only
def test_a_commit_of_another_process_makes_another_mark(database):
    before = database.mark()
    subprocess.run([sys.executable, "-c", WRITE, str(database.url.database)], check=True)
    assert database.mark() != before


@sqlite_only
@pytest.mark.parametrize("how", ["PASSIVE", "FULL", "RESTART", "TRUNCATE"])
def test_a_commit_after_a_checkpoint_makes_another_mark(database, how):
    write(database)
    checkpoint = sqlite3.connect(str(database.url.database))
    checkpoint.execute(f"PRAGMA wal_checkpoint({how})").fetchall()
    checkpoint.close()
    before = database.mark()
    write(database)
    assert database.mark() != before


@sqlite_only
def test_the_mark_is_of_the_index_that_all_use_though_everyone_else_hangs_up(database):
    before = database.mark()
    database.engine.dispose()  # the last connection would take the index away with it
    other = Database(str(database.url))
    write(other)
    other.close()
    assert database.mark() != before


@postgresql_only
def test_there_is_no_mark_where_the_database_may_be_elsewhere(database):
    assert database.mark() is None


@sqlite_only
@pytest.mark.skipif(not LOCKS.exists(), reason="the system does not tell its locks")
def test_looking_for_changes_takes_no_lock_from_sqlite(database):
    """Without the one that says that somebody is here, the next program makes the index anew, under all who have it."""
    database.check()
    index = f"{database.url.database}-shm"
    before = locks_on(index)
    database.mark()
    assert locks_on(index) == before != []
