"""The blocks of a body, found in canonical HTML (see `markup`) without a second parser and its second opinion."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import Enum, auto

from service.catalogue.markup import BLOCKS, TAG, VOID, WRAPPERS


class Kind(Enum):
    BLOCK = auto()  # an element such as a paragraph or a list, whole
    RUN = auto()  # text and inline markup that no block holds
    WRAPPER = auto()  # the opening or the closing tag of an element that only holds blocks


@dataclass(frozen=True, slots=True)
class Piece:
    kind: Kind
    name: str  # the element's; empty for a run
    html: str


def pieces(html: str, wrappers: Set[str] = WRAPPERS) -> Iterator[Piece]:
    """The HTML in pieces, in order; joined they are the HTML again. Its depth costs nothing: there is no tree."""
    start = depth = 0
    block = ""
    for tag in TAG.finditer(html):
        closing, name = tag[1], tag[2]
        if depth:
            depth += 0 if name in VOID else -1 if closing else 1
            if block and not depth:
                yield Piece(Kind.BLOCK, block, html[start : tag.end()])
                start, block = tag.end(), ""
        elif name in wrappers:
            yield from _run(html[start : tag.start()])
            yield Piece(Kind.WRAPPER, name, tag[0])
            start = tag.end()
        elif name in BLOCKS:
            yield from _run(html[start : tag.start()])
            start = tag.start()
            if name in VOID:
                yield Piece(Kind.BLOCK, name, tag[0])
                start = tag.end()
            else:
                block, depth = name, 1
        elif name not in VOID:
            depth = 1
    yield from _run(html[start:])


def _run(html: str) -> Iterator[Piece]:
    if html:
        yield Piece(Kind.RUN, "", html)
