"""`gatefold readers`."""

import json
import os
import pty
from collections.abc import Callable

import pytest

from service.accounts.passwords import Passwords
from service.accounts.store import PendingSignUp, add_pending_sign_up, find_credentials, find_pending_sign_up
from service.cli import keyboard
from service.cli.passphrases import new_passphrase
from service.devices.sessions import Newcomer, start_session
from service.foundation.clock import Clock
from service.foundation.database import Database
from tests.cli.conftest import GATEFOLD, CommandLine
from tests.support.databases import sqlite_only
from tests.support.people import LIFE, RULE

ALICE = ("--email", "alice@example.org", "--name", "Alice")
GOOD = "plum-ladder-orbit-seven"


def shown(command_line: CommandLine, reader: str = "alice@example.org") -> dict[str, object]:
    return dict(json.loads(command_line("readers", "show", reader, "--json").stdout))


def password_is(database: Database, password: str) -> bool:
    with database.reading() as connection:
        credentials = find_credentials(connection, "alice@example.org")
    assert credentials
    return Passwords(threads=1, queue=0).verify(credentials.password_hash, password)


@pytest.fixture
def signed_in(alice: CommandLine, database: Database) -> list[str]:
    """The ids of two devices that Alice is signed in on."""
    reader_id, now = str(shown(alice)["id"]), Clock().now()
    with database.writing() as connection:
        return [
            start_session(connection, reader_id, Newcomer(kind), RULE, now).device.id
            for kind in ("Firefox on Linux", "Safari on iPhone")
        ]


def test_a_generated_password_is_printed_once_and_works(command_line: CommandLine, database: Database) -> None:
    said = command_line("readers", "add", *ALICE, "--generate").stdout
    assert password_is(database, said.split()[-1])


def test_a_password_may_come_from_stdin(command_line: CommandLine, database: Database) -> None:
    said = command_line("readers", "add", *ALICE, "--password-stdin", given=f"{GOOD}\r\nmore\n")
    assert GOOD not in said.output
    assert password_is(database, GOOD)


@sqlite_only
def test_a_password_is_asked_for_twice_and_never_shown(
    command_line: CommandLine, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyboard, "on_keyboard", lambda: True)
    said = command_line("readers", "add", *ALICE, given=f"{GOOD}\nanother\n{GOOD}\n{GOOD}\n")
    assert GOOD not in said.output
    assert password_is(database, GOOD)


@sqlite_only
def test_on_a_real_terminal_the_password_is_not_echoed(command_line: CommandLine, database: Database) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.execv(GATEFOLD, [str(GATEFOLD), "readers", "add", *ALICE])
    printed = b""
    for prompt in (b"Password: ", b"again: "):
        while not printed.endswith(prompt):
            printed += os.read(terminal, 1000)
        os.write(terminal, f"{GOOD}\n".encode())
    while b"Added reader" not in printed:
        printed += os.read(terminal, 1000)
    os.close(terminal)
    os.waitpid(child, 0)
    assert GOOD.encode() not in printed
    assert password_is(database, GOOD)


def test_without_a_keyboard_the_other_ways_are_told(command_line: CommandLine) -> None:
    assert "--password-stdin or --generate" in command_line("readers", "add", *ALICE, status=2).stderr


@pytest.mark.parametrize(
    ("password", "why"),
    [
        (b"short\n", "15 characters or more"),
        (b"alice@example.org\n", "less common"),
        (b"x" * 5000 + b"\n", "or fewer"),
        (b"\xff" * 20 + b"\n", "not UTF-8"),
        (b"", "15 characters or more"),
    ],
)
@sqlite_only
def test_a_password_keeps_the_rules(command_line: CommandLine, password: bytes, why: str) -> None:
    assert why in command_line("readers", "add", *ALICE, "--password-stdin", given=password, status=1).stderr
    assert command_line("readers", "list", "--json").stdout == "[]\n"


@pytest.mark.parametrize(
    "wrong",
    [
        ("--email", "alice", "--name", "Alice", "--generate"),
        ("--email", "alice@example.org", "--name", "\x07", "--generate"),
        (*ALICE, "--generate", "--password-stdin"),
    ],
)
@sqlite_only
def test_misuse_adds_no_reader(command_line: CommandLine, wrong: tuple[str, ...]) -> None:
    command_line("readers", "add", *wrong, status=2)
    assert command_line("readers", "list", "--json").stdout == "[]\n"


def test_one_address_is_one_reader(alice: CommandLine) -> None:
    said = alice("readers", "add", "--email", "ALICE@example.org", "--name", "A", "--generate", status=1).stderr
    assert "There is a reader with this email address already." in said


def test_a_sign_up_that_was_pending_for_the_address_is_void(command_line: CommandLine, database: Database) -> None:
    later = Clock().now() + LIFE.idle
    with database.writing() as connection:
        add_pending_sign_up(connection, PendingSignUp("p", "alice@example.org", "Alice", "hash", None, later))
    command_line("readers", "add", *ALICE, "--generate")
    with database.reading() as connection:
        assert find_pending_sign_up(connection, "p", Clock().now()) is None


