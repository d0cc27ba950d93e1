"""A proxy that asks the gate by both ways in, the fast lane and Flask, which must answer alike to the byte."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from service.app import create_app
from service.foundation.settings import Settings
from service.web.doors import EXTENSION
from tests.support.clock import FrozenClock

PREMIUM = "the-last-ferry"
ADDRESS = f"/stories/{PREMIUM}"


@dataclass(frozen=True)
class Told:
    """An answer of the gate: the status line, every header in its order, and the body."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def status(self) -> int:
        return int(self.line[:3])

    @property
    def verdict(self) -> str:
        """What most tests are about: `401 subscription_required`."""
        return f"{self.status} {self['Gatefold-Reason']}"

    def __getitem__(self, name: str) -> str:
        (value,) = [value for known, value in self.headers if known == name]
        return value


@dataclass(frozen=True)
class Proxy:
    apps: tuple[Flask, ...]
    key: str
    headers: Headers = field(default_factory=Headers)  # beside the key, the address and the cookie

    def ask(self, address: str | None = ADDRESS, token: str | None = None, *, method: str = "GET") -> Told:
        """About the page at this address, for the reader whose session this is."""
        headers = Headers({"Authorization": f"Bearer {self.key}"} if self.key else {})
        if address is not None:
            headers["X-Original-URI"] = address
        if token is not None:
            headers["Cookie"] = f"consent=yes; gatefold_session={token}; theme=dark"
        headers.extend(self.headers)
        told = [_ask(app, method, headers) for app in self.apps]
        assert told == [told[0]] * len(told)
        assert told[0].status in (200, 401, 403)
        assert told[0].body == b""
        return told[0]

    def with_key(self, key: str) -> "Proxy":
        return Proxy(self.apps, key, self.headers)

    def passing_on(self, *headers: tuple[str, str]) -> "Proxy":
        """What the reader sent, too."""
        return Proxy(self.apps, self.key, Headers(headers))


def _ask(app: Flask, method: str, headers: Headers) -> Told:
    environ = EnvironBuilder("/gate", method=method, headers=headers).get_environ()
    body, line, told = run_wsgi_app(app.wsgi_app, environ)
    return Told(line, list(told), b"".join(body))


@pytest.fixture
def proxy(settings: Settings, clock: FrozenClock, front_end_key: str) -> Iterator[Proxy]:
    apps = tuple(create_app(settings.model_copy(update={"fast_lane": lane}), clock=clock) for lane in (True, False))
    yield Proxy(apps, front_end_key)
    for app in apps:
        app.extensions[EXTENSION].database.close()
