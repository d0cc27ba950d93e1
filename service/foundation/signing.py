"""Signs small facts that Gatefold hands out and later believes, with keys that can be rotated."""

import hashlib
from collections.abc import Sequence

from itsdangerous import BadData, URLSafeSerializer


class BadSignature(ValueError):
    """The text was not signed by one of our keys for this purpose, or was altered since."""


class Signer:
    """Signs with the newest key and verifies with every key. A purpose keeps one token from passing as another."""

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        """``keys``: the newest first, as the settings have them."""
        oldest_first = [key.encode() for key in reversed(keys)]  # itsdangerous signs with the last
        self._serializer = URLSafeSerializer(
            oldest_first,
            salt=f"gatefold:{purpose}",
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )

    def sign(self, facts: object) -> str:
        """A URL-safe text that carries ``facts`` (anything JSON can hold), compressed where that helps."""
        return str(self._serializer.dumps(facts))

    def verify(self, text: str) -> object:
        try:
            return self._serializer.loads(text)
        except (BadData, ValueError, RecursionError) as fault:
            raise BadSignature("This was not signed here, or was altered.") from fault
