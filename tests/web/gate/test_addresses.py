"""Which article an address names: its last part where it is written plainly, and none where there is any doubt."""

from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.web.gate.gate import slug_asked_for
from tests.support.databases import sqlite_only
from tests.support.stories import ArticleFactory
from tests.web.gate.conftest import PREMIUM, Proxy

PLAIN = [
    "/{}",
    "/{}/",
    "/{}?",
    "/{}?tags=tide,ferry, harbour",
    "/{}?utm_source=newsletter&page=2",
    "/{}?next=/open-to-all",
    "/{}/?next=//evil.example/%2e%2e#open-to-all",
    "/stories/{}",
    "/2026/03/02/{}",
    "/open-to-all/{}",
    "/a--b/-/{}",
]
DOUBTFUL = [
    "",
    "/",
    "//",
    "?",
    "*",
    "{}",
    "./{}",
    "?/{}",
    "//{}",
    "/stories//{}",
    "///{}",
    "/{}//",
    "/./{}",
    "/../{}",
    "/{}/.",
    "/{}/..",
    "/stories/../{}",
    "/open-to-all/..%2f{}",
    "/%2e%2e/{}",
    "/stories%2f{}",
    "/stories%2F{}",
    "/stories%252f{}",
    "/stories\\{}",
    "/stories/%74he-last-ferry",
    "/{}%20",
    "/{}%00",
    "/{}%0a",
    "/{} ",
    " /{}",
    "/{}\t",
    "/{}\n",
    "/{}\r\nX-Original-URI: /open-to-all",
    "/{}\0",
    "/{}.html",
    "/{}?,/open-to-all",
    "/{}?page=2, /open-to-all",
    "/{}.amp",
    "/{}/index.html",
    "/{};jsessionid=1",
    "/{};/open-to-all.css",
    "/{}#",
    "/{}#open-to-all",
    "/{}&page=2",
    "/{},/{}",
    "/{}, /open-to-all",
    "/open-to-all,/{}",
    "/{}-",
    "/-{}",
    "/{}_",
    "/{}é",
    "/é/{}",
    "/\u0430/{}",
    "/\u2024\u2024/{}",
    "/{}\u2028",
    "/{}\u0661",
    "http://www.courier.example/{}",
    "http://www.courier.example/open-to-all?/{}",
    "https://evil.example@www.courier.example/{}",
    "www.courier.example/{}",
    "data:/{}",
    "/{}" + "/a" * 100_000 + "!",
    "/" + "a" * 201,
    "/" + "a-" * 100_000,
]
ADDRESSES = st.lists(
    st.sampled_from(
        ["/", "//", ".", "..", "%2f", "%2e", "%25", "\\", ";", "#", "?", "&", "A", "a", "b1", "-", "é", "\n"]
    )
).map("".join)


@pytest.mark.parametrize("header", ["HTTP_X_ORIGINAL_URI", "HTTP_X_FORWARDED_URI"])
def test_a_plain_address_names_the_article_by_its_last_part(header: str) -> None:
    for address in PLAIN:
        assert slug_asked_for({header: address.format(PREMIUM)}) == PREMIUM, address


@pytest.mark.parametrize("header", ["HTTP_X_ORIGINAL_URI", "HTTP_X_FORWARDED_URI"])
def test_a_doubtful_address_names_nothing(header: str) -> None:
    for address in [*DOUBTFUL, f"/{PREMIUM.upper()}", "/STORIES/{}"]:
        assert slug_asked_for({header: address.replace("{}", PREMIUM)}) is None, address[:80]


def test_two_addresses_must_agree() -> None:
    def named(original: str, forwarded: str) -> str | None:
        return slug_asked_for({"HTTP_X_ORIGINAL_URI": original, "HTTP_X_FORWARDED_URI": forwarded})

    assert slug_asked_for({}) is None
    assert named("/a", "/a") == "a"
    for other in ("/b", "", "/a/", "/a?", "/a,/a"):
        assert named("/a", other) is None
        assert named(other, "/a") is None


@given(ADDRESSES)
@example("/a/..%2fb")
def test_what_is_named_is_what_any_site_would_make_of_the_address(address: str) -> None:
    slug = slug_asked_for({"HTTP_X_ORIGINAL_URI": address})
    if slug is not None:
        path = address.partition("?")[0]
        assert path == unquote(path).lower()
        assert [part for part in path.split("/") if part][-1] == slug
        assert not {"", ".", ".."} & set(path.removesuffix("/").split("/")[1:])


@sqlite_only
def test_no_spelling_of_a_closed_article_passes_for_an_open_one(proxy: Proxy, article: ArticleFactory) -> None:
    article(slug=PREMIUM)
    article("free", slug="open-to-all")
    sent = [address.replace("{}", PREMIUM) for address in [*PLAIN, *DOUBTFUL] if len(address) < 1000]
    for address in sent:
        if "\n" not in address and "\r" not in address and address.isascii():  # else it cannot be sent
            assert proxy.ask(address).status != 200, address
            for forged in ("X-Forwarded-Uri", "X-Original-URI"):
                assert proxy.passing_on((forged, "/open-to-all")).ask(address).status != 200, address
    assert proxy.ask("/open-to-all").verdict == "200 free"
