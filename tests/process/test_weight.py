"""What a page weighs on its first view: all that a server sends for it to a browser that has kept nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import html

from service.app import create_app
from service.foundation.tickets import Purpose, issue_ticket
from tests.process.calling import Browser, Reply, call
from tests.process.storms import CHOICE
from tests.process.town import PASSWORD, Town, open_town
from tests.support.people import Person
from tests.support.settings import make_settings

MOST = 50_000  # octets
BROWSERS_ACCEPT = {"Accept-Encoding": "gzip, deflate, br, zstd"}
BEHIND_LINKS = {
    "/sign-up/confirm": Purpose.CONFIRM_SIGN_UP,
    "/recover/reset": Purpose.RESET_PASSWORD,
    "/account/email/confirm": Purpose.CHANGE_EMAIL,
}

pytestmark = pytest.mark.process


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town("sqlite", tmp_path, servers=1) as town:
        yield town


def test_every_hosted_page_is_light_on_its_first_view(town: Town, figure):
    alice = town.add_reader(subscribes=True)
    signed_in, *_ = [sign_in(town, alice) for _ in range(5)]
    stranger = town.browser()
    paths = [*addresses(town), "/nothing"]
    pages = {f"{path} of a stranger": open_page(stranger, path) for path in paths}
    pages |= {f"{path} of a reader": open_page(signed_in, path) for path in paths}
    pages |= {f"{path} by its link": open_page(stranger, link) for path, link in links(town, alice).items()}
    sixth = town.browser()
    assert send_sign_in(sixth, alice).header("Location") == CHOICE
    pages["the choice at the sixth device"] = choice = sixth.open(CHOICE)
    assert choice.text.count('name="device_id"') == 5
    assert [name for name, page in pages.items() if page.status != 200 and name.endswith("by its link")] == []

    weights = {name: octets(page) + sum(map(octets, loaded(town, page))) for name, page in pages.items()}
    heaviest, lightest = max(weights, key=weights.__getitem__), min(weights.values())
    told = f"{len(weights)} first views of {lightest / 1000:.1f} to {weights[heaviest] / 1000:.1f} kB ({heaviest})"
    figure(f"{told}; at most {MOST / 1000:.0f} kB")
    assert weights[heaviest] < MOST, told


def addresses(town: Town) -> list[str]:
    """Where a browser finds each hosted page. One that leads on counts as the page it leads to."""
    rules = create_app(make_settings(database_url=str(town.database.url))).url_map.iter_rules()
    return [rule.rule for rule in rules if rule.endpoint.startswith("pages.") and "GET" in (rule.methods or ())]


def links(town: Town, person: Person) -> dict[str, str]:
    """Each page behind a mailed link, and the link."""
    over_at = datetime.now(UTC) + timedelta(hours=1)
    facts = {"email": person.email, "version": person.reader.credentials_version}
    with town.database.writing() as connection:
        tickets = {
            path: issue_ticket(connection, purpose, person.id, facts, over_at) for path, purpose in BEHIND_LINKS.items()
        }
    return {path: f"{path}?ticket={ticket}" for path, ticket in tickets.items()}


def sign_in(town: Town, person: Person) -> Browser:
    browser = town.browser()
    assert send_sign_in(browser, person).status == 303
    return browser


def send_sign_in(browser: Browser, person: Person) -> Reply:
    browser.open("/sign-in")
    return browser.send("/sign-in", email=person.email, password=PASSWORD)


def open_page(browser: Browser, path: str) -> Reply:
    page = browser.open(path)
    while leads_to := page.header("location"):
        page = browser.open(leads_to.removeprefix(browser.server.url))
    return page


def loaded(town: Town, page: Reply) -> Iterator[Reply]:
    """What a page's tags load. They can load no more: a sheet that asks for anything fails here."""
    addresses = html.document_fromstring(page.text).xpath("//link/@href | //img/@src | //script/@src")
    assert len(addresses) == 3, page.text
    for address in addresses:
        file = call(town.servers[0], "GET", address, headers=BROWSERS_ACCEPT)
        assert file.status == 200
        assert file.header("content-encoding") == "gzip"
        plain = call(town.servers[0], "GET", address)
        assert "url(" not in plain.text
        assert "@import" not in plain.text
        yield file


def octets(reply: Reply) -> int:
    """All of an answer, as it came over the connection."""
    assert reply.header("transfer-encoding") is None
    headers = sum(len(f"{name}: {value}\r\n") for name, value in reply.headers)
    return len("HTTP/1.1 200 OK\r\n") + headers + len("\r\n") + len(reply.body)
