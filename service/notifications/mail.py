"""Sends letters: over SMTP, or in development into the mailbox folder that `/dev/mail` shows."""

import secrets
import smtplib
import ssl
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Protocol

from service.foundation.settings import Settings
from service.notifications.letters import Letter

TIMEOUT_SECONDS = 15


class DeliveryFailed(Exception):
    """The mail server could not be reached, or would not take the mail."""


class Mailer(Protocol):
    def send(self, letter: Letter, now: datetime) -> None:
        """Hand the letter over. Raises :class:`DeliveryFailed`."""


def mailer_for(settings: Settings) -> Mailer:
    return SmtpMailer(settings) if settings.smtp_host else MailboxFolder(settings)


class SmtpMailer:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, letter: Letter, now: datetime) -> None:
        message = compose(letter, self._settings, now)
        try:
            with self._connect() as server:
                if self._settings.smtp_security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self._settings.smtp_username and self._settings.smtp_password:
                    server.login(self._settings.smtp_username, self._settings.smtp_password.get_secret_value())
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as fault:
            raise DeliveryFailed(type(fault).__name__) from fault

    def _connect(self) -> smtplib.SMTP:
        where = self._settings.smtp_host or "", self._settings.smtp_port
        if self._settings.smtp_security == "tls":
            return smtplib.SMTP_SSL(*where, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        return smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)


class MailboxFolder:
    """Development's mail: a file for each."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = mailbox_folder(settings)

    def send(self, letter: Letter, now: datetime) -> None:
        name = f"{now:%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part = self._folder / f"{name}.part"
            part.write_bytes(compose(letter, self._settings, now).as_bytes())
            part.rename(self._folder / f"{name}.eml")
        except OSError as fault:
            raise DeliveryFailed(type(fault).__name__) from fault


def mailbox_folder(settings: Settings) -> Path:
    return settings.variable_folder / "mailbox"


def compose(letter: Letter, settings: Settings, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.subject
    message["From"] = Address(settings.publisher_name, addr_spec=settings.mail_from)
    message["To"] = letter.to
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=settings.mail_from.partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
