"""Calls a WSGI application with a request that is whole, and takes its answer whole."""

import sys
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from service.web.answers import Answered

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# What every request's environment holds. Not the process's own, which has the signing keys.
BASICS: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Gatefold",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


def answer_with(application: "WSGIApplication", environ: Mapping[str, str], body: bytes) -> Answered:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _fault: object = None) -> Any:
        started.append((status, headers))

    parts = application({**BASICS, **environ, "wsgi.input": BytesIO(body)}, start_response)
    try:
        whole = b"".join(parts)
    finally:
        if close := getattr(parts, "close", None):
            close()
    status, headers = started[-1]
    return Answered(int(status[:3]), headers, whole)
