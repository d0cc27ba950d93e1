"""The body of a WordPress post, as the HTML that WordPress would have shown."""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape

from service.catalogue.articles import HeroImage
from service.catalogue.blocks import Kind, pieces
from service.catalogue.imports.shortcodes import without_shortcodes
from service.catalogue.markup import TAG, WRAPPERS, clean_html, plain_text

_MORE = re.compile(r"<!--\s*more\b[^<>]*-->")
_PREFORMATTED = re.compile(r"(<pre\b(?:(?!<pre\b).)*?</pre>)", re.DOTALL | re.IGNORECASE)
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
    parts = _PREFORMATTED.split(_without_comments(content))
    # Every second part is what stands between two preformatted ones.
    parts[::2] = [_EMBED.sub(_link, without_shortcodes(part, images)) for part in parts[::2]]
    html = clean_html("".join(parts))
    return clean_html(_laid_out(html, str.strip if made_of_blocks else _paragraphs))


def _without_comments(html: str) -> str:
    """A comment that nothing closes takes what follows it along, as it does in a browser."""
    visible, *rest = html.split("<!--")
    return visible + "".join(part.partition("-->")[2] for part in rest)


def _link(address: re.Match[str]) -> str:
    """An address on a line of its own is an embed: what it points at is not called in unasked."""
    url = escape(unescape(address[1]))
    return f'<a href="{url}">{url}</a>'


def _laid_out(html: str, run: Callable[[str], str]) -> str:
    one_line_tags = TAG.sub(lambda tag: tag[0].replace("\n", " "), html)
    laid_out = (
        run(piece.html) if piece.kind is Kind.RUN else piece.html for piece in pieces(one_line_tags, _PARAGRAPHED)
    )
    return "\n".join(filter(None, laid_out))


def _paragraphs(run: str) -> str:
    """Blank lines part paragraphs, single newlines are breaks, as the classic editor had it."""
    texts = filter(None, (text.strip() for text in _BLANK_LINE.split(run)))
    return "".join("<p>" + re.sub(r"(?<!<br>)\n", "<br>\n", text) + "</p>" for text in texts)
