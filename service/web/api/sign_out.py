"""Asking what became of a session, and signing out."""

from contextlib import suppress

from flask import Response, after_this_request

from service.devices.device import Cause, UnknownDevice
from service.devices.sessions import end_device
from service.web.api.contract.admission import Call
from service.web.api.schemas.session import SessionOut, session_out
from service.web.api.sign_in import OF_SESSIONS, sessions
from service.web.cookies import clear_session_cookie

__all__ = ["forget_cookie", "sessions"]


@sessions.endpoint(
    "POST", "/v1/sign-out", callers=OF_SESSIONS, replies={204: "The session is over."}, reader_matters=True
)
def sign_out(call: Call) -> None:
    """Sign a reader out.

    Ends the session that was shown, everywhere and at once, and frees the device's place. A session that is over
    already stays so, and a browser's cookie is cleared in any case.
    """
    device = call.session.device
    if device is not None:
        # Another request may have ended it just now.
        with suppress(UnknownDevice), call.house.database.writing() as connection:
            end_device(connection, device.reader_id, device.id, Cause.SIGNED_OUT, call.device_kind, call.now)
    forget_cookie(call)


@sessions.endpoint(
    "GET", "/v1/session", callers=OF_SESSIONS, replies={200: "The session's state."}, reader_matters=True
)
def read_session(call: Call) -> SessionOut:
    """Ask what became of a session.

    Who is signed in; or, where the session was ended, when, why and for what kind of device.
    """
    return session_out(call.session)


def forget_cookie(call: Call) -> None:
    """Clear a browser's cookie with this answer."""
    if not call.by_key:

        @after_this_request
        def take_cookie(response: Response) -> Response:
            clear_session_cookie(response, call.house)
            return response
