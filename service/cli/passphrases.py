"""Passwords made by chance that can be read aloud and typed, such as ``tobike-varuso-lenigu-podema``."""

import secrets

CONSONANTS = "bdfghjklmnprstvz"
VOWELS = "aeiou"
SYLLABLES = 3  # in a word
WORDS = 4  # 12 syllables of 80: 75 random bits


def new_passphrase(shortest: int) -> str:
    """At least ``shortest`` characters, and at least 75 random bits."""
    words = [_word() for _ in range(WORDS)]
    while len(phrase := "-".join(words)) < shortest:
        words.append(_word())
    return phrase


def _word() -> str:
    return "".join(secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(SYLLABLES))
