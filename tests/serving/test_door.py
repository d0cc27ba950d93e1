"""The door, before something small: what waits, fails or sends slowly keeps nobody else waiting."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import psutil
import pytest

from service.serving.bodies import LARGEST
from service.serving.watch import RELIEVED_AFTER_SECONDS
from tests.serving.stand_in import BODY_WITHIN_SECONDS, MOST_BODIES, MOST_WAITING, TAKEN_WITHIN_SECONDS
from tests.support.waiting import wait_until

CHECKOUT = Path(__file__).parents[2]
READY_WITHIN = 30.0
SOON = 20.0
HOME, ELSEWHERE, FAR_AWAY = "127.0.0.1", "127.0.0.2", "127.0.0.3"

pytestmark = pytest.mark.process


@dataclass(frozen=True)
class StandIn:
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def connect(self, stack: ExitStack, sender: str = HOME) -> HTTPConnection:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SOON, source_address=(sender, 0))
        return stack.enter_context(closing(connection))

    def call(self, method: str, path: str, body: bytes | Iterator[bytes] = b"", **headers: str) -> tuple[int, bytes]:
        with ExitStack() as stack:
            connection = self.connect(stack)
            connection.request(method, path, body or None, headers, encode_chunked=not isinstance(body, bytes))
            response = connection.getresponse()
            return response.status, response.read()

    def send(self, stack: ExitStack, sent: bytes) -> socket.socket:
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=SOON))
        connection.sendall(sent)
        return connection

    def members(self, name: str) -> list[psutil.Process]:
        found = []
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # it ended while we looked
                if child.name() == name:
                    found.append(child)
        return found


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("stand-in") / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.serving.stand_in", str(port)],
            cwd=log.parent,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdout=out,
            stderr=out,
        )
    stand_in = StandIn(port, process, log)
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            assert stand_in.call("GET", "/ready") == (200, b"")
            break
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
    yield stand_in
    process.terminate()
    assert process.wait(SOON) == 0


@pytest.fixture(autouse=True)
def _it_goes_on(stand_in: StandIn) -> Iterator[None]:
    yield
    assert stand_in.call("GET", "/lane") == (200, b"lane ")
    assert stand_in.call("POST", "/other", b"abc") == (200, b"abc")


def in_parts(*parts: bytes) -> Iterator[bytes]:
    yield from parts


def problem(response: tuple[int, bytes]) -> tuple[int, str]:
    return response[0], json.loads(response[1])["code"]


def test_the_lane_answers_what_it_can_with_a_body_and_without(stand_in: StandIn):
    assert stand_in.call("GET", "/lane") == (200, b"lane ")
    assert stand_in.call("POST", "/lane", b"abc") == (200, b"lane abc")
    assert stand_in.call("POST", "/lane", in_parts(b"a", b"bc")) == (200, b"lane abc")


@pytest.mark.parametrize("size", [0, 1, 100_000, LARGEST])
def test_all_else_is_passed_on_whole(stand_in: StandIn, size):
    body = os.urandom(size)
    assert stand_in.call("POST", "/other", body) == (200, body)
    assert stand_in.call("POST", "/other", in_parts(body[:7], body[7:])) == (200, body)


@pytest.mark.parametrize("body", [b"abc", in_parts(b"a", b"bc")], ids=["of a length", "in chunks"])
def test_what_is_passed_on_is_as_it_came(stand_in: StandIn, body):
    status, told = stand_in.call(
        "POST", "/environ?a=%41&b", body, **{"X-Forwarded-For": "1.2.3.4", "Content-Type": "x/y"}
    )
    environ = json.loads(told)
    assert status == 200
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert environ["HTTP_X_FORWARDED_FOR"] == "1.2.3.4"
    assert (environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"]) == ("POST", "/environ", "a=%41&b")
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("x/y", "3")
    assert (environ["wsgi.url_scheme"], environ["SERVER_PROTOCOL"]) == ("http", "HTTP/1.1")
    assert "HTTP_TRANSFER_ENCODING" not in environ
    assert "PATH" not in environ  # nor anything else of the process's own environment


def test_a_fault_is_a_problem(stand_in: StandIn):
    assert problem(stand_in.call("GET", "/lane/fault")) == (500, "internal_error")
    assert problem(stand_in.call("GET", "/fault")) == (500, "internal_error")
    assert stand_in.log.read_text().count("ValueError") == 2


def test_a_body_that_is_too_large_is_refused(stand_in: StandIn):
    assert problem(stand_in.call("POST", "/other", in_parts(bytes(LARGEST), b"."))) == (413, "too_large")
    with ExitStack() as stack:
        sent = stand_in.send(stack, b"POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        assert status_in(sent) == 413


def test_a_body_that_comes_too_slowly_is_cut_off(stand_in: StandIn):
    begun = time.monotonic()
    with ExitStack() as stack:
        for start in (b"Content-Length: 9\r\n\r\n...", b"Transfer-Encoding: chunked\r\n\r\n3\r\n...\r\n"):
            sent = stand_in.send(stack, b"POST /other HTTP/1.1\r\nHost: x\r\n" + start)
            told = sent.makefile("rb").read()  # all, until it is hung up on
            assert told.startswith(b"HTTP/1.1 408 ")
            assert told.endswith(b"}")
    assert 2 * BODY_WITHIN_SECONDS <= time.monotonic() - begun < 8 * BODY_WITHIN_SECONDS


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only the proxy in front can tell")
def test_who_takes_nothing_of_an_answer_is_hung_up_on(stand_in: StandIn):
    with ExitStack() as stack:
        deaf = asks_for_a_large_answer(stack, stand_in, LARGEST)
        client = deaf.getsockname()
        assert wait_until(lambda: client in clients_of(stand_in))
        assert wait_until(lambda: client not in clients_of(stand_in), within=5 * TAKEN_WITHIN_SECONDS)


def test_who_takes_an_answer_slowly_has_all_of_it(stand_in: StandIn):
    hurrying_after, left = time.monotonic() + 3 * TAKEN_WITHIN_SECONDS, LARGEST
    with ExitStack() as stack:
        slow = asks_for_a_large_answer(stack, stand_in, LARGEST)
        while left > 0:
            left -= len(slow.recv(LARGEST) or pytest.fail("hung up on"))
            if time.monotonic() < hurrying_after:
                time.sleep(TAKEN_WITHIN_SECONDS / 4)


def asks_for_a_large_answer(stack: ExitStack, stand_in: StandIn, size: int) -> socket.socket:
    """On a connection that keeps next to nothing of it waiting to be read."""
    connection = stack.enter_context(closing(socket.socket()))
    connection.settimeout(SOON)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", stand_in.port))
    connection.sendall(b"POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + bytes(size))
    return connection


def clients_of(stand_in: StandIn) -> set[tuple[str, int]]:
    (worker,) = stand_in.members("reading-worker")
    held = [connection for connection in worker.net_connections() if connection.status == psutil.CONN_ESTABLISHED]
    return {(connection.raddr.ip, connection.raddr.port) for connection in held}


def test_a_large_body_that_no_account_worker_takes_keeps_no_other_from_the_lane(stand_in: StandIn):
    (worker,) = stand_in.members("account-worker")
    with ExitStack() as stack:
        worker.suspend()
        stack.callback(worker.resume)
        large = stand_in.send(stack, b"POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % LARGEST)
        large.sendall(bytes(LARGEST))
        time.sleep(0.5)
        begun = time.monotonic()
        for _ in range(20):
            assert stand_in.call("POST", "/lane", b"abc") == (200, b"lane abc")
        assert time.monotonic() - begun < 10 * RELIEVED_AFTER_SECONDS
        worker.resume()
        assert status_in(large) == 200


def test_slow_senders_keep_neither_the_lane_nor_others_waiting(stand_in: StandIn):
    with ExitStack() as stack:
        slow = [
            stand_in.send(stack, b"POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n...")
            for _ in range(2 * MOST_BODIES)
        ]
        time.sleep(0.5)
        begun = time.monotonic()
        for _ in range(20):
            assert stand_in.call("GET", "/lane") == (200, b"lane ")
            assert stand_in.call("GET", "/other") == (200, b"")
        assert time.monotonic() - begun < BODY_WITHIN_SECONDS / 2
        assert sorted(filter(None, map(status_in, slow))) == [408] * MOST_BODIES + [503] * MOST_BODIES


def test_while_as_many_wait_as_may_the_lane_answers_and_more_are_told_to_come_again(stand_in: StandIn):
    with ExitStack() as stack:
        waiting = [stand_in.connect(stack, (HOME, ELSEWHERE)[number % 2]) for number in range(MOST_WAITING)]
        for connection in waiting:
            connection.request("GET", "/slow?1")
        time.sleep(0.3)
        begun = time.monotonic()
        assert stand_in.call("GET", "/lane") == (200, b"lane ")
        for sender in (HOME, FAR_AWAY):
            assert problem(answered(stand_in.connect(stack, sender), "/other")) == (503, "busy")
        assert time.monotonic() - begun < 0.5
        assert [connection.getresponse().read() for connection in waiting] == [b"slow"] * MOST_WAITING


def test_one_sender_takes_no_more_than_half_of_the_room_to_wait(stand_in: StandIn):
    with ExitStack() as stack:
        greedy = [stand_in.connect(stack) for _ in range(MOST_WAITING)]
        for connection in greedy:
            connection.request("GET", "/slow?1")
        time.sleep(0.3)
        assert answered(stand_in.connect(stack, ELSEWHERE), "/other")[0] == 200
        assert sorted(connection.getresponse().status for connection in greedy) == [200] * 3 + [503] * 3
    assert stand_in.call("GET", "/other")[0] == 200


@pytest.mark.parametrize(
    ("accepted", "kind"),
    [(b"*/*", "application/problem+json"), (b"text/html,*/*;q=0.8", "text/html; charset=utf-8")],
)
def test_who_finds_no_place_is_turned_away_before_her_body_has_come(stand_in: StandIn, accepted, kind):
    with ExitStack() as stack:
        first = stand_in.connect(stack)
        first.request("POST", "/hashed?1", b"abc")
        time.sleep(0.3)
        began = time.monotonic()
        head = b"POST /hashed HTTP/1.1\r\nHost: a\r\nAccept: %s\r\nContent-Length: 50\r\n\r\n" % accepted
        refused = HTTPResponse(stand_in.send(stack, head))
        refused.begin()
        assert (refused.status, refused.headers["Content-Type"]) == (503, kind)
        assert int(refused.headers["Retry-After"]) > 0
        assert time.monotonic() - began < 0.5
        assert kind.startswith("application") or b"To try again, reload this page" in refused.read()
        assert stand_in.call("GET", "/other")[0] == 200
        assert first.getresponse().status == 200
    assert stand_in.call("POST", "/hashed?0", b"abc") == (200, b"slow")


def test_who_sends_much_is_read_before_she_is_turned_away(stand_in: StandIn):
    """She, or the proxy before us, may be sending still, and not look for an answer before all is sent."""
    with ExitStack() as stack:
        first = stand_in.connect(stack)
        first.request("POST", "/hashed?1", b"abc")
        time.sleep(0.3)
        for size in (60_000, LARGEST - 1):
            sending = stand_in.send(stack, b"POST /hashed HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size)
            for _ in range(10):
                sending.sendall(b"x" * (size // 10))
                time.sleep(0.01)
            sending.sendall(b"x" * (size % 10))
            assert status_in(sending) == 503
        assert first.getresponse().status == 200


def test_a_place_is_free_again_where_an_account_worker_died_over_it(stand_in: StandIn):
    with ExitStack() as stack:
        first = stand_in.connect(stack)
        first.request("POST", "/hashed?20", b"abc")
        time.sleep(0.3)
        (worker,) = stand_in.members("account-worker")
        worker.kill()
        assert first.getresponse().status == 500
    assert wait_until(lambda: stand_in.call("POST", "/hashed?0", b"abc")[0] == 200, within=SOON)


def test_what_was_refused_has_the_headers_of_all_answers(stand_in: StandIn):
    with ExitStack() as stack:
        connection = stand_in.connect(stack)
        connection.request("GET", "/fault")
        headers = connection.getresponse().headers
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_an_account_worker_that_dies_over_a_request_leaves_a_problem_and_is_replaced(stand_in: StandIn):
    (before,) = stand_in.members("account-worker")
    assert problem(stand_in.call("GET", "/die")) == (500, "internal_error")
    assert stand_in.call("GET", "/lane") == (200, b"lane ")
    assert stand_in.call("GET", "/other") == (200, b"")  # it waits until there is one
    (after,) = stand_in.members("account-worker")
    assert after.pid != before.pid


def test_no_request_is_lost_while_all_processes_are_replaced(stand_in: StandIn):
    before = {process.pid for name in ("account-worker", "reading-worker") for process in stand_in.members(name)}
    with ExitStack() as stack:
        waiting = stand_in.connect(stack)
        waiting.request("GET", "/slow?3")
        time.sleep(0.2)
        stand_in.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 30
        while before & {child.pid for child in psutil.Process(stand_in.process.pid).children()}:
            assert time.monotonic() < deadline
            assert stand_in.call("GET", "/lane") == (200, b"lane ")
            assert stand_in.call("POST", "/other", b"abc") == (200, b"abc")
        assert waiting.getresponse().read() == b"slow"


def test_whoever_keeps_a_connection_loses_no_request_either(stand_in: StandIn):
    before = {process.pid for process in stand_in.members("reading-worker")}
    answered = 0
    with ExitStack() as stack:
        kept = [stand_in.connect(stack) for _ in range(4)]  # each opens another where it was told that this one ends
        stand_in.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 30
        while before & {process.pid for process in stand_in.members("reading-worker")}:
            assert time.monotonic() < deadline
            for connection in kept:
                connection.request("POST", "/other", b"abc")
                assert connection.getresponse().read() == b"abc"
                answered += 1
    assert answered > 100


def test_a_reading_worker_that_dies_young_is_started_anew(stand_in: StandIn):
    (oldest,) = stand_in.members("reading-worker")
    stand_in.process.send_signal(signal.SIGHUP)
    known = {oldest}
    for _ in range(3):
        assert wait_until(lambda: set(stand_in.members("reading-worker")) - known, within=SOON)
        assert wait_until(lambda: not oldest.is_running(), within=SOON)
        for young in set(stand_in.members("reading-worker")) - known:
            known.add(young)
            young.kill()
    assert wait_until(lambda: stand_in.call("GET", "/lane") == (200, b"lane "), within=SOON)
    assert stand_in.process.poll() is None


def answered(connection: HTTPConnection, path: str) -> tuple[int, bytes]:
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read()


def status_in(sent: socket.socket) -> int | None:
    """None where nothing was said before the connection was closed."""
    line = sent.makefile("rb").readline()
    return int(line.split()[1]) if line else None
