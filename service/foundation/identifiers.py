"""Public ids that carry their type and reveal no count, such as ``rdr_k3v9…``."""

from base64 import b32encode
from enum import StrEnum
from math import ceil
from secrets import token_bytes

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # base32
LENGTH = 20
BITS = 5 * LENGTH


class Kind(StrEnum):
    READER = "rdr"
    DEVICE = "dev"
    ARTICLE = "art"
    ENTITLEMENT = "ent"
    SITE = "sit"
    KEY = "key"


def new_id(kind: Kind) -> str:
    return f"{kind}_{b32encode(token_bytes(ceil(BITS / 8)))[:LENGTH].decode().lower()}"


def id_pattern(kind: Kind) -> str:
    """The regular expression that ids of this kind match, for the contract."""
    return f"^{kind}_[a-z2-7]{{{LENGTH}}}$"
