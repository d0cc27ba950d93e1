"""Receipts: a decision, signed, compact and self-contained, so that it can be explained later.

A receipt costs no write. It names the reader, the article and the rule, never the session
or a word of the article.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from service.access.asking import Session, SessionState
from service.access.decision import Decision, Reason
from service.catalogue.articles import Terms
from service.foundation.signing import BadSignature, Signer

VERSION = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says."""

    decided_at: datetime
    granted: bool
    reason: Reason
    site_id: str
    article_id: str
    slug: str
    access_level: str
    products: tuple[str, ...]
    session: SessionState
    reader_id: str | None
    entitlement_id: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    revoked_at: datetime | None


class BadReceipt(ValueError):
    """This is no receipt of this installation, or it was altered."""


class Receipts:
    def __init__(self, keys: Sequence[str]) -> None:
        self._signer = Signer(keys, "receipt")

    def issue(self, terms: Terms, session: Session, decision: Decision, now: datetime) -> str:
        entitlement = decision.entitlement
        facts = [
            VERSION,
            _micros(now),
            int(decision.granted),
            str(decision.reason),
            terms.site_id,
            terms.id,
            terms.slug,
            terms.access_level,
            terms.products,
            str(session.state),
            session.reader.id if session.reader else None,
        ]
        if entitlement:
            period = (entitlement.starts_at, entitlement.ends_at, entitlement.revoked_at)
            facts += [entitlement.id, *(_micros(at) if at else None for at in period)]
        return self._signer.sign(facts)

    def read(self, receipt: str) -> Receipt:
        """Raises :class:`BadReceipt`."""
        try:
            facts = self._signer.verify(receipt)
        except BadSignature as fault:
            raise BadReceipt from fault
        if not isinstance(facts, list) or facts[0] != VERSION:
            raise BadReceipt
        _, decided_at, granted, reason, site_id, article_id, slug, level, products, session, reader_id, *held = facts
        entitlement_id, *period = held or (None, None, None, None)
        return Receipt(
            _instant(decided_at),
            bool(granted),
            Reason(reason),
            site_id,
            article_id,
            slug,
            level,
            tuple(products),
            SessionState(session),
            reader_id,
            entitlement_id,
            *(None if at is None else _instant(at) for at in period),
        )


def _micros(instant: datetime) -> int:
    return round(instant.timestamp() * 1e6)  # a float holds microseconds until the year 2255


def _instant(micros: int) -> datetime:
    return EPOCH + micros * MICROSECOND


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = datetime.resolution
