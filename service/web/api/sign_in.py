"""Signing in, the choice of a device that gives way, the session, and signing out."""

from typing import Annotated

from flask import Response, after_this_request
from pydantic import Field

from service.accounts.passwords import LONGEST as LONGEST_PASSWORD
from service.accounts.reader import LONGEST_EMAIL
from service.devices.device import LONGEST_NAME, clean_device_name
from service.sites.site import Scope
from service.web import problems, signing_in
from service.web.api.contract.admission import Call
from service.web.api.contract.callers import Callers
from service.web.api.contract.endpoint import Feature
from service.web.api.schemas.examples import EMAIL, PASSWORD, SESSION_TOKEN, SWAP_TICKET
from service.web.api.schemas.model import DeviceId, Input, Instant, Output, Ticket
from service.web.api.schemas.session import DeviceOut, ReaderOut, device_out, reader_out
from service.web.cookies import set_session_cookie
from service.web.problems import Problem
from service.web.signing_in import DeviceChoice, SignedIn

sessions = Feature(
    "Sessions",
    "A reader's session is a device she is signed in on: five at most. A front end with a key is given the session's "
    "token, keeps it in a cookie of its own and shows it in `Gatefold-Session`; a browser that calls from a site's "
    "page is given Gatefold's cookie and never sees the token.",
)
OF_SESSIONS = Callers(Scope.SESSIONS, browsers=True)

Email = Annotated[
    str,
    Field(
        max_length=LONGEST_EMAIL,
        description="The reader's address.",
        examples=[EMAIL],
        json_schema_extra={"format": "email"},
    ),
]
Password = Annotated[str, Field(max_length=LONGEST_PASSWORD, description="Her password.", examples=[PASSWORD])]
DeviceName = Annotated[
    str, Field(max_length=LONGEST_NAME, description="What she calls this device.", examples=["Kitchen tablet"])
]


class SignInInput(Input):
    """A reader who signs in."""

    email: Email
    password: Password
    device_name: DeviceName | None = Field(
        None, description="A name for the device. Left out, it is the kind of browser.", examples=["Kitchen tablet"]
    )


class SwapInput(Input):
    """The device that gives way."""

    swap_ticket: Ticket = Field(description="From the answer that asked.", examples=[SWAP_TICKET])
    device_id: DeviceId = Field(description="The device to sign out.")


class SessionStarted(Output):
    """A session that was started."""

    session_token: str | None = Field(
        description="The session, for a front end with a key. Null for a browser, which is given a cookie.",
        examples=[SESSION_TOKEN],
    )
    reader: ReaderOut = Field(description="Who is signed in.")
    device: DeviceOut = Field(description="On which device.")


class DeviceChoiceFacts(Output):
    """The facts of the problem `device_limit_reached`."""

    devices: tuple[DeviceOut, ...] = Field(description="The devices she is signed in on.")
    swap_ticket: str = Field(description="Hand it back with the chosen device.", examples=[SWAP_TICKET])
    expires_at: Instant = Field(description="Until when the ticket is good.", examples=["2026-11-22T09:40:00Z"])
    limit: int = Field(description="How many devices she may be signed in on.", examples=[5])


SIGNED_IN = {200: "She is signed in. The session that was shown, if any, is replaced by the new one."}


@sessions.endpoint(
    "POST",
    "/v1/sign-in",
    callers=OF_SESSIONS,
    replies=SIGNED_IN,
    problems=[
        problems.CREDENTIALS_REFUSED,
        problems.DEVICE_LIMIT_REACHED,
        problems.QUOTA_EXCEEDED,
        problems.BUSY,
    ],
    reader_matters=True,
)
def sign_in(call: Call, body: SignInInput) -> SessionStarted:
    """Sign a reader in.

    Show the session the device had before, if it had one: it is known again by it and keeps its place. Where every
    place is taken, the answer is the problem `device_limit_reached` with the devices and a ticket for
    `POST /v1/swap`; nothing has changed yet.
    """
    newcomer = call.newcomer(_device_name(body.device_name))
    return hand_over(call, signing_in.sign_in(call.house, body.email, body.password, newcomer, call.network, call.now))


@sessions.endpoint(
    "POST",
    "/v1/swap",
    callers=OF_SESSIONS,
    replies=SIGNED_IN,
    problems=[problems.TICKET_REFUSED, problems.DEVICE_LIMIT_REACHED],
    reader_matters=True,
)
def swap(call: Call, body: SwapInput) -> SessionStarted:
    """Sign in in place of another device.

    Ends the chosen device and starts this one, both or neither. The ticket is good once and for ten minutes. The
    device that was ended is told at its next request.
    """
    return hand_over(call, signing_in.swap(call.house, body.swap_ticket, body.device_id, call.newcomer(), call.now))


def hand_over(call: Call, outcome: SignedIn | DeviceChoice) -> SessionStarted:
    """Give a reader's device its session: in a cookie to a browser, in the answer to a front end.

    Raises the problem `device_limit_reached` where she must choose first.
    """
    if isinstance(outcome, DeviceChoice):
        raise Problem(
            problems.DEVICE_LIMIT_REACHED,
            _too_many(len(outcome.devices)),
            {
                "devices": [device_out(device) for device in outcome.devices],
                "swap_ticket": outcome.ticket.token,
                "expires_at": outcome.ticket.expires_at,
                "limit": outcome.limit,
            },
        )
    signing_in.end_session_of_another(call.house, call.session, outcome, call.device_kind, call.now)
    session = outcome.session
    if not call.by_key:

        @after_this_request
        def give_cookie(response: Response) -> Response:
            set_session_cookie(response, call.house, session.token)
            return response

    return SessionStarted(
        session_token=session.token if call.by_key else None,
        reader=reader_out(outcome.reader),
        device=device_out(session.device, session.device),
    )


def _too_many(devices: int) -> str:
    if devices == 1:
        return "She is signed in on one device already: it must give way."
    return f"She is signed in on {devices} devices already: one of them must give way."


def _device_name(name: str | None) -> str | None:
    try:
        return clean_device_name(name) if name is not None else None
    except ValueError as fault:
        raise problems.invalid("/device_name", "Give a name of 1 to 60 characters.") from fault
