"""`gatefold grant` and `gatefold revoke`."""

import getpass
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from service.cli.periods import Period
from tests.cli.conftest import CommandLine
from tests.cli.test_importing import story, write_stories
from tests.support.databases import sqlite_only

ALICE = "alice@example.org"


def held(command_line: CommandLine) -> list[dict[str, str]]:
    return list(json.loads(command_line("readers", "show", ALICE, "--json").stdout)["entitlements"])


def test_a_grant_begins_now_and_has_no_end_unless_it_is_told(alice: CommandLine) -> None:
    said = alice("grant", ALICE, "premium").stdout
    assert "without an end" in said
    [entitlement] = held(alice)
    assert entitlement["id"] in said
    assert entitlement["state"] == "active"
    assert entitlement["ends_at"] is None
    assert entitlement["source"] == "staff"
    assert entitlement["granted_by"].startswith("cli")
    assert datetime.now(UTC) - datetime.fromisoformat(entitlement["starts_at"]) < timedelta(minutes=1)


def test_a_product_that_no_article_names_is_granted_and_told_of(alice: CommandLine, tmp_path: Path) -> None:
    assert "No article names premium; the products that are named: none." in alice("grant", ALICE, "premium").stderr
    alice("sites", "add", "daily", "--name", "The Daily", "--address", "http://localhost:8401")
    stories = write_stories(tmp_path / "stories.jsonl", [story(1), story(2) | {"products": ["archive", "premium"]}])
    alice("import", stories, "--site", "daily")
    assert "the products that are named: archive, premium." in alice("grant", ALICE, "premuim").stderr
    assert not alice("grant", ALICE, "archive").stderr


def test_a_grant_is_for_the_period_that_is_told(alice: CommandLine) -> None:
    reader_id = json.loads(alice("readers", "show", ALICE, "--json").stdout)["id"]
    alice(
        *("grant", reader_id, "archive", "--from", "2030-01-31", "--until", "2030-02-28T12:00:01+02:00"),
        *("--source", "gift", "--note", "From Bob"),
    )
    [entitlement] = held(alice)
    assert entitlement["starts_at"] == "2030-01-31T00:00:00Z"
    assert entitlement["ends_at"] == "2030-02-28T10:00:01Z"
    assert (entitlement["state"], entitlement["source"], entitlement["note"]) == ("not_started", "gift", "From Bob")


def test_a_grant_lasts_as_long_as_is_told(alice: CommandLine) -> None:
    alice("grant", ALICE, "premium", "--from", "2028-02-29T08:00Z", "--for", "1y")
    assert held(alice)[0]["ends_at"] == "2029-02-28T08:00:00Z"


@pytest.mark.parametrize(
    ("written", "end"),
    [
        ("12h", "2027-02-01T00:00Z"),
        ("30d", "2027-03-02T12:00Z"),
        ("2w", "2027-02-14T12:00Z"),
        ("1mo", "2027-02-28T12:00Z"),
        ("11mo", "2027-12-31T12:00Z"),
        ("14mo", "2028-03-31T12:00Z"),
        ("10y", "2037-01-31T12:00Z"),
    ],
)
def test_periods_are_counted_as_a_calendar_does(written: str, end: str) -> None:
    assert Period.parse(written).after(datetime(2027, 1, 31, 12, tzinfo=UTC)) == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--for", "30"),
        ("--for", "0d"),
        ("--for", "-1d"),
        ("--for", "1m"),
        ("--for", "٣d"),
        ("--for", "9999y"),
        ("--for", "30d", "--until", "2030-01-01"),
        ("--until", "tomorrow"),
        ("--until", "2030-01-01T12:00"),
        ("--until", "9999-01-01"),
        ("--from", "0001-01-01T00:00+23:59"),
        ("--source", "luck"),
        ("--note", "x" * 501),
    ],
)
@sqlite_only
def test_misuse_grants_nothing(alice: CommandLine, wrong: tuple[str, ...]) -> None:
    alice("grant", ALICE, "premium", *wrong, status=2)
    assert held(alice) == []


def test_a_period_that_ends_before_it_starts_is_refused(alice: CommandLine) -> None:
    assert "would end before it starts" in alice("grant", ALICE, "premium", "--until", "2020-01-01", status=1).stderr
    assert held(alice) == []


def test_nothing_is_granted_to_a_reader_who_is_not_there(command_line: CommandLine) -> None:
    assert "There is no reader" in command_line("grant", ALICE, "premium", status=1).stderr


@sqlite_only
def test_a_machine_that_does_not_know_who_is_at_it_grants_all_the_same(
    alice: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", Mock(side_effect=OSError))
    alice("grant", ALICE, "premium")
    assert held(alice)[0]["granted_by"] == "cli"


def test_an_entitlement_is_revoked_once(alice: CommandLine) -> None:
    alice("grant", ALICE, "premium")
    [entitlement] = held(alice)
    assert f"Revoked {entitlement['id']}" in alice("revoke", entitlement["id"]).stdout
    [revoked] = held(alice)
    assert revoked["state"] == "revoked"
    assert "was over already" in alice("revoke", entitlement["id"]).stdout
    assert held(alice) == [revoked]


def test_all_of_a_readers_rights_to_a_product_are_revoked_and_no_others(alice: CommandLine) -> None:
    alice("grant", ALICE, "premium")
    alice("grant", ALICE, "premium", "--from", "2030-01-01")
    alice("grant", ALICE, "archive")
    said = alice("revoke", "--reader", ALICE, "--product", "premium").stdout
    assert said.count("Revoked ent_") == said.count(f"the right of {ALICE} to premium.") == 2
    states = sorted((entitlement["product"], entitlement["state"]) for entitlement in held(alice))
    assert states == [("archive", "active"), ("premium", "revoked"), ("premium", "revoked")]
    assert "nothing changed" in alice("revoke", "--reader", ALICE, "--product", "premium").stdout


def test_an_entitlement_that_is_not_there_cannot_be_revoked(command_line: CommandLine) -> None:
    assert "There is no entitlement ent_x" in command_line("revoke", "ent_x", status=1).stderr


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("--reader", ALICE),
        ("--product", "premium"),
        ("ent_x", "--reader", ALICE),
        ("ent_x", "--product", "premium"),
        ("ent_x", "--reader", ALICE, "--product", "premium"),
    ],
)
@sqlite_only
def test_what_to_revoke_must_be_said_in_one_way(alice: CommandLine, wrong: tuple[str, ...]) -> None:
    alice("grant", ALICE, "premium")
    assert "Name an entitlement (ent_…), or both" in alice("revoke", *wrong, status=2).stderr
    assert held(alice)[0]["state"] == "active"
