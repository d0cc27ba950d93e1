"""Questions put on lines of their own: answered as SQLAlchemy would have them answered, and unable to write."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, bindparam, delete, insert, literal_column, select

from service.foundation import backends
from service.foundation.database import Database, DatabaseUnavailable
from service.foundation.instants import Instant
from service.foundation.questions import Question, instant_text
from tests.support.databases import postgresql_only, sqlite_only
from tests.support.moments import NOON, ids, put

things = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String),
    Column("count", Integer),
    Column("at", Instant),
    Column("tags", JSON(none_as_null=True)),
)
NAMED = select(things).where(things.c.name == bindparam("name")).order_by(things.c.id)
SINCE = select(things.c.id).where(things.c.at > bindparam("since")).order_by(things.c.id)
# What every line can answer, whatever there is in the database.
HOW_MANY_LINES = select(literal_column("(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())"))
NOTHING = select(literal_column("1"))
CUT = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SETTINGS = ["datestyle TO 'German'", "timezone TO 'Asia/Kolkata'", "client_encoding TO 'LATIN1'"]

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=8))])
instants = st.datetimes(datetime(1600, 1, 1), datetime(2200, 1, 1), timezones=zones)  # noqa: DTZ001  they are bounds
facts = st.fixed_dictionaries(
    {
        "name": texts,
        "count": st.none() | st.integers(-(2**31), 2**31 - 1),
        "at": st.none() | instants,
        "tags": st.none() | st.lists(texts | st.integers() | st.booleans(), max_size=3) | st.dictionaries(texts, texts),
    }
)
each_example_anew = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def things_in(database):
    """Put things in, in place of those that were there."""
    with database.writing() as connection:
        things.create(connection)

    def put(rows):
        with database.writing() as connection:
            connection.execute(delete(things))
            connection.execute(insert(things), [{"id": number, **row} for number, row in enumerate(rows)])

    return put


def asked(database, statement, **values):
    return database.ask(Question(statement, embedded=database.embedded), values)


# The same answers


@given(rows=st.lists(facts, min_size=1, max_size=3))
@each_example_anew
def test_values_come_back_as_sqlalchemy_has_them(database, things_in, rows):
    things_in(rows)
    for row in rows:
        with database.reading() as connection:
            told = connection.execute(NAMED, {"name": row["name"]}).all()
        lined_up = asked(database, NAMED, name=row["name"])
        assert [tuple(line) for line in lined_up] == [tuple(line) for line in told]
        assert all(line[3] is None or line[3].tzinfo is UTC or line[3].utcoffset() == timedelta(0) for line in lined_up)


@given(rows=st.lists(facts, min_size=1, max_size=4), since=instants)
@each_example_anew
def test_instants_are_compared_to_the_microsecond_across_zones(database, things_in, rows, since):
    things_in(rows)
    later = [number for number, row in enumerate(rows) if row["at"] is not None and row["at"] > since]
    assert [row[0] for row in asked(database, SINCE, since=instant_text(since))] == later


def test_what_was_just_committed_is_seen_at_once(database, things_in):
    for number in range(20):
        things_in([{"name": str(number), "count": number}])
        assert asked(database, NAMED, name=str(number))[0][2] == number


# A line


def test_a_line_cannot_write(database, table):
    put(database, 1)
    for statement in ("DELETE FROM moments", "UPDATE moments SET id = 2", "CREATE TABLE more (id INTEGER)"):
        question = Question(NOTHING, embedded=database.embedded)
        question.text = statement
        with pytest.raises((DatabaseUnavailable, psycopg.errors.ReadOnlySqlTransaction)):
            database.ask(question, {})
    assert ids(database) == [1]


@postgresql_only
def test_there_are_no_more_lines_than_questions_at_once_and_all_are_closed_with_the_database(database, database_url):
    def ask(_):
        return int(asked(database, HOW_MANY_LINES)[0][0])

    for _ in range(6):
        with ThreadPoolExecutor(1) as thread:  # a new one each time
            assert list(thread.map(ask, range(3))) == [1] * 3
    with ThreadPoolExecutor(6) as threads:
        assert max(threads.map(ask, range(60))) <= 6
    database.close()
    with psycopg.connect(database_url) as other:
        assert _until_alone(other) == 1


@postgresql_only
def test_a_question_is_prepared_once(database):
    question = Question(
        select(literal_column("(SELECT count(*) FROM pg_prepared_statements)")), embedded=database.embedded
    )
    assert [int(database.ask(question, {})[0][0]) for _ in range(5)] == [1] * 5


@postgresql_only
@pytest.mark.parametrize("setting", SETTINGS)
def test_what_a_database_is_set_to_makes_no_difference(database_url, setting):
    name = Database(database_url).url.database
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET {setting}')
    database = Database(database_url)
    with database.writing() as connection:
        things.create(connection)
    with psycopg.connect(database_url, autocommit=True, options="-c client_encoding=UTF8") as connection:
        connection.execute("INSERT INTO things VALUES (1, 'Zoë', 1, '2026-03-02T12:00:00Z', '[\"Œuvre\"]')")
    assert asked(database, NAMED, name="Zoë") == [[1, "Zoë", 1, NOON, ["Œuvre"]]]
    database.close()


# Faults


def test_a_wrong_question_is_a_fault_of_ours(postgresql_url):
    database = Database(postgresql_url)
    with pytest.raises(psycopg.ProgrammingError):
        asked(database, select(literal_column("nonsense")))
    assert asked(database, select(literal_column("1"))) == [["1"]]
    database.close()


@postgresql_only
def test_an_answer_that_takes_too_long_is_not_waited_for(database_url, monkeypatch):
    monkeypatch.setattr(backends, "PATIENCE_SECONDS", 1)
    database = Database(database_url)
    began = time.monotonic()
    with pytest.raises(DatabaseUnavailable):
        asked(database, select(literal_column("pg_sleep(60)")))
    assert time.monotonic() - began < 10
    assert asked(database, NOTHING) == [["1"]]
    database.close()


@postgresql_only
def test_a_line_that_was_cut_is_opened_anew(database, database_url):
    for _ in range(3):
        assert asked(database, NOTHING) == [["1"]]
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute(CUT)
        assert asked(database, NOTHING) == [["1"]]


def test_a_server_that_was_restarted_is_asked_on_a_new_line(postgres_server):
    database = Database(postgres_server.url())
    for how in ("fast", "immediate"):
        assert asked(database, NOTHING) == [["1"]]
        postgres_server.stop(how)
        postgres_server.start()
        assert asked(database, NOTHING) == [["1"]]
        postgres_server.stop(how)
        with pytest.raises(DatabaseUnavailable):
            asked(database, NOTHING)
        postgres_server.start()
    database.close()


@sqlite_only
def test_an_embedded_database_that_is_gone_is_unavailable(database, tmp_path):
    gone = Database(f"sqlite:///{tmp_path}/none/at/all.db")  # which makes it, and its folder
    (tmp_path / "none" / "at" / "all.db").unlink()
    (tmp_path / "none" / "at").rmdir()
    with pytest.raises(DatabaseUnavailable):
        asked(gone, NOTHING)
    gone.close()


def _until_alone(other):
    for _ in range(50):
        with other.transaction():
            ((left,),) = other.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        if left == 1:
            break
        time.sleep(0.05)
    return left
