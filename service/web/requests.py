"""What happens around every request: limits on its size, headers on its answer, a line in the log."""

import time

import structlog
from flask import Flask, Response, g, request

from service.foundation.settings import Settings

LARGEST_BODY = 64 * 1024  # octets; a view that takes more says so itself
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

log = structlog.get_logger()


def watch_requests(app: Flask, settings: Settings) -> None:
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY, MAX_FORM_PARTS=50)

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cache-Control", "private, no-store")
        if settings.secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        log.info(
            "request",
            method=request.method,
            path=request.path,  # never the query: links carry their tickets there
            status=response.status_code,
            ms=round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else None,
        )
        return response
