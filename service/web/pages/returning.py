"""Where the reader came from and goes back to when a page is done with her."""

from flask import g, redirect, request
from werkzeug.wrappers import Response

from service.web.doors import doors
from service.web.returning import safe_return_to


def returning_to() -> str | None:
    """The address that this request says to return to, if it is one of ours."""
    if "return_to" not in g:
        asked = request.values.get("return_to")
        g.return_to = None
        if asked:
            house = doors()
            with house.database.reading() as connection:
                g.return_to = safe_return_to(connection, house, asked)
    return g.return_to  # type: ignore[no-any-return]


def lead_back_to(address: str | None) -> None:
    """Have the page lead back to an address that is ours, unless this request names one."""
    g.return_to = returning_to() or address


def see_other(address: str) -> Response:
    """Lead on after a form with a GET, so that reloading does not send it twice."""
    return redirect(address, 303)
