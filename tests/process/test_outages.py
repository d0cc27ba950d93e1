"""The database gone, locked or full under a running server: clear problems meanwhile, and good again after."""

import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from service.foundation.database import Database
from tests.process.calling import Reply, call
from tests.process.town import Town, open_town, settled_town
from tests.support.at_once import at_once
from tests.support.databases import at_database, create_schema
from tests.support.postgres import PostgresServer, create_database
from tests.support.waiting import wait_until

BOUND = 15.0  # seconds in which every call is answered, whatever ails the database

pytestmark = pytest.mark.process


@pytest.fixture
def sqlite_town(tmp_path: Path) -> Iterator[Town]:
    with open_town("sqlite", tmp_path, servers=1) as town:
        yield town


def test_while_postgresql_is_gone_each_call_is_a_problem_and_after_it_all_is_good_again(
    postgres_server: PostgresServer, tmp_path: Path
):
    create_database(postgres_server.url(), "gatefold")
    url = at_database(postgres_server.url(), "gatefold")
    create_schema(url)
    with settled_town(url, tmp_path, {"GATEFOLD_WORKERS": "2"}, servers=1) as town:
        reader, story = town.add_reader(subscribes=True), town.write_story()
        token = town.front_end().sign_in(reader.email, reader.password).session_token
        assert all(story.canaries[-1] in town.front_end().read(story.slug, token).text for _ in range(20))

        postgres_server.stop("immediate")
        for reply in _answers(town, reader.email, reader.password, story.slug, token):
            _assert_unavailable(reply, story.protected)
        ready, alive = (call(town.servers[0], "GET", path) for path in ("/readyz", "/healthz"))
        assert (ready.status, alive.status) == (503, 200)
        page = call(town.servers[0], "GET", "/account", headers={"Cookie": f"gatefold_session={token}"})
        assert page.status == 503
        assert b"Traceback" not in page.body

        postgres_server.start()
        assert wait_until(town.servers[0].ready)
        assert wait_until(lambda: all(town.front_end().read(story.slug, token).status == 200 for _ in range(20)))
        statuses = {reply.status for reply in _answers(town, reader.email, reader.password, story.slug, token)}
        assert statuses <= {200, 201, 204, 409}
        assert story.canaries[-1] in town.front_end().read(story.slug, token).text


def test_while_another_process_holds_sqlite_reads_go_on_and_writes_are_refused_in_bounded_time(sqlite_town: Town):
    town = sqlite_town
    reader, story = town.add_reader(subscribes=True), town.write_story()
    token = town.front_end().sign_in(reader.email, reader.password).session_token
    with closing(sqlite3.connect(town.database.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        begun = time.monotonic()
        writes: list[Callable[[], Reply]] = [
            lambda: town.put("a-story", "<p>Words.</p>"),
            lambda: town.front_end().sign_in(reader.email, reader.password),
            lambda: town.desk().call("POST", f"/v1/readers/{reader.id}/entitlements", json={"product": "premium"}),
            lambda: town.front_end().call("POST", "/v1/sign-out", session=token),
        ]
        reads = 0

        def read_on(_number: int) -> Reply:
            nonlocal reads
            while time.monotonic() < begun + 5:
                reply = town.front_end().read(story.slug, token)
                assert story.canaries[-1] in reply.text
                reads += 1
            return reply

        outcomes = at_once(len(writes) + 1, lambda n: writes[n]() if n < len(writes) else read_on(n))
        took = time.monotonic() - begun
        other.execute("ROLLBACK")
    for refused in outcomes[: len(writes)]:
        assert isinstance(refused, Reply)
        _assert_unavailable(refused, story.protected)
    assert isinstance(outcomes[-1], Reply), outcomes[-1]
    assert reads > 20
    assert took < BOUND
    assert town.put("a-story", "<p>Words.</p>").status == 201
    assert story.canaries[-1] in town.front_end().read(story.slug, token).text


def test_on_a_full_disk_nothing_is_stored_by_half_and_the_process_lives_on(sqlite_town: Town):
    town = sqlite_town
    story = town.write_story("free")
    assert town.put("there-before", "<p>The first words.</p>").status == 201
    large = "".join(f"<p>{'words ' * 150}{n}</p>" for n in range(1500))
    with no_file_grows(town):
        for slug in ("a-new-story", "there-before"):
            _assert_unavailable(town.put(slug, large), ())
        assert story.canaries[-1] in town.front_end().read(story.slug).text
        assert town.desk().read("a-new-story").status == 404
        with Database(str(town.database.url)).reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            kept = connection.exec_driver_sql(
                "SELECT body_html FROM article_bodies JOIN articles ON id = article_id WHERE slug = 'there-before'"
            )
            assert kept.scalar_one() == "<p>The first words.</p>"
    assert town.put("a-new-story", large).status == 201


@contextmanager
def no_file_grows(town: Town) -> Iterator[None]:
    """What a full disk is to the server's processes: no file may grow, its log neither."""
    folder = Path(town.database.url.database or "").parent
    most = max(file.stat().st_size for file in folder.iterdir() if file.is_file())
    server = psutil.Process(town.servers[0].pid)
    processes = [server, *server.children(recursive=True)]
    before = {process.pid: resource.prlimit(process.pid, resource.RLIMIT_FSIZE) for process in processes}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def _answers(town: Town, email: str, password: str, slug: str, token: str | None) -> list[Reply]:
    """What every kind of call is answered with."""
    front_end, desk = town.front_end(), town.desk()
    calls: list[Callable[[], Reply]] = [
        lambda: front_end.read(slug, token),
        lambda: front_end.call("GET", "/v1/articles"),
        lambda: front_end.call("POST", "/v1/access", json={"slugs": [slug]}, session=token),
        lambda: front_end.sign_in(email, password),
        lambda: front_end.call("GET", "/v1/session", session=token),
        lambda: desk.call("GET", f"/v1/readers?email={email}"),
        lambda: town.put(f"story-{datetime.now(UTC):%H%M%S%f}", "<p>Words.</p>"),
    ]
    begun = time.monotonic()
    replies = [one() for one in calls]
    assert time.monotonic() - begun < BOUND
    return replies


def _assert_unavailable(reply: Reply, protected: tuple[str, ...]) -> None:
    assert reply.status == 503, reply.text
    assert reply.header("content-type") == "application/problem+json"
    assert reply.header("retry-after")
    assert reply.json()["code"] == "database_unavailable"
    assert "Traceback" not in reply.text
    assert "sqlite" not in reply.text.lower()
    assert "postgres" not in reply.text.lower()
    assert not any(canary in reply.text for canary in protected)
