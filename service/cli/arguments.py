"""What may stand on the command line: lines, handles, addresses, emails, instants. Misuse exits with 2."""

import unicodedata
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

import click

from service.accounts.reader import BadEmail, BadName, clean_email, clean_name
from service.catalogue.articles import is_slug
from service.catalogue.submission import sensible_instant
from service.cli.periods import Period
from service.sites.site import BadOrigin, origin_of

LONGEST_ORIGIN = 255
UNSHOWABLE = frozenset({"Cc", "Cs", "Co", "Cn"})  # controls, and bytes that were not text


class Line(click.ParamType[str]):
    """A line of text, its whitespace tidied."""

    name = "text"

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = " ".join(str(value).split())
        if not text:
            self.fail("It is empty.", param, ctx)
        if len(text) > self.longest:
            self.fail(f"It is longer than {self.longest} characters.", param, ctx)
        if any(unicodedata.category(character) in UNSHOWABLE for character in text):
            self.fail("It has a character that cannot be shown.", param, ctx)
        return text


class Handle(click.ParamType[str]):
    """A short name for machines, such as a site's handle or a product."""

    name = "handle"
    longest = 64

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not is_slug(value) or len(value) > self.longest:
            self.fail(
                f"{value!r} is not made of lower-case letters, digits and single hyphens, {self.longest} at the most.",
                param,
                ctx,
            )
        return str(value)


class Address(click.ParamType[str]):
    """A site's address; of a longer one, the origin."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            origin = origin_of(value)
        except BadOrigin:
            self.fail(f"{value!r} is no address such as https://news.example.org.", param, ctx)
        if not origin.isascii():
            self.fail(f"{value!r} is not written as browsers send it: its name begins with xn-- there.", param, ctx)
        if len(origin) > LONGEST_ORIGIN:
            self.fail(f"It is longer than {LONGEST_ORIGIN} characters.", param, ctx)
        return origin


class OneOf(click.Choice[StrEnum]):
    """One of a few words, as the values of an enumeration are written."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:  # noqa: ARG002
        return str(choice)


class Email(click.ParamType[str]):
    name = "email"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return clean_email(value)
        except BadEmail:
            self.fail(f"{value!r} is no address that mail could reach.", param, ctx)


class PersonName(click.ParamType[str]):
    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return clean_name(value)
        except BadName:
            self.fail("A name is a line of 1 to 80 characters.", param, ctx)


class InstantOrDay(click.ParamType[datetime]):
    """An instant with its zone, or a day, which begins at midnight UTC."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return sensible_instant(_instant(value))
        except ValueError as fault:
            self.fail(f"{value!r} {fault}.", param, ctx)


def _instant(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError as fault:
        raise ValueError("is no instant such as 2027-01-31T18:00Z or 2027-01-31") from fault


class PeriodOfTime(click.ParamType[Period]):
    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Period:
        try:
            return Period.parse(value)
        except ValueError:
            self.fail(f"{value!r} is no period such as 12h, 30d, 2w, 6mo or 1y.", param, ctx)
