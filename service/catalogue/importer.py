"""Brings items into the catalogue, batch by batch, and tells what became of each."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from service.catalogue.articles import ArticleDraft, Saved
from service.catalogue.imports.item import ArticleItem, ImportBroken, Item, SkippedItem

BATCH = 100
BATCH_LENGTH = 4_000_000  # characters of body, so that long articles do not add up in memory


class Fate(StrEnum):
    """What became of an item."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    where: str
    fate: Fate
    slug: str | None = None
    reason: str | None = None  # why it was skipped


@dataclass(slots=True)
class ImportSummary:
    counts: Counter[Fate] = field(default_factory=Counter)
    broken: ImportBroken | None = None  # where the file could not be read on; what came before it is saved


Save = Callable[[Sequence[ArticleDraft]], Sequence[Saved]]
Report = Callable[[Outcome], None]


def import_items(
    items: Iterable[Item], save: Save, report: Report, refusals: tuple[type[Exception], ...]
) -> ImportSummary:
    """Saves the articles among the items and reports every item, in order, once its batch is saved.

    `save` takes a batch in one transaction of its own: all of it or nothing, a slug that comes twice in order.
    `refusals` are what it raises for a fault in an article: the batch is then saved one by one, and those that are
    refused again are skipped. All else it raises ends the import, as does an interrupt: the batches before are
    saved and reported, the one at hand is not there at all.
    """
    summary = ImportSummary()

    def settle(batch: list[Item]) -> None:
        for outcome in _saved(batch, save, refusals):
            summary.counts[outcome.fate] += 1
            report(outcome)
        batch.clear()

    batch: list[Item] = []
    length = 0
    try:
        for item in items:
            batch.append(item)
            length += len(item.draft.body_html) if isinstance(item, ArticleItem) else 0
            if len(batch) == BATCH or length >= BATCH_LENGTH:
                settle(batch)
                length = 0
    except ImportBroken as broken:
        summary.broken = broken
    settle(batch)
    return summary


def _saved(batch: Sequence[Item], save: Save, refusals: tuple[type[Exception], ...]) -> Iterable[Outcome]:
    articles = [item for item in batch if isinstance(item, ArticleItem)]
    try:
        fates = iter(save([article.draft for article in articles]) if articles else [])
    except refusals:
        return [_saved_alone(item, save, refusals) for item in batch]
    return [_skipped(item) if isinstance(item, SkippedItem) else _kept(item, next(fates)) for item in batch]


def _saved_alone(item: Item, save: Save, refusals: tuple[type[Exception], ...]) -> Outcome:
    if isinstance(item, SkippedItem):
        return _skipped(item)
    try:
        return _kept(item, save([item.draft])[0])
    except refusals as refusal:
        # Not the exception's own words: a database's hold the statement and the body with it.
        reason = f"The catalogue could not take it ({type(refusal).__name__})."
        return Outcome(item.where, Fate.SKIPPED, item.draft.slug, reason)


def _kept(item: ArticleItem, saved: Saved) -> Outcome:
    return Outcome(item.where, Fate(saved), item.draft.slug)


def _skipped(item: SkippedItem) -> Outcome:
    return Outcome(item.where, Fate.SKIPPED, reason=item.reason)
