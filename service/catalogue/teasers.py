"""The teaser: what everyone may read of a body, cut from it at a paragraph."""

import re

from service.catalogue.blocks import Kind, Piece, pieces
from service.catalogue.markup import BLOCKS, HEADINGS, TAG, clean_html, plain_text

PARAGRAPHS = 2
ENOUGH = 600  # characters of text; once there are so many, no further block is taken
MOST = 1200  # a block that would lead beyond is not taken, and ends the teaser

_TAKEN = HEADINGS | {"p", "ul", "ol", "dl", "blockquote"}
# Beside the story, not in it. They are skipped, and a body's last paragraph is its last whatever follows of these.
_BESIDE = frozenset({"aside", "figure", "footer", "header", "hr"})
_BLANK_LINE = re.compile(r"(?:<br>\s*){2,}")


def cut_teaser(body_html: str) -> str:
    """The first two paragraphs or about 600 characters of a body, without pictures and embeds; well formed.

    The last block of text is never in it, so that it is never the whole body. Where nothing can be cut (a single
    paragraph, one that is too long, a body that begins with a table) it is empty, and the standfirst serves.
    """
    blocks = _blocks(clean_html(body_html))
    last = next((place for place in reversed(range(len(blocks))) if _is_prose(blocks[place])), 0)
    taken: list[str] = []
    headings: list[str] = []
    length = paragraphs = 0
    for block in blocks[:last]:
        text = _text(block)
        if not text or block.name in _BESIDE:
            continue
        length += len(text)
        if block.name not in _TAKEN or length > MOST:
            break
        if block.name in HEADINGS:
            headings.append(block.html)  # waits for the paragraph that it is the heading of
            continue
        taken += [*headings, block.html]
        headings.clear()
        paragraphs += block.name == "p"
        if length >= ENOUGH or paragraphs == PARAGRAPHS:
            break
    return "\n".join(clean_html(part, media=False) for part in taken)


def _blocks(html: str) -> list[Piece]:
    """The blocks in their order, wrappers opened. Runs of text count as paragraphs, parted where two breaks meet."""
    blocks: list[Piece] = []
    for piece in pieces(html):
        if piece.kind is Kind.BLOCK:
            blocks.append(piece)
        elif piece.kind is Kind.RUN:
            blocks.extend(_paragraphs(piece.html))
    return blocks


def _paragraphs(run: str) -> list[Piece]:
    if any(tag[2] in BLOCKS for tag in TAG.finditer(run)):
        return [Piece(Kind.BLOCK, "span", run)]  # inline markup around blocks: text, but nowhere to cut it
    return [Piece(Kind.BLOCK, "p", f"<p>{part}</p>") for part in _BLANK_LINE.split(run)]


def _is_prose(block: Piece) -> bool:
    return block.name not in _BESIDE and block.name not in HEADINGS and bool(_text(block))


def _text(block: Piece) -> str:
    """What there is to read in a block; an address that stands alone is an embed, not text."""
    text = plain_text(clean_html(block.html, media=False))
    return "" if re.fullmatch(r"https?://\S+", text) else text
