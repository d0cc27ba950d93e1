"""The service with its fast lane and without it, on one database, to be asked the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, StringIO
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from flask import Flask, request_started

from service.app import create_app
from service.foundation.settings import Settings
from service.foundation.sightings import BATCH
from service.web.doors import EXTENSION
from tests.support.clock import FrozenClock

WITHOUT_PREFIX = {"CONTENT_TYPE", "CONTENT_LENGTH"}


class Told(NamedTuple):
    """A response, whole. Its headers are sorted, as their order means nothing."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Asked(NamedTuple):
    """A request, as a server hands it over. Nothing is made good: a length is there where a header gives one."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    def environ(self) -> dict[str, Any]:
        path, _, query = self.target.partition("?")
        environ = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query.encode().decode("latin-1"),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8400",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.7",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(self.body),
            "wsgi.errors": StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            variable = name.upper().replace("-", "_")
            environ[variable if variable in WITHOUT_PREFIX else f"HTTP_{variable}"] = value
        return environ


class Lanes:
    """Both, with the same keys and the same clock. The long way remembers nothing, and asks each time."""

    def __init__(self, settings: Settings, clock: FrozenClock) -> None:
        self.settings = settings
        self.fast = create_app(settings.model_copy(update={"fast_lane": True}), clock=clock)
        self.long = create_app(settings.model_copy(update={"fast_lane": False, "remember": False}), clock=clock)

    def close(self) -> None:
        for app in (self.fast, self.long):
            app.extensions[EXTENSION].database.close()

    def tell(self, asked: Asked, **environ: Any) -> tuple[Told, Told, bool]:
        """What each answers, and whether the fast one did it without Flask."""
        with _reaching_flask(self.fast) as reached:
            told = put(self.fast, asked, **environ)
        return told, put(self.long, asked, **environ), not reached

    def sightings(self) -> list[list[dict[str, Any]]]:
        """The devices and keys that each has seen since it was asked last."""
        houses = [app.extensions[EXTENSION] for app in (self.fast, self.long)]
        return [[house.devices_seen.drain(BATCH), house.keys_used.drain(BATCH)] for house in houses]


def put(application: Flask, asked: Asked, **environ: Any) -> Told:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _fault: object = None) -> Any:
        started.append((status, sorted(header for header in headers if header[0] != "Date")))  # it may turn between

    parts = application.wsgi_app({**asked.environ(), **environ}, start_response)
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    ((status, headers),) = started
    return Told(status, headers, body)


@contextmanager
def _reaching_flask(app: Flask) -> Iterator[list[object]]:
    reached: list[object] = []

    def note(_app: object, **_named: object) -> None:
        reached.append(True)

    with request_started.connected_to(note, app):
        yield reached
