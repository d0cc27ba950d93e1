"""Articles as JSON Lines: an object a line, with the fields of `PUT /v1/articles/{slug}` and a `slug`.

A slug that comes again replaces what came before it, as a second PUT would.
"""

import codecs
from dataclasses import replace
from typing import BinaryIO

from pydantic import ValidationError

from service.catalogue.articles import AccessLevel
from service.catalogue.imports.item import (
    UNREADABLE,
    ArticleItem,
    Defaults,
    ImportBroken,
    Item,
    Items,
    SkippedItem,
    sentence,
    told,
)
from service.catalogue.submission import ArticleFields, Slug

LONGEST_LINE = 4 * 1024 * 1024  # bytes


class ArticleLine(ArticleFields):
    slug: Slug
    access_level: AccessLevel | None = None


def read_json_lines(stream: BinaryIO, defaults: Defaults) -> Items:
    """Every line that is not blank, in its order. Raises `ImportBroken` where the file cannot be read on."""
    number = 0
    while True:
        try:
            line = stream.readline(LONGEST_LINE + 1)
            too_long = len(line) > LONGEST_LINE and not line.endswith(b"\n")
            if too_long:
                _pass_over(stream)
        except UNREADABLE as fault:
            raise ImportBroken(f"after line {number}", told(fault)) from fault
        if not line:
            return
        number += 1
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if too_long:
            yield SkippedItem(f"line {number}", "It is longer than 4 MB.")
        elif line.strip():
            yield _item(f"line {number}", line, defaults)


def _pass_over(stream: BinaryIO) -> None:
    while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def _item(where: str, line: bytes, defaults: Defaults) -> Item:
    try:
        fields = ArticleLine.model_validate_json(line)
    except ValidationError as refused:
        if refused.errors()[0]["type"] == "json_invalid" and not line.endswith(b"\n"):
            raise ImportBroken(where, "The file breaks off in the middle of this line.") from refused
        return SkippedItem(where, sentence(refused))
    draft = fields.as_draft(fields.slug, fields.access_level or defaults.access_level)
    if "products" not in fields.model_fields_set:
        draft = replace(draft, products=defaults.products)
    return ArticleItem(where, draft)
