"""What follows a proof of who the reader is: her session in a cookie, or the choice among her devices."""

from flask import flash, g, make_response, session, url_for
from werkzeug.wrappers import Response

from service.devices.sessions import Newcomer
from service.sites.site import origin_of
from service.web.cookies import set_session_cookie
from service.web.doors import doors
from service.web.pages.returning import returning_to, see_other
from service.web.signing_in import DeviceChoice, SignedIn, end_session_of_another
from service.web.who import asking_device, current_session, request_time, shown_now

WAITING = "waiting_sign_in"  # in the pages' session


def newcomer() -> Newcomer:
    """The browser that asks, with the session it has or had."""
    return Newcomer(asking_device(), shown_now().token)


def arrive(outcome: SignedIn | DeviceChoice, *, otherwise_to: str, notice: str | None = None) -> Response:
    """Lead a signed-in reader on: back to where she came from, or else to ``otherwise_to``.

    A notice is told on the next page of ours: not where she leaves for a site, for it would wait for her return.
    """
    if isinstance(outcome, DeviceChoice):
        session[WAITING] = outcome.ticket.token
        return see_other(url_for("pages.choose_device", return_to=returning_to()))
    end_session_of_another(doors(), current_session(), outcome, asking_device(), request_time())
    back = returning_to()
    leaves = back is not None and origin_of(back) != origin_of(doors().settings.public_url)
    return hand_over(outcome, back or otherwise_to, None if leaves else notice)


def waiting_ticket() -> str:
    """That of the sign-in which waits, in this browser, for a choice among devices; or one that nobody has."""
    return str(session.get(WAITING, ""))


def forget_waiting() -> None:
    session.pop(WAITING, None)


def hand_over(signed_in: SignedIn, address: str, notice: str | None = None) -> Response:
    """Give the browser its new session, and forms opened before it no further credit."""
    session.clear()
    g.cookie_is_over = False
    if notice:
        flash(notice, "done")
    response = make_response(see_other(address))
    set_session_cookie(response, doors(), signed_in.session.token)
    return response
