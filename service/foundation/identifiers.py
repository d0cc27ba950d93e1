"""Public ids that carry their type and reveal no count, such as ``rdr_k3v9…``."""

import secrets
from enum import StrEnum

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
LENGTH = 20  # 100 random bits


class Kind(StrEnum):
    READER = "rdr"
    DEVICE = "dev"
    ARTICLE = "art"
    ENTITLEMENT = "ent"
    SITE = "sit"
    KEY = "key"


def new_id(kind: Kind) -> str:
    return f"{kind}_{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"


def id_pattern(kind: Kind) -> str:
    """The regular expression that ids of this kind match, for the contract."""
    return f"^{kind}_[a-z2-7]{{{LENGTH}}}$"
