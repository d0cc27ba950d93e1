"""The gated read, putting and deleting."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from service.catalogue.articles import Status
from service.devices.sessions import StartedSession
from service.foundation.database import Database
from service.sites.site import Site
from tests.support.clock import FrozenClock
from tests.support.people import People
from tests.support.stories import ArticleFactory, write_story
from tests.web.api.conftest import SUBMISSION, Asking, code_of

SignIn = Callable[..., StartedSession]


def test_a_subscriber_reads_the_body(
    front_end: Asking, people: People, sign_in: SignIn, article: ArticleFactory
) -> None:
    story = article()
    answer = front_end.speaking_for(sign_in(people.alice).token).get(f"/v1/articles/{story.slug}").json
    assert answer["decision"]["granted"] is True
    assert answer["decision"]["reason"] == "entitled"
    assert answer["decision"]["unlocked_by"] == []
    assert answer["session"]["state"] == "live"
    assert answer["session"]["reader"]["email"] == people.alice.email
    assert all(canary in answer["article"]["body_html"] for canary in story.canaries)


def test_a_stranger_gets_the_teaser_and_the_reason(
    front_end: Asking, people: People, sign_in: SignIn, article: ArticleFactory
) -> None:
    story = article()
    response = front_end.speaking_for(sign_in(people.charlie).token).get(f"/v1/articles/{story.slug}")
    answer = response.json
    assert response.status_code == 200
    assert answer["decision"]["granted"] is False
    assert answer["decision"]["reason"] == "subscription_required"
    assert answer["decision"]["explanation"]
    assert answer["decision"]["unlocked_by"] == [{"action": "subscribe", "product": "premium"}]
    assert answer["article"]["body_html"] is None
    assert answer["article"]["teaser_html"]
    assert story.leaks_into(response.text) == []


def test_what_one_reader_was_given_is_not_given_to_the_next(
    front_end: Asking, people: People, sign_in: SignIn, article: ArticleFactory
) -> None:
    story, alice = article(), front_end.speaking_for(sign_in(people.alice).token)
    charlie = front_end.speaking_for(sign_in(people.charlie).token)
    for _ in range(3):
        assert story.canaries[-1] in alice.get(f"/v1/articles/{story.slug}").text
        for other in (charlie, front_end):
            assert story.leaks_into(other.get(f"/v1/articles/{story.slug}").text) == []


def test_a_corrected_body_is_what_the_next_request_gets(
    front_end: Asking, people: People, sign_in: SignIn, database: Database, site: Site, clock: FrozenClock
) -> None:
    before = write_story(database, site.id, clock.now(), slug="the-ferry")
    alice = front_end.speaking_for(sign_in(people.alice).token)
    assert before.canaries[-1] in alice.get("/v1/articles/the-ferry").text
    elsewhere = Database(database.url.render_as_string(hide_password=False))
    after = write_story(elsewhere, site.id, clock.now(), slug="the-ferry")
    elsewhere.close()
    assert after.canaries[-1] in (read := alice.get("/v1/articles/the-ferry").text)
    assert before.canaries[-1] not in read


def test_nobody_signed_in_may_read_what_is_free(front_end: Asking, article: ArticleFactory) -> None:
    story = article("free")
    answer = front_end.get(f"/v1/articles/{story.slug}").json
    assert answer["decision"]["reason"] == "free"
    assert answer["session"] == {
        "state": "none",
        "reader": None,
        "device": None,
        "ended_at": None,
        "cause": None,
        "by_device": None,
    }
    assert story.canaries[-1] in answer["article"]["body_html"]


def test_a_registered_article_asks_for_an_account(front_end: Asking, article: ArticleFactory) -> None:
    answer = front_end.get(f"/v1/articles/{article('registered').slug}").json
    assert answer["decision"]["reason"] == "registration_required"
    assert answer["decision"]["unlocked_by"] == [{"action": "sign_up"}, {"action": "sign_in"}]


def test_head_answers_as_get_does_and_a_range_changes_nothing(front_end: Asking, article: ArticleFactory) -> None:
    path = f"/v1/articles/{article().slug}"
    assert front_end("HEAD", path).status_code == 200
    assert front_end("HEAD", path).data == b""
    ranged = front_end.get(path, headers={"Range": "bytes=0-10"})
    assert ranged.status_code == 200
    assert ranged.json["article"]


@pytest.mark.parametrize("hidden", [{"status": Status.DRAFT, "published_at": None}, {"in_an_hour": True}])
def test_what_readers_may_not_see_yet_is_not_there_for_them(
    front_end: Asking, staff: Asking, clock: FrozenClock, article: ArticleFactory, hidden: dict
) -> None:
    fields = {"published_at": clock.now() + timedelta(hours=1)} if "in_an_hour" in hidden else hidden
    story = article("free", **fields)
    for path in (f"/v1/articles/{story.slug}", f"/v1/access/{story.slug}", f"/v1/articles/{story.slug}/related"):
        response = front_end.get(path)
        assert code_of(response) == "not_found"
        assert story.leaks_into(response.text) == []
    shown = staff.get(f"/v1/articles/{story.slug}").json["article"]
    assert shown["status"] == ("draft" if "status" in hidden else "scheduled")


def test_the_key_of_one_site_knows_no_article_of_another(
    staff: Asking, other_site: Site, article: ArticleFactory
) -> None:
    story = article("free", site_id=other_site.id)
    assert code_of(staff.get(f"/v1/articles/{story.slug}")) == "not_found"
    assert code_of(staff.delete(f"/v1/articles/{story.slug}")) == "not_found"
    assert staff.get("/v1/articles").json["items"] == []
    assert staff.post("/v1/access", {"slugs": [story.slug]}).json["items"][0]["found"] is False


@pytest.mark.parametrize(
    "spelling",
    [
        "{0}/",
        "{0}//",
        "/{0}",
        "{upper}",
        "{0}%20",
        "{0}%00",
        "{0}.json",
        "{0};a",
        "./{0}",
        "{0}%2f",
        "{id}",
    ],
)
def test_only_the_exact_slug_finds_an_article(front_end: Asking, article: ArticleFactory, spelling: str) -> None:
    story = article("free")
    slug = story.slug
    written = spelling.format(slug, upper=slug.upper(), id=story.article.id)
    response = front_end.get(f"/v1/articles/{written}")
    assert code_of(response) == "not_found"


def test_an_encoded_spelling_is_the_same_address_and_gets_the_same_decision(
    front_end: Asking, article: ArticleFactory
) -> None:
    story = article()
    encoded = f"%{ord(story.slug[0]):02x}{story.slug[1:]}"
    response = front_end.get(f"/v1/articles/{encoded}")
    assert response.json["decision"]["granted"] is False
    assert story.leaks_into(response.text) == []


def test_two_slashes_are_no_way_round(front_end: Asking, article: ArticleFactory) -> None:
    path = f"/v1/articles/{article('free').slug}"
    assert front_end.get(path, environ_overrides={"PATH_INFO": path}).status_code == 200
    assert code_of(front_end.get(path, environ_overrides={"PATH_INFO": f"/{path}"})) == "not_found"
    assert code_of(front_end.get(path.replace("/articles", "//articles"))) == "not_found"


def test_an_article_is_put_replaced_and_deleted(staff: Asking) -> None:
    made = staff.put("/v1/articles/the-harbour-light", SUBMISSION)
    assert made.status_code == 201
    assert made.json["slug"] == "the-harbour-light"
    assert made.json["status"] == "published"
    assert "Three for subscribers" not in made.text
    assert staff.put("/v1/articles/the-harbour-light", SUBMISSION).status_code == 200
    replaced = staff.put("/v1/articles/the-harbour-light", {**SUBMISSION, "title": "Dark again"})
    assert replaced.status_code == 200
    assert replaced.json["id"] == made.json["id"]
    assert replaced.json["title"] == "Dark again"
    assert staff.delete("/v1/articles/the-harbour-light").status_code == 204
    assert code_of(staff.get("/v1/articles/the-harbour-light")) == "not_found"
    assert code_of(staff.delete("/v1/articles/the-harbour-light")) == "not_found"


def test_a_body_is_sanitised_before_it_is_kept(staff: Asking) -> None:
    body = '<p onclick="x()">Fine.</p><script>alert(1)</script><p>So.</p><p>More.</p>'
    staff.put("/v1/articles/a-story", {**SUBMISSION, "body_html": body, "access_level": "free"})
    kept = staff.get("/v1/articles/a-story").json["article"]["body_html"]
    assert "script" not in kept
    assert "onclick" not in kept
    assert "<p>Fine.</p>" in kept


def test_a_large_article_is_taken_and_a_larger_one_refused(staff: Asking) -> None:
    large = {**SUBMISSION, "body_html": "<p>word</p>" * 100_000}
    assert staff.put("/v1/articles/a-long-story", large).status_code == 201
    larger = {**SUBMISSION, "body_html": "x" * 4_300_000}
    assert code_of(staff.put("/v1/articles/a-longer-story", larger)) == "too_large"
