"""Signing out on this device."""

from contextlib import suppress

from flask import flash, g, session, url_for
from flask.typing import ResponseReturnValue

from service.devices.device import Cause, UnknownDevice
from service.devices.sessions import end_device
from service.web.callers import ANYONE, open_to
from service.web.doors import doors
from service.web.pages.blueprint import pages
from service.web.pages.forms import PageForm, accepted
from service.web.pages.rendering import render_page
from service.web.pages.returning import returning_to, see_other
from service.web.who import asking_device, current_session, request_time


@pages.route("/sign-out", methods=["GET", "POST"])
@open_to(ANYONE)
def sign_out() -> ResponseReturnValue:
    form = PageForm()
    if not accepted(form):
        return render_page("pages/sign_out.html", form=form)
    signed_in = current_session()
    if signed_in.reader and signed_in.device:
        with doors().database.writing() as connection, suppress(UnknownDevice):
            end_device(
                connection, signed_in.reader.id, signed_in.device.id, Cause.SIGNED_OUT, asking_device(), request_time()
            )
    return leave("You are signed out.", returning_to())


def leave(notice: str, address: str | None = None) -> ResponseReturnValue:
    """Take the browser's cookie back and lead on, by default to where one signs in."""
    session.clear()
    g.cookie_is_over = True
    if address is None:
        flash(notice, "done")
    return see_other(address or url_for("pages.sign_in"))
