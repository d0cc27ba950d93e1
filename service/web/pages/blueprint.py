"""The pages' blueprint, and what it asks of every request before a view sees it."""

from contextlib import suppress

from flask import Blueprint, Response, current_app, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from service.sites.site import origin_of
from service.web.callers import ANYONE, SIGNED_IN_READER, caller_of
from service.web.cookies import clear_session_cookie
from service.web.cross_site import from_elsewhere
from service.web.doors import doors
from service.web.pages.farewells import bid_farewell
from service.web.pages.returning import returning_to, see_other
from service.web.problems import CROSS_SITE, NOT_FOUND, Problem
from service.web.requests import LARGEST_BODY, read_body

pages = Blueprint("pages", __name__, template_folder="templates")


@pages.before_request
def receive() -> ResponseReturnValue | None:
    if request.method == "POST":
        _refuse_other_sites()
        read_body(doors(), request, LARGEST_BODY)  # kept for the form
        with suppress(CSRFError):  # forms.accepted shows such a form again instead of believing it
            current_app.extensions["csrf"].protect()
    returning_to()
    if request.method in ("GET", "POST"):  # a HEAD would not be read by anyone
        bid_farewell()
    return _turn_away()


@pages.after_request
def dismiss(response: Response) -> Response:
    response.vary.add("Cookie")
    if g.get("cookie_is_over"):
        clear_session_cookie(response, doors())
    return response


def _refuse_other_sites() -> None:
    public_url = doors().settings.public_url
    if from_elsewhere(request, frozenset({origin_of(public_url)})):
        raise Problem(CROSS_SITE, f"Open the page at {public_url} and send the form from there.")


def _turn_away() -> ResponseReturnValue | None:
    """Nobody passes who is not named on the view."""
    caller = caller_of(current_app.view_functions[request.endpoint or ""])
    if caller == ANYONE:
        return None
    if caller == SIGNED_IN_READER:
        return None if current_user.is_authenticated else _to_sign_in()
    raise Problem(NOT_FOUND, "There is nothing here.")


def _to_sign_in() -> ResponseReturnValue:
    here = request.full_path.rstrip("?") if request.method == "GET" else url_for("pages.show_account")
    return see_other(url_for("pages.sign_in", return_to=doors().settings.public_url + here))
