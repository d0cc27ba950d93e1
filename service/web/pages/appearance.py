"""The pages' style: our own sheet, one made from the publisher's colour, and an icon. Kept by browsers for a year.

A policy without inline style asks for the colour in a file of its own. Each address
carries a hash of what is behind it, so that what changed has a new address.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path

from flask import Blueprint, Response, abort, request

from service.foundation.settings import Settings
from service.web.callers import ANYONE, open_to
from service.web.doors import doors
from service.web.pages.colours import DARK_GROUND, LIGHT_GROUND, accent_on, text_on

appearance = Blueprint("appearance", __name__)

SHEET = (Path(__file__).parent / "static" / "pages.css").read_text("utf-8")
A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class File:
    mimetype: str
    plain: bytes
    gzipped: bytes
    digest: str


@appearance.get("/static/<digest>/<name>")
@open_to(ANYONE)
def show_file(digest: str, name: str) -> Response:
    file = _files(doors().settings).get(name) or abort(404)
    response = Response(file.plain, mimetype=file.mimetype)
    # Only these files are compressed: they hold no secret. A page holds its form's token beside words of its
    # address, and of the two compressed together, the length would tell a listener who tries words (BREACH).
    if request.accept_encodings["gzip"]:
        response.data = file.gzipped
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    # An old address, from a page rendered before a deployment, gets today's file and is not kept.
    response.headers["Cache-Control"] = A_YEAR if digest == file.digest else "no-cache"
    return response


def style_addresses(settings: Settings) -> list[str]:
    return [_address(settings, "theme.css"), _address(settings, "pages.css")]


def icon_address(settings: Settings) -> str:
    return _address(settings, "icon.svg")


def _address(settings: Settings, name: str) -> str:
    return f"/static/{_files(settings)[name].digest}/{name}"  # without Flask: a refusal at the door is a page too


def _files(settings: Settings) -> dict[str, File]:
    return _made(settings.publisher_name, settings.publisher_colour)


@lru_cache(maxsize=8)
def _made(publisher: str, colour: str) -> dict[str, File]:
    return {
        "pages.css": _file("text/css", SHEET),
        "theme.css": _file("text/css", _theme(colour)),
        "icon.svg": _file("image/svg+xml", _icon(publisher, colour)),
    }


def _file(mimetype: str, text: str) -> File:
    plain = text.encode()
    return File(mimetype, plain, gzip.compress(plain, mtime=0), hashlib.sha256(plain).hexdigest()[:16])


def _theme(colour: str) -> str:
    light, dark = accent_on(LIGHT_GROUND, colour), accent_on(DARK_GROUND, colour)
    return (
        f":root{{--publisher:{colour};--accent:{light.colour};--on-accent:{light.text}}}\n"
        "@media (prefers-color-scheme:dark){"
        f":root{{--accent:{dark.colour};--on-accent:{dark.text}}}}}\n"
    )


def _icon(publisher: str, colour: str) -> str:
    initial = next((letter for letter in publisher.removeprefix("The ") if letter.isalnum()), "•").upper()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="7" fill="{colour}"/>'
        f'<text x="16" y="23" text-anchor="middle" font-family="Georgia,serif" font-size="20" font-weight="700" '
        f'fill="{text_on(colour)}">{escape(initial)}</text></svg>\n'
    )
