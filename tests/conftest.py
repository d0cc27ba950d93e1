"""The fixtures that all tests share: real databases, a frozen clock, three people, a site, articles, servers."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from sqlalchemy.engine import Connection

from service.devices.sessions import StartedSession
from service.foundation.database import Database
from service.foundation.settings import Settings
from service.sites.site import FRONT_END_SCOPES, STAFF_SCOPES, Mode, Site
from service.sites.store import add_key, add_site
from service.web.doors import EXTENSION
from tests.support.browser import running_chromium
from tests.support.clock import FrozenClock
from tests.support.databases import fresh_postgresql, fresh_sqlite, stop_shared_postgresql
from tests.support.figures import figure, pytest_terminal_summary  # noqa: F401  a fixture and a hook
from tests.support.people import People, Person, quick_passwords, settle_people
from tests.support.people import sign_in as start_session_of
from tests.support.postgres import PostgresServer
from tests.support.run_folder import close_run_folder, deserted_run_folders, open_run_folder, run_folder
from tests.support.servers import Server
from tests.support.settings import make_settings
from tests.support.stories import ArticleFactory, write_story

OUR_ADDRESS = "http://localhost:8401"
THEIR_ADDRESS = "http://localhost:8501"


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith("GATEFOLD_") and not name.startswith("GATEFOLD_TEST_")]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    if not hasattr(config, "workerinput"):  # the process that hands out the tests, or runs them itself
        for folder in deserted_run_folders():
            stop_shared_postgresql(folder)
            close_run_folder(folder)
        config.add_cleanup(partial(_clear_up, open_run_folder()))


def _clear_up(folder: Path) -> None:
    stop_shared_postgresql(folder)
    close_run_folder(folder)


@pytest.fixture(autouse=True, scope="session")
def _loggers_are_not_kept() -> Iterator[None]:
    """A logger kept from one test would write to that test's captured stream, which is closed by then."""
    configure = structlog.configure
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structlog, "configure", lambda **given: configure(**given | {"cache_logger_on_first_use": False}))
        yield


@pytest.fixture(autouse=True)
def _logs_are_reset() -> Iterator[None]:
    yield
    structlog.reset_defaults()


# Databases


@pytest.fixture
def sqlite_url(tmp_path: Path) -> Iterator[str]:
    """A fresh SQLite file with the schema in it."""
    with fresh_sqlite(tmp_path) as url:
        yield url


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """A fresh database with the schema in it, on the server that the whole run shares."""
    with fresh_postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Both databases, one after the other; ``sqlite_only`` and ``postgresql_only`` choose one."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A writing transaction around the whole test. On SQLite it keeps every other writer waiting."""
    with database.writing() as connection:
        yield connection


@pytest.fixture
def postgres_server() -> Iterator[PostgresServer]:
    """A durable server of this test's own, to be stopped and started as it likes."""
    folder = run_folder() / f"own-{os.urandom(6).hex()}"
    server = PostgresServer(folder, fsync=True).start()
    yield server
    server.stop("immediate")
    shutil.rmtree(folder, ignore_errors=True)


# The service


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return make_settings(database_url=database_url, variable_folder=tmp_path / "var")


@pytest.fixture
def app(settings: Settings, clock: FrozenClock) -> Iterator[Flask]:
    """The service in this process, with the frozen clock and passwords that hash fast."""
    from service.app import create_app  # here, so that a fault in one page does not stop every test

    app = create_app(settings, clock=clock)
    house = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(house, passwords=quick_passwords())
    app.testing = True
    yield app
    house.database.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """``serve(database_url, GATEFOLD_WORKERS="2")`` starts a real server; all are stopped after the test."""
    started: list[Server] = []

    def serve(database_url: str, **environment: str) -> Server:
        server = Server(tmp_path, database_url, environment)
        started.append(server)
        return server.start()

    yield serve
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


# Who and what there is


@pytest.fixture
def people(database: Database, clock: FrozenClock) -> People:
    """Alice, Bob and Charlie have accounts; Alice is entitled to ``premium``."""
    return settle_people(database, quick_passwords(), clock.now())


@pytest.fixture
def sign_in(database: Database, clock: FrozenClock) -> Callable[..., StartedSession]:
    """``sign_in(people.alice, "Firefox on Android").token`` is a live session of hers."""

    def sign_in(person: Person, kind: str = "Firefox on Linux") -> StartedSession:
        return start_session_of(database, person, clock.now(), kind)

    return sign_in


@pytest.fixture
def site(database: Database, clock: FrozenClock) -> Site:
    with database.writing() as connection:
        return add_site(connection, "courier", "The Courier", [OUR_ADDRESS], clock.now())


@pytest.fixture
def other_site(database: Database, clock: FrozenClock) -> Site:
    """Another site of the same publisher."""
    with database.writing() as connection:
        return add_site(connection, "gazette", "The Gazette", [THEIR_ADDRESS], clock.now())


@pytest.fixture
def front_end_key(database: Database, clock: FrozenClock, site: Site) -> str:
    """The token of a key of ``site`` with which a front end reads articles and speaks for readers."""
    with database.writing() as connection:
        return add_key(connection, site.id, "Front end", Mode.LIVE, FRONT_END_SCOPES, clock.now())[1]


@pytest.fixture
def staff_key(database: Database, clock: FrozenClock, site: Site) -> str:
    """The token of a key of ``site`` with every scope."""
    with database.writing() as connection:
        return add_key(connection, site.id, "Staff", Mode.LIVE, STAFF_SCOPES, clock.now())[1]


@pytest.fixture
def article(database: Database, clock: FrozenClock, site: Site) -> ArticleFactory:
    """``article("premium")`` is a published :class:`Story` of ``site`` with a canary in each paragraph.

    Fields of :class:`ArticleDraft` by name; ``site_id`` for another site.
    """

    def article(access_level: str = "premium", *, site_id: str | None = None, **fields: Any) -> Any:
        return write_story(database, site_id or site.id, clock.now(), access_level, **fields)

    return article
