"""The one question to the database: who is asking, about which articles."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.access.asking import Presented, SessionState, ask
from service.access.entitlements import Source
from service.access.memory import TOLD_FOR
from service.access.store import grant, revoke
from service.devices.device import Cause
from service.devices.sessions import Newcomer, end_device, start_session
from service.devices.store import write_last_seen
from service.foundation.secrets import new_secret
from service.sites.site import FRONT_END_SCOPES, STAFF_SCOPES, Mode
from service.sites.store import add_key, list_keys, revoke_key
from tests.conftest import OUR_ADDRESS, THEIR_ADDRESS
from tests.support.people import LIFE, RULE

ALL_MODES = frozenset(Mode)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


# Who is asking


def test_a_key_names_its_site_and_scopes(question, site, front_end_key, staff_key):
    caller = question(key=front_end_key).caller
    assert (caller.site_id, caller.scopes) == (site.id, FRONT_END_SCOPES)
    assert question(key=staff_key).caller.scopes == STAFF_SCOPES


def test_an_address_of_a_site_names_it_without_any_scope(question, site, other_site):
    ours, theirs = question(origin=OUR_ADDRESS).caller, question(origin=THEIR_ADDRESS).caller
    assert (ours.site_id, ours.key_id, ours.scopes) == (site.id, None, frozenset())
    assert theirs.site_id == other_site.id


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"origin": ""},
        {"origin": "null"},
        {"origin": "https://elsewhere.example"},
        {"origin": OUR_ADDRESS + "/"},
        {"key": ""},
        {"key": "gf_live_unknown"},
        {"key": OUR_ADDRESS},
        {"key": "gf_live_unknown", "origin": OUR_ADDRESS},  # a key that is wrong is not made good by an address
        {"key": "\0"},
        {"key": "\ud800"},
        {"token": "gfs_unknown"},
        {"token": "\ud800"},
    ],
)
def test_nobody_is_believed_without_proof(question, site, front_end_key, shown):
    answer = question("any-slug", **shown)
    assert answer.caller is None
    assert answer.session.state is SessionState.NONE
    assert answer.terms == {}


def test_a_session_is_no_key_and_a_key_no_session(question, people, sign_in, front_end_key):
    token = sign_in(people.alice).token
    answer = question(key=token, token=front_end_key)
    assert answer.caller is None
    assert answer.session.state is SessionState.NONE


def test_a_revoked_key_is_refused_at_once(question, database, clock, site, front_end_key):
    with database.writing() as connection:
        revoke_key(connection, list_keys(connection, site.id)[0].id, clock.now())
    assert question(key=front_end_key).caller is None


def test_a_test_key_is_believed_only_where_test_keys_are(question, database, clock, site):
    with database.writing() as connection:
        _, token = add_key(connection, site.id, "Test", Mode.TEST, FRONT_END_SCOPES, clock.now())
    assert question(key=token).caller is not None
    assert question(key=token, modes=frozenset({Mode.LIVE})).caller is None


# The session


def test_a_live_session_tells_its_reader_and_device(question, people, sign_in):
    started = sign_in(people.alice)
    session = question(token=started.token).session
    assert session.state is SessionState.LIVE
    assert (session.reader, session.device) == (people.alice.reader, started.device)


@pytest.mark.parametrize(
    ("since_sign_in", "since_seen", "state"),
    [
        (timedelta(0), timedelta(0), SessionState.LIVE),
        (LIFE.idle - TICK, LIFE.idle - TICK, SessionState.LIVE),
        (LIFE.idle, LIFE.idle, SessionState.EXPIRED),
        (LIFE.idle + TICK, LIFE.idle + TICK, SessionState.EXPIRED),
        (LIFE.lifetime - TICK, timedelta(0), SessionState.LIVE),
        (LIFE.lifetime, timedelta(0), SessionState.EXPIRED),
        (LIFE.lifetime + TICK, timedelta(0), SessionState.EXPIRED),
    ],
)
def test_a_session_runs_out_on_the_instant_itself(
    question, database, clock, people, sign_in, since_sign_in, since_seen, state
):
    started = sign_in(people.alice)
    clock.advance(since_sign_in)
    with database.writing() as connection:
        write_last_seen(connection, {started.device.id: clock.now() - since_seen})
    answer = question(token=started.token)
    assert answer.session.state is state
    if state is SessionState.EXPIRED:
        assert (answer.session.reader, answer.session.device, answer.entitlements) == (None, None, ())


def test_an_ended_session_tells_when_why_and_for_what(question, database, clock, people, sign_in):
    started = sign_in(people.alice)
    clock.advance(DAY)
    with database.writing() as connection:
        end_device(connection, people.alice.id, started.device.id, Cause.SIGNED_OUT_ELSEWHERE, "Safari", clock.now())
    answer = question(token=started.token)
    ended = answer.session.ended
    assert answer.session.state is SessionState.ENDED
    assert answer.session.reader is None
    assert answer.entitlements == ()
    assert (ended.ended_at, ended.cause, ended.by_device) == (clock.now(), Cause.SIGNED_OUT_ELSEWHERE, "Safari")


# Entitlements


def test_only_the_readers_own_entitlements_are_fetched(question, people, sign_in):
    assert [e.reader_id for e in question(token=sign_in(people.alice).token).entitlements] == [people.alice.id]
    assert question(token=sign_in(people.bob).token).entitlements == ()
    assert question().entitlements == ()


@pytest.mark.parametrize(
    ("ended_ago", "fetched"),
    [(-DAY, True), (DAY, True), (TOLD_FOR - TICK, True), (TOLD_FOR, False), (TOLD_FOR + DAY, False)],
)
@pytest.mark.parametrize("how", ["ended", "revoked"])
def test_an_entitlement_is_told_of_for_thirty_days_after_it_is_over(
    question, database, clock, people, sign_in, ended_ago, fetched, how
):
    now = clock.now()
    over_at = now - ended_ago
    with database.writing() as connection:
        ends_at = over_at if how == "ended" else None
        given = grant(
            connection,
            people.bob.id,
            "premium",
            Source.STAFF,
            now - 400 * DAY,
            ends_at,
            granted_by="tests",
            note="",
            now=now - 400 * DAY,
        )
        if how == "revoked":
            revoke(connection, given.entitlement.id, over_at)
    held = question(token=sign_in(people.bob).token).entitlements
    assert [e.id for e in held] == ([given.entitlement.id] if fetched else [])


def test_each_entitlement_and_article_is_told_once(question, database, clock, people, sign_in, front_end_key, article):
    now = clock.now()
    with database.writing() as connection:
        for _ in range(3):
            grant(connection, people.bob.id, "premium", Source.GIFT, now, None, granted_by="t", note="", now=now)
    stories = [article("premium") for _ in range(4)]
    answer = question(*(s.slug for s in stories), key=front_end_key, token=sign_in(people.bob).token)
    assert len({e.id for e in answer.entitlements}) == len(answer.entitlements) == 3
    assert answer.terms == {s.slug: s.article.terms for s in stories}


# Articles


def test_articles_are_those_of_the_callers_site(question, site, other_site, front_end_key, article):
    ours, theirs = article("free", slug="same-slug"), article("free", slug="same-slug", site_id=other_site.id)
    only_theirs = article("free", site_id=other_site.id)
    answer = question("same-slug", only_theirs.slug, "no-such", key=front_end_key)
    assert answer.terms == {"same-slug": ours.article.terms}
    assert question("same-slug", origin=THEIR_ADDRESS).terms == {"same-slug": theirs.article.terms}


def test_a_hundred_articles_are_asked_for_at_once(question, front_end_key, article):
    story = article("free")
    answer = question(story.slug, *(f"no-such-{n}" for n in range(99)), key=front_end_key)
    assert set(answer.terms) == {story.slug}


def test_a_renewed_device_is_live_by_its_new_token_alone(question, database, clock, people, sign_in):
    first = sign_in(people.alice)
    with database.writing() as connection:
        again = start_session(connection, people.alice.id, Newcomer("Firefox", first.token), RULE, clock.now())
    assert question(token=again.token).session.device.id == first.device.id
    told = question(token=first.token).session
    assert (told.state, told.ended.cause) == (SessionState.ENDED, Cause.RENEWED)


def test_a_shorter_life_counts_at_the_next_question(database, clock, people, sign_in):
    token = sign_in(people.alice).token
    clock.advance(DAY)
    presented = Presented(token=token)
    for idle, state in ((2 * DAY, SessionState.LIVE), (DAY, SessionState.EXPIRED)):
        life = replace(LIFE, idle=idle)
        assert ask(database, presented, [], clock.now(), life=life, modes=ALL_MODES).session.state is state


def test_secrets_are_looked_up_by_their_hash_alone(question, database, people, sign_in, front_end_key, clock):
    token = sign_in(people.alice).token
    with database.reading() as connection:
        stored = (
            connection.execute(text("SELECT token_digest FROM devices UNION SELECT digest FROM front_end_keys"))
            .scalars()
            .all()
        )
    for digest in stored:
        assert digest not in (token, front_end_key)
        assert question(key=digest, token=digest).caller is None
    assert new_secret("gfs").token not in repr(new_secret("gfs"))
