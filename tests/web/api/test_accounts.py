"""Signing up and recovering, as far as the API goes: the mail is read from the outbox."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.accounts.recovery import find_recovery, prepare_recovery_mail
from service.accounts.sign_up import prepare_sign_up_mail
from service.accounts.store import pending_sign_ups, readers
from service.devices.sessions import StartedSession
from service.foundation.database import Database
from service.foundation.outbox import claim_events, finish_event, outbox
from service.foundation.settings import Settings
from service.notifications.letters import write_letter
from service.sites.site import Site
from tests.conftest import OUR_ADDRESS
from tests.support.clock import FrozenClock
from tests.support.people import People
from tests.web.api.conftest import Asking, code_of

SignIn = Callable[..., StartedSession]
DANA = {"email": "Dana@example.org", "name": "Dana", "password": "quiet-harbour-lantern-nine"}


def sign_up_ticket(database: Database, clock: FrozenClock) -> str | None:
    with database.writing() as connection:
        pending = connection.execute(select(pending_sign_ups.c.id)).scalars().all()[-1]
        mail = prepare_sign_up_mail(connection, pending, clock.now())
        assert mail is not None
        return mail.ticket


def test_a_reader_signs_up_confirms_and_signs_in(
    front_end: Asking, site: object, database: Database, clock: FrozenClock
) -> None:
    wanted = {**DANA, "return_to": f"{OUR_ADDRESS}/harbour"}
    assert front_end.post("/v1/sign-up", wanted).status_code == 202
    ticket = sign_up_ticket(database, clock)
    confirmed = front_end.post("/v1/sign-up/confirm", {"token": ticket})
    assert confirmed.status_code == 200
    assert confirmed.json["reader"]["name"] == "Dana"
    assert confirmed.json["return_to"] == f"{OUR_ADDRESS}/harbour"
    assert code_of(front_end.post("/v1/sign-up/confirm", {"token": ticket})) == "ticket_refused"
    signed_in = front_end.post("/v1/sign-in", {"email": "dana@example.org", "password": DANA["password"]})
    assert signed_in.status_code == 200


def test_signing_up_tells_nobody_who_has_an_account(
    front_end: Asking, people: People, database: Database, clock: FrozenClock
) -> None:
    known = front_end.post("/v1/sign-up", {**DANA, "email": people.alice.email})
    unknown = front_end.post("/v1/sign-up", DANA)
    assert known.status_code == unknown.status_code == 202
    assert {**known.json, "email": ""} == {**unknown.json, "email": ""}
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(readers)).scalar_one() == 3


@pytest.mark.parametrize(
    ("field", "value", "code", "pointer"),
    [
        ("email", "no address", "invalid_request", "/email"),
        ("name", " ", "invalid_request", "/name"),
        ("name", "x" * 81, "invalid_request", "/name"),
        ("password", "short", "password_refused", "/password"),
        ("password", "passwordpassword", "password_refused", "/password"),
        ("return_to", 1, "invalid_request", "/return_to"),
        ("admin", True, "invalid_request", "/admin"),
    ],
)
def test_a_sign_up_with_a_mistake_stores_nothing(
    front_end: Asking, database: Database, field: str, value: object, code: str, pointer: str
) -> None:
    response = front_end.post("/v1/sign-up", {**DANA, field: value})
    assert code_of(response) == code
    assert response.json["errors"][0]["pointer"] == pointer
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(pending_sign_ups)).scalar_one() == 0


def test_a_way_back_to_elsewhere_is_dropped(
    front_end: Asking, site: object, database: Database, clock: FrozenClock
) -> None:
    front_end.post("/v1/sign-up", {**DANA, "return_to": "https://elsewhere.example"})
    confirmed = front_end.post("/v1/sign-up/confirm", {"token": sign_up_ticket(database, clock)})
    assert confirmed.json["return_to"] is None


def test_a_reader_recovers_her_account_and_every_other_device_is_out(
    front_end: Asking, people: People, sign_in: SignIn, database: Database, clock: FrozenClock
) -> None:
    before = sign_in(people.alice).token
    asked = front_end.post("/v1/recovery", {"email": people.alice.email})
    assert asked.status_code == 202
    with database.writing() as connection:
        mail = prepare_recovery_mail(connection, people.alice.email, clock.now())
        assert mail is not None
    reset = {"token": mail.ticket, "password": "short"}
    assert code_of(front_end.post("/v1/recovery/confirm", reset)) == "password_refused"
    reset = {"token": mail.ticket, "password": "quiet-harbour-lantern-nine"}
    started = front_end.post("/v1/recovery/confirm", reset)
    assert started.status_code == 200
    assert started.json["session_token"].startswith("gfs_")
    assert front_end.speaking_for(before).get("/v1/session").json["cause"] == "password_changed"
    assert code_of(front_end.post("/v1/recovery/confirm", reset)) == "ticket_refused"
    old = {"email": people.alice.email, "password": people.alice.password}
    assert code_of(front_end.post("/v1/sign-in", old)) == "credentials_refused"


def test_a_recovery_that_a_front_end_asked_for_leads_back_to_its_page(
    front_end: Asking, people: People, site: Site, database: Database, settings: Settings, clock: FrozenClock
) -> None:
    for address, kept in [(f"{OUR_ADDRESS}/story", f"{OUR_ADDRESS}/story"), ("https://elsewhere.example/", None)]:
        asked = front_end.post("/v1/recovery", {"email": people.alice.email, "return_to": address})
        assert asked.status_code == 202
        with database.writing() as connection:
            (event,) = claim_events(connection, clock.now(), lease=timedelta(1), most=9)
            letter = write_letter(connection, settings, event, clock.now())
            assert letter is not None
            finish_event(connection, event)
            (ticket,) = re.findall(r"ticket=(\S+)", letter.text)
            recovery = find_recovery(connection, ticket, clock.now())
        assert recovery is not None
        assert recovery.return_to == kept


def test_recovery_answers_alike_for_known_and_unknown(front_end: Asking, people: People, database: Database) -> None:
    known = front_end.post("/v1/recovery", {"email": people.alice.email})
    unknown = front_end.post("/v1/recovery", {"email": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 202
    assert {**known.json, "email": ""} == {**unknown.json, "email": ""}
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(outbox)).scalar_one() == 2


def test_sign_ups_with_her_address_do_not_keep_a_reader_from_recovering(front_end: Asking, people: People) -> None:
    signing_up = [front_end.post("/v1/sign-up", {**DANA, "email": people.alice.email}).status_code for _ in range(6)]
    assert signing_up == [202] * 5 + [429]
    assert front_end.post("/v1/recovery", {"email": people.alice.email}).status_code == 202
