"""A reader's way through the pages in a real Chromium, on a phone, without scripts, and by keyboard alone."""

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from service.foundation.database import Database
from service.sites.store import add_site
from tests.support.clock import NOON
from tests.support.people import quick_passwords, settle_people
from tests.support.servers import Server
from tests.web.pages.visitor import ANDROID, FIREFOX

pytestmark = [pytest.mark.browser, pytest.mark.process]

PHONE = {"width": 390, "height": 844}
KINDS = [
    FIREFOX,
    ANDROID,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
]
DORA = {"email": "dora@example.org", "name": "Dora", "password": "lantern river basil seventy"}


class Browsers:
    """Opens browsers of their own and notes whatever one complains about or asks of others."""

    def __init__(self, chromium: Browser, server: Server) -> None:
        self._chromium, self._server = chromium, server
        self._open: list[BrowserContext] = []
        self.complaints: list[str] = []

    def new(self, user_agent: str | None = None, **options: Any) -> Page:
        context = self._chromium.new_context(
            base_url=self._server.url, viewport=PHONE, user_agent=user_agent, java_script_enabled=False, **options
        )
        self._open.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("request", lambda request: self._note_others(request.url))
        return page

    def close(self) -> None:
        for context in self._open:
            context.close()

    def _note_others(self, url: str) -> None:
        if not url.startswith(self._server.url):
            self.complaints.append(f"asked for {url}")


@pytest.fixture
def browsers(chromium: Browser, serve: Callable[..., Server], sqlite_url: str) -> Iterator[Browsers]:
    browsers = Browsers(chromium, serve(sqlite_url, GATEFOLD_PUBLISHER_NAME="The Courier"))
    yield browsers
    browsers.close()


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def open_newest_mail(page: Page, subject: str) -> None:
    for _ in range(100):
        page.goto("/dev/mail")
        if page.get_by_role("link", name=subject).count():
            page.get_by_role("link", name=subject).first.click()
            return
        time.sleep(0.1)
    raise AssertionError(f"no mail came about {subject!r}")


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def test_from_sign_up_over_the_mailbox_to_the_sixth_device(browsers: Browsers) -> None:
    first = browsers.new(KINDS[0])
    first.goto("/sign-up")
    first.get_by_label("Email address").fill(DORA["email"])
    first.get_by_label("Your name").fill(DORA["name"])
    first.get_by_label("Password").fill(DORA["password"])
    first.get_by_role("button", name="Make the account").click()
    assert heading(first) == "Look in your mail"

    open_newest_mail(first, "Confirm your address")
    first.locator(".letter a[href*='/sign-up/confirm']").click()
    first.get_by_role("button", name="Confirm my address").click()
    assert first.get_by_role("status").inner_text() == "Your account is ready. Sign in to begin."

    devices = [first, *(browsers.new(kind) for kind in KINDS[1:5])]
    for page in devices:
        sign_in(page, DORA["email"], DORA["password"])
        assert heading(page) == "Your account"

    sixth = browsers.new(KINDS[5])
    sign_in(sixth, DORA["email"], DORA["password"])
    assert heading(sixth) == "You are signed in on five devices"
    sixth.goto("/dev/mail")
    sixth.go_back()
    assert heading(sixth) == "You are signed in on five devices"
    row = sixth.get_by_role("listitem").filter(has_text="Firefox on Android")
    row.get_by_role("button", name="Sign out this one").click()
    assert heading(sixth) == "Your account"

    devices[1].goto("/account")
    assert heading(devices[1]) == "Sign in"
    assert "because a sign-in on Chrome on Chrome OS took this device’s place" in (
        devices[1].get_by_role("alert").inner_text()
    )

    sixth.goto("/account/devices")
    assert sixth.locator(".devices > li").count() == 5
    sixth.locator("summary").first.click()
    sixth.locator("details[open]").get_by_label("Name").fill("The one in my bag")
    sixth.locator("details[open]").get_by_role("button").click()
    assert "The one in my bag" in sixth.locator("h2").first.inner_text()
    sixth.get_by_role("button", name="Sign out my other devices").click()
    assert sixth.locator(".devices > li").count() == 1
    devices[0].goto("/account")
    assert "You were signed out here on" in devices[0].get_by_role("alert").inner_text()
    assert browsers.complaints == []


class Greeting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<h1>The front page</h1>")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def front_end(sqlite_url: str) -> Iterator[str]:
    """The address of a site on another port, which to a browser is another origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Greeting)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://localhost:{server.server_port}"
    database = Database(sqlite_url)
    with database.writing() as connection:
        add_site(connection, "courier", "The Courier", [address], NOON)
    settle_people(database, quick_passwords(), NOON)
    database.close()
    yield address
    server.shutdown()


def test_a_sign_in_leads_back_to_a_site_on_another_address(front_end: str, browsers: Browsers) -> None:
    page = browsers.new()
    page.goto(f"/sign-in?return_to={front_end}/story")
    page.get_by_label("Email address").fill("alice@example.org")
    page.get_by_label("Password").fill("wrong the first time")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Password").fill("plum-ladder-orbit-seven")
    page.get_by_role("button", name="Sign in").click()
    assert (page.url, heading(page)) == (f"{front_end}/story", "The front page")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_the_phone(browsers: Browsers, scheme: str) -> None:
    page = browsers.new(color_scheme=scheme, reduced_motion="reduce")
    for path in ("/sign-in", "/sign-up", "/recover", "/nothing", "/dev/mail"):
        page.goto(path)
        assert page.locator("html").evaluate("page => page.scrollWidth") <= PHONE["width"], path


def test_the_keyboard_comes_to_everything_in_the_order_it_is_read(browsers: Browsers) -> None:
    page = browsers.new()
    page.goto("/sign-in")
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        reached.append(focused.get_attribute("name") or focused.inner_text())
    assert reached == [
        "Skip to the content",
        "email",
        "password",
        "Sign in",
        "I do not know my password",
        "Make an account",
    ]


def test_what_was_wrong_gets_the_focus_and_leads_to_its_field(browsers: Browsers) -> None:
    page = browsers.new()
    page.goto("/sign-up")
    page.get_by_role("button", name="Make the account").click()
    assert page.title().startswith("Mistake:")
    assert page.locator(":focus").get_attribute("class") == "mistakes"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("name") == "email"
    assert page.get_by_label("Email address").get_attribute("aria-invalid") == "true"
