"""The laxest site there could be behind a real nginx, set up word for word as `docs/gate.md` says."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

from tests.process.calling import SESSION_COOKIE, Place, Reply, call
from tests.process.town import Town, open_town
from tests.support.missing import missing
from tests.support.people import Person
from tests.support.stories import write_story
from tests.support.waiting import SOON, wait_until

PAGE = Path(__file__).parents[2] / "docs" / "gate.md"
OPEN, CLOSED = "open-to-all", "the-last-ferry"
WORDS = {slug: f"canary{os.urandom(8).hex()}" for slug in (OPEN, CLOSED)}
TOLD = ("Gatefold-Decision", "Gatefold-Reason", "Gatefold-Reader", "Gatefold-Receipt")


class LaxSite(BaseHTTPRequestHandler):
    """Serves a story wherever its slug stands in the address, however that is written; and says what it was told."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        address = unquote(unquote(self.path)).lower()
        told = [f"{name}: {value}" for name, value in self.headers.items() if name in TOLD]
        body = "\n".join([address, *told, *(word for slug, word in WORDS.items() if slug in address)]).encode()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        for name, value in {"Content-Length": str(len(body)), "Cache-Control": "public", "ETag": '"a"'}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    do_HEAD = do_POST = do_PUT = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

    def log_message(self, *_said: object) -> None:
        pass


@dataclass(frozen=True)
class Paper:
    """A newspaper: its site, and the proxy through which readers reach it."""

    town: Town
    site: Place
    proxy: Place
    alice: Person
    subscriber: str
    stranger: str

    def open(self, address: str, token: str | None = None, *, method: str = "GET", **headers: str) -> Reply:
        cookie = {"Cookie": f"consent=yes; {SESSION_COOKIE}={token}"} if token else {}
        return call(self.proxy, method, address, headers={**headers, **cookie})


@contextmanager
def open_paper(folder: Path) -> Iterator[Paper]:
    with ExitStack() as stack:
        town = stack.enter_context(open_town("sqlite", folder, servers=1))
        site = stack.enter_context(running_site())
        proxy = stack.enter_context(running_nginx(folder, gatefold=town.servers[0].port, site=site.port, key=town.key))
        write_story(town.database, town.site_id, datetime.now(UTC), "free", slug=OPEN)
        write_story(town.database, town.site_id, datetime.now(UTC), "premium", slug=CLOSED)
        alice, charlie = town.add_reader(subscribes=True), town.add_reader()
        yield Paper(town, site, proxy, alice, sign_in(town, alice), sign_in(town, charlie))


def sign_in(town: Town, person: Person) -> str:
    token = town.front_end().sign_in(person.email, person.password).session_token
    assert token is not None
    return token


def sent(place: Place, *lines: str) -> str:
    """What is answered to these very octets."""
    request = "\r\n".join([*(line for line in lines if line), "Connection: close", "", ""])
    with socket.create_connection(("127.0.0.1", place.port), timeout=SOON) as connection:
        connection.sendall(request.encode())
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")


@contextmanager
def running_site() -> Iterator[Place]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), LaxSite)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Place(server.server_port, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def running_nginx(folder: Path, *, gatefold: int, site: int, key: str) -> Iterator[Place]:
    port = free_port()
    own = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    lines = [
        "user root;" if os.geteuid() == 0 else "",
        "daemon off;",
        f"pid {folder}/nginx.pid;",
        "events {}",
        "http {",
        "access_log off;",
        *(f"{name}_temp_path {folder}/{name};" for name in own),
        as_the_page_says(port, gatefold, site, key),
        "}",
    ]
    (folder / "nginx.conf").write_text("\n".join(lines))
    log = folder / "nginx.log"
    process = subprocess.Popen([find_nginx(), "-e", log, "-c", folder / "nginx.conf", "-p", folder])
    try:
        assert wait_until(lambda: process.poll() is not None or listens(port))
        assert process.poll() is None, log.read_text()
        yield Place(port, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(SOON)


def find_nginx() -> str:
    found = os.environ.get("GATEFOLD_TEST_NGINX") or shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    built = subprocess.run([found, "-V"], capture_output=True, text=True, check=True).stderr if found else ""
    if found is None or "http_auth_request_module" not in built:
        missing("An nginx with auth_request", "install nginx, or name one in GATEFOLD_TEST_NGINX")
    return found


def as_the_page_says(port: int, gatefold: int, site: int, key: str) -> str:
    """The configuration on the page, with ports that are free here and a key."""
    chapter = PAGE.read_text().partition("\n## nginx\n")[2].partition("\n## ")[0]
    said = "\n".join(line for line in chapter.splitlines() if line.startswith("    "))
    for placeholder, ours in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("127.0.0.1:8400", f"127.0.0.1:{gatefold}"),
        ("127.0.0.1:8080", f"127.0.0.1:{site}"),
        ("gf_live_…", key),
    ):
        assert said.count(placeholder) == 1, placeholder
        said = said.replace(placeholder, ours)
    return said


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
