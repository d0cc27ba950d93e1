"""A word of its own in every paragraph: no answer of any endpoint holds one for a reader without the right."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from service.devices.sessions import StartedSession
from service.web.api.features import list_endpoints
from tests.support.clock import FrozenClock
from tests.support.people import People
from tests.support.stories import ArticleFactory, Story
from tests.web.api.conftest import Asking

SignIn = Callable[..., StartedSession]
IDS = {
    "reader_id": "rdr_aaaaaaaaaaaaaaaaaaaa",
    "device_id": "dev_aaaaaaaaaaaaaaaaaaaa",
    "entitlement_id": "ent_aaaaaaaaaaaaaaaaaaaa",
}
ODD_HEADERS = [
    {"Range": "bytes=0-100000"},
    {"If-None-Match": "*"},
    {"If-Modified-Since": "Mon, 02 Mar 2026 12:00:00 GMT"},
    {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)", "X-Forwarded-For": "66.249.66.1"},
    {"Referer": "https://www.google.com/"},
    {"Accept": "text/html"},
    {"X-Original-URL": "/v1/articles", "X-HTTP-Method-Override": "PUT"},
]
ODD_PATHS = [
    "/v1/articles/{0}/amp",
    "/v1/articles/{0}.md",
    "/v1/articles/{0}/print",
    "/v1/articles/{0}/x.css",
    "/v1/articles/{0}?outputType=amp",
    "/v1/articles/{0}?fields=body_html",
    "/v1/articles/{0}?include=body",
    "/v1/articles/{0}/body",
    "//v1/articles/{0}",
    "/v1//articles/{0}",
    "/v1/articles/../articles/{0}",
]


def everything(asking: Asking, story: Story) -> Iterator[TestResponse]:
    """The answers of every endpoint, and of what is none, about this article."""
    for endpoint in list_endpoints():
        if endpoint.method in ("PUT", "DELETE") and "slug" in endpoint.path:
            continue
        path = endpoint.path.format(slug=story.slug, **IDS)
        body = {"slugs": [story.slug]} if path == "/v1/access" else {}
        yield asking(endpoint.method, path, json=body)
        if endpoint.method == "GET":
            yield asking("HEAD", path)
            for headers in ODD_HEADERS:
                yield asking(endpoint.method, path, headers=headers)
    for path in ODD_PATHS:
        yield asking.get(path.format(story.slug))
    yield asking.get(f"/v1/articles?slugs={story.slug}")


@pytest.mark.parametrize("who", ["nobody", "charlie", "ended", "browser"])
def test_no_word_below_the_teaser_reaches_a_reader_without_the_right(
    front_end: Asking, browser: Asking, people: People, sign_in: SignIn, article: ArticleFactory, who: str
) -> None:
    story = article()
    asking = browser if who == "browser" else front_end
    if who in ("charlie", "ended"):
        asking = front_end.speaking_for(sign_in(people.charlie).token)
    if who == "ended":
        ended = front_end.speaking_for(sign_in(people.alice).token)
        ended.post("/v1/sign-out")
        asking = ended
    assert len(story.protected) >= 4
    leaks = {
        (response.request.method, response.request.path)
        for response in everything(asking, story)
        if story.leaks_into(response.text) or story.leaks_into(str(response.headers))
    }
    assert leaks == set()


def test_every_key_sees_only_the_teaser_without_a_reader(staff: Asking, article: ArticleFactory) -> None:
    story = article()
    assert [response for response in everything(staff, story) if story.leaks_into(response.text)] == []


@pytest.mark.parametrize("end", ["ends", "revoked", "signed out", "made premium"])
def test_the_word_is_gone_as_soon_as_the_right_is(
    front_end: Asking,
    staff: Asking,
    people: People,
    sign_in: SignIn,
    article: ArticleFactory,
    clock: FrozenClock,
    end: str,
) -> None:
    story = article("registered" if end == "made premium" else "premium")
    path = f"/v1/articles/{story.slug}"
    as_bob = front_end.speaking_for(sign_in(people.bob).token)
    given = {"product": "premium", "ends_at": (clock.now() + timedelta(minutes=1)).isoformat()}
    if end != "made premium":
        granted = staff.post(f"/v1/readers/{people.bob.id}/entitlements", given).json
    assert story.leaks_into(as_bob.get(path).text) == list(story.protected)
    match end:
        case "ends":
            clock.advance(timedelta(minutes=1))
        case "revoked":
            staff.post(f"/v1/entitlements/{granted['id']}/revoke")
        case "signed out":
            staff.delete(f"/v1/readers/{people.bob.id}/devices")
        case "made premium":
            submission = {
                "title": "Now premium",
                "section": {"slug": "harbour", "name": "Harbour"},
                "access_level": "premium",
                "body_html": story.body_html,
            }
            staff.put(path, submission)
    assert story.leaks_into(as_bob.get(path).text) == []


def test_nothing_that_depends_on_a_reader_may_be_kept(
    front_end: Asking, people: People, sign_in: SignIn, article: ArticleFactory
) -> None:
    story = article()
    as_alice = front_end.speaking_for(sign_in(people.alice).token)
    for asking in (front_end, as_alice):
        for path in (f"/v1/articles/{story.slug}", f"/v1/access/{story.slug}", "/v1/session", "/v1/devices", "/v1/no"):
            headers = asking.get(path).headers
            assert headers["Cache-Control"] == "private, no-store"
            assert {"Authorization", "Cookie", "Gatefold-Session", "Origin"} <= set(headers["Vary"].split(", "))
            assert "ETag" not in headers
            assert "Last-Modified" not in headers


def test_a_condition_never_turns_a_denied_body_into_a_304(
    front_end: Asking, people: People, sign_in: SignIn, article: ArticleFactory
) -> None:
    path = f"/v1/articles/{article().slug}"
    as_alice = front_end.speaking_for(sign_in(people.alice).token)
    for asking in (front_end, as_alice):
        assert asking.get(path, headers={"If-None-Match": "*"}).status_code == 200
