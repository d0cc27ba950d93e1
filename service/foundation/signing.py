"""Signs small facts that Gatefold hands out and later believes, with keys that can be rotated."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence

from itsdangerous import BadData, HMACAlgorithm
from itsdangerous import Signer as TextSigner
from itsdangerous.encoding import base64_decode
from pydantic_core import to_json


class BadSignature(ValueError):
    """The text was not signed by one of our keys for this purpose, or was altered since."""


class Signer:
    """Signs with the newest key and verifies with every key. A purpose keeps one token from passing as another."""

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        """``keys``: the newest first, as the settings have them."""
        derived = [hmac.digest(key.encode(), f"gatefold:{purpose}".encode(), "sha256") for key in keys]
        self._newest = hmac.new(derived[0], digestmod="sha256")
        # It tries the last first.
        self._verifier = TextSigner(derived[::-1], key_derivation="none", algorithm=HMACAlgorithm(hashlib.sha256))

    def sign(self, facts: object) -> str:
        """A URL-safe text that carries ``facts`` (anything JSON can hold).

        As itsdangerous signs, in a fraction of the time: each access check signs its receipt.
        """
        payload = _encoded(to_json(facts))
        signature = self._newest.copy()
        signature.update(payload)
        return (payload + b"." + _encoded(signature.digest())).decode()

    def verify(self, text: str) -> object:
        try:
            facts: object = json.loads(base64_decode(self._verifier.unsign(text)))
            signature = text.rpartition(".")[2]
            if _encoded(base64_decode(signature)).decode() != signature:  # itsdangerous reads it leniently
                raise ValueError("the signature is spelt in another way")
            return facts
        except (BadData, ValueError, RecursionError) as fault:
            raise BadSignature("This was not signed here, or was altered.") from fault


def _encoded(octets: bytes) -> bytes:
    return urlsafe_b64encode(octets).rstrip(b"=")
