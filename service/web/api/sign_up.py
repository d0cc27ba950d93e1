"""Signing up: an account begins when its owner confirms it from her mail."""

from pydantic import Field
from sqlalchemy.engine import Connection

from service.accounts.passwords import LONGEST as LONGEST_PASSWORD
from service.accounts.reader import LONGEST_NAME
from service.web import problems, signing_up
from service.web.api.contract.admission import Call
from service.web.api.contract.endpoint import Answered, Feature
from service.web.api.idempotency import Creation, answer_once
from service.web.api.schemas.examples import EMAIL, PASSWORD, STORY, TICKET
from service.web.api.schemas.model import Input, Output, PageAddress, Ticket
from service.web.api.schemas.session import ReaderOut, reader_out
from service.web.api.sign_in import OF_SESSIONS, Email
from service.web.signing_up import SignUp

sign_up = Feature(
    "Sign-up",
    "Signing up creates nothing until it is confirmed from the mail. The answers are alike for addresses that have an "
    "account and for those that do not: only the mail tells.",
)


class SignUpInput(Input):
    """A reader who signs up."""

    email: Email
    name: str = Field(
        min_length=1, max_length=LONGEST_NAME, description="Her name, on one line.", examples=["Alice Berg"]
    )
    password: str = Field(
        max_length=LONGEST_PASSWORD,
        description="Her password: 15 characters or more, unless the publisher set another length, and not among "
        "those that guessers try first.",
        examples=[PASSWORD],
    )
    return_to: PageAddress | None = Field(
        None,
        description="Where to lead her once it is confirmed: a page at one of the sites' addresses.",
        examples=[STORY],
    )


class MailSent(Output):
    """A mail is on its way, if there is anything to write to that address."""

    email: str = Field(description="The address as it was given.", examples=[EMAIL])
    sent: bool = Field(description="Always true: whether the address has an account, only its owner learns.")


class TicketInput(Input):
    """The ticket in the mailed link."""

    token: Ticket = Field(description="The link's `token`.", examples=[TICKET])


class ConfirmedSignUp(Output):
    """The account that was made. Its reader can sign in now."""

    reader: ReaderOut = Field(description="The new reader.")
    return_to: str | None = Field(
        description="Where she wanted to be led, if that is one of the sites' pages.",
        examples=[STORY],
    )


@sign_up.endpoint(
    "POST",
    "/v1/sign-up",
    callers=OF_SESSIONS,
    replies={202: "A mail is on its way."},
    problems=[problems.PASSWORD_REFUSED, problems.QUOTA_EXCEEDED, problems.BUSY],
    once=True,
)
def request_sign_up(call: Call, body: SignUpInput) -> Answered[MailSent]:
    """Sign a reader up.

    She gets a mail with a link to a page with a button; pressing it makes the account, for 24 hours. An address that
    has an account already gets a mail that says so.
    """
    wanted = SignUp(body.email, body.name, body.password, body.return_to)

    def prepare() -> Creation[MailSent]:
        prepared = signing_up.prepare(call.house, wanted, call.network, call.now)

        def create(connection: Connection) -> Answered[MailSent]:
            signing_up.store(connection, call.house, prepared, call.now)
            return Answered(MailSent(email=body.email, sent=True), 202)

        return create

    return answer_once(call, body, MailSent, prepare)


@sign_up.endpoint(
    "POST",
    "/v1/sign-up/confirm",
    callers=OF_SESSIONS,
    replies={200: "The account is made."},
    problems=[problems.TICKET_REFUSED, problems.QUOTA_EXCEEDED],
)
def confirm_sign_up(call: Call, body: TicketInput) -> ConfirmedSignUp:
    """Confirm a sign-up.

    For front ends with a confirmation page of their own. Mail scanners open links: make the call when she presses a
    button, not when the page is opened.
    """
    confirmed = signing_up.confirm(call.house, body.token, call.network, call.now)
    return ConfirmedSignUp(reader=reader_out(confirmed.reader), return_to=confirmed.return_to)
