"""The command as a whole: its help, how fast it comes, and how it fails."""

import subprocess
import sys
from unittest.mock import Mock

import click
import pytest

from service import __version__
from service.cli import COMMANDS, gatefold, main, opening
from tests.cli.conftest import CommandLine
from tests.support.databases import sqlite_only


def every_command(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        return [(path, command)]
    context = click.Context(command)
    below = [
        every_command(found, (*path, name))
        for name in command.list_commands(context)
        if (found := command.get_command(context, name))
    ]
    return [(path, command), *(pair for pairs in below for pair in pairs)]


ALL = every_command(gatefold)
RUNNABLE = [(path, command) for path, command in ALL if not isinstance(command, click.Group)]


def named(pairs: list[tuple[tuple[str, ...], click.Command]]) -> list[str]:
    return [" ".join(path) or "gatefold" for path, _ in pairs]


@pytest.mark.parametrize(("path", "command"), ALL, ids=named(ALL))
def test_every_command_explains_itself(anywhere: CommandLine, path: tuple[str, ...], command: click.Command) -> None:
    said = anywhere(*path, "--help").output
    assert command.help
    assert command.help.splitlines()[0].split()[0] in said


GROUPS = [(path, command) for path, command in ALL if isinstance(command, click.Group)]


@pytest.mark.parametrize(("path", "command"), GROUPS, ids=named(GROUPS))
def test_a_list_of_commands_cuts_no_sentence_short(
    anywhere: CommandLine, monkeypatch: pytest.MonkeyPatch, path: tuple[str, ...], command: click.Command
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert "..." not in anywhere.run(*path, "--help").stdout.partition("Commands:")[2]


@pytest.mark.parametrize(("path", "command"), RUNNABLE, ids=named(RUNNABLE))
def test_every_command_that_does_something_gives_an_example(
    anywhere: CommandLine, path: tuple[str, ...], command: click.Command
) -> None:
    assert f"gatefold {' '.join(path)}" in anywhere(*path, "--help").output.partition("Example")[2]


@pytest.mark.parametrize(("path", "command"), ALL, ids=named(ALL))
def test_every_option_says_what_it_does(path: tuple[str, ...], command: click.Command) -> None:
    assert all(option.help for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_of_each_what_the_command_says_itself(name: str) -> None:
    lazy = COMMANDS[name]
    assert lazy.load().get_short_help_str(limit=200).rstrip(".") == lazy.summary.rstrip(".")


def test_help_lists_the_commands_in_the_order_they_are_wanted_in(anywhere: CommandLine) -> None:
    listed = anywhere("--help").output.partition("Commands:")[2]
    assert [line.split()[0] for line in listed.splitlines() if line.strip()] == list(COMMANDS)


def test_help_and_version_bring_in_neither_the_database_nor_the_tables() -> None:
    quick = (
        "import sys\n"
        "from service.cli import gatefold\n"
        "gatefold(['--help'], standalone_mode=False)\n"
        "gatefold(['--version'], standalone_mode=False)\n"
        "sys.exit(bool({'sqlalchemy', 'pydantic', 'rich', 'flask'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", quick], check=False, capture_output=True).returncode == 0


def test_the_version_is_told(anywhere: CommandLine) -> None:
    assert anywhere("--version").output == f"gatefold {__version__}\n"


def test_a_misspelt_command_is_answered_with_the_likely_one(anywhere: CommandLine) -> None:
    assert "Did you mean 'sites'?" in anywhere("sitse", status=2).stderr


def test_an_unknown_command_is_misuse(anywhere: CommandLine) -> None:
    assert "No such command 'xyzzy'." in anywhere("xyzzy", status=2).stderr


def test_an_unexpected_fault_is_a_sentence_without_its_words(
    anywhere: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "Settings", Mock(side_effect=RuntimeError("a secret")))
    said = anywhere("sites", "list", status=1).stderr
    assert "did not expect (RuntimeError)" in said
    assert "secret" not in said


def test_the_traceback_of_an_unexpected_fault_is_shown_on_demand(
    anywhere: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "Settings", Mock(side_effect=RuntimeError("here")))
    with pytest.raises(RuntimeError, match="here"):
        gatefold(["--traceback", "sites", "list"], standalone_mode=False)


@sqlite_only
def test_a_letter_that_the_terminal_lacks_is_replaced(daily: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    daily("sites", "add", "lodz", "--name", "Ł", "--address", "https://lodz.example.org")
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    assert "lodz\t?\t" in daily.run("sites", "list").stdout


@sqlite_only
def test_a_reader_of_the_output_who_leaves_early_causes_no_traceback(daily: CommandLine) -> None:
    process = daily.start("sites", "list")
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    process.wait()


def test_the_program_is_the_command_line(anywhere: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gatefold", "--version"])
    monkeypatch.setattr(sys, "stderr", object())  # a stream that cannot be told how to replace letters
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
