"""How the database's faults are named: an outage apart from a mistake of ours."""

import sqlite3
from threading import Event, Thread

import pytest
from sqlalchemy import event, insert, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from service.foundation import backends
from service.foundation.database import Database, DatabaseUnavailable
from service.foundation.quotas import quotas
from tests.support.moments import NOON, ids, moments, put


def test_a_database_that_answers_is_well(database):
    database.check()


def test_a_fault_of_ours_passes_through(database, table):
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(insert(table), [{"id": 1}, {"id": 1}])


def test_a_fault_of_ours_tells_none_of_the_values(database):
    named = {"key": "a" * 7, "used": None, "resets_at": NOON}
    with pytest.raises(IntegrityError) as fault, database.writing() as connection:
        connection.execute(insert(quotas), [named])
    assert named["key"] not in str(fault.value).partition("DETAIL")[0]


def test_a_wrong_statement_is_no_outage_on_postgresql(postgresql_url):
    database = Database(postgresql_url)
    with pytest.raises(ProgrammingError), database.reading() as connection:
        connection.execute(text("SELECT nonsense"))
    database.close()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(backends, "BUSY_SECONDS", 0.2)


def test_a_locked_sqlite_is_unavailable_and_back_once_it_is_free(sqlite_url, impatient):
    database = Database(sqlite_url)
    other = sqlite3.connect(database.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnavailable), database.writing():
        pass
    database.check()  # reading goes on
    other.execute("ROLLBACK")
    with database.writing() as connection:
        connection.execute(text("DELETE FROM tickets"))
    database.close()


def test_a_full_disk_is_unavailable_and_keeps_what_was_there(sqlite_url):
    database = Database(sqlite_url)

    def fill():
        with database.writing() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")  # no more pages than there are
            rows = [{"key": f"{n:064}", "used": 1, "resets_at": NOON} for n in range(1000)]
            connection.execute(insert(quotas), rows)

    with pytest.raises(DatabaseUnavailable):
        fill()
    database.check()
    with database.reading() as connection:
        assert connection.execute(select(quotas)).all() == []
    database.close()


def test_a_file_that_is_no_database_is_not_read_as_an_empty_one(tmp_path):
    (tmp_path / "gatefold.db").write_bytes(b"This is no database." * 100)
    with pytest.raises(Exception, match="not a database") as fault:
        Database(f"sqlite:///{tmp_path}/gatefold.db").check()
    assert not isinstance(fault.value, DatabaseUnavailable)  # waiting will not mend it


def test_a_lost_connection_is_unavailable_whatever_its_driver_calls_it(database):
    @event.listens_for(database.engine, "handle_error")
    def lose_the_connection(context):
        context.is_disconnect = True

    with pytest.raises(DatabaseUnavailable), database.writing() as connection:
        connection.execute(text("INSERT INTO readers (id) VALUES (NULL)"))


def test_a_postgresql_that_is_not_there_is_unavailable():
    with pytest.raises(DatabaseUnavailable):
        Database("postgresql://postgres@127.0.0.1:1/gatefold").check()


def test_a_pool_without_a_free_connection_is_unavailable(sqlite_url, impatient):
    _exhaust(sqlite_url)


def test_a_postgresql_pool_without_a_free_connection_is_unavailable(postgresql_url, impatient):
    _exhaust(postgresql_url)


def _exhaust(url):
    database = Database(url, pool_size=1)  # and one to overflow
    held, done = [Event(), Event()], Event()

    def hold(begun):
        with database.reading():
            begun.set()
            done.wait(10)

    threads = [Thread(target=hold, args=(begun,)) for begun in held]
    for thread, begun in zip(threads, held, strict=True):
        thread.start()
        assert begun.wait(5)
    try:
        with pytest.raises(DatabaseUnavailable):
            database.check()
    finally:
        done.set()
        for thread in threads:
            thread.join()
    database.check()
    database.close()


@pytest.mark.process
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_postgresql_that_stops_is_unavailable_and_serves_again_after_its_restart(postgres_server, mode):
    database = Database(postgres_server.url())
    with database.writing() as connection:
        moments.create(connection)
    put(database, 1)

    def be_interrupted():
        with database.writing() as connection:
            connection.execute(insert(moments).values(id=2))
            postgres_server.stop(mode)
            connection.execute(insert(moments).values(id=3))

    with pytest.raises(DatabaseUnavailable):
        be_interrupted()
    with pytest.raises(DatabaseUnavailable):
        database.check()
    with pytest.raises(DatabaseUnavailable):
        put(database, 4)

    postgres_server.start()
    assert ids(database) == [1]
    put(database, 5)
    assert ids(database) == [1, 5]
    database.close()


@pytest.mark.process
def test_connections_that_a_restart_broke_are_replaced_after_one_fault_at_most(postgres_server):
    database = Database(postgres_server.url())
    for _ in range(3):
        database.check()
    postgres_server.stop()
    postgres_server.start()
    faults = 0
    for _ in range(5):
        try:
            database.check()
        except DatabaseUnavailable:
            faults += 1
    assert faults <= 1
    database.close()
