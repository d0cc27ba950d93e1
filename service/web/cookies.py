"""The reader's session cookie: set where she signs in through a browser, cleared where she signs out."""

from flask import Response

from service.foundation.settings import Settings
from service.web.doors import Doors


def set_session_cookie(response: Response, house: Doors, token: str) -> None:
    """Hand a browser its session. It lasts as long as a session may; the database knows when it ends earlier."""
    settings = house.settings
    response.set_cookie(
        settings.session_cookie,
        token,
        max_age=settings.session_lifetime,
        path="/",
        domain=_domain(settings),
        secure=settings.secure,
        httponly=True,
        samesite="Lax",
    )


def clear_session_cookie(response: Response, house: Doors) -> None:
    settings = house.settings
    response.delete_cookie(
        settings.session_cookie,
        path="/",
        domain=_domain(settings),
        secure=settings.secure,
        httponly=True,
        samesite="Lax",
    )


def _domain(settings: Settings) -> str | None:
    """The domain that front ends share, where the cookie's name allows one (`__Host-` does not)."""
    return None if settings.session_cookie.startswith("__Host-") else settings.cookie_domain
