"""`gatefold sites`."""

import json

import pytest

from tests.cli.conftest import CommandLine


def addresses(command_line: CommandLine) -> dict[str, list[str]]:
    return {site["handle"]: site["addresses"] for site in json.loads(command_line("sites", "list", "--json").stdout)}


def test_a_site_is_added_with_its_addresses_without_paths(command_line: CommandLine) -> None:
    added = command_line(
        *("sites", "add", "daily", "--name", "The  Daily"),
        *("--address", "https://Daily.Example.org/front?x=1", "--address", "http://localhost:8401"),
    )
    assert "Added site daily (sit_" in added.stdout
    assert "gatefold keys create daily" in added.stderr
    [site] = json.loads(command_line("sites", "list", "--json").stdout)
    assert site["name"] == "The Daily"
    assert site["addresses"] == ["http://localhost:8401", "https://daily.example.org"]
    assert site["created_at"].endswith("Z")


def test_listing_no_sites_says_how_to_add_one(command_line: CommandLine) -> None:
    listed = command_line("sites", "list")
    assert listed.stdout == ""
    assert "`gatefold sites add` adds one" in listed.stderr
    assert command_line("sites", "list", "--json").stdout == "[]\n"


def test_into_a_pipe_sites_are_listed_as_tab_separated_lines(daily: CommandLine) -> None:
    heading, site = daily("sites", "list").stdout.splitlines()
    assert heading.split("\t") == ["Handle", "Name", "Addresses", "Id", "Added"]
    assert site.split("\t")[:3] == ["daily", "The Daily", "https://daily.example.org"]


def test_a_handle_is_a_sites_own(daily: CommandLine) -> None:
    said = daily("sites", "add", "daily", "--name", "Two", "--address", "https://two.example.org", status=1).stderr
    assert "There is a site daily already." in said


def test_a_site_is_not_added_where_one_of_its_addresses_belongs_to_another(daily: CommandLine) -> None:
    said = daily(
        *("sites", "add", "weekly", "--name", "Weekly"),
        *("--address", "https://weekly.example.org", "--address", "https://daily.example.org"),
        status=1,
    ).stderr
    assert "The address https://daily.example.org belongs to a site already" in said
    assert addresses(daily) == {"daily": ["https://daily.example.org"]}


def test_an_address_is_added_and_removed(daily: CommandLine) -> None:
    assert "is now reached at" in daily("sites", "address", "add", "daily", "https://www.daily.example.org").stdout
    assert addresses(daily)["daily"] == ["https://daily.example.org", "https://www.daily.example.org"]
    assert "no longer" in daily("sites", "address", "remove", "daily", "https://daily.example.org").stdout
    assert addresses(daily)["daily"] == ["https://www.daily.example.org"]


def test_an_address_is_not_added_twice(daily: CommandLine) -> None:
    said = daily("sites", "address", "add", "daily", "https://daily.example.org/x", status=1).stderr
    assert "belongs to a site already" in said


def test_an_address_that_a_site_has_not_cannot_be_removed(daily: CommandLine) -> None:
    said = daily("sites", "address", "remove", "daily", "https://else.example.org", status=1).stderr
    assert "The site has no address https://else.example.org" in said


def test_a_site_that_is_not_there_has_no_addresses(command_line: CommandLine) -> None:
    said = command_line("sites", "address", "add", "daily", "https://daily.example.org", status=1).stderr
    assert "There is no site daily" in said


@pytest.mark.parametrize(
    "wrong",
    [
        ["Daily!", "--name", "D", "--address", "https://d.example.org"],
        ["d" * 65, "--name", "D", "--address", "https://d.example.org"],
        ["daily", "--name", " ", "--address", "https://d.example.org"],
        ["daily", "--name", "D" * 121, "--address", "https://d.example.org"],
        ["daily", "--name", "D\x1b[2J", "--address", "https://d.example.org"],
        ["daily", "--name", "D\udcff", "--address", "https://d.example.org"],
        ["daily", "--name", "D", "--address", "d.example.org"],
        ["daily", "--name", "D", "--address", "ftp://d.example.org"],
        ["daily", "--name", "D", "--address", "https://münchen.example"],
        ["daily", "--name", "D", "--address", f"https://{'d' * 300}.example.org"],
        ["daily", "--name", "D"],
        ["daily", "--address", "https://d.example.org"],
    ],
)
def test_misuse_is_answered_with_2_and_stores_nothing(command_line: CommandLine, wrong: list[str]) -> None:
    command_line("sites", "add", *wrong, status=2)
    assert addresses(command_line) == {}
