"""The body of a WordPress post, as the HTML that WordPress would have shown."""

import re
from collections.abc import Mapping
from html import escape

from service.catalogue.articles import HeroImage
from service.catalogue.blocks import Kind, pieces
from service.catalogue.imports.shortcodes import without_shortcodes
from service.catalogue.markup import TAG, WRAPPERS, clean_html, plain_text

_MORE = re.compile(r"<!--\s*more\b.*?-->", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PREFORMATTED = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL | re.IGNORECASE)
_EMBED = re.compile(r"^[ \t]*(https?://[^\s<>\"]+)[ \t]*$", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n\s*\n")
# The classic editor makes paragraphs inside of these; inside all other blocks, text stays as it was typed.
_PARAGRAPHED = WRAPPERS | {"aside", "blockquote"}


def body_and_teaser(content: str, images: Mapping[int, HeroImage]) -> tuple[str, str | None]:
    """The body, and the teaser where the editor marked its end with "more", both clean."""
    content = content.replace("\r\n", "\n")
    above, *below = _MORE.split(content, maxsplit=1)
    if not below:
        return _rendered(content, images), None
    body = _rendered(f"{above}\n\n{below[0]}", images)
    teaser = _rendered(above, images)
    # A mark at the very top or the very end parts nothing from nothing.
    parts_text = plain_text(teaser) not in {"", plain_text(body)}
    return body, teaser if parts_text else None


def _rendered(content: str, images: Mapping[int, HeroImage]) -> str:
    made_of_blocks = "<!-- wp:" in content
    parts = _PREFORMATTED.split(_COMMENT.sub("", content))
    # Every second part is what stands between two preformatted ones.
    parts[::2] = [_EMBED.sub(_link, without_shortcodes(part, images)) for part in parts[::2]]
    html = clean_html("".join(parts))
    return html.strip() if made_of_blocks else clean_html(_paragraphs(html)).strip()


def _link(address: re.Match[str]) -> str:
    """An address on a line of its own is an embed: what it points at is not called in unasked."""
    url = escape(address[1].replace("&amp;", "&"))
    return f'<a href="{url}">{url}</a>'


def _paragraphs(html: str) -> str:
    """Blank lines part paragraphs, single newlines are breaks, as the classic editor had it."""
    one_line_tags = TAG.sub(lambda tag: tag[0].replace("\n", " "), html)
    return "\n".join(
        _paragraphed(piece.html) if piece.kind is Kind.RUN else piece.html
        for piece in pieces(one_line_tags, _PARAGRAPHED)
    )


def _paragraphed(run: str) -> str:
    paragraphs = (paragraph.strip() for paragraph in _BLANK_LINE.split(run))
    return "\n".join("<p>" + re.sub(r"(?<!<br>)\n", "<br>\n", text) + "</p>" for text in paragraphs if text)
