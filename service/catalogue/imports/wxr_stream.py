"""The entries of a WordPress export, one at a time: a file of any size takes the memory of its largest item.

No entity is resolved, no document type read and no address called, so that a hostile file cannot grow or reach out.
"""

from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import BinaryIO, cast

from lxml import etree

from service.catalogue.imports.item import UNREADABLE, ImportBroken, told
from service.catalogue.imports.wordpress_post import Entry, Term

CHUNK = 1 << 16


def entries(stream: BinaryIO) -> Iterator[tuple[str, Entry]]:
    """The channel's authors and items in their order, each with its kind: `wp:author` or `item`.

    Raises `ImportBroken` after the last one that was whole.
    """
    count = 0
    try:
        for element in _children_of_the_channel(stream):
            kind = _name(element.tag)
            if kind in {"item", "wp:author"}:
                count += kind == "item"
                yield kind, _entry(element)
    except UNREADABLE as fault:
        raise ImportBroken(f"after item {count}" if count else "the beginning", told(fault)) from fault


def _children_of_the_channel(stream: BinaryIO) -> Iterator[etree._Element]:
    """Each whole, and gone when the next one comes."""
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=("rss", "item", "{*}author", "{*}category", "{*}comment", "{*}tag", "{*}term"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    begun = ended = False
    fault: Exception | None = None
    while not (ended or fault):
        try:
            chunk = stream.read(CHUNK)
            ended = not chunk
            parser.close() if ended else parser.feed(chunk)
        except UNREADABLE as error:
            fault = error  # raised once what came before it is dealt with
        for event, element in cast("Iterator[tuple[str, etree._Element]]", parser.read_events()):
            parent = element.getparent()
            if event == "start":
                begun = begun or element.tag == "rss"
            elif parent is not None and parent.tag == "channel":
                yield element
                _forget(element)
            elif element.tag.endswith("}comment"):
                _forget(element)  # a post may have thousands
        if not (begun or fault):
            raise ImportBroken("the beginning", "It is no WordPress export: there is no <rss> in it.")
    if fault:
        raise fault


def _forget(element: etree._Element) -> None:
    """Frees an element that was dealt with, and those of its kind before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None and before.tag == element.tag:
        parent.remove(before)


def _entry(element: etree._Element) -> Entry:
    fields: dict[str, str] = {}
    terms: list[Term] = []
    meta: dict[str, str] = {}
    for child in element.iterchildren(tag=etree.Element):
        name = _name(child.tag)
        if name == "category":
            terms.append(
                Term(
                    child.get("domain", ""),
                    child.get("nicename", ""),
                    " ".join(unescape(child.text or "").split()),
                )
            )
        elif name == "wp:postmeta":
            pair = {_name(part.tag): part.text or "" for part in child.iterchildren(tag=etree.Element)}
            meta.setdefault(pair.get("wp:meta_key", ""), pair.get("wp:meta_value", ""))
        else:
            fields.setdefault(name, child.text or "")
    return Entry(fields, tuple(terms), meta, next(element.iter(etree.Entity), None) is not None)


@lru_cache(maxsize=256)
def _name(tag: str) -> str:
    """`{https://wordpress.org/export/1.2/excerpt/}encoded` is `excerpt:encoded`, in every version of the format."""
    namespace, _, local = tag.rpartition("}")
    for part, prefix in _PREFIXES.items():
        if part in namespace:
            return f"{prefix}:{local}"
    return local


_PREFIXES = {
    "/excerpt/": "excerpt",
    "/modules/content/": "content",
    "wordpress.org/export/": "wp",
    "purl.org/dc/elements/": "dc",
}
