"""What an import yields: an article, or an item that was left out and why.

ImportBroken    the file cannot be read further; what came before it stands
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from pydantic import ValidationError

from service.catalogue.articles import AccessLevel, ArticleDraft


@dataclass(frozen=True, slots=True)
class ArticleItem:
    where: str  # "item 12: Hello world", "line 12"
    draft: ArticleDraft


@dataclass(frozen=True, slots=True)
class SkippedItem:
    where: str
    reason: str  # one sentence for a person


Item = ArticleItem | SkippedItem
Items = Iterator[Item]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What an import assumes where the file does not say: the strictest, so that nothing is given away."""

    access_level: AccessLevel = AccessLevel.PREMIUM
    products: tuple[str, ...] = ("premium",)


class ImportBroken(Exception):
    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


# What reading can raise: the disk's faults, a compressed file's, and broken XML.
UNREADABLE = (OSError, EOFError, zlib.error, etree.XMLSyntaxError)


def told(fault: Exception) -> str:
    if isinstance(fault, etree.XMLSyntaxError):
        return f"It breaks off, or its XML is broken, in line {fault.lineno}: {fault.msg.split(', line ')[0]}."
    if isinstance(fault, EOFError):
        return "The compressed file breaks off."
    return f"It cannot be read any further ({fault})."


def sentence(refused: ValidationError) -> str:
    """The first thing that is wrong with an article's fields, as a sentence: "tags.2 is empty."."""
    error = refused.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in error["loc"])
    said = error["msg"].removeprefix("Value error, ")
    if error["type"] == "json_invalid":
        return f"It is not valid JSON ({said.removeprefix('Invalid JSON: ')})."
    if error["type"] == "missing":
        return f"{field} is missing."
    if error["type"] == "extra_forbidden":
        return f"{field} is not a field of an article."
    if error["type"] == "value_error":
        return f"{field} {said}."
    return f"{field or 'The line'}: {said}."
