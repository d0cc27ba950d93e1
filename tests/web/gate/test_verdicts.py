"""Who passes the gate: readers, articles and states as tables, and all that the proxy is told about each."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from itsdangerous.encoding import base64_decode

from service.access.entitlements import Source
from service.access.receipts import Receipts
from service.access.store import grant, revoke
from service.catalogue.articles import Status
from service.devices.device import Cause
from service.devices.sessions import StartedSession, end_devices
from service.foundation.database import Database
from service.foundation.settings import Settings
from service.sites.site import FRONT_END_SCOPES, Mode, Scope, Site
from service.sites.store import add_key
from tests.support.clock import FrozenClock
from tests.support.people import LIFE, People
from tests.support.stories import ArticleFactory
from tests.web.gate.conftest import PREMIUM, Proxy, Told

SignIn = Callable[..., StartedSession]
DAY = timedelta(days=1)
TOLD = {"Gatefold-Decision", "Gatefold-Reason", "Gatefold-Reader", "Gatefold-Receipt"}
NEVER_TOLD = {"Content-Type", "ETag", "Last-Modified", "Location", "Set-Cookie", "Access-Control-Allow-Origin"}

NOT_SIGNED_IN = ("200 free", "401 registration_required", "401 subscription_required")
VERDICTS = {
    "nobody": NOT_SIGNED_IN,
    "a device that was signed out": NOT_SIGNED_IN,
    "a stranger": ("200 free", "200 registered", "403 subscription_required"),
    "a subscriber": ("200 free", "200 registered", "200 entitled"),
}


def test_a_reader_passes_who_has_the_right(
    proxy: Proxy, people: People, sign_in: SignIn, article: ArticleFactory, database: Database, clock: FrozenClock
) -> None:
    stories = [article(level) for level in ("free", "registered", "premium")]
    ended = sign_in(people.alice).token
    with database.writing() as connection:
        end_devices(connection, people.alice.id, Cause.SIGNED_OUT, None, clock.now())
    alice, charlie = sign_in(people.alice).token, sign_in(people.charlie).token
    tokens = {"nobody": None, "a device that was signed out": ended, "a stranger": charlie, "a subscriber": alice}
    ids = {"a stranger": people.charlie.id, "a subscriber": people.alice.id}
    answers = {who: [proxy.ask(f"/{story.slug}", token) for story in stories] for who, token in tokens.items()}
    assert {who: tuple(told.verdict for told in answered) for who, answered in answers.items()} == VERDICTS
    for who, answered in answers.items():
        for story, told in zip(stories, answered, strict=True):
            assert_whole(told)
            assert told["Gatefold-Reader"] == ids.get(who, "anonymous")
            said = f"{told}{base64_decode(told['Gatefold-Receipt'].partition('.')[0])!r}"
            assert not [word for word in story.canaries if word in said]  # nor from one who has the right


@pytest.mark.parametrize(
    ("right", "verdict"),
    {
        "begins later": "403 entitlement_not_started",
        "has ended": "403 entitlement_ended",
        "was revoked": "403 entitlement_revoked",
        "is to something else": "403 subscription_required",
        "holds": "200 entitled",
    }.items(),
)
def test_a_right_that_does_not_hold_lets_nobody_pass(
    proxy: Proxy,
    people: People,
    sign_in: SignIn,
    article: ArticleFactory,
    database: Database,
    clock: FrozenClock,
    right: str,
    verdict: str,
) -> None:
    now, story = clock.now(), article()
    starts_at = now + DAY if right == "begins later" else now - 2 * DAY
    ends_at = now - DAY if right == "has ended" else None
    product = "archive" if right == "is to something else" else "premium"
    with database.writing() as connection:
        held = grant(
            connection, people.bob.id, product, Source.STAFF, starts_at, ends_at, granted_by="", note="", now=now
        )
        if right == "was revoked":
            revoke(connection, held.entitlement.id, now)
    told = proxy.ask(f"/{story.slug}", sign_in(people.bob).token)
    assert told.verdict == verdict
    assert told["Gatefold-Reader"] == people.bob.id
    assert_whole(told)


def test_a_right_and_a_session_end_on_their_second(
    proxy: Proxy, people: People, sign_in: SignIn, article: ArticleFactory, database: Database, clock: FrozenClock
) -> None:
    article(slug=PREMIUM)
    now, second = clock.now(), timedelta(seconds=1)
    token, ends_at = sign_in(people.bob).token, now + DAY
    with database.writing() as connection:
        grant(connection, people.bob.id, "premium", Source.GIFT, now, ends_at, granted_by="", note="", now=now)
    verdicts = []
    for moment in (ends_at - second, ends_at, now + LIFE.idle - second, now + LIFE.idle):
        clock.set(moment)
        verdicts.append(proxy.ask(token=token).verdict)
    ended = "403 entitlement_ended"
    assert verdicts == ["200 entitled", ended, "403 subscription_required", "401 subscription_required"]


def test_what_is_not_out_or_is_not_the_sites_passes_nobody(
    proxy: Proxy, people: People, sign_in: SignIn, article: ArticleFactory, other_site: Site, clock: FrozenClock
) -> None:
    token, tomorrow = sign_in(people.alice).token, clock.now() + DAY
    draft = article("free", status=Status.DRAFT).slug
    scheduled = article("free", published_at=tomorrow).slug
    foreign = article("free", site_id=other_site.id).slug
    for slug in (draft, scheduled, foreign, "no-such-story"):
        told = proxy.ask(f"/{slug}", token)
        assert told.verdict == "403 unknown_article"
        assert told["Gatefold-Reader"] == people.alice.id
        assert told["Gatefold-Receipt"] == "none"
        assert_whole(told)
    clock.set(tomorrow)
    assert proxy.ask(f"/{scheduled}").verdict == "200 free"


def test_a_preview_behind_a_key_of_its_own_shows_drafts(
    proxy: Proxy, article: ArticleFactory, database: Database, site: Site, clock: FrozenClock
) -> None:
    draft = article("free", status=Status.DRAFT).slug
    with database.writing() as connection:
        scopes = {*FRONT_END_SCOPES, Scope.ARTICLES_DRAFTS}
        key = add_key(connection, site.id, "Preview", Mode.LIVE, scopes, clock.now())[1]
    assert proxy.with_key(key).ask(f"/{draft}").verdict == "200 free"


def test_a_receipt_says_what_was_decided(
    proxy: Proxy, people: People, sign_in: SignIn, article: ArticleFactory, settings: Settings, clock: FrozenClock
) -> None:
    receipts = Receipts(settings.signing_keys)
    for person, story in ((people.alice, article()), (people.charlie, article()), (people.charlie, article("free"))):
        told = proxy.ask(f"/{story.slug}", sign_in(person).token)
        receipt = receipts.read(told["Gatefold-Receipt"])
        assert (receipt.slug, receipt.reader_id, receipt.decided_at) == (story.slug, person.id, clock.now())
        assert (receipt.granted, receipt.reason) == (told.status == 200, told["Gatefold-Reason"])


def assert_whole(told: Told) -> None:
    """Every header that a proxy may copy is there once and says something; what belongs to a page is not."""
    names = [name for name, _ in told.headers]
    assert len(names) == len(set(names))
    assert all(told[name] for name in TOLD)
    assert not NEVER_TOLD & set(names)
    assert told["Gatefold-Decision"] == ("allow" if told.status == 200 else "deny")
    assert told["Content-Length"] == "0"
    assert told["Cache-Control"] == "private, no-store"
    assert {"Authorization", "Cookie", "X-Original-URI", "X-Forwarded-Uri"} == set(told["Vary"].split(", "))
    assert ("WWW-Authenticate" in names) is (told.status == 401)
    assert told.status != 401 or told["WWW-Authenticate"] == "Gatefold-Session"
