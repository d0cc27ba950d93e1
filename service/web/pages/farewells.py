"""What a device is told at its first request after its session ended: that it was, when, and for which device."""

from flask import flash, g

from service.access.asking import SessionState
from service.devices.device import Cause, EndedSession
from service.devices.kinds import UNKNOWN
from service.web.doors import doors
from service.web.pages.phrases import at_time
from service.web.who import current_session


def bid_farewell() -> None:
    """Tell an ended device once, on whatever page comes next, and take its cookie back.

    One whose session ran out keeps its cookie: it is known again by it when it signs in.
    """
    session = current_session()
    if session.state is not SessionState.ENDED or session.ended is None:
        return
    if session.ended.cause is Cause.RENEWED:  # the browser holds, or is about to receive, the newer cookie
        return
    g.cookie_is_over = True
    flash(farewell(session.ended, doors().settings.publisher_name), "told")


def farewell(ended: EndedSession, publisher: str) -> str:
    when = at_time(ended.ended_at)
    by = _in_a_sentence(ended.by_device)
    match ended.cause:
        case Cause.SWAPPED:
            return f"You were signed out on {when} because a sign-in on {by} took this device’s place."
        case Cause.REPLACED:
            return (
                f"You were signed out on {when} because a sign-in on {by} needed a place, "
                "and this device had not been used for longest."
            )
        case Cause.SIGNED_OUT_ELSEWHERE:
            return f"You were signed out here on {when}, from {by}."
        case Cause.PASSWORD_CHANGED:
            return f"You were signed out on {when}, when your password was changed on {by}."
        case Cause.ENDED_BY_STAFF:
            return f"You were signed out on {when} by the staff of {publisher}."
        case Cause.SIGNED_OUT | Cause.RENEWED:
            return f"You signed out here on {when}."


def _in_a_sentence(device: str | None) -> str:
    if device is None:
        return "another device"
    return device[0].lower() + device[1:] if device == UNKNOWN else device
