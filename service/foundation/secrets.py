"""Random secrets given out once (sessions, keys, links) and the hashes that are kept of them."""

import hashlib
import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret just made: ``token`` is shown to its owner once, ``digest`` is stored."""

    token: str
    digest: str

    def __repr__(self) -> str:  # never into a log or a traceback
        return "Secret(…)"


def new_secret(prefix: str) -> Secret:
    token = f"{prefix}_{secrets.token_urlsafe(32)}"
    return Secret(token, digest_of(token))


def digest_of(token: str) -> str:
    """SHA-256 in hexadecimal: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
