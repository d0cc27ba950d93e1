import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from service.catalogue.articles import AccessLevel, HeroImage, Section, Status
from service.catalogue.imports.item import sentence
from service.catalogue.submission import ArticleSubmission

LEAST = {
    "title": "Harbour",
    "section": {"slug": "news", "name": "News"},
    "access_level": "premium",
    "body_html": "<p>One.</p>",
}


def submitted(**fields: Any) -> ArticleSubmission:
    return ArticleSubmission.model_validate_json(json.dumps(LEAST | fields))


def test_the_least_that_makes_an_article() -> None:
    draft = submitted().as_draft("harbour", AccessLevel.PREMIUM)
    assert draft.status is Status.PUBLISHED
    assert draft.products == ("premium",)
    assert draft.section == Section("news", "News")
    assert draft.hero_image is None
    assert draft.teaser_html is None


def test_all_that_can_be_said() -> None:
    draft = submitted(
        standfirst=" Rain\nis near. ",
        authors=["Ann", "Ann", "Bo"],
        tags=["sea"],
        products=["premium", "weekend"],
        published_at="2026-11-22T13:00:00+01:00",
        status="draft",
        url="https://paper.example/harbour",
        hero_image={"url": "https://paper.example/a.jpg", "alt": "A wall"},
        teaser_html="<p>One",
    ).as_draft("harbour", AccessLevel.FREE)
    assert draft.standfirst == "Rain is near."
    assert draft.authors == ("Ann", "Bo")
    assert draft.published_at == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert draft.status is Status.DRAFT
    assert draft.hero_image == HeroImage("https://paper.example/a.jpg", "A wall", "")
    assert draft.access_level is AccessLevel.FREE


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": " \n "}, "title is empty."),
        ({"title": "a\x00b"}, "title holds a control character."),
        ({"title": "x" * 501}, "title: String should have at most 500 characters."),
        ({"tags": ["sea", ""]}, "tags.1 is empty."),
        ({"products": []}, "products: Tuple should have at least 1 item after validation, not 0."),
        ({"section": {"slug": "News", "name": "News"}}, "section.slug: String should match pattern"),
        ({"section": {"slug": "news"}}, "section.name is missing."),
        ({"access_level": "gold"}, "access_level: Input should be 'free', 'registered' or 'premium'."),
        ({"url": "javascript:alert(1)"}, "url is not a full http or https address."),
        ({"url": "/harbour"}, "url is not a full http or https address."),
        ({"url": "https://a b/"}, "url holds a space or a control character."),
        ({"url": "https://["}, "url Invalid IPv6 URL."),
        ({"published_at": "2026-11-22T13:00:00"}, "published_at has no time zone"),
        ({"published_at": "0001-01-01T00:00:00+14:00"}, "published_at lies outside the years 1600 to 2200."),
        ({"published_at": "9999-12-31T23:59:59-14:00"}, "published_at lies outside the years 1600 to 2200."),
        ({"published_at": 0}, "published_at: Input should be a valid datetime."),
        ({"body": "<p>One.</p>"}, "body is not a field of an article."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        submitted(**fields)
    assert sentence(refused.value).startswith(says)
    assert sentence(refused.value).endswith(".")


@pytest.mark.parametrize("line", ["", "[]", "{", '{"title": "\\ud800"}', '{"a":' * 5000, "\ufeff"])
def test_what_is_no_json_object_is_refused(line: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ArticleSubmission.model_validate_json(line)
    assert sentence(refused.value)
