"""Sets the contract's descriptions as HTML: paragraphs, headings, code, what is strong. No more of Markdown."""

import re

from markupsafe import Markup, escape

CODE = re.compile(r"`([^`]+)`")
STRONG = re.compile(r"\*\*([^*]+)\*\*")


def set_prose(text: str) -> Markup:
    """Blocks parted by empty lines."""
    return Markup("\n").join(_block(block) for block in text.strip().split("\n\n"))


def set_line(text: str) -> Markup:
    escaped = str(escape(text))
    coded = CODE.sub(r"<code>\1</code>", escaped)
    return Markup(STRONG.sub(r"<strong>\1</strong>", coded))  # noqa: S704 - escaped above


def _block(block: str) -> Markup:
    if block.startswith("## "):
        return Markup("<h3>{}</h3>").format(set_line(block[3:]))
    return Markup("<p>{}</p>").format(set_line(block))
