"""WordPress exports (WXR): their posts become articles, and all else is left out with a reason."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import BinaryIO

from service.catalogue.articles import ArticleDraft, HeroImage
from service.catalogue.imports.item import ArticleItem, Defaults, ImportBroken, Items, SkippedItem
from service.catalogue.imports.wordpress_post import Entry, LeftOut, article_from, image_from, numbered, title_of
from service.catalogue.imports.wxr_stream import entries

PASSES = 2  # pictures first, since a post may show one that the file holds later


def read_wxr(reopen: Callable[[], AbstractContextManager[BinaryIO]], defaults: Defaults) -> Items:
    """Every item of the file in its order. Raises `ImportBroken` where it cannot be read on."""
    with reopen() as stream:
        images = _images(stream)
    with reopen() as stream:
        yield from _items(stream, images, defaults)


def _images(stream: BinaryIO) -> Mapping[int, HeroImage]:
    """By id. A fault in the file is met again, and told, where the items are read."""
    images: dict[int, HeroImage] = {}
    with suppress(ImportBroken):
        for kind, entry in entries(stream):
            if kind == "item" and (found := image_from(entry)):
                number, image = found
                images[number] = image
    return images


def _items(stream: BinaryIO, images: Mapping[int, HeroImage], defaults: Defaults) -> Items:
    authors: dict[str, str] = {}
    slugs: set[str] = set()
    count = 0
    for kind, entry in entries(stream):
        if kind == "wp:author":
            authors[entry["wp:author_login"]] = entry["wp:author_display_name"]
            continue
        count += 1
        try:
            draft = _with_a_slug_of_its_own(article_from(entry, authors, images, defaults), entry, slugs)
        except LeftOut as left_out:
            yield SkippedItem(_where(count, title_of(entry)), str(left_out))
        else:
            slugs.add(draft.slug)
            yield ArticleItem(_where(count, draft.title), draft)


def _with_a_slug_of_its_own(draft: ArticleDraft, entry: Entry, slugs: set[str]) -> ArticleDraft:
    """WordPress lets translations share a slug; the second one in the file gets its id."""
    if draft.slug in slugs:
        draft = replace(draft, slug=numbered(draft.slug, entry))
    if draft.slug in slugs:
        raise LeftOut(f"A post before it in the file has the same slug and id ({draft.slug}).")
    return draft


def _where(count: int, title: str) -> str:
    return f"item {count}: {title[:80]}" if title else f"item {count}"
