"""Fresh databases with the schema in them: copies of a template that is made once per run."""

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from service.foundation.database import Database
from service.foundation.migrating import migrate
from tests.support.postgres import PostgresServer, create_database, drop_database
from tests.support.run_folder import once, run_folder

GIVEN_SERVER = "GATEFOLD_TEST_POSTGRES_URL"  # of a database there, with the right to create others

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def create_schema(url: str) -> None:
    """As ``gatefold migrate`` does."""
    database = Database(url)
    migrate(database)
    database.close()


@contextmanager
def fresh_sqlite(folder: Path) -> Iterator[str]:
    template = once("sqlite", _sqlite_template)["path"]
    path = folder / f"{uuid.uuid4().hex}.db"
    shutil.copy(template, path)
    yield f"sqlite:///{path}"
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


@contextmanager
def fresh_postgresql() -> Iterator[str]:
    facts = once("postgresql", _postgresql_template)
    name = f"gatefold_{uuid.uuid4().hex}"
    create_database(facts["server"], name, facts["template"])
    yield at_database(facts["server"], name)
    drop_database(facts["server"], name)


def stop_shared_postgresql(folder: Path) -> None:
    """Called once all workers are done."""
    shared = folder / "postgres"
    if (shared / "data").exists():
        PostgresServer(shared).stop()
    elif (folder / "postgresql.json").exists():
        facts = json.loads((folder / "postgresql.json").read_text())
        drop_database(facts["server"], facts["template"])


def at_database(server_url: str, name: str) -> str:
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


def _sqlite_template() -> dict[str, str]:
    path = run_folder() / "template.db"
    create_schema(f"sqlite:///{path}")
    return {"path": str(path)}


def _postgresql_template() -> dict[str, str]:
    server = os.environ.get(GIVEN_SERVER) or PostgresServer(run_folder() / "postgres").start().url()
    template = f"gatefold_template_{uuid.uuid4().hex}"
    create_database(server, template)
    create_schema(at_database(server, template))
    return {"server": server, "template": template}
