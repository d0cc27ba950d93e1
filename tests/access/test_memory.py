"""What is remembered between two questions: only what is sure to be true still."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from service.access import memory as remembering
from service.access.asking import Presented, ask
from service.access.entitlements import Source
from service.access.facts import SessionState
from service.access.memory import Memory
from service.access.store import grant, list_grants, revoke
from service.catalogue.store import delete_article
from service.devices.device import Cause
from service.devices.sessions import end_devices
from service.foundation.database import Database
from service.foundation.secrets import digest_of
from service.sites.site import FRONT_END_SCOPES, Mode
from service.sites.store import add_key, list_keys, revoke_key
from tests.conftest import OUR_ADDRESS
from tests.support.databases import postgresql_only, sqlite_only
from tests.support.people import LIFE
from tests.support.statements import statements


@dataclass
class Asker:
    database: Database
    clock: object
    presented: Presented
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Memory(self.database.mark)

    def __call__(self, *slugs: str, **shown: str):
        presented = Presented(**shown) if shown else self.presented
        return ask(
            self.database, presented, slugs, self.clock.now(), life=LIFE, modes=frozenset(Mode), memory=self.memory
        )

    def questions(self, *slugs: str, **shown: str) -> int:
        with statements(self.database) as said:
            self(*slugs, **shown)
        return len(said)


@pytest.fixture
def asker(database, clock, people, sign_in, front_end_key):
    return Asker(database, clock, Presented(front_end_key, None, sign_in(people.alice).token))


@sqlite_only
def test_what_was_answered_is_not_asked_again(asker, article):
    one, other = article("premium").slug, article("free").slug
    assert asker.questions(one) == 1
    assert asker.questions(one) == 0
    assert asker.questions(one, other) == 1  # only for the other
    assert asker.questions(other, one) == 0
    assert asker.questions("no-such-story") == 1
    assert asker.questions("no-such-story") == 0


@sqlite_only
def test_what_is_remembered_is_what_would_be_answered(asker, article):
    slugs = [article(level).slug for level in ("premium", "free", "registered")]
    assert asker(*slugs) == asker(*slugs) == Asker(asker.database, asker.clock, asker.presented)(*slugs)


@postgresql_only
def test_nothing_is_remembered_where_there_is_no_mark(asker, article):
    slug = article().slug
    assert [asker.questions(slug) for _ in range(3)] == [1, 1, 1]


def test_a_sign_out_holds_at_the_next_request(asker, database, clock, people):
    assert asker().session.state is SessionState.LIVE
    with Database(str(database.url.render_as_string(hide_password=False))).writing() as elsewhere:
        end_devices(elsewhere, people.alice.id, Cause.SIGNED_OUT, None, clock.now())
    assert asker().session.state is SessionState.ENDED


def test_a_revocation_and_a_grant_hold_at_the_next_request(asker, database, clock, people):
    assert asker().entitlements[0].revoked_at is None
    with database.writing() as connection:
        revoke(connection, list_grants(connection, people.alice.id)[0].entitlement.id, clock.now())
    assert asker().entitlements[0].revoked_at is not None
    with database.writing() as connection:
        grant(
            connection,
            people.alice.id,
            "premium",
            Source.STAFF,
            clock.now(),
            None,
            granted_by="staff",
            note="",
            now=clock.now(),
        )
    assert len(asker().entitlements) == 2


def test_a_revoked_key_and_a_deleted_article_are_gone_at_the_next_request(asker, database, clock, site, article):
    slug = article().slug
    assert asker(slug).terms
    with database.writing() as connection:
        delete_article(connection, site.id, slug)
    assert asker(slug).terms == {}
    with database.writing() as connection:
        for key in list_keys(connection, site.id):
            revoke_key(connection, key.id, clock.now())
    assert asker().caller is None


@sqlite_only
def test_a_session_runs_out_though_nothing_is_written(asker, clock):
    assert asker().session.state is SessionState.LIVE
    clock.advance(LIFE.idle - timedelta(seconds=1))
    assert asker().session.state is SessionState.LIVE
    clock.advance(timedelta(seconds=1))
    assert asker().session.state is SessionState.EXPIRED


def test_no_reader_is_taken_for_another_and_no_origin_for_a_key(asker, people, sign_in, database, clock, site):
    bob = sign_in(people.bob).token
    assert asker().session.reader.id == people.alice.id
    assert asker(key=asker.presented.key, token=bob).session.reader.id == people.bob.id
    assert asker(key=asker.presented.key).session.state is SessionState.NONE
    with database.writing() as connection:
        key = add_key(connection, site.id, "Another", Mode.LIVE, FRONT_END_SCOPES, clock.now())[1]
    caller = asker(key=key).caller
    assert caller is not None
    assert asker(origin=digest_of(key)).caller is None
    assert asker(origin=OUR_ADDRESS).caller.key_id is None


@sqlite_only
def test_what_strangers_make_up_does_not_fill_the_memory(asker, monkeypatch):
    monkeypatch.setattr(remembering, "MOST", 10)
    for number in range(100):
        asker(token=f"gfs_{number}", key=asker.presented.key)
    assert len(asker.memory.known(asker.clock.now()).sessions) <= 12
    for number in range(100):
        asker(origin=f"https://{number}." + "a" * 60_000)
    assert sum(len(shown.text) for shown in asker.memory.known(asker.clock.now()).callers) < 10_000
