"""Entitlements in the database: granted, revoked, listed."""

from datetime import timedelta

import pytest

from service.access.entitlements import BadPeriod, Source, State, UnknownEntitlement
from service.access.store import get_grant, grant, list_grants, revoke

DAY = timedelta(days=1)


@pytest.fixture
def give(connection, clock):
    def give(reader, starts=timedelta(0), ends=None, product="premium", note=""):
        now = clock.now()
        ends_at = None if ends is None else now + ends
        return grant(
            connection, reader.id, product, Source.STAFF, now + starts, ends_at, granted_by="key_1", note=note, now=now
        )

    return give


@pytest.fixture
def connection(people, database):
    """Opened once the people are there: on SQLite nobody else could write meanwhile."""
    with database.writing() as connection:
        yield connection


@pytest.fixture
def bob(people):
    return people.bob


def test_what_was_granted_is_kept_as_it_was_said(connection, give, bob, clock):
    given = give(bob, ends=DAY, note="Won the quiz")
    assert get_grant(connection, given.entitlement.id) == given
    assert (given.granted_at, given.granted_by, given.note) == (clock.now(), "key_1", "Won the quiz")
    assert given.entitlement.id.startswith("ent_")


@pytest.mark.parametrize("ends", [timedelta(0), -timedelta(microseconds=1), -DAY])
def test_an_entitlement_must_end_after_it_starts(give, bob, ends):
    with pytest.raises(BadPeriod):
        give(bob, ends=ends)


def test_revoking_ends_an_entitlement_now(connection, give, bob, clock):
    given = give(bob)
    clock.advance(DAY)
    revoked = revoke(connection, given.entitlement.id, clock.now()).entitlement
    assert revoked.revoked_at == clock.now()
    assert revoked.state(clock.now()) is State.REVOKED


def test_revoking_twice_keeps_the_first_instant(connection, give, bob, clock):
    given = give(bob)
    first = revoke(connection, given.entitlement.id, clock.now())
    clock.advance(DAY)
    assert revoke(connection, given.entitlement.id, clock.now()) == first


@pytest.mark.parametrize(("after", "state"), [(DAY - timedelta(microseconds=1), "revoked"), (DAY, "ended")])
def test_one_that_is_over_cannot_be_revoked(connection, give, bob, clock, after, state):
    given = give(bob, ends=DAY)
    clock.advance(after)
    revoked = revoke(connection, given.entitlement.id, clock.now()).entitlement
    assert revoked.state(clock.now() + DAY) == state


def test_one_that_has_not_started_can_be_revoked(connection, give, bob, clock):
    given = give(bob, starts=DAY)
    assert revoke(connection, given.entitlement.id, clock.now()).entitlement.state(clock.now()) is State.REVOKED


def test_an_unknown_entitlement_is_said_to_be(connection, clock):
    with pytest.raises(UnknownEntitlement):
        get_grant(connection, "ent_unknown")
    with pytest.raises(UnknownEntitlement):
        revoke(connection, "ent_unknown", clock.now())


def test_a_readers_grants_are_listed_the_latest_first(connection, give, bob, people, clock):
    first = give(bob)
    clock.advance(DAY)
    second = give(bob, ends=DAY)
    give(people.charlie)
    assert list_grants(connection, bob.id) == [second, first]
    assert list_grants(connection, "rdr_nobody") == []
