"""The letters: which event becomes which mail, to whom, with which link.

Tickets are made here, at the moment the mail is written, so that no secret ever waits in the outbox. A letter to an
address that nobody has proved to be hers holds no word of whoever asked for it, not even a name: it could be spam.
"""

import textwrap
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.engine import Connection

from service.accounts.changes import prepare_email_change_mail
from service.accounts.events import AccountEvent
from service.accounts.recovery import prepare_recovery_mail
from service.accounts.sign_up import prepare_sign_up_mail
from service.accounts.store import find_reader
from service.foundation.outbox import Event
from service.foundation.settings import Settings

LINE = 72
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  letters are plain text
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in plain text."""

    to: str
    subject: str
    text: str


def write_letter(connection: Connection, settings: Settings, event: Event, now: datetime) -> Letter | None:
    """The mail that an event asks for; None where there is nobody to write to, or no reason any more."""
    desk = _Desk(settings)
    match event.event:
        case AccountEvent.SIGN_UP_REQUESTED:
            sign_up = prepare_sign_up_mail(connection, event.facts["pending_id"], now)
            if sign_up is None:
                return None
            if sign_up.ticket is None:
                return desk.write(sign_up.email, "already_registered", name=sign_up.name)
            link = desk.link("/sign-up/confirm", sign_up.ticket)
            return desk.write(sign_up.email, "confirm_sign_up", link=link)
        case AccountEvent.RECOVERY_REQUESTED:
            return_to = event.facts.get("return_to")
            recovery = prepare_recovery_mail(connection, event.facts["email"], now, return_to=return_to)
            if recovery is None:
                return None
            link = desk.link("/recover/reset", recovery.ticket)
            return desk.write(recovery.reader.email, "reset_password", name=recovery.reader.name, link=link)
        case AccountEvent.EMAIL_CHANGE_REQUESTED:
            change = prepare_email_change_mail(connection, now=now, **event.facts)
            if change is None:
                return None
            if change.ticket is None:
                return desk.write(change.email, "already_registered", name=change.reader.name)
            link = desk.link("/account/email/confirm", change.ticket)
            return desk.write(change.email, "confirm_email", link=link)
        case AccountEvent.PASSWORD_CHANGED | AccountEvent.EMAIL_CHANGED:
            reader = find_reader(connection, event.facts["reader_id"])
            if reader is None:
                return None
            to = event.facts.get("old_email", reader.email)
            return desk.write(to, event.event, name=reader.name, at=event.recorded_at)
    raise UnknownEvent(event.event)


def _wrapped(paragraph: str) -> str:
    """Lines of even length, whatever names went in; what holds an address is left as it was set."""
    return paragraph if "://" in paragraph else textwrap.fill(paragraph, LINE)


class UnknownEvent(ValueError):
    """The outbox holds an event that no letter is known for: it was written by a newer version."""


class _Desk:
    """Writes letters in the publisher's name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def link(self, path: str, ticket: str) -> str:
        return f"{self._settings.public_url}{path}?{urlencode({'ticket': ticket})}"

    def write(self, to: str, template: str, **facts: object) -> Letter:
        """A template's first line is the subject."""
        text = TEMPLATES.get_template(f"{template}.txt").render(
            publisher=self._settings.publisher_name, url=self._settings.public_url, **facts
        )
        subject, _, body = text.partition("\n")
        return Letter(to, subject.strip(), "\n\n".join(map(_wrapped, body.strip().split("\n\n"))) + "\n")
