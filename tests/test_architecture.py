"""The house stands as it is drawn: imports go down, stores alone ask the database, files stay small."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "service").rglob("*.py"))
MOST_LINES = 250
STORES = {
    "store.py",
    "listings.py",
    "access/question.py",
    "catalogue/reading.py",
    "foundation/backends.py",
    "foundation/database.py",
    "foundation/instants.py",
    "foundation/migrating.py",
    "foundation/outbox.py",
    "foundation/postgresql.py",
    "foundation/questions.py",
    "foundation/quotas.py",
    "foundation/schema.py",
    "foundation/seen.py",
    "foundation/sqlite.py",
    "foundation/tickets.py",
    "web/api/idempotency.py",
}
FOR_ALL = {"sqlalchemy.engine", "sqlalchemy.exc"}  # a connection to pass on, and what may go wrong with it


def test_imports_keep_their_contracts():
    lint = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    result = subprocess.run([*lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_module_says_what_it_owns():
    assert [_named(path) for path in MODULES if not ast.get_docstring(_parsed(path))] == []


def test_every_file_is_short_enough_to_read():
    lengths = {_named(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}, "split them by ability"


def test_stores_alone_ask_the_database():
    assert [f"{_named(path)}: {module}" for path in MODULES if not _is_store(path) for module in _asking(path)] == []


def test_a_start_loads_nothing_that_it_does_not_need():
    """On SQLite: the other database, migrating and the judging of new passwords are loaded by who needs them."""
    serves = "from service.cli import serve; import sys, service.app; service.app.Database('sqlite:////dev/null'); "
    ran = [sys.executable, "-c", serves + "print(*sys.modules)"]
    told = subprocess.run(ran, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert "sqlalchemy" in told
    assert {"alembic", "psycopg", "sqlalchemy.dialects.postgresql", "zxcvbn"} & set(told) == set()


def _is_store(path: Path) -> bool:
    return path.name in STORES or _named(path).removeprefix("service/") in STORES


def _asking(path: Path) -> list[str]:
    return [module for module in _imported(path) if module.split(".")[0] == "sqlalchemy" and module not in FOR_ALL]


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