def test_readers_are_listed_the_latest_first_and_no_more_than_wanted(command_line: CommandLine) -> None:
    for name in ("alice", "bob", "charlie"):
        command_line("readers", "add", "--email", f"{name}@example.org", "--name", name, "--generate")
    listed = json.loads(command_line("readers", "list", "--limit", "2", "--json").stdout)
    assert [reader["email"] for reader in listed] == ["charlie@example.org", "bob@example.org"]
    assert "password" not in command_line("readers", "list").stdout


def test_a_reader_is_shown_by_her_address_or_her_id(alice: CommandLine) -> None:
    by_email = shown(alice, "Alice@Example.org")
    assert by_email == shown(alice, str(by_email["id"]))
    assert by_email["name"] == "Alice"
    assert by_email["devices"] == []
    assert by_email["entitlements"] == []


def test_a_reader_who_is_not_there_is_told(command_line: CommandLine) -> None:
    assert "There is no reader bob@example.org." in command_line("readers", "show", "bob@example.org", status=1).stderr


def test_a_reader_is_shown_with_her_devices_and_entitlements(alice: CommandLine, signed_in: list[str]) -> None:
    alice("grant", "alice@example.org", "premium", "--note", "A prize")
    facts = shown(alice)
    assert {device["id"] for device in facts["devices"]} == set(signed_in)  # type: ignore[attr-defined]
    [entitlement] = facts["entitlements"]  # type: ignore[misc]
    assert (entitlement["state"], entitlement["note"]) == ("active", "A prize")
    said = alice("readers", "show", "alice@example.org").stdout
    assert "Device limit\t5 (everyone's)" in said
    assert "Firefox on Linux" in said
    assert "A prize" in said


def test_no_listing_tells_a_token_or_its_hash(alice: CommandLine, signed_in: list[str], database: Database) -> None:
    with database.reading() as connection:
        digests = connection.exec_driver_sql("SELECT token_digest FROM devices").scalars().all()
    printed = alice("readers", "show", "alice@example.org", "--json").output
    assert len(digests) == 2
    assert not any(digest in printed for digest in digests)
    assert "gfs_" not in printed


def test_a_readers_limit_is_set_and_taken_back(alice: CommandLine) -> None:
    assert "may be signed in on 2 devices" in alice("readers", "limit", "alice@example.org", "2").stdout
    assert shown(alice)["device_limit"] == 2
    assert "on 1 device at once" in alice("readers", "limit", "alice@example.org", "1").stdout
    assert "everyone's device limit again, 5" in alice("readers", "limit", "alice@example.org", "none").stdout
    assert shown(alice)["device_limit"] is None


@pytest.mark.parametrize("limit", ["0", "6", "-1", "two"])
@sqlite_only
def test_a_limit_is_1_to_5(alice: CommandLine, limit: str) -> None:
    alice("readers", "limit", "alice@example.org", "--", limit, status=2)
    assert shown(alice)["device_limit"] is None


def test_all_devices_are_signed_out(alice: CommandLine, signed_in: list[str]) -> None:
    assert "out on 2 devices." in alice("readers", "sign-out", "alice@example.org").stdout
    assert shown(alice)["devices"] == []
    assert "out on 0 devices." in alice("readers", "sign-out", "alice@example.org").stdout


def test_one_device_is_signed_out(alice: CommandLine, signed_in: list[str]) -> None:
    said = alice("readers", "sign-out", "alice@example.org", "--device", signed_in[0]).stdout
    assert "out on 1 device." in said
    assert [device["id"] for device in shown(alice)["devices"]] == signed_in[1:]  # type: ignore[attr-defined]


def test_a_device_she_is_not_signed_in_on_is_told(alice: CommandLine) -> None:
    said = alice("readers", "sign-out", "alice@example.org", "--device", "dev_x", status=1).stderr
    assert "not signed in on a device dev_x" in said


@sqlite_only
def test_on_a_wide_terminal_there_are_tables(alice: CommandLine, terminal: Callable[[int], None]) -> None:
    alice("grant", "alice@example.org", "premium")
    terminal(240)
    said = alice("readers", "show", "alice@example.org").stdout
    [heading] = [line for line in said.splitlines() if "Product" in line]
    assert "Granted by" in heading


@sqlite_only
def test_on_a_narrow_terminal_there_is_a_line_for_each_fact(
    alice: CommandLine, terminal: Callable[[int], None]
) -> None:
    alice("grant", "alice@example.org", "premium")
    terminal(60)
    said = alice("readers", "show", "alice@example.org").stdout
    assert [line.split() for line in said.splitlines() if "Product" in line] == [["Product", "premium"]]
    assert "Revoked" not in said


@pytest.mark.parametrize("shortest", [15, 64])
def test_a_generated_password_keeps_the_rules(shortest: int) -> None:
    phrases = {new_passphrase(shortest) for _ in range(50)}
    assert len(phrases) == 50
    assert all(len(phrase) >= max(shortest, 27) for phrase in phrases)
