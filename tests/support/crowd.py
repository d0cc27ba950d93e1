"""Many who are not asked about: readers, their sessions and what they once held, articles, keys and addresses."""

from datetime import datetime, timedelta

from sqlalchemy import insert, text

from service.access.store import entitlements
from service.accounts.store import readers
from service.catalogue.store import article_bodies, articles
from service.devices.store import devices, ended_sessions
from service.foundation.database import Database
from service.sites.store import front_end_keys, site_addresses

LONG = timedelta(days=400)
DAY = timedelta(days=1)


def settle_crowd(database: Database, site_id: str, reader_id: str, now: datetime, size: int) -> None:
    """``size`` of each, and as many sessions and entitlements of ``reader_id`` that have long ended."""
    then, numbers = now - LONG, range(size)
    period = {"product": "premium", "source": "staff", "starts_at": then, "granted_at": then}
    noted = {"granted_by": "tests", "note": ""}
    over = {**period, **noted, "ends_at": then + DAY, "over_at": then + DAY}
    seen = {"name": "One", "kind": "One", "first_seen_at": now, "signed_in_at": now, "last_seen_at": now}
    ended = {"reader_id": reader_id, "device_id": "dev", "ended_at": now, "cause": "signed_out"}
    person = {"name": "One", "password_hash": "", "credentials_version": 1, "created_at": then}
    key = {"site_id": site_id, "name": "One", "mode": "live", "ending": "", "scopes": ["articles:read"]}
    section = {"section_slug": "one", "section_name": "One"}
    lists = {"authors": [], "tags": [], "products": ["premium"]}
    terms = {"status": "published", "access_level": "premium", "published_at": then, "updated_at": then}
    texts = {"title": "One", "standfirst": "", "teaser_html": "", "fingerprint": ""}
    story = {"site_id": site_id, **section, **lists, **terms, **texts}
    address = "{}@crowd.example".format
    with database.writing() as connection:
        for table, rows in {
            readers: [{**person, "id": f"rdr{n}", "email": address(n), "email_key": address(n)} for n in numbers],
            devices: [{**seen, "reader_id": f"rdr{n}", "slot": 1, "id": f"dev{n}", "token_digest": n} for n in numbers],
            ended_sessions: [{**ended, "token_digest": f"ended{n}"} for n in numbers],
            entitlements: [
                *({**over, "id": f"theirs{n}", "reader_id": f"rdr{n}"} for n in numbers),
                *({**over, "id": f"hers{n}", "reader_id": reader_id} for n in numbers),
            ],
            articles: [{**story, "id": f"art{n}", "slug": f"crowd-{n}"} for n in numbers],
            article_bodies: [{"article_id": f"art{n}", "body_html": ""} for n in numbers],
            front_end_keys: [{**key, "id": f"key{n}", "digest": f"key{n}", "created_at": then} for n in numbers],
            site_addresses: [{"origin": f"https://{n}.example", "site_id": site_id} for n in numbers],
        }.items():
            connection.execute(insert(table), rows)
        connection.execute(text("ANALYZE"))
