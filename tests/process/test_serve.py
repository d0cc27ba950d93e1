"""`gatefold serve` as an operator knows it: how it starts, stops, replaces its processes and outlives them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from json import dumps, loads
from pathlib import Path
from threading import Event, Thread

import pytest

from service.devices.store import list_devices
from service.foundation.database import Database
from service.foundation.schema import current_revision, expected_revision
from service.serving.processes import AUTOGROUP, NICENESS
from tests.process.calling import NO_REPLY
from tests.process.family import family, gone, members
from tests.process.town import Town, open_town
from tests.support.at_once import at_once
from tests.support.databases import at_database
from tests.support.postgres import PostgresServer, create_database
from tests.support.servers import Server
from tests.support.waiting import SOON, wait_until

CHECKOUT = Path(__file__).parents[2]
UNDER_WAY = 12
CLIENTS = 3

pytestmark = pytest.mark.process


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    rarely = {"GATEFOLD_LAST_SEEN_INTERVAL": "PT1H", "GATEFOLD_LAST_SEEN_PRECISION": "PT0S"}
    with open_town("sqlite", tmp_path, {"GATEFOLD_WORKERS": "2", **rarely}, servers=1) as town:
        yield town


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_stop_answers_what_is_under_way_and_writes_what_was_gathered(town: Town, number):
    server, reader = town.servers[0], town.add_reader()
    token = town.front_end().sign_in(reader.email, reader.password).session_token or ""
    time.sleep(1)  # last-seen is kept to the second
    assert town.front_end().session(token)["state"] == "live"
    processes = family(server)
    with ExitStack() as stack:
        open_connection(stack, server)  # and nothing is ever asked on it
        asked = [ask_slowly(stack, town) for _ in range(UNDER_WAY)]
        time.sleep(0.3)
        begun = time.monotonic()
        (os.killpg if number == signal.SIGINT else os.kill)(server.pid, number)  # a terminal's Ctrl-C reaches the group
        assert [connection.getresponse().status for connection in asked] == [401] * UNDER_WAY
    assert server.stop() == 0
    assert time.monotonic() - begun < SOON
    assert wait_until(lambda: all(map(gone, processes)))
    with town.database.reading() as connection:
        (device,) = list_devices(connection, reader.id)
    assert device.last_seen_at > device.signed_in_at
    assert "Traceback" not in server.log.read_text()


def test_a_sighup_replaces_all_processes_and_loses_no_request(town: Town, figure):
    server = town.servers[0]
    before = family(server)
    with asked_all_the_time(town) as asked:
        os.kill(server.pid, signal.SIGHUP)
        assert wait_until(lambda: all(map(gone, before)), within=60)
        assert wait_until(lambda: len(family(server)) == len(before))
        time.sleep(1)
    assert asked.faults == []
    figure(f"{asked.checks} checks and {asked.passed_on} passed on while the processes were replaced, none lost")


def test_what_comes_later_has_the_settings_of_that_day(town: Town):
    server = town.servers[0]
    before = family(server)
    (server.log.parent / ".env").write_text("GATEFOLD_PUBLISHER_NAME=The Evening Courier\n")
    assert "The Evening Courier" not in town.browser().open("/sign-in").text
    os.kill(server.pid, signal.SIGHUP)
    assert wait_until(lambda: all(map(gone, before)), within=60)
    assert "The Evening Courier" in town.browser().open("/sign-in").text


def test_new_processes_that_do_not_become_ready_replace_nothing(town: Town):
    server, story = town.servers[0], town.write_story("free")
    before = family(server)
    (server.log.parent / ".env").write_text("GATEFOLD_DEVICE_LIMIT=many\n")
    os.kill(server.pid, signal.SIGHUP)
    assert wait_until(lambda: "not_replaced" in server.log.read_text(), within=60)
    assert family(server) == before
    assert town.front_end().read(story.slug).status == 200
    assert server.ready()


def test_processes_that_were_killed_are_started_anew_and_checks_go_on_meanwhile(town: Town):
    server = town.servers[0]
    before = family(server)
    with asked_all_the_time(town) as asked:
        for name in ("account-worker", "background"):
            members(server, name)[0].kill()
        assert wait_until(lambda: len(family(server)) == len(before))
        assert wait_until(server.ready)
        time.sleep(1)
    assert asked.lost_checks == []
    members(server, "reading-worker")[0].kill()
    assert wait_until(lambda: len(family(server)) == len(before))
    assert wait_until(server.ready)
    assert set(before) & set(family(server)) == {before[1]}  # the reading worker that was let live


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="Linux alone shares its time out among sessions")
def test_account_workers_give_way_to_reading_workers_and_to_all_other_sessions(town: Town):
    reading, *_, account, _ = family(town.servers[0])
    assert (reading.nice(), account.nice()) == (0, NICENESS)
    for process in family(town.servers[0]):  # or one would share what a session gets with others
        assert os.getsid(process.pid) == process.pid
    autogroup = Path(f"/proc/{account.pid}/autogroup")
    assert wait_until(lambda: autogroup.read_text().split()[-1] == str(NICENESS))


def test_what_a_killed_account_worker_was_answering_is_told_to_be_interrupted(town: Town):
    (worker,) = members(town.servers[0], "account-worker")
    with ExitStack() as stack:
        asked = [ask_slowly(stack, town) for _ in range(UNDER_WAY)]
        time.sleep(0.3)
        worker.kill()
        replies = [connection.getresponse() for connection in asked]
        assert {reply.status for reply in replies} <= {401, 500}
        interrupted = [loads(reply.read()) for reply in replies if reply.status == 500]
    assert interrupted
    assert {problem["code"] for problem in interrupted} == {"internal_error"}


def test_what_a_killed_parent_leaves_behind_ends_by_itself(town: Town):
    server = town.servers[0]
    children = family(server)
    os.kill(server.pid, signal.SIGKILL)
    assert wait_until(lambda: all(map(gone, children)))
    assert server.start().running  # on the same port


def test_a_port_in_use_is_told_in_a_sentence(town: Town):
    port = town.servers[0].port
    told = gatefold("serve", "--port", str(port), DATABASE_URL=str(town.database.url))
    assert told.returncode == 1
    assert told.stderr == f"Error: Cannot listen on 127.0.0.1:{port}: Address already in use.\n"


def test_a_missing_schema_is_told_in_a_sentence(tmp_path: Path):
    (tmp_path / "empty.db").touch()
    told = gatefold("serve", DATABASE_URL=f"sqlite:///{tmp_path}/empty.db")
    assert told.returncode == 1
    assert told.stderr == "Error: The database's schema is not up to date: run `gatefold migrate` first.\n"


def test_development_settings_are_refused_at_a_public_address(tmp_path: Path):
    public = "https://accounts.courier.example"
    told = gatefold("serve", DATABASE_URL=f"sqlite:///{tmp_path}/empty.db", GATEFOLD_PUBLIC_URL=public)
    assert told.returncode == 1
    assert "set GATEFOLD_ENVIRONMENT=production" in told.stderr


def test_an_unreachable_database_is_told_in_a_sentence():
    told = gatefold("serve", DATABASE_URL="postgresql://postgres@127.0.0.1:1/gatefold")
    assert told.returncode == 1
    assert told.stderr.startswith("Error: The database postgresql://postgres@127.0.0.1:1/gatefold does not answer")
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_two_who_migrate_at_once_both_find_it_done(kind, tmp_path: Path, request: pytest.FixtureRequest):
    url = f"sqlite:///{tmp_path}/new.db"
    if kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        create_database(server.url(), "new")
        url = at_database(server.url(), "new")
    told = at_once(2, lambda _: gatefold("migrate", DATABASE_URL=url))
    assert [getattr(one, "returncode", one) for one in told] == [0, 0], told
    with Database(url).reading() as connection:
        assert current_revision(connection) == expected_revision()


@dataclass
class Asked:
    """What came of the requests that went on all the time, by new connections."""

    checks: int = 0
    passed_on: int = 0
    lost_checks: list[str] = field(default_factory=list)
    lost_passed_on: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return self.lost_checks + self.lost_passed_on


@contextmanager
def asked_all_the_time(town: Town) -> Iterator[Asked]:
    """Within the block, some ask what the lane answers, and some what is passed on to an account worker."""
    story, asked, over = town.write_story("free"), Asked(), Event()
    check, passed_on = f"/v1/access/{story.slug}", "/v1/session"

    def load(path: str, lost: list[str]) -> None:
        while not over.is_set():
            try:
                reply = town.front_end().call("GET", path)
            except NO_REPLY as fault:
                lost.append(repr(fault))
                continue
            if reply.status != 200:
                lost.append(reply.text)
            asked.checks += path == check
            asked.passed_on += path == passed_on

    clients = [Thread(target=load, args=(check, asked.lost_checks)) for _ in range(CLIENTS)]
    clients += [Thread(target=load, args=(passed_on, asked.lost_passed_on)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield asked
    finally:
        over.set()
        for client in clients:
            client.join()


def open_connection(stack: ExitStack, server: Server) -> HTTPConnection:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=SOON)
    stack.enter_context(closing(connection))
    connection.connect()
    return connection


def ask_slowly(stack: ExitStack, town: Town) -> HTTPConnection:
    """Ask for what takes a while, since passwords are hashed one after the other."""
    connection = open_connection(stack, town.servers[0])
    headers = {"Authorization": f"Bearer {town.key}", "Content-Type": "application/json"}
    wanted = {"email": "nobody@example.org", "password": "not-a-password-of-anyone"}
    connection.request("POST", "/v1/sign-in", dumps(wanted).encode(), headers)
    return connection


def gatefold(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "service.cli", *words]
    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), **environment}
    return subprocess.run(command, env=settings, cwd="/", capture_output=True, text=True, timeout=60, check=False)
