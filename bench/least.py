"""Answers that do only a part of a check, behind the same door: ``python -m bench.least PART PORT THREADS``.

No rule is applied, nothing is signed, explained or noted, and whatever goes wrong is not told. ``DATABASE_URL`` names
the database.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, and_, bindparam, cast, select

from bench.constant import SIZES
from service.access.store import entitlements
from service.catalogue.store import articles
from service.devices.store import devices
from service.foundation.database import Database
from service.foundation.questions import Question, Values
from service.foundation.secrets import digest_of
from service.serving.door import Answering, Door, Reply, Scope
from service.sites.store import front_end_keys

HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "private, no-store")]

DEVICE = (devices.c.reader_id, devices.c.signed_in_at, devices.c.last_seen_at)
ENTITLEMENT = (entitlements.c.product, entitlements.c.starts_at, entitlements.c.ends_at, entitlements.c.revoked_at)
TERMS = (articles.c.id, articles.c.access_level, articles.c.products, articles.c.status, articles.c.published_at)


def a_row(*, embedded: bool) -> Question:
    """The device that a token belongs to."""
    return Question(select(*DEVICE).where(devices.c.token_digest == bindparam("token")), embedded=embedded)


def all_rows(*, embedded: bool) -> Question:
    """And the site of the key, what the reader is entitled to, and the article's terms."""
    key = select(cast(bindparam("key"), String).label("digest")).subquery()
    found = (
        key.outerjoin(front_end_keys, front_end_keys.c.digest == key.c.digest)
        .outerjoin(devices, devices.c.token_digest == bindparam("token"))
        .outerjoin(entitlements, entitlements.c.reader_id == devices.c.reader_id)
        .outerjoin(articles, and_(articles.c.site_id == front_end_keys.c.site_id, articles.c.slug == bindparam("slug")))
    )
    columns = (front_end_keys.c.scopes, *DEVICE, *ENTITLEMENT, *TERMS)
    return Question(select(*columns).select_from(found), embedded=embedded)


@dataclass(frozen=True, slots=True)
class Part:
    about: str
    question: Callable[..., Question] | None


PARTS = {
    "nothing": Part("an answer made beforehand", None),
    "a-row": Part("the session's row by its token's hash: one table, three columns", a_row),
    "all-rows": Part("the fewest columns that a decision needs, of four tables; nothing decided", all_rows),
}


def answering(part: str) -> Answering:
    """Answers with as many octets as a check does."""
    padding = b" " * int(json.loads(os.environ[SIZES])[part])
    whole = [("Content-Length", str(len(padding))), *HEADERS]

    def answer_nothing(reply: Reply, _scope: Scope) -> None:
        reply.response_bytes(200, whole, padding)

    make = PARTS[part].question
    if make is None:
        return answer_nothing
    database = Database(os.environ["DATABASE_URL"], existing=True)
    question = make(embedded=database.embedded)

    def answer(reply: Reply, scope: Scope) -> None:
        values = _values(scope)
        rows = database.ask(question, values) if values["token"] else []
        told = json.dumps({"found": len(rows), "reader": rows[0][0] if rows else None}).encode()
        reply.response_bytes(200, whole, told + padding[len(told) :])

    return answer


def _values(scope: Mapping[str, Any]) -> Values:
    token = scope.get("HTTP_GATEFOLD_SESSION", "")
    return {
        "key": digest_of(scope.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")),
        "token": digest_of(token) if token else "",
        "slug": scope["PATH_INFO"].rpartition("/")[2],
    }


if __name__ == "__main__":
    named, port, threads = sys.argv[1:]
    door = Door("127.0.0.1", int(port), workers=1, threads=int(threads), before_replacing=lambda: None)
    door.open(lambda: answering(named))
