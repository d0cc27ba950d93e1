"""Calls a server's doors as a front end and as a browser do, over plain connections that mend and retry nothing."""

import contextlib
import json as jsons
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tests.support.servers import Server

PATIENCE = 40.0
SESSION_COOKIE = "gatefold_session"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass(frozen=True)
class Place:
    """Where something answers: all that a caller knows of it."""

    port: int
    url: str


@dataclass(frozen=True)
class Reply:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        return jsons.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)

    @property
    def cookies(self) -> dict[str, str]:
        found: SimpleCookie = SimpleCookie()
        for name, value in self.headers:
            if name.lower() == "set-cookie":
                found.load(value)
        return {name: morsel.value for name, morsel in found.items()}

    @property
    def session_token(self) -> str | None:
        """The session that was started, whichever way in it was."""
        if self.status == 200 and self.body.startswith(b"{"):
            return str(self.json()["session_token"])
        return self.cookies.get(SESSION_COOKIE) or None


NO_REPLY = (OSError, HTTPException)  # what is raised where a server was killed, or closed without a word


def call(
    server: Place | Server,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
) -> Reply:
    sent = {"User-Agent": FIREFOX, "Connection": "close", **(headers or {})}
    body: bytes | None = None
    if json is not None:
        body, sent["Content-Type"] = jsons.dumps(json).encode(), "application/json"
    elif form is not None:
        body, sent["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
    with contextlib.closing(HTTPConnection("127.0.0.1", server.port, timeout=patience)) as connection:
        connection.request(method, path, body, sent)
        return _reply(connection)


@dataclass(frozen=True)
class FrontEnd:
    """A front end with a key, which speaks for whichever reader it is told."""

    server: Server
    key: str

    def call(
        self, method: str, path: str, *, session: str | None = None, network: str | None = None, **parts: Any
    ) -> Reply:
        headers = {"Authorization": f"Bearer {self.key}", **parts.pop("headers", {})}
        if session:
            headers["Gatefold-Session"] = session
        if network:
            headers["Gatefold-Reader-Address"] = network
        return call(self.server, method, path, headers=headers, **parts)

    def sign_in(self, email: str, password: str, **parts: Any) -> Reply:
        return self.call("POST", "/v1/sign-in", json={"email": email, "password": password}, **parts)

    def swap(self, ticket: str, device_id: str, **parts: Any) -> Reply:
        return self.call("POST", "/v1/swap", json={"swap_ticket": ticket, "device_id": device_id}, **parts)

    def read(self, slug: str, session: str | None = None) -> Reply:
        return self.call("GET", f"/v1/articles/{slug}", session=session)

    def session(self, session: str) -> dict[str, Any]:
        return dict(self.call("GET", "/v1/session", session=session).json())

    def devices(self, session: str) -> list[str]:
        """The ids of the reader's devices."""
        reply = self.call("GET", "/v1/devices", session=session)
        return [device["id"] for device in reply.json()["items"]]


@dataclass
class Browser:
    """A browser on the hosted pages, with its cookies and without a script."""

    server: Place | Server
    cookies: dict[str, str] = field(default_factory=dict)
    page: str = ""

    def open(self, path: str) -> Reply:
        return self._keep(call(self.server, "GET", path, headers=self._headers()))

    def send(self, path: str, **fields: str) -> Reply:
        """Send the form of the page that is open."""
        headers = {**self._headers(), "Origin": self.server.url}
        fields = {"csrf_token": self.field("csrf_token"), **fields}
        return self._keep(call(self.server, "POST", path, headers=headers, form=fields))

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        return unescape(found.group(1)) if found else ""

    def choices(self) -> list[str]:
        """The devices among which the page asks its reader to choose."""
        return re.findall(r'name="device_id" value="([^"]+)"', self.page)

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def _keep(self, reply: Reply) -> Reply:
        self.cookies = {name: value for name, value in (self.cookies | reply.cookies).items() if value}
        self.page = reply.text
        return reply


@contextlib.contextmanager
def kept_alive(server: Server) -> Iterator[Callable[..., Reply]]:
    """Calls over one connection that stays open. Headers come in pairs, so that one may be sent twice."""
    with contextlib.closing(HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as connection:

        def ask(method: str, path: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> Reply:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if body:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            return _reply(connection)

        yield ask


def _reply(connection: HTTPConnection) -> Reply:
    response = connection.getresponse()
    return Reply(response.status, tuple(response.getheaders()), response.read())
