"""The origin of an address, as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sites.site import BadOrigin, origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://courier.example", "https://courier.example"),
        ("https://courier.example/", "https://courier.example"),
        ("https://Courier.EXAMPLE/a/b?c=d#e", "https://courier.example"),
        ("https://courier.example:443/a", "https://courier.example"),
        ("http://courier.example:80", "http://courier.example"),
        ("http://courier.example:443", "http://courier.example:443"),
        ("http://localhost:8401/a", "http://localhost:8401"),
        ("http://[::1]:8401/a", "http://[::1]:8401"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("HTTPS://courier.example", "https://courier.example"),
        ("https://courier.example?x=@evil.example", "https://courier.example"),
    ],
)
def test_an_address_has_the_origin_that_browsers_send(url, origin):
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "null",
        "courier.example",
        "//courier.example",
        "/a/b",
        "https://",
        "https:///a",
        "https:courier.example",
        "ftp://courier.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user@courier.example",
        "https://courier.example@evil.example",
        "https://user:pass@courier.example",
        "https://courier.example:port",
        "https://courier.example:99999",
        "https://courier.example:-1",
        "https://[::1",
        "https://courier.example\\@evil.example",
        "https:\\\\evil.example",
        "https://evil.example\\.courier.example",
        " https://courier.example",
        "https://courier.example /a",
        "https://courier.example\n.evil.example",
        "https://courier\t.example",
        "https://courier.example\0",
    ],
)
def test_what_a_browser_might_read_otherwise_has_none(url):
    with pytest.raises(BadOrigin):
        origin_of(url)


@given(st.text() | st.text().map("https://".__add__) | st.text().map("https://a.example".__add__))
def test_every_text_has_an_origin_or_is_refused(text):
    try:
        origin = origin_of(text)
    except BadOrigin:
        return
    assert origin.startswith(("http://", "https://"))
    assert not set(origin.partition("://")[2]) & set("/\\@?# \n\t\0")
    assert origin_of(origin) == origin
