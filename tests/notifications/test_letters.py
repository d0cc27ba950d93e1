"""Which event becomes which letter, and what never stands in one."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from service.accounts.changes import confirm_email_change, request_email_change
from service.accounts.recovery import request_recovery, reset_password
from service.accounts.sign_up import confirm_sign_up, request_sign_up
from service.accounts.store import find_credentials, find_reader_by_email, set_password_hash
from service.foundation.database import Database
from service.foundation.outbox import Event, claim_events, outbox
from service.foundation.settings import Settings
from service.notifications.letters import TEMPLATES, Letter, UnknownEvent, write_letter
from tests.support.clock import FrozenClock
from tests.support.people import People


@pytest.fixture
def write(database: Database, settings: Settings, clock: FrozenClock):
    """The letters that all waiting events ask for."""

    def write() -> list[Letter | None]:
        with database.writing() as connection:
            events = claim_events(connection, clock.now(), lease=timedelta(minutes=1), most=100)
            return [write_letter(connection, settings, event, clock.now()) for event in events]

    return write


def ticket_in(letter: Letter) -> str:
    return next(line for line in letter.text.splitlines() if "?ticket=" in line).partition("?ticket=")[2]


def test_a_sign_up_is_confirmed_by_the_link_in_its_letter(database, clock, write):
    with database.writing() as connection:
        request_sign_up(connection, "dora@example.org", "Dora", "hash", "http://localhost:8401/x", clock.now())
    (letter,) = write()
    assert letter.to == "dora@example.org"
    assert "Dora" not in letter.text  # whoever asked may have named her "win at evil.example"
    with database.writing() as connection:
        confirmed = confirm_sign_up(connection, ticket_in(letter), clock.now())
    assert (confirmed.reader.email, confirmed.return_to) == ("dora@example.org", "http://localhost:8401/x")


def test_a_sign_up_with_a_known_address_tells_its_owner_and_holds_no_ticket(database, clock, write, people: People):
    with database.writing() as connection:
        request_sign_up(connection, people.alice.email, "Mallory", "hash", None, clock.now())
    (letter,) = write()
    assert letter.to == people.alice.email
    assert "ticket" not in letter.text
    assert "Mallory" not in letter.text


def test_a_sign_up_that_ran_out_before_its_letter_was_written_gets_none(database, clock, write):
    with database.writing() as connection:
        request_sign_up(connection, "dora@example.org", "Dora", "hash", None, clock.now())
    clock.advance(timedelta(hours=24))
    assert write() == [None]


def test_a_recovery_resets_the_password_by_the_link_in_its_letter(database, clock, write, people: People):
    with database.writing() as connection:
        request_recovery(connection, people.alice.email.upper(), clock.now())
    (letter,) = write()
    assert letter.to == people.alice.email
    with database.writing() as connection:
        assert reset_password(connection, ticket_in(letter), "new", clock.now()).id == people.alice.id
    (told,) = write()
    assert told.to == people.alice.email
    assert "was changed" in told.subject


def test_a_recovery_of_an_unknown_address_writes_to_nobody(database, clock, write):
    with database.writing() as connection:
        request_recovery(connection, "nobody@example.org", clock.now())
    assert write() == [None]


def test_a_new_address_is_confirmed_by_its_letter_and_the_old_one_is_told(database, clock, write, people: People):
    with database.writing() as connection:
        verified = find_credentials(connection, people.alice.email)
        request_email_change(connection, verified, "alice@example.net", clock.now())
    (letter,) = write()
    assert letter.to == "alice@example.net"
    with database.writing() as connection:
        confirm_email_change(connection, ticket_in(letter), clock.now())
    (told,) = write()
    assert told.to == people.alice.email
    with database.reading() as connection:
        assert find_reader_by_email(connection, "alice@example.net").id == people.alice.id


def test_a_new_address_that_another_reader_has_is_told_so_without_a_ticket(database, clock, write, people: People):
    with database.writing() as connection:
        verified = find_credentials(connection, people.alice.email)
        request_email_change(connection, verified, people.bob.email, clock.now())
    (letter,) = write()
    assert letter.to == people.bob.email
    assert "ticket" not in letter.text
    assert people.alice.name not in letter.text


def test_a_new_address_asked_for_before_the_password_changed_gets_no_letter(database, clock, write, people: People):
    with database.writing() as connection:
        verified = find_credentials(connection, people.alice.email)
        request_email_change(connection, verified, "alice@example.net", clock.now())
        set_password_hash(connection, people.alice.id, "other")
    assert write() == [None]


def test_a_letter_about_a_reader_who_is_gone_is_not_written(database, settings, clock):
    event = Event(1, "password_changed", {"reader_id": "rdr_gone"}, clock.now(), 1)
    with database.writing() as connection:
        assert write_letter(connection, settings, event, clock.now()) is None


@pytest.mark.parametrize("name", TEMPLATES.list_templates())
def test_a_letter_greets_and_then_begins_a_sentence(name):
    letter = Path(TEMPLATES.get_template(name).filename).read_text()
    _, greeting, said, *_ = letter.split("\n\n")
    assert greeting.startswith("Hello")
    assert said[0].isupper()


def test_an_unknown_event_is_a_fault(database, settings, clock):
    with database.writing() as connection, pytest.raises(UnknownEvent):
        write_letter(connection, settings, Event(1, "moon_landed", {}, clock.now(), 1), clock.now())


def test_no_secret_waits_in_the_outbox(database, clock, people: People):
    with database.writing() as connection:
        request_sign_up(connection, "dora@example.org", "Dora", "the-hash", None, clock.now())
        request_recovery(connection, people.alice.email, clock.now())
        facts = [row.facts for row in connection.execute(select(outbox.c.facts))]
    assert not any("gft_" in str(fact) or "the-hash" in str(fact) for fact in facts)
