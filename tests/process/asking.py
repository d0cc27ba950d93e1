"""Everyone who has no right to a story, as they ask for it, and all the ways in which they spell it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.access.entitlements import Source
from service.access.store import grant, revoke
from service.catalogue.articles import Status
from service.sites.site import FRONT_END_SCOPES, Mode
from service.sites.store import add_key, add_site, revoke_key
from tests.process.calling import SESSION_COOKIE, FrontEnd
from tests.process.town import Town
from tests.support.people import Person
from tests.support.stories import Story, write_story

OURS = "http://localhost:8401"  # a page of the site
Headers = tuple[tuple[str, str], ...]

CRAWLER = (
    ("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    ("X-Forwarded-For", "66.249.66.1"),
    ("X-Real-IP", "66.249.66.1"),
    ("Forwarded", "for=66.249.66.1"),
    ("From", "googlebot(at)googlebot.com"),
    ("Referer", "https://www.google.com/search?q=story"),
)


@dataclass(frozen=True)
class Stories:
    """One of each kind; ``archive`` belongs to a product that nobody here has, ``foreign`` to another site."""

    registered: Story
    premium: Story
    archive: Story
    draft: Story
    scheduled: Story
    foreign: Story

    def every(self) -> tuple[Story, ...]:
        return (self.registered, self.premium, self.archive, self.draft, self.scheduled, self.foreign)

    def words(self) -> set[str]:
        """All that nobody may see without a right; of what is not out yet, the teaser too."""
        hidden = [*self.draft.canaries, *self.scheduled.canaries]
        return {*hidden, *(word for story in self.every() for word in story.protected)}


@dataclass(frozen=True)
class Asker:
    who: str
    headers: Headers
    allowed: tuple[Story, ...] = ()  # what she has a right to all the same


@dataclass
class Cast:
    stories: Stories
    askers: list[Asker]
    subscriber: Headers  # who has the right: without her, the test would prove nothing
    secrets: set[str]  # that no log may hold


def write_stories(town: Town, other_site: str) -> Stories:
    now = datetime.now(UTC)
    tagged = {"tags": ("coast",)}
    return Stories(
        registered=write_story(town.database, town.site_id, now, "registered", **tagged),
        premium=write_story(town.database, town.site_id, now, "premium", **tagged),
        archive=write_story(town.database, town.site_id, now, "premium", products=("archive",), **tagged),
        draft=write_story(town.database, town.site_id, now, "free", status=Status.DRAFT, **tagged),
        scheduled=write_story(town.database, town.site_id, now, "free", published_at=now + timedelta(days=9), **tagged),
        foreign=write_story(town.database, other_site, now, "premium", **tagged),
    )


def gather(town: Town) -> Cast:
    now, front_end = datetime.now(UTC), town.front_end()
    with town.database.writing() as connection:
        elsewhere = add_site(connection, "gazette", "The Gazette", ["http://localhost:8501"], now)
        their_key = add_key(connection, elsewhere.id, "Theirs", Mode.LIVE, FRONT_END_SCOPES, now)[1]
        revoked_key = add_key(connection, town.site_id, "Old", Mode.LIVE, FRONT_END_SCOPES, now)
        revoke_key(connection, revoked_key[0].id, now)
    stories = write_stories(town, elsewhere.id)
    alice, charlie = town.add_reader(subscribes=True), town.add_reader()
    live, stranger = (_sign_in(front_end, person) for person in (alice, charlie))
    ended = _sign_in(front_end, alice)
    front_end.call("POST", "/v1/sign-out", session=ended)
    receipt = front_end.read(stories.premium.slug, live).json()["decision"]["receipt"]
    others = [_sign_in(front_end, alice) for _ in range(4)]  # five with the live one: the next is asked to choose
    ticket = front_end.sign_in(alice.email, alice.password).json()["swap_ticket"]
    open_to_her = (stories.registered,)
    by_key = ("Authorization", f"Bearer {town.key}")
    cookie = ("Cookie", f"{SESSION_COOKIE}={live}")
    askers = [
        Asker("nobody", ()),
        Asker("nobody, by key", (by_key,)),
        Asker("a crawler", CRAWLER),
        Asker("a crawler, by key", (by_key, *CRAWLER)),
        Asker("a stranger", (by_key, ("Gatefold-Session", stranger)), open_to_her),
        Asker(
            "a stranger on a page of ours", (("Cookie", f"{SESSION_COOKIE}={stranger}"), ("Origin", OURS)), open_to_her
        ),
        *(
            Asker(who, (by_key, ("Gatefold-Session", token)), open_to_her)
            for who, token in _whose_right_is_over(town, now)
        ),
        Asker("an ended device", (by_key, ("Gatefold-Session", ended))),
        Asker("a subscriber's cookie from a foreign page", (cookie, ("Origin", "https://evil.example"))),
        Asker("a subscriber's cookie from a sandbox", (cookie, ("Origin", "null"))),
        Asker("a subscriber's cookie, sent across sites", (cookie, ("Origin", OURS), ("Sec-Fetch-Site", "cross-site"))),
        Asker("a subscriber's cookie as a script element", (cookie, ("Sec-Fetch-Mode", "no-cors"), ("Origin", OURS))),
        Asker("a subscriber's cookie with a key", (by_key, cookie)),
        Asker("a session as a key", (("Authorization", f"Bearer {live}"),)),
        Asker("a session as a key, with itself", (("Authorization", f"Bearer {live}"), ("Gatefold-Session", live))),
        Asker("a key as a session", (by_key, ("Gatefold-Session", town.key))),
        Asker("a receipt as a session", (by_key, ("Gatefold-Session", receipt))),
        Asker("a ticket as a session", (by_key, ("Gatefold-Session", ticket))),
        Asker(
            "a subscriber by a revoked key", (("Authorization", f"Bearer {revoked_key[1]}"), ("Gatefold-Session", live))
        ),
        Asker("a subscriber by a key without a scheme", (("Authorization", town.key), ("Gatefold-Session", live))),
        Asker("a session in another case", (by_key, ("Gatefold-Session", live.swapcase()))),
        Asker("a session that goes on", (by_key, ("Gatefold-Session", live + "x"))),
    ]
    their_right = (stories.foreign,)
    askers.append(
        Asker(
            "a subscriber by another site's key",
            (("Authorization", f"Bearer {their_key}"), ("Gatefold-Session", live)),
            their_right,
        )
    )
    secrets = {
        town.key,
        town.staff_key,
        their_key,
        revoked_key[1],
        live,
        ended,
        stranger,
        ticket,
        alice.password,
        *others,
    }
    return Cast(stories, askers, (by_key, ("Gatefold-Session", live)), secrets)


def spellings(slug: str) -> Iterator[str]:
    """Other addresses under which a story might answer, and other things one might ask of it."""
    path = f"/v1/articles/{slug}"
    yield from (path + ending for ending in ("/", "/amp", ".md", ".txt", ".json", ".html", "/x.css", "/body", "/print"))
    yield from (path + ending for ending in (";a=b", "%2f", "%20", "%00", "%0a", "/.", "/..", "/%2e", "//", "?", "#x"))
    yield from (f"/v1/articles/{slug.upper()}", f"/v1/articles/{slug.replace('-', '%2d')}", f"/v1//articles/{slug}")
    yield from (f"/V1/articles/{slug}", f"//v1/articles/{slug}", f"/v1/%61rticles/{slug}", f"/v1/./articles/{slug}")
    yield from (
        f"/v1/articles/x/../{slug}",
        f"/v1/articles/{slug}/related/../../{slug}",
        f"/articles/{slug}",
        f"/{slug}",
    )
    for query in (
        "fields=body_html",
        "include=body",
        "expand=body_html",
        "select=*",
        "outputType=amp",
        "format=full",
        "preview=true",
        "status=published",
        "granted=true",
        "access_level=free",
        "_method=PUT",
        "limit=1&limit=100",
        "callback=show",
        "q=canary",
        "sort=body_html",
    ):
        yield f"{path}?{query}"
        yield f"/v1/articles?{query}"
        yield f"{path}/related?{query}"
    yield f"/v1/articles?slugs={slug}"
    yield f"/v1/articles?slugs={slug}&slugs={slug}"
    yield from ("/v1/articles?tag=coast", "/v1/articles?section=harbour", "/v1/articles?status=draft")
    yield from ("/v1/articles?status=scheduled", "/v1/articles?limit=100", "/v1/articles?limit=1", "/feed", "/rss.xml")


def _whose_right_is_over(town: Town, now: datetime) -> Iterator[tuple[str, str]]:
    ago, later = now - timedelta(days=1), now + timedelta(days=1)
    for who, starts_at, ends_at in (
        ("whose right has ended", ago, now - timedelta(seconds=1)),
        ("whose right begins tomorrow", later, None),
        ("whose right was revoked", ago, None),
    ):
        reader = town.add_reader()
        with town.database.writing() as connection:
            given = grant(
                connection, reader.id, "premium", Source.STAFF, starts_at, ends_at, granted_by="tests", note="", now=ago
            )
            if "revoked" in who:
                revoke(connection, given.entitlement.id, now)
        yield who, _sign_in(town.front_end(), reader)


def _sign_in(front_end: FrontEnd, person: Person) -> str:
    token = front_end.sign_in(person.email, person.password).session_token
    assert token is not None
    return token
