"""A real Chromium, wherever this machine has one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.support.missing import missing

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def running_chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = _launch(playwright)
        yield browser
        browser.close()


def _launch(playwright: Playwright) -> Browser:
    found = os.environ.get("GATEFOLD_TEST_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    try:
        return playwright.chromium.launch(executable_path=found, headless=True, args=FLAGS)  # None: Playwright's own
    except PlaywrightError as fault:
        if found:
            raise
        missing(
            "A Chromium", f"install one, or name it in GATEFOLD_TEST_BROWSER ({str(fault).strip().splitlines()[0]})"
        )
