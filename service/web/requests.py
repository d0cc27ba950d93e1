"""What happens around every request: limits on its size, headers on its answer, a line in the log."""

import time
from typing import Any

import structlog
from flask import Flask, Response, g, request
from werkzeug import Request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from service.foundation.settings import Settings
from service.web.doors import Doors
from service.web.problems import BUSY, Problem

LARGEST_BODY = 64 * 1024  # octets; a view that takes more says so itself
PATIENCE_SECONDS = 0.25  # for a turn to read a body; each who waits keeps a thread from readers

log = structlog.get_logger()


# What only a page in a browser heeds. Redirects count as pages, for from them the policy is taken on.
HEADERS_OF_PAGES = {
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def headers_of_all(settings: Settings) -> dict[str, str]:
    """What every answer carries unless a view knows better."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "private, no-store",
    }
    return {**headers, "Strict-Transport-Security": "max-age=31536000"} if settings.secure else headers


def watch_requests(app: Flask, settings: Settings) -> None:
    of_all = headers_of_all(settings)
    of_pages = {**of_all, **HEADERS_OF_PAGES}
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY, MAX_FORM_PARTS=50)

    def tell(exc_info: Any) -> None:
        """In an entry of ours: Flask's own has the path as it came, and a newline in it could forge another."""
        log.error("fault", exc_info=exc_info)

    app.log_exception = tell  # type: ignore[method-assign]

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        headers = of_pages if response.mimetype == "text/html" else of_all
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        log.info(
            "request",
            method=request.method,
            path=request.path,  # never the query: links carry their tickets there
            status=response.status_code,
            ms=round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else None,
        )
        return response


def read_body(house: Doors, asking: Request, limit: int) -> bytes:
    """All of a request's body, of at most ``limit`` octets.

    Raises :class:`RequestEntityTooLarge`, :class:`ClientDisconnected` where it was cut short, and the problem
    `busy` where too many bodies are on their way: who sends slowly must leave threads for those who read.
    """
    asking.max_content_length = limit + 1  # one more, by which a body in chunks is seen to go on
    if not house.senders.acquire(timeout=PATIENCE_SECONDS):
        raise Problem(BUSY, "Too many are sending just now; try again in a moment.", {}, {"Retry-After": "2"})
    try:
        if (asking.content_length or 0) > limit:  # left unread, for whoever may have to judge it once more
            raise RequestEntityTooLarge
        body = asking.get_data()
    finally:
        house.senders.release()
    if len(body) > limit:
        raise RequestEntityTooLarge
    if len(body) < (asking.content_length or 0):
        raise ClientDisconnected
    return body
