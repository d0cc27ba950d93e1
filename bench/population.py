"""The readers and articles that the measurements are taken over: every row follows from its number.

So the driver can show a reader's session, or ask for an article, without asking the database
for either.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table

from bench.names import (
    DESK_KEY,
    KEY,
    SITE,
    access_level_of,
    digest_for,
    email_of,
    entitled,
    id_of,
    in_a_visit,
    session_token,
    slug_of,
)
from service.access.entitlements import Source
from service.access.store import NEVER_OVER, entitlements
from service.accounts.store import readers
from service.catalogue.articles import Status
from service.catalogue.store import article_bodies, article_tags, articles
from service.devices.device import Cause
from service.devices.store import devices, ended_sessions
from service.foundation.identifiers import Kind
from service.foundation.secrets import digest_of
from service.sites.site import FRONT_END_SCOPES, STAFF_SCOPES, Mode, Scope
from service.sites.store import front_end_keys, site_addresses, sites

BODY_OCTETS = 6_000
MOST_BODIES = 2_000
SECTIONS = ("harbour", "town", "country", "sea", "science", "letters", "food", "sport")
KINDS = ("Firefox on Android", "Safari on iPhone", "Chrome on Windows", "Firefox on Linux")
PASSWORD_HASH = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$zSKSxa9PDrsqlOz3X1Nl1+trzmTum+X++lNRakOEpUc"
SENTENCE = "The tide came in over the causeway, and the ferry waited for the last of the passengers. "
DAY = timedelta(days=1)

Rows = Iterator[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Filling:
    """Rows for one table, and how many there will be of them."""

    table: Table
    rows: Rows
    count: int


@dataclass(frozen=True, slots=True)
class Population:
    """``readers`` with 1.2 sessions each; half of them may read premium articles, some others could once."""

    readers: int

    @property
    def sessions(self) -> int:
        return self.readers * 6 // 5

    @property
    def ended(self) -> int:
        return self.readers // 4

    @property
    def articles(self) -> int:
        return max(1_000, self.readers // 10)

    @property
    def bodies(self) -> int:
        """Only the first articles have a body: to read a body costs the same whoever else has one."""
        return min(self.articles, MOST_BODIES)

    def reader_of(self, session: int) -> int:
        return session % self.readers

    def fillings(self, now: datetime) -> list[Filling]:
        """All tables with their rows, none before a table that it refers to."""
        listing, most = self.articles, self.readers
        return [
            Filling(sites, iter([_site(now)]), 1),
            Filling(site_addresses, iter([{"origin": "https://bench.example", "site_id": SITE}]), 1),
            Filling(
                front_end_keys, iter([_key(0, KEY, FRONT_END_SCOPES, now), _key(1, DESK_KEY, STAFF_SCOPES, now)]), 2
            ),
            Filling(articles, (_article(number, now) for number in range(listing)), listing),
            Filling(article_tags, (_tag(number, tag) for number in range(listing) for tag in (0, 1)), listing * 2),
            Filling(article_bodies, (_body(number) for number in range(self.bodies)), self.bodies),
            Filling(readers, (_reader(number, now) for number in range(most)), most),
            Filling(devices, (self._device(number, now) for number in range(self.sessions)), self.sessions),
            Filling(ended_sessions, (_ended_session(number, now) for number in range(self.ended)), self.ended),
            Filling(entitlements, self._entitlements(now), sum(1 for _ in self._grants())),
        ]

    def _device(self, session: int, now: datetime) -> dict[str, Any]:
        signed_in_at = now - DAY * (session % 300 + 1)
        kind = KINDS[session % len(KINDS)]
        return {
            "reader_id": id_of(Kind.READER, self.reader_of(session)),
            "slot": session // self.readers + 1,
            "id": id_of(Kind.DEVICE, session),
            "token_digest": digest_of(session_token(session)),
            "name": kind,
            "kind": kind,
            "first_seen_at": signed_in_at,
            "signed_in_at": signed_in_at,
            "last_seen_at": now if in_a_visit(session) else now - DAY * (session % min(30, session % 300 + 1)),
        }

    def _entitlements(self, now: datetime) -> Rows:
        for number, (reader, starts_at, ends_at) in enumerate(self._grants()):
            yield {
                "id": id_of(Kind.ENTITLEMENT, number),
                "reader_id": id_of(Kind.READER, reader),
                "product": "premium",
                "source": Source.SUBSCRIPTION,
                "starts_at": now + starts_at,
                "ends_at": None if ends_at is None else now + ends_at,
                "over_at": NEVER_OVER if ends_at is None else now + ends_at,
                "granted_at": now + starts_at,
                "granted_by": "bench",
                "note": "",
            }

    def _grants(self) -> Iterator[tuple[int, timedelta, timedelta | None]]:
        """Whose, from and until when, counted from now."""
        for reader in range(self.readers):
            if entitled(reader):
                yield reader, -200 * DAY, None if reader % 10 == 0 else 165 * DAY
            if reader % 5 == 0:
                yield reader, -765 * DAY, -400 * DAY  # so long over that nobody is told of it
            if reader % 7 == 0:
                yield reader, -375 * DAY, -10 * DAY


def _site(now: datetime) -> dict[str, Any]:
    return {"id": SITE, "handle": "bench", "name": "The Bench", "created_at": now}


def _keys(now: datetime) -> list[dict[str, Any]]:
    return [_key(0, KEY, FRONT_END_SCOPES, now), _key(1, DESK_KEY, STAFF_SCOPES, now)]


def _key(number: int, token: str, scopes: Collection[Scope], now: datetime) -> dict[str, Any]:
    return {
        "id": id_of(Kind.KEY, number),
        "site_id": SITE,
        "digest": digest_of(token),
        "name": "bench",
        "mode": Mode.LIVE,
        "ending": token[-4:],
        "scopes": sorted(scopes),
        "created_at": now,
    }


def _article(number: int, now: datetime) -> dict[str, Any]:
    section = SECTIONS[number % len(SECTIONS)]
    slug = slug_of(number)
    return {
        "id": id_of(Kind.ARTICLE, number),
        "site_id": SITE,
        "slug": slug,
        "title": f"The tide came in over the causeway, part {number}",
        "standfirst": SENTENCE.strip(),
        "section_slug": section,
        "section_name": section.capitalize(),
        "authors": ["Ada Fenwick"],
        "tags": [_tag_name(number, tag) for tag in (0, 1)],
        "products": ["premium"],
        "published_at": now - timedelta(minutes=10 * (number + 1)),
        "updated_at": now - timedelta(minutes=10 * (number + 1)),
        "status": Status.PUBLISHED,
        "url": f"https://bench.example/{section}/{slug}",
        "hero_image": {"url": f"https://bench.example/images/{number}.jpg", "alt": "The causeway", "caption": ""},
        "access_level": access_level_of(number),
        "teaser_html": f"<p>{SENTENCE * 6}</p>",
        "fingerprint": digest_for("fingerprint", number).hex(),
    }


def _tag(number: int, tag: int) -> dict[str, Any]:
    return {"article_id": id_of(Kind.ARTICLE, number), "tag": _tag_name(number, tag)}


def _tag_name(number: int, tag: int) -> str:
    return f"tide-{(number * 7 + tag) % 500}"


def _body(number: int) -> dict[str, Any]:
    paragraph = f"<p>{SENTENCE * 6}</p>"
    paragraphs, rest = divmod(BODY_OCTETS, len(paragraph))
    return {
        "article_id": id_of(Kind.ARTICLE, number),
        "body_html": paragraph * paragraphs + f"<p>{'~' * (rest - 7)}</p>",
    }


def _reader(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": id_of(Kind.READER, number),
        "email": email_of(number),
        "email_key": email_of(number),
        "name": f"Reader {number}",
        "password_hash": PASSWORD_HASH,
        "credentials_version": 1,
        "created_at": now - DAY * (number % 700 + 301),
    }


def _ended_session(number: int, now: datetime) -> dict[str, Any]:
    return {
        "token_digest": digest_for("ended session", number).hex(),
        "reader_id": id_of(Kind.READER, number),
        "device_id": digest_for("ended device", number).hex()[:24],
        "ended_at": now - DAY * (number % 30),
        "cause": Cause.SIGNED_OUT,
        "by_device": None,
    }
