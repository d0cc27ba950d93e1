"""Who is asking, and about which articles: finds out with one question, and puts the answer in our own values."""

from collections.abc import Sequence
from datetime import datetime

from service.access.facts import Answer, Caller, Presented, Session, SessionFacts, SessionState
from service.access.memory import Known, Memory, Shown
from service.access.question import DEVICE, ENDED, ENTITLEMENT, READER, SEVERAL, SLUG, TERMS, By, listed, question
from service.access.store import entitlement_from
from service.accounts.reader import Reader
from service.catalogue.store import terms_from
from service.devices.device import Cause, Device, EndedSession, Life
from service.foundation.database import Database
from service.foundation.questions import Row
from service.foundation.secrets import digest_of
from service.sites.site import Mode

__all__ = ["Answer", "Caller", "Presented", "Session", "SessionState", "ask"]

LONGEST_ORIGIN = 300  # a host's name has 253 at most


def ask(
    database: Database,
    presented: Presented,
    slugs: Sequence[str],
    now: datetime,
    *,
    life: Life,
    modes: frozenset[Mode],
    memory: Memory | None = None,
) -> Answer:
    """Answer from one statement, by keys, or from what is remembered and sure to be true. Writes nothing.

    ``modes`` are the kinds of key that are believed here.
    """
    known = (memory or Memory(lambda: None)).known(now)
    shown, token = _shown(presented), digest_of(presented.token) if presented.token else ""
    _learn(database, known, shown, token, slugs, modes)
    caller, facts = known.callers[shown], known.sessions[token]
    terms = {slug: found for slug in slugs if caller and (found := known.terms[caller.site_id, slug])}
    session = _session(facts, life, now)
    return Answer(caller, session, facts.entitlements if session.reader else (), terms)


def _learn(
    database: Database,
    known: Known,
    shown: Shown,
    token: str,
    slugs: Sequence[str],
    modes: frozenset[Mode],
) -> None:
    """Put the question about whatever is not known yet."""
    caller, site = None, ""
    by, new_slugs = shown.by, list(slugs)
    if shown in known.callers:  # look once: another thread may learn it at any moment
        caller = known.callers[shown]
        site = caller.site_id if caller else ""
        by, new_slugs = By.SITE, [slug for slug in slugs if caller and (site, slug) not in known.terms]
    new_session = token not in known.sessions
    if by is By.SITE and not new_session and not new_slugs:
        return
    several, embedded = len(new_slugs) >= SEVERAL, database.embedded
    rows = database.ask(
        question(by, about_session=new_session, about_articles=min(len(new_slugs), SEVERAL), embedded=embedded),
        {
            "shown": site if by is By.SITE else shown.text,
            "token": token,
            "recently": known.recently,
            "slugs": listed(new_slugs, embedded=embedded) if several else "".join(new_slugs),
        },
    )
    who = [row for row in rows if row[SLUG] is None] if several else rows
    if by is not By.SITE:
        caller = known.callers[shown] = _caller(who[0], modes)
    if new_session:
        known.sessions[token] = _session_facts(who)
    if caller and new_slugs:
        found = {row[SLUG]: row for row in rows}
        for slug in new_slugs:
            known.terms[caller.site_id, slug] = terms_from(found[slug][TERMS:]) if slug in found else None


def _shown(presented: Presented) -> Shown:
    if presented.key is not None:
        return Shown(By.KEY, digest_of(presented.key))
    origin = presented.origin or ""
    as_browsers_send = len(origin) <= LONGEST_ORIGIN and origin.isascii() and origin.isprintable()
    return Shown(By.ORIGIN, origin if as_browsers_send else "")  # which is nobody's


def _caller(row: Row, modes: frozenset[Mode]) -> Caller | None:
    site_id, key_id, scopes, mode, revoked_at, used_at = row[:DEVICE]
    if site_id is None:
        return None
    if key_id is None:
        return Caller(site_id, None, frozenset())
    if revoked_at is not None or mode not in modes:
        return None
    return Caller(site_id, key_id, frozenset(scopes), used_at)


def _session_facts(rows: Sequence[Row]) -> SessionFacts:
    first = rows[0]
    if first[DEVICE] is not None:
        held = {row[ENTITLEMENT]: row for row in rows if row[ENTITLEMENT] is not None}
        entitlements = tuple(entitlement_from(row[ENTITLEMENT:TERMS]) for row in held.values())
        return SessionFacts(Device(*first[DEVICE:READER]), Reader(*first[READER:ENDED]), None, entitlements)
    if first[ENDED] is not None:
        reader_id, device_id, ended_at, cause, by_device = first[ENDED:ENTITLEMENT]
        return SessionFacts(ended=EndedSession(reader_id, device_id, ended_at, Cause(cause), by_device))
    return SessionFacts()


def _session(facts: SessionFacts, life: Life, now: datetime) -> Session:
    if facts.device is not None:
        if not facts.device.live(life, now):
            return Session(SessionState.EXPIRED)
        return Session(SessionState.LIVE, facts.reader, facts.device)
    if facts.ended is not None:
        return Session(SessionState.ENDED, ended=facts.ended)
    return Session(SessionState.NONE)
