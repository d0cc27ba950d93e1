"""The development mailbox: what would have been mailed, to read in the browser. Not there in production."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from service.web.callers import DEVELOPMENT, open_to
from service.web.doors import doors
from service.web.pages.rendering import render_page

mailbox = Blueprint("mailbox", __name__, url_prefix="/dev/mail")

FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,200}\.eml")
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
MOST = 200


@dataclass(frozen=True, slots=True)
class Mail:
    name: str
    to: str
    sender: str
    subject: str
    date: str
    text: Markup  # escaped, its links made clickable


@mailbox.get("")
@open_to(DEVELOPMENT)
def list_mails() -> ResponseReturnValue:
    newest_first = sorted(_folder().glob("*.eml"), reverse=True)[:MOST]
    mails = [_read(path) for path in newest_first if FILE.fullmatch(path.name)]
    return render_page("pages/mailbox.html", mails=mails, folder=str(_folder()))


@mailbox.get("/<name>")
@open_to(DEVELOPMENT)
def show_mail(name: str) -> ResponseReturnValue:
    path = _folder() / name
    if not FILE.fullmatch(name) or not path.is_file():
        abort(404)
    return render_page("pages/mail.html", mail=_read(path))


def _folder() -> Path:
    return doors().settings.variable_folder / "mailbox"


def _read(path: Path) -> Mail:
    """The plain text alone: HTML that came by mail has no business on our address."""
    message = message_from_bytes(path.read_bytes(), policy=default)
    part = message.get_body(("plain",))
    text = part.get_content() if part else "This mail has no plain text."
    return Mail(
        name=path.name,
        to=str(message["to"] or ""),
        sender=str(message["from"] or ""),
        subject=str(message["subject"] or "Without a subject"),
        date=str(message["date"] or ""),
        text=_with_links(text),
    )


def _with_links(text: str) -> Markup:
    parts, end = [], 0
    for link in LINK.finditer(text):
        parts.append(escape(text[end : link.start()]))
        parts.append(Markup('<a href="{0}">{0}</a>').format(link.group()))
        end = link.end()
    return Markup("").join([*parts, escape(text[end:])])
