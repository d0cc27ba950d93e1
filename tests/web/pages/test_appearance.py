"""The files of the pages' look: kept for a year, compressed for whoever takes that, and never mixed up."""

import gzip

import pytest

from service.foundation.database import Database
from tests.support.databases import sqlite_only
from tests.web.pages.visitor import Visitor

pytestmark = sqlite_only


@pytest.fixture
def addresses(visitor: Visitor, database: Database) -> list[str]:
    found = visitor.open("/sign-in").tree.xpath("//link/@href")
    assert sorted(address.rpartition("/")[2] for address in found) == ["icon.svg", "pages.css", "theme.css"]
    return list(found)


def test_files_are_kept_for_a_year_and_old_addresses_are_not(visitor: Visitor, addresses: list[str]) -> None:
    for address in addresses:
        response = visitor.open(address).response
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in response.headers
        old = visitor.open(f"/static/0000000000000000/{address.rpartition('/')[2]}").response
        assert (old.status_code, old.headers["Cache-Control"]) == (200, "no-cache")
    assert visitor.open("/static/0000000000000000/../pages/base.html").status == 404
    assert visitor.open("/static/0000000000000000/base.html").status == 404


@pytest.mark.parametrize("accepted", ["gzip, deflate, br, zstd", "gzip", "*", "br, gzip;q=0.1", "*;q=0, GZIP"])
def test_files_are_compressed_for_a_browser_that_accepts_it(
    visitor: Visitor, addresses: list[str], accepted: str
) -> None:
    for address in addresses:
        plain = visitor.open(address).response
        response = visitor.client.get(address, headers={"Accept-Encoding": accepted})
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.headers["Vary"] == "Accept-Encoding"
        assert int(response.headers["Content-Length"]) == len(response.data) < len(plain.data)
        assert gzip.decompress(response.data) == plain.data
        assert response.headers["Content-Type"] == plain.headers["Content-Type"]
        assert response.headers["Cache-Control"] == plain.headers["Cache-Control"]


@pytest.mark.parametrize("accepted", [None, "", "identity", "br, zstd", "gzip;q=0", "gzip;q=0, *", "x-gzip"])
def test_files_are_plain_for_a_browser_that_does_not(
    visitor: Visitor, addresses: list[str], accepted: str | None
) -> None:
    for address in addresses:
        response = visitor.client.get(address, headers={} if accepted is None else {"Accept-Encoding": accepted})
        assert "Content-Encoding" not in response.headers
        assert response.headers["Vary"] == "Accept-Encoding"
        assert response.data.lstrip().startswith((b"<svg", b":root", b"/*"))
