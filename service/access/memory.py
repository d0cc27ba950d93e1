"""What the one question was answered before, and the articles read, for as long as it is sure to be true still.

Facts are kept, never decisions. At the first commit to the database, by whatever process, all of it is forgotten: so a
sign-out, a revocation or an erasure holds at the next request as if nothing had been kept. On PostgreSQL, which may
stand on another machine, nothing is.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from service.access.facts import Caller, SessionFacts
from service.access.question import By
from service.catalogue.articles import Terms
from service.catalogue.reading import Kept
from service.foundation.questions import instant_text

MOST = 5_000  # of a kind: all are forgotten at once, and nobody is answered meanwhile
TOLD_FOR = timedelta(days=30)  # how long a reader is told that her entitlement is over
KEPT = timedelta(minutes=1)  # as one question asks for what was true lately, and time passes without a commit


class Shown(NamedTuple):
    """What tells the site that is asking: the hash of a key, or an origin. One is never taken for the other."""

    by: By
    text: str


class Known:
    """Facts of one moment. What is known not to be there is None."""

    def __init__(self, mark: bytes | None, now: datetime) -> None:
        self.mark = mark
        self.until = now + KEPT
        self.recently = instant_text(now - TOLD_FOR)
        self.callers: dict[Shown, Caller | None] = {}
        self.sessions: dict[str, SessionFacts] = {"": SessionFacts()}  # by the hash of a token
        self.terms: dict[tuple[str, str], Terms | None] = {}  # by site and slug
        self.articles: Kept = {}  # which has a bound of its own

    def full(self) -> bool:
        return len(self.sessions) > MOST or len(self.terms) > MOST or len(self.callers) > MOST


class Memory:
    def __init__(self, mark: Callable[[], bytes | None]) -> None:
        """``mark`` is the database's: another after each commit, None where there is none to be had."""
        self._mark = mark
        self._known: Known | None = None

    def known(self, now: datetime) -> Known:
        """What is known and still true. Look before asking: what is learned then is at least as new as the mark."""
        mark, known = self._mark(), self._known
        if known is None or mark is None or known.mark != mark or now >= known.until or known.full():
            known = self._known = Known(mark, now)
        return known
