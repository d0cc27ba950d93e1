"""Serves the contract: as a file for programs at ``/openapi.yaml``, and laid out for people at ``/docs``."""

from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, render_template, request

from service.web.api.reference.chapters import Reference
from service.web.api.reference.document import as_yaml, make_document
from service.web.api.reference.prose import set_line, set_prose
from service.web.callers import ANYONE, open_to
from service.web.doors import doors

reference = Blueprint("reference", __name__, template_folder="templates")

STYLE = (Path(__file__).parent / "static" / "reference.css").read_text("utf-8")
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@reference.get("/openapi.yaml")
@open_to(ANYONE)
def contract() -> Response:
    return _public(_contract(), "application/yaml")


@reference.get("/docs")
@open_to(ANYONE)
def read_reference() -> Response:
    settings = doors().settings
    response = _public(_reference(settings.public_url, settings.session_cookie), "text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


@reference.get("/docs/reference.css")
@open_to(ANYONE)
def style() -> Response:
    return _public(STYLE, "text/css")


def _public(text: str, mimetype: str) -> Response:
    """The same for everyone until the next release: kept, and asked for anew."""
    response = Response(text, mimetype=mimetype)
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.add_etag()
    response.make_conditional(request)
    return response


@lru_cache
def _contract() -> str:
    return as_yaml(make_document())


@lru_cache
def _reference(public_url: str, session_cookie: str) -> str:
    laid_out = Reference(make_document(), public_url, session_cookie)
    return render_template("api/reference.html", reference=laid_out, prose=set_prose, line=set_line)
