"""Reading on the terms that were decided about, from the database or from what is kept of it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from service.catalogue import reading
from service.catalogue.articles import AccessLevel
from service.catalogue.reading import Kept, TermsChanged, get_on_terms
from service.foundation.database import Database
from tests.support.statements import statements
from tests.support.stories import ArticleFactory, Story

Reading = Callable[..., str | None]


@pytest.fixture
def kept() -> Kept:
    return {}


@pytest.fixture
def body_of(database: Database, kept: Kept) -> Reading:
    def body_of(story: Story, *, with_body: bool = True) -> str | None:
        found, body = get_on_terms(database, story.article.terms, kept, with_body=with_body)
        assert found == story.article
        return body

    return body_of


@pytest.fixture
def questions(database: Database, body_of: Reading) -> Callable[..., int]:
    """How many questions a reading puts."""

    def questions(story: Story, *, with_body: bool = True) -> int:
        with statements(database) as said:
            body_of(story, with_body=with_body)
        return len(said)

    return questions


def test_what_is_kept_is_not_asked_for_again(questions: Callable[..., int], article: ArticleFactory) -> None:
    one, other = article(), article()
    assert [questions(one), questions(other), questions(one), questions(other)] == [1, 1, 0, 0]
    assert [questions(one, with_body=False), questions(one, with_body=False)] == [1, 0]


def test_a_body_that_is_kept_is_for_those_who_ask_for_it_alone(body_of: Reading, article: ArticleFactory) -> None:
    story = article()
    assert story.canaries[-1] in (body_of(story) or "")
    assert body_of(story, with_body=False) is None
    assert story.canaries[-1] in (body_of(story) or "")


def test_what_is_kept_on_other_terms_is_not_released(
    database: Database, kept: Kept, body_of: Reading, article: ArticleFactory
) -> None:
    story = article("free")
    body_of(story)
    terms = replace(story.article, access_level=AccessLevel.PREMIUM).terms
    with pytest.raises(TermsChanged):
        get_on_terms(database, terms, kept, with_body=True)


def test_what_is_not_there_is_not_kept(database: Database, kept: Kept, article: ArticleFactory) -> None:
    terms = replace(article().article, id="art_aaaaaaaaaaaaaaaaaaaa").terms
    with pytest.raises(TermsChanged):
        get_on_terms(database, terms, kept, with_body=True)
    assert kept == {}


def test_long_bodies_are_not_kept_and_of_others_only_so_many(
    questions: Callable[..., int], kept: Kept, article: ArticleFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = article(paragraphs=reading.LONGEST_KEPT // 50)
    assert [questions(long), questions(long)] == [1, 1]
    monkeypatch.setattr(reading, "MOST_KEPT", 3)
    for _ in range(10):
        assert questions(article()) == 1
        assert len(kept) <= 3
