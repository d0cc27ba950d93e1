"""Signed facts: believed as long as a key of ours signed them, for the purpose that is asked about."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from service.foundation.signing import BadSignature, Signer
from tests.support.at_once import at_once

KEYS = ["n" * 32, "o" * 32]
texts = st.text(st.characters(exclude_categories=["Cs"]))
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
)


@given(documents)
def test_what_was_signed_is_read_as_it_was(facts):
    text = Signer(KEYS, "receipt").sign(facts)
    assert Signer(KEYS, "receipt").verify(text) == facts
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@given(documents)
def test_it_is_signed_as_itsdangerous_signs(facts):
    how = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    reading = URLSafeSerializer(KEYS[0], salt="gatefold:receipt", signer_kwargs=how)
    assert reading.loads(Signer(KEYS, "receipt").sign(facts)) == facts


@pytest.mark.parametrize(
    ("signing", "reading", "believed"),
    [
        ((KEYS, "receipt"), (KEYS, "receipt"), True),
        ((KEYS[1:], "receipt"), (KEYS, "receipt"), True),
        ((KEYS, "receipt"), (KEYS[1:], "receipt"), False),
        ((KEYS, "receipt"), (KEYS, "return"), False),
        ((["x" * 32], "receipt"), (KEYS, "receipt"), False),
    ],
)
def test_the_newest_key_signs_for_one_purpose_and_every_key_verifies(signing, reading, believed):
    text = Signer(*signing).sign({"a": 1})
    if believed:
        assert Signer(*reading).verify(text) == {"a": 1}
    else:
        with pytest.raises(BadSignature):
            Signer(*reading).verify(text)


def respelt(text):
    """The same signature in other characters, which a lenient base64 reads alike."""
    payload, _, signature = text.rpartition(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet[alphabet.index(signature[-1]) ^ 1]  # of its six bits two are no part of the signature
    yield f"{payload}.{signature[:-1]}{last}"
    for added in ("=", "====", "!!!!", "é", "\n", " ", "☃", "\ud800"):
        yield text + added
        yield f"{payload}.{added}{signature}"


def test_a_signature_in_another_spelling_is_not_believed():
    signer = Signer(KEYS, "receipt")
    for text in respelt(signer.sign({"a": 1})):
        with pytest.raises(BadSignature):
            signer.verify(text)


@given(st.text() | st.binary().map(lambda octets: octets.decode("latin-1")))
def test_nothing_else_is_believed(text):
    with pytest.raises(BadSignature):
        Signer(KEYS, "receipt").verify(text)


def test_many_threads_sign_with_one_signer():
    signer = Signer(KEYS, "receipt")
    signed = at_once(16, lambda number: [signer.sign([number, again]) for again in range(200)])
    for number, texts in enumerate(signed):
        assert [signer.verify(text) for text in texts] == [[number, again] for again in range(200)]
