"""`gatefold keys`."""

import json

import pytest

from service.sites.site import FRONT_END_SCOPES, STAFF_SCOPES
from tests.cli.conftest import CommandLine
from tests.support.databases import sqlite_only


def listed(command_line: CommandLine) -> list[dict[str, object]]:
    return list(json.loads(command_line("keys", "list", "daily", "--json").stdout))


def test_a_key_is_printed_once_and_only_its_ending_is_listed(daily: CommandLine) -> None:
    created = daily("keys", "create", "daily", "--name", "newsroom").stdout
    [token] = [word for word in created.split() if word.startswith("gf_live_")]
    assert "cannot be shown again" in created
    [key] = listed(daily)
    assert key["name"] == "newsroom"
    assert key["ending"] == f"…{token[-4:]}"
    assert key["scopes"] == sorted(FRONT_END_SCOPES)
    assert token not in daily("keys", "list", "daily").stdout


def test_quiet_prints_the_key_alone(daily: CommandLine) -> None:
    created = daily("keys", "create", "daily", "--name", "n", "--quiet", "--test")
    assert created.stderr == ""
    assert created.stdout.startswith("gf_test_")
    assert len(created.stdout.split()) == 1
    assert listed(daily)[0]["mode"] == "test"


def test_a_staff_key_has_all_scopes(daily: CommandLine) -> None:
    daily("keys", "create", "daily", "--name", "desk", "--staff")
    assert listed(daily)[0]["scopes"] == sorted(STAFF_SCOPES)


def test_a_key_may_have_the_scopes_that_are_named(daily: CommandLine) -> None:
    daily("keys", "create", "daily", "--name", "i", "--scope", "articles:write", "--scope", "articles:drafts")
    assert listed(daily)[0]["scopes"] == ["articles:drafts", "articles:write"]


def test_staff_and_scopes_together_are_misuse(daily: CommandLine) -> None:
    daily("keys", "create", "daily", "--name", "i", "--staff", "--scope", "sessions", status=2)
    assert listed(daily) == []


def test_an_unknown_scope_is_misuse_and_the_known_ones_are_told(daily: CommandLine) -> None:
    said = daily("keys", "create", "daily", "--name", "i", "--scope", "all", status=2).stderr
    assert "'articles:read'" in said


def test_a_key_needs_a_site(command_line: CommandLine) -> None:
    assert "There is no site daily" in command_line("keys", "create", "daily", "--name", "n", status=1).stderr


def test_revoking_a_key_is_listed_and_twice_changes_nothing(daily: CommandLine) -> None:
    daily("keys", "create", "daily", "--name", "n")
    key_id = listed(daily)[0]["id"]
    assert daily("keys", "revoke", key_id).stdout == f"Revoked {key_id}.\n"
    revoked_at = listed(daily)[0]["revoked_at"]
    daily("keys", "revoke", key_id)
    assert revoked_at is not None
    assert listed(daily)[0]["revoked_at"] == revoked_at


def test_a_key_that_is_not_there_cannot_be_revoked(daily: CommandLine) -> None:
    assert "There is no key key_x" in daily("keys", "revoke", "key_x", status=1).stderr


def test_a_site_without_keys_says_how_to_make_one(daily: CommandLine) -> None:
    assert "gatefold keys create daily" in daily("keys", "list", "daily").stderr


@sqlite_only
def test_a_test_key_made_in_production_is_told_to_be_refused_there(
    daily: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "ENVIRONMENT": "production",
        "SECRET_KEYS": "a-random-key-of-more-than-32-characters",
        "PUBLIC_URL": "https://accounts.example.org",
        "SMTP_HOST": "mail.example.org",
        "MAIL_FROM": "accounts@example.org",
    }.items():
        monkeypatch.setenv(f"GATEFOLD_{name}", value)
    assert "will be refused here" in daily("keys", "create", "daily", "--name", "n", "--test").stderr
    assert daily("keys", "create", "daily", "--name", "n").stderr == ""
