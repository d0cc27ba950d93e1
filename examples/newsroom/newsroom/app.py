"""The newspaper's pages."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import BaseConverter

from newsroom import dates, gatefold
from newsroom.front_page import arrange_front_page, in_order, lead_with_picture
from newsroom.gatefold import NOBODY, Gatefold, GatefoldError
from newsroom.settings import Settings
from newsroom.structured_data import describe_article

PAPER = "The Marram Courier"

pages = Blueprint("pages", __name__)


class SlugConverter(BaseConverter):
    """Slugs as Gatefold has them. Whatever else stands in an address is nobody's story: no need to ask."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"


def create_app(settings: Settings | None = None, client: Gatefold | None = None) -> Flask:
    settings = settings or Settings.from_environment()
    app = Flask(__name__)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 300
    app.extensions["settings"] = settings
    app.extensions["gatefold"] = client or Gatefold(settings.gatefold_url, settings.gatefold_key)
    app.jinja_env.filters.update(long_day=dates.long_day, day_and_time=dates.day_and_time, ago=dates.ago)
    app.url_map.converters["slug"] = SlugConverter
    app.url_map.merge_slashes = False  # else it redirects to whatever host the request named
    app.register_blueprint(pages)
    app.register_error_handler(HTTPException, _say_fault)
    app.register_error_handler(gatefold.NotFound, _say_missing)
    app.register_error_handler(GatefoldError, _say_closed)
    app.after_request(_protect)
    return app


@pages.get("/")
def front() -> str:
    listings = _gatefold().list_articles(limit=40)["items"]
    sections = in_order(_gatefold().list_sections())
    page = arrange_front_page(listings, sections)
    return _page("front.html", _session(), sections, front=page)


@pages.get("/<slug:section>")
def section(section: str) -> str:
    sections = in_order(_gatefold().list_sections())
    here = next((known for known in sections if known["slug"] == section), None)
    if here is None:
        abort(404)
    try:
        found = _gatefold().list_articles(section=section, limit=12, cursor=request.args.get("cursor"))
    except gatefold.Refused:  # somebody made up a cursor
        abort(404)
    listings = lead_with_picture(found["items"])
    return _page("section.html", _session(), sections, section=here, listings=listings, next=found["next_cursor"])


@pages.get("/<slug:section>/<slug:slug>")
def article(section: str, slug: str) -> str | Response:
    answer = _gatefold().read_article(slug, _session_token())
    article = answer["article"]
    if article["status"] != "published":
        abort(404)  # this newspaper's key may see drafts; its readers may not
    if article["section"]["slug"] != section:
        return redirect(_path(article))
    return _page(
        "article.html",
        answer["session"],
        in_order(_or_nothing(_gatefold().list_sections)),
        article=article,
        decision=answer["decision"],
        related=_or_nothing(lambda: _gatefold().list_related(slug, limit=4)),
        latest=_or_nothing(lambda: _gatefold().list_latest_beside(slug, limit=6)),
        structured_data=describe_article(article, _here(), _settings().newsroom_url, PAPER),
    )


@pages.get("/subscribe")
def subscribe() -> str:
    return _page("subscribe.html", _session(), in_order(_gatefold().list_sections()))


@pages.post("/sign-out")
def sign_out() -> Response:
    """Ends the session at Gatefold first: a device whose place was not freed would count on unseen."""
    if request.headers.get("Origin") != _settings().newsroom_url:
        abort(403)
    if token := _session_token():
        _gatefold().sign_out(token)
    response = redirect(url_for("pages.front"), 303)
    name = _settings().session_cookie
    response.delete_cookie(name, secure=name.startswith("__"), httponly=True, samesite="Lax")
    return response


def _page(template: str, session: dict[str, Any], sections: list[dict[str, str]], **facts: Any) -> str:
    return render_template(
        template,
        paper=PAPER,
        today=datetime.now(UTC).isoformat(),
        here=_here(),
        gatefold=_gatefold(),
        session=session,
        sections=sections,
        path_of=_path,
        **facts,
    )


def _say_fault(fault: HTTPException) -> tuple[str, int]:
    """A page for what went wrong on the reader's side of the counter."""
    sections = in_order(_or_nothing(_gatefold().list_sections))
    try:
        session = _session()
    except GatefoldError:
        session = NOBODY
    code = fault.code or 500
    return _page("fault.html", session, sections, code=code, fault=fault), code


def _say_missing(_: gatefold.NotFound) -> tuple[str, int]:
    return _say_fault(NotFound())


def _say_closed(fault: GatefoldError) -> tuple[str, int, dict[str, str]]:
    """A page that stands by itself: without Gatefold nobody knows who may read what, so nothing is shown."""
    current_app.logger.error("Gatefold: %s: %s", type(fault).__name__, fault)
    return render_template("closed.html", paper=PAPER, code=503), 503, {"Retry-After": "30"}


def _protect(response: Response) -> Response:
    pictures = f"'self' {_settings().newsroom_url}"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; img-src {pictures}; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    if request.endpoint != "static":  # every page says who is signed in
        response.headers["Cache-Control"] = "private, no-store"
        response.vary.add("Cookie")
    return response


def _or_nothing(ask: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What a page can do without: if it fails, the story is still there to be read."""
    try:
        return ask()
    except GatefoldError as fault:
        current_app.logger.warning("Gatefold: %s: %s", type(fault).__name__, fault)
        return []


def _path(listing: dict[str, Any]) -> str:
    return url_for("pages.article", section=listing["section"]["slug"], slug=listing["slug"])


def _here() -> str:
    """This page's address as readers know it, for Gatefold to lead back to. Never from the Host header."""
    return _settings().newsroom_url + request.path


def _session() -> dict[str, Any]:
    return _gatefold().find_session(_session_token())


def _session_token() -> str | None:
    return request.cookies.get(_settings().session_cookie)


def _settings() -> Settings:
    return current_app.extensions["settings"]


def _gatefold() -> Gatefold:
    return current_app.extensions["gatefold"]
