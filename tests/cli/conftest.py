"""The command line, run in this process or as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli import gatefold, showing

GATEFOLD = Path(sys.executable).with_name("gatefold")


@dataclass(frozen=True)
class CommandLine:
    """``gatefold("sites", "list")`` runs a command; nothing that it does may end in a traceback."""

    folder: Path

    def __call__(self, *arguments: object, given: str | bytes | None = None, status: int = 0) -> Result:
        result = CliRunner().invoke(gatefold, [str(argument) for argument in arguments], input=given)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == status, result.output
        assert "Traceback" not in result.output
        return result

    def start(self, *arguments: object, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [GATEFOLD, *map(str, arguments)],
            cwd=self.folder,
            env=os.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def run(self, *arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [GATEFOLD, *map(str, arguments)],
            cwd=self.folder,
            env=os.environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **options,
        )


@pytest.fixture
def anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line in an empty folder, with no database named."""
    monkeypatch.chdir(tmp_path)
    return CommandLine(tmp_path)


@pytest.fixture
def command_line(anywhere: CommandLine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line on a fresh database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return anywhere


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """``terminal(80)`` makes what is printed go to a terminal of that many columns."""

    def terminal(columns: int) -> None:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(showing, "on_terminal", lambda stream=None: True)

    return terminal


@pytest.fixture
def daily(command_line: CommandLine) -> CommandLine:
    """The command line, where there is a site ``daily``."""
    command_line("sites", "add", "daily", "--name", "The Daily", "--address", "https://daily.example.org")
    return command_line


@pytest.fixture
def alice(command_line: CommandLine) -> CommandLine:
    """The command line, where there is a reader ``alice@example.org``."""
    command_line("readers", "add", "--email", "alice@example.org", "--name", "Alice", "--generate")
    return command_line
