"""What a reader's email and name may be."""

import unicodedata

import pytest

from service.accounts.reader import BadEmail, BadName, clean_email, clean_name, email_key


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("alice@example.org", "alice@example.org"),
        ("  alice@example.org\n", "alice@example.org"),
        ("Alice.Smith@EXAMPLE.ORG", "Alice.Smith@example.org"),
        ("alice+news@example.org", "alice+news@example.org"),
        ("ålice@example.org", "ålice@example.org"),
        ("alice@bücher.example.org", "alice@bücher.example.org"),
        ("alice@site.test", "alice@site.test"),
    ],
)
def test_an_address_is_kept_in_its_normal_form(text, clean):
    assert clean_email(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "alice@",
        "@example.org",
        "alice@@example.org",
        "alice@example",
        "alice@example..org",
        "al ice@example.org",
        "alice@example.org, bob@example.org",
        "alice@example.org\nBcc: bob@example.org",
        "Alice <alice@example.org>",
        "alice\0@example.org",
        "alice@\ud800.org",
        "\ud800@example.org",
        "alice@[127.0.0.1]",
        "ΐ" * 110 + "@example.org",  # fits, but its case-folded key would not
        "alice@" + "a" * 250 + ".org",
        "a" * 100_000,
    ],
)
def test_what_mail_could_not_reach_is_refused(text):
    with pytest.raises(BadEmail):
        clean_email(text)


def test_letter_case_makes_no_second_account():
    assert email_key(clean_email("ALICE@Example.ORG")) == email_key(clean_email("alice@example.org"))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Alice", "Alice"),
        ("  Alice \n  O’Neil ", "Alice O’Neil"),
        ("Jose\u0301", "José"),
        ("李雷", "李雷"),
        ("x" * 80, "x" * 80),
        ("\u202aAlice\u202c \u2066Berg\u2069", "Alice Berg"),
        ("Alice \u202egreB", "Alice greB"),
    ],
)
def test_a_name_is_one_tidy_line(text, clean):
    assert clean_name(text) == clean


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "\u202a\u202c", "x" * 81, "a\0b", "a\x1bb", "\ud800", "\ue000", "\u0378"]
)
def test_a_name_nobody_could_type_is_refused(text):
    with pytest.raises(BadName):
        clean_name(text)


def test_a_form_full_of_marks_is_refused_before_it_is_composed(monkeypatch):
    with monkeypatch.context() as without:
        without.setattr(unicodedata, "normalize", None)  # it would take a second for a form of the usual size
        with pytest.raises(BadName):
            clean_name("a" + "\u0327\u0301" * 16_000)
