"""What the driver knows without asking the database: all ids, tokens and names of a population follow from numbers."""

import hashlib
from base64 import urlsafe_b64encode

from service.catalogue.articles import AccessLevel
from service.foundation.identifiers import ALPHABET, LENGTH, Kind

LETTERS = (ALPHABET * 8).encode()  # of an id, for each octet of a digest
PASSWORD = "plum-ladder-orbit-seven"  # everyone's


def entitled(reader: int) -> bool:
    return reader % 2 == 0


def in_a_visit(session: int) -> bool:
    """Whether its reader has just opened another page: three of four, half of whom are entitled."""
    return session // 2 % 4 != 0


def id_of(kind: Kind, number: int) -> str:
    prefix = kind.value
    return f"{prefix}_{digest_for(prefix, number)[:LENGTH].translate(LETTERS).decode()}"


def session_token(session: int) -> str:
    return f"gfs_{urlsafe_b64encode(digest_for('session', session)).decode().rstrip('=')}"


def slug_of(article: int) -> str:
    return f"the-tide-came-in-over-the-causeway-{article}"


def access_level_of(article: int) -> AccessLevel:
    """One in ten is free, two are for registered readers, and the rest are premium."""
    if article % 10 == 0:
        return AccessLevel.FREE
    return AccessLevel.REGISTERED if article % 10 in (1, 2) else AccessLevel.PREMIUM


def digest_for(what: str, number: int) -> bytes:
    return hashlib.sha256(f"{what}:{number}".encode()).digest()


def email_of(reader: int) -> str:
    return f"reader-{reader}@bench.example"


def _key_token(number: int) -> str:
    return f"gf_live_{urlsafe_b64encode(digest_for('key', number)).decode().rstrip('=')}"


SITE = id_of(Kind.SITE, 0)
KEY = _key_token(0)  # the front end's
DESK_KEY = _key_token(1)
