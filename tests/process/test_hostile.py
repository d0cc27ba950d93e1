"""What no client of good will sends: too much, too slowly, or nonsense. The others are answered meanwhile."""

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest

from service.serving.door import HEADERS_WITHIN_MS
from tests.process.calling import call
from tests.process.family import family
from tests.process.town import Town, open_town

SLOW = 20
MANY_SLOW = 48  # more than all the threads of both processes
PATIENT_FOR = 3.0  # seconds in which the others must be answered
CHUNK = b"10000\r\n" + b" " * 65536 + b"\r\n"

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    usual = {"GATEFOLD_WORKERS": "2", "GATEFOLD_THREADS": "16", "GATEFOLD_HASHING_QUEUE": "8"}
    with open_town("sqlite", tmp_path_factory.mktemp("hostile"), usual, servers=1) as town:
        yield town


@pytest.fixture(autouse=True)
def _it_lives_on(town: Town) -> Iterator[None]:
    """Whatever a test sends, the same processes go on answering after it, and have told nobody of a fault."""
    before = family(town.servers[0])
    yield
    assert call(town.servers[0], "GET", "/readyz", patience=PATIENT_FOR).status == 200
    assert family(town.servers[0]) == before
    assert "Traceback" not in town.servers[0].log.read_text()


KEY = b"Authorization: Bearer <key>"


def post(path: str, *headers: bytes) -> bytes:
    lines = [f"POST {path} HTTP/1.1".encode(), b"Host: localhost", b"Content-Type: application/json", KEY, *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


SENDINGS: dict[str, tuple[Sequence[bytes], set[int]]] = {
    "a huge header": ([b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n"], {431}),
    "too many headers": ([b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 3000 + b"\r\n"], {431}),
    "a huge address": ([b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"], {414, 431}),
    "garbage": ([bytes(range(256)) * 20 + b"\r\n\r\n"], {400}),
    "a NUL byte": ([b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"], {400}),
    "two lengths": ([post("/v1/sign-in", b"Content-Length: 5", b"Content-Length: 6") + b"abcdef"], {400}),
    "a negative length": ([post("/v1/sign-in", b"Content-Length: -5")], {400}),
    "a false chunk": ([post("/v1/sign-in", b"Transfer-Encoding: chunked"), b"zz\r\nabc\r\n"], {400}),
    "a body as announced too large": ([post("/v1/sign-in", b"Content-Length: 2000000000")], {413}),
    "a body too large": ([post("/v1/sign-in", b"Content-Length: 100000"), b" " * 100_000], {413}),
    "a body in chunks too large": (
        [post("/v1/sign-in", b"Transfer-Encoding: chunked"), CHUNK * 2, b"0\r\n\r\n"],
        {413},
    ),
    "a form too large": (
        [
            b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n",
            CHUNK * 2,
            b"0\r\n\r\n",
        ],
        {413},
    ),
}


@pytest.mark.parametrize("what", SENDINGS)
def test_is_refused_with_a_clear_status(town: Town, what):
    sent, expected = SENDINGS[what]
    assert status_of(town, sent) in expected


def test_a_body_cut_short_is_refused(town: Town):
    body = b'{"email": "alice@example.org", "password": "plum-ladder-orbit-seven"}'
    with connected(town) as connection:
        connection.sendall(post("/v1/sign-in", b"Content-Length: 500").replace(b"<key>", town.key.encode()))
        connection.sendall(body)
        connection.shutdown(socket.SHUT_WR)
        assert status_in(connection) in (400, None)


def test_the_gate_answers_though_the_body_that_a_proxy_announces_never_comes(town: Town):
    for length in (b"Content-Length: 9", b"Content-Length: 9000000", b"Transfer-Encoding: chunked"):
        begun = time.monotonic()
        assert status_of(town, [post("/gate", length)]) == 403
        assert time.monotonic() - begun < PATIENT_FOR


def test_while_twenty_send_their_headers_slowly_others_are_answered(town: Town):
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(town)) for _ in range(SLOW)]
        for connection in slow:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ")
        assert_others_are_answered(town)
        slow[0].settimeout(HEADERS_WITHIN_MS / 1000 + 2)
        assert slow[0].recv(1000) == b""  # hung up on


def test_while_many_send_their_bodies_slowly_readers_are_answered(town: Town):
    with ExitStack() as stack:
        for _ in range(MANY_SLOW):
            connection = stack.enter_context(connected(town))
            connection.sendall(post("/v1/sign-in", b"Content-Length: 500") + b"{")
        time.sleep(0.5)
        assert_others_are_answered(town)


def assert_others_are_answered(town: Town) -> None:
    story = town.write_story("free")
    begun = time.monotonic()
    for _ in range(20):
        assert story.canaries[-1] in town.front_end().call("GET", f"/v1/articles/{story.slug}", patience=5).text
    assert time.monotonic() - begun < PATIENT_FOR


def connected(town: Town) -> socket.socket:
    return socket.create_connection(("127.0.0.1", town.servers[0].port), timeout=10)


def status_of(town: Town, sent: Sequence[bytes]) -> int | None:
    with connected(town) as connection:
        try:
            for part in sent:
                connection.sendall(part.replace(b"<key>", town.key.encode()))
        except ConnectionError:
            pass  # it is told already, and what it said can still be read
        return status_in(connection)


def status_in(connection: socket.socket) -> int | None:
    """The status that was answered; None where the connection was closed without a word."""
    try:
        line = connection.makefile("rb").readline()
    except ConnectionError:
        return None
    return int(line.split()[1]) if line else None
