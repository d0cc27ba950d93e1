"""Secrets are shown once and kept as hashes; ids carry their type; signed facts keep their purpose."""

import hashlib
import re

import pytest

from service.foundation.identifiers import ALPHABET, Kind, id_pattern, new_id
from service.foundation.secrets import digest_of, new_secret
from service.foundation.signing import BadSignature, Signer

KEY, OLD_KEY = "k" * 32, "o" * 32


def test_a_secret_has_its_prefix_and_256_random_bits():
    secret = new_secret("gfs")
    assert re.fullmatch(r"gfs_[A-Za-z0-9_-]{43}", secret.token)
    assert secret.digest == hashlib.sha256(secret.token.encode()).hexdigest() == digest_of(secret.token)
    assert len({new_secret("gfs").token for _ in range(100)}) == 100


def test_a_secret_is_not_printed():
    secret = new_secret("gfs")
    assert secret.token not in f"{secret!r} {secret}"
    assert secret.digest not in f"{secret!r} {secret}"


@pytest.mark.parametrize("token", ["", "\0", "\ud800", "é" * 1000])
def test_anything_a_stranger_sends_has_a_digest(token):
    assert re.fullmatch("[0-9a-f]{64}", digest_of(token))


@pytest.mark.parametrize("kind", Kind)
def test_an_id_carries_its_type_and_matches_its_pattern(kind):
    made = new_id(kind)
    assert re.match(id_pattern(kind), made)
    assert set(made.removeprefix(f"{kind}_")) <= set(ALPHABET)
    assert new_id(kind) != made


@pytest.mark.parametrize("facts", [None, 1, "text", [1, [2]], {"a": "é"}, "x" * 10_000])
def test_what_was_signed_is_believed(facts):
    signed = Signer([KEY], "purpose").sign(facts)
    assert Signer([KEY], "purpose").verify(signed) == facts
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", signed)


@pytest.mark.parametrize(
    ("keys", "purpose"), [([OLD_KEY], "purpose"), ([KEY], "other"), ([KEY], ""), ([KEY[:-1]], "purpose")]
)
def test_another_key_or_purpose_is_not_believed(keys, purpose):
    with pytest.raises(BadSignature):
        Signer(keys, purpose).verify(Signer([KEY], "purpose").sign("facts"))


def test_keys_are_rotated_by_putting_the_new_one_first():
    before, between, after = Signer([OLD_KEY], "p"), Signer([KEY, OLD_KEY], "p"), Signer([KEY], "p")
    assert between.verify(before.sign("facts")) == "facts"
    assert after.verify(between.sign("facts")) == "facts"
    with pytest.raises(BadSignature):
        after.verify(before.sign("facts"))
