from collections.abc import Iterator, Sequence

import pytest

from service.catalogue.articles import AccessLevel, ArticleDraft, Saved, Section
from service.catalogue.importer import BATCH, Fate, ImportSummary, Outcome, import_items
from service.catalogue.imports.item import ArticleItem, ImportBroken, Item, SkippedItem


class Refused(Exception):
    pass


class Gone(Exception):
    pass


class Shelf:
    """A store of the least kind: a batch is kept whole or not at all."""

    def __init__(self) -> None:
        self.articles: dict[str, ArticleDraft] = {}
        self.batches: list[int] = []

    def save(self, drafts: Sequence[ArticleDraft]) -> list[Saved]:
        if any(draft.title == "bad" for draft in drafts):
            raise Refused("INSERT INTO … the whole body")
        if any(draft.title == "gone" for draft in drafts):
            raise Gone
        if any(draft.title == "interrupt" for draft in drafts):
            raise KeyboardInterrupt
        self.batches.append(len(drafts))
        return [self._keep(draft) for draft in drafts]

    def _keep(self, draft: ArticleDraft) -> Saved:
        before = self.articles.get(draft.slug)
        self.articles[draft.slug] = draft
        if before is None:
            return Saved.CREATED
        return Saved.UNCHANGED if before == draft else Saved.UPDATED


def article(slug: str, title: str = "good", body: str = "<p>One.") -> ArticleItem:
    return ArticleItem(f"at {slug}", ArticleDraft(slug, title, Section("news", "News"), AccessLevel.PREMIUM, body))


def bring_in(shelf: Shelf, items: Iterator[Item] | list[Item]) -> tuple[ImportSummary, list[Outcome]]:
    told: list[Outcome] = []
    summary = import_items(items, shelf.save, told.append, (Refused,))
    return summary, told


def test_every_item_is_told_of_in_its_order() -> None:
    shelf = Shelf()
    items: list[Item] = [
        article("a"),
        SkippedItem("item 2", "It is a page."),
        article("b"),
        article("a"),
        article("a", "new"),
    ]
    summary, told = bring_in(shelf, items)
    assert told == [
        Outcome("at a", Fate.CREATED, "a"),
        Outcome("item 2", Fate.SKIPPED, None, "It is a page."),
        Outcome("at b", Fate.CREATED, "b"),
        Outcome("at a", Fate.UNCHANGED, "a"),
        Outcome("at a", Fate.UPDATED, "a"),
    ]
    assert summary.counts == {Fate.CREATED: 2, Fate.SKIPPED: 1, Fate.UNCHANGED: 1, Fate.UPDATED: 1}
    assert summary.broken is None


def test_a_second_run_doubles_nothing() -> None:
    shelf = Shelf()
    items: list[Item] = [article(f"a-{n}") for n in range(250)]
    bring_in(shelf, items)
    assert shelf.batches == [100, 100, 50]
    summary, _ = bring_in(shelf, items)
    assert summary.counts == {Fate.UNCHANGED: 250}
    assert len(shelf.articles) == 250


def test_nothing_to_save_opens_no_transaction() -> None:
    shelf = Shelf()
    summary, told = bring_in(shelf, [SkippedItem("item", "It is a page.")] * (BATCH + 1))
    assert shelf.batches == []
    assert len(told) == summary.counts[Fate.SKIPPED] == BATCH + 1
    assert bring_in(shelf, []) == (ImportSummary(), [])


def test_long_articles_make_short_batches() -> None:
    shelf = Shelf()
    bring_in(shelf, [article(f"a-{n}", body="x" * 1_500_000) for n in range(7)])
    assert shelf.batches == [3, 3, 1]


def test_one_bad_article_costs_its_batch_nothing() -> None:
    shelf = Shelf()
    items: list[Item] = [article("a"), SkippedItem("item 2", "It is a page."), article("b", "bad"), article("c")]
    summary, told = bring_in(shelf, items)
    assert [outcome.fate for outcome in told] == [Fate.CREATED, Fate.SKIPPED, Fate.SKIPPED, Fate.CREATED]
    assert told[2] == Outcome("at b", Fate.SKIPPED, "b", "The catalogue could not take it (Refused).")
    assert set(shelf.articles) == {"a", "c"}
    assert summary.counts[Fate.SKIPPED] == 2


@pytest.mark.parametrize(("title", "raised"), [("gone", Gone), ("interrupt", KeyboardInterrupt)])
def test_what_is_no_articles_fault_ends_the_import_between_batches(title: str, raised: type[BaseException]) -> None:
    shelf = Shelf()
    told: list[Outcome] = []
    items = [article(f"a-{n}") for n in range(BATCH + 5)] + [article("b", title), article("c")]
    with pytest.raises(raised):
        import_items(items, shelf.save, told.append, (Refused,))
    assert len(shelf.articles) == len(told) == BATCH


def test_what_came_before_the_break_is_saved() -> None:
    def breaking() -> Iterator[Item]:
        yield article("a")
        raise ImportBroken("after item 1", "It breaks off.")

    shelf = Shelf()
    summary, told = bring_in(shelf, breaking())
    assert set(shelf.articles) == {"a"}
    assert [outcome.fate for outcome in told] == [Fate.CREATED]
    assert summary.broken is not None
    assert summary.broken.where == "after item 1"
