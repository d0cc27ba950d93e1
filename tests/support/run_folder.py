"""One folder for the whole test run, shared by all workers, and what is made in it once."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

VARIABLE = "GATEFOLD_TEST_RUN_FOLDER"
PREFIX = "gatefold-tests-"
ALIVE = "alive"  # a file in the folder, locked for as long as the run lasts

_held: list[IO[str]] = []


def open_run_folder() -> Path:
    """Make the folder; the process that runs or distributes the tests calls this before its workers start."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)  # PostgreSQL runs as nobody where we are root, and must get through
    alive = (folder / f"not-yet-{ALIVE}").open("w")
    fcntl.flock(alive, fcntl.LOCK_EX)
    Path(alive.name).rename(folder / ALIVE)  # never there without its lock
    _held.append(alive)
    os.environ[VARIABLE] = str(folder)
    return folder


def run_folder() -> Path:
    return Path(os.environ[VARIABLE])


def close_run_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def deserted_run_folders() -> list[Path]:
    """Folders of our own runs that were killed before they could clear up: nobody holds their lock."""
    return [folder for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*") if _deserted(folder)]


def _deserted(folder: Path) -> bool:
    if folder.stat().st_uid != os.geteuid():
        return False
    try:
        with (folder / ALIVE).open("r+") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, or not there yet
        return False
    return True


def once(name: str, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What ``make`` returned to the first worker that asked; the others wait for it."""
    facts = run_folder() / f"{name}.json"
    with locked(name):
        if not facts.exists():
            facts.write_text(json.dumps(make()))
        return dict(json.loads(facts.read_text()))


@contextmanager
def locked(name: str) -> Iterator[None]:
    with (run_folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
