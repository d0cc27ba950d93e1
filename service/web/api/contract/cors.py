"""Lets scripts on the sites' own pages read what we answer (CORS), and those of nobody else."""

from typing import TYPE_CHECKING

from flask import Request, Response, g, request
from werkzeug.routing import MapAdapter

from service.foundation.database import DatabaseUnavailable
from service.sites.store import find_site_at
from service.web.doors import doors

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ALLOWED_HEADERS = "Content-Type, Idempotency-Key, If-None-Match"
EXPOSED_HEADERS = "ETag, Idempotent-Replayed, Retry-After"
REMEMBERED_SECONDS = 600


def share(response: Response) -> Response:
    """Mark a response as readable for the page that asked, where it is one of a site's."""
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"  # never a part of another site's page
    if asked_by_page(request.environ):
        response.headers.setdefault("Vary", "Origin")
        if _origin_known(request):
            response.headers.update(sharing_with(request.headers["Origin"]))
    return response


def asked_by_page(environ: "WSGIEnvironment") -> bool:
    return "HTTP_ORIGIN" in environ and "HTTP_AUTHORIZATION" not in environ


def sharing_with(origin: str) -> list[tuple[str, str]]:
    """What lets a page at this origin read an answer: for one of a site's own only."""
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", EXPOSED_HEADERS),
    ]


def answer_preflight(methods: set[str]) -> Response:
    """What may be done here; :func:`share` adds for whom."""
    allowed = ", ".join(sorted({*methods, "OPTIONS"}))
    response = Response(status=204, headers={"Allow": allowed})
    response.headers.pop("Content-Type", None)
    response.headers["Vary"] = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    if _origin_known(request):
        response.headers["Access-Control-Allow-Methods"] = allowed
        response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        response.headers["Access-Control-Max-Age"] = str(REMEMBERED_SECONDS)
    return response


def methods_at(adapter: MapAdapter) -> set[str]:
    """The methods that some endpoint has at the address asked for; none where there is nothing."""
    return set(adapter.allowed_methods())


def _origin_known(asking: Request) -> bool:
    """Whether a site has the origin. Calls that were let in know it from their one question already."""
    if "origin_known" not in g:
        g.origin_known = False
        if origin := asking.headers.get("Origin"):
            try:
                with doors().database.reading() as connection:
                    g.origin_known = find_site_at(connection, origin) is not None
            except DatabaseUnavailable:
                return False
    return bool(g.origin_known)
