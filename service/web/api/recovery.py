"""Recovering an account whose password is lost."""

from pydantic import Field

from service.accounts.passwords import LONGEST as LONGEST_PASSWORD
from service.web import problems, recovering
from service.web.api.contract.admission import Call
from service.web.api.contract.endpoint import Feature
from service.web.api.schemas.examples import PASSWORD, STORY
from service.web.api.schemas.model import Input, PageAddress
from service.web.api.sign_in import OF_SESSIONS, SIGNED_IN, Email, SessionStarted, hand_over
from service.web.api.sign_up import MailSent, TicketInput

recovery = Feature("Recovery", "A reader who lost her password sets a new one from a mailed link.")


class RecoveryInput(Input):
    """Whose password is lost."""

    email: Email
    return_to: PageAddress | None = Field(
        None,
        description="Where the page behind the mailed link leads her once her password is set: a page at one of the "
        "sites' addresses.",
        examples=[STORY],
    )


class ResetInput(TicketInput):
    """The ticket in the mailed link, and the new password."""

    password: str = Field(
        max_length=LONGEST_PASSWORD, description="The new password, by the rules of sign-up.", examples=[PASSWORD]
    )


@recovery.endpoint(
    "POST",
    "/v1/recovery",
    callers=OF_SESSIONS,
    replies={202: "A mail is on its way, if the address has an account."},
    problems=[problems.QUOTA_EXCEEDED],
)
def request_recovery(call: Call, body: RecoveryInput) -> MailSent:
    """Ask for a recovery mail.

    The answer is alike for known and unknown addresses. The link in the mail is good for 30 minutes.
    """
    recovering.recover(call.house, body.email, body.return_to, call.network, call.now)
    return MailSent(email=body.email, sent=True)


@recovery.endpoint(
    "POST",
    "/v1/recovery/confirm",
    callers=OF_SESSIONS,
    replies=SIGNED_IN,
    problems=[
        problems.TICKET_REFUSED,
        problems.PASSWORD_REFUSED,
        problems.DEVICE_LIMIT_REACHED,
        problems.QUOTA_EXCEEDED,
        problems.BUSY,
    ],
    reader_matters=True,
)
def confirm_recovery(call: Call, body: ResetInput) -> SessionStarted:
    """Set a new password.

    Signs her out on every device and in on this one. A password that is refused leaves the ticket good.
    """
    return hand_over(
        call,
        recovering.reset(call.house, body.token, body.password, call.newcomer(), call.network, call.now),
    )
