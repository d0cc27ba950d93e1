"""Lists: what is in them, their pages, and that they may be kept."""

from datetime import timedelta

import pytest

from service.catalogue.articles import Section, Status
from tests.support.clock import FrozenClock
from tests.support.stories import ArticleFactory
from tests.web.api.conftest import Asking, code_of


def slugs(asking: Asking, path: str) -> list[str]:
    return [item["slug"] for item in asking.get(path).json["items"]]


def test_a_list_shows_teasers_and_no_body(front_end: Asking, article: ArticleFactory) -> None:
    story = article()
    response = front_end.get("/v1/articles")
    (item,) = response.json["items"]
    assert item["teaser_html"] == story.article.teaser_html
    assert "body_html" not in item
    assert story.leaks_into(response.text) == []


def test_articles_are_found_by_section_tag_and_slugs(front_end: Asking, article: ArticleFactory) -> None:
    article(slug="one", tags=("sea",))
    article(slug="two", section=Section("world", "World"))
    article(slug="three", tags=("sea", "work"))
    assert slugs(front_end, "/v1/articles?section=world") == ["two"]
    assert sorted(slugs(front_end, "/v1/articles?tag=sea")) == ["one", "three"]
    assert sorted(slugs(front_end, "/v1/articles?slugs=one,two,none")) == ["one", "two"]
    assert slugs(front_end, "/v1/articles?section=nowhere") == []


def test_pages_follow_one_another_without_gap_or_repeat(
    front_end: Asking, clock: FrozenClock, article: ArticleFactory
) -> None:
    made = [article(slug=f"story-{n}", published_at=clock.now() - timedelta(hours=n // 2)).slug for n in range(7)]
    seen: list[str] = []
    path = "/v1/articles?limit=3"
    while path:
        page = front_end.get(path).json
        seen += [item["slug"] for item in page["items"]]
        path = f"/v1/articles?limit=3&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert sorted(seen) == sorted(made)


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "W10",
        "bnVsbA",
        "WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsICJcdTAwMDAiXQ",
        "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIngiXQ",
    ],
)
def test_a_cursor_of_ones_own_making_is_refused(front_end: Asking, cursor: str) -> None:
    response = front_end.get(f"/v1/articles?cursor={cursor}")
    assert code_of(response) == "invalid_request"
    assert response.json["errors"][0]["pointer"] == "/cursor"


def test_drafts_are_listed_for_those_with_the_scope(
    front_end: Asking, staff: Asking, clock: FrozenClock, article: ArticleFactory
) -> None:
    article(slug="a-draft", status=Status.DRAFT, published_at=None)
    article(slug="a-plan", published_at=clock.now() + timedelta(days=1))
    assert slugs(front_end, "/v1/articles") == []
    assert slugs(staff, "/v1/articles?status=draft") == ["a-draft"]
    assert slugs(staff, "/v1/articles?status=scheduled") == ["a-plan"]
    refused = front_end.get("/v1/articles?status=draft")
    assert code_of(refused) == "scope_required"
    assert refused.json["scope"] == "articles:drafts"


def test_related_latest_and_sections(front_end: Asking, article: ArticleFactory) -> None:
    story = article(slug="the-story", tags=("sea",))
    article(slug="by-tag", tags=("sea",), section=Section("world", "World"))
    article(slug="by-section")
    assert slugs(front_end, f"/v1/articles/{story.slug}/related") == ["by-tag", "by-section"]
    assert sorted(slugs(front_end, f"/v1/articles/{story.slug}/latest")) == ["by-section", "by-tag"]
    assert len(slugs(front_end, f"/v1/articles/{story.slug}/latest?limit=1")) == 1
    assert front_end.get("/v1/sections").json["items"] == [
        {"slug": "harbour", "name": "Harbour"},
        {"slug": "world", "name": "World"},
    ]
    assert code_of(front_end.get("/v1/articles/none/related")) == "not_found"
    assert code_of(front_end.get("/v1/articles/none/latest")) == "not_found"


@pytest.mark.parametrize(
    "path", ["/v1/articles", "/v1/sections", "/v1/articles/{0}/related", "/v1/articles/{0}/latest"]
)
def test_a_list_may_be_kept_and_asked_for_anew(front_end: Asking, article: ArticleFactory, path: str) -> None:
    path = path.format(article(slug="first", tags=("sea",)).slug)
    fresh = front_end.get(path)
    assert fresh.headers["Cache-Control"] == "private, max-age=0, must-revalidate"
    assert set(fresh.headers["Vary"].split(", ")) == {"Authorization", "Origin"}
    tag = fresh.headers["ETag"]
    same = front_end.get(path, headers={"If-None-Match": tag})
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", tag)
    article(slug="another", tags=("sea",), section=Section("world", "World"))
    assert front_end.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_list_is_kept_from_those_who_may_not_ask_for_it(
    front_end: Asking, staff: Asking, article: ArticleFactory
) -> None:
    article(status=Status.DRAFT, published_at=None)
    tag = staff.get("/v1/articles?status=draft").headers["ETag"]
    assert front_end.get("/v1/articles?status=draft", headers={"If-None-Match": tag}).status_code == 403
