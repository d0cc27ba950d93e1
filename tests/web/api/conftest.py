"""Those who call the API: front ends with their keys, and browsers on a site's page."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import OUR_ADDRESS


@dataclass(frozen=True)
class Asking:
    """Calls the API with the same headers each time."""

    client: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, method: str, path: str, *, headers: dict[str, str] | None = None, **given: Any) -> TestResponse:
        return self.client.open(path, method=method, headers={**self.headers, **(headers or {})}, **given)

    def get(self, path: str, **given: Any) -> TestResponse:
        return self("GET", path, **given)

    def post(self, path: str, json: Any = None, **given: Any) -> TestResponse:
        return self("POST", path, json=json if json is not None else {}, **given)

    def put(self, path: str, json: Any, **given: Any) -> TestResponse:
        return self("PUT", path, json=json, **given)

    def patch(self, path: str, json: Any, **given: Any) -> TestResponse:
        return self("PATCH", path, json=json, **given)

    def delete(self, path: str, **given: Any) -> TestResponse:
        return self("DELETE", path, **given)

    def speaking_for(self, token: str) -> "Asking":
        """The same front end, for the reader whose session this is."""
        return replace(self, headers={**self.headers, "Gatefold-Session": token})


@pytest.fixture
def with_key(app: Flask) -> Callable[[str], Asking]:
    """``with_key(token)`` is a front end that calls with this key."""
    return lambda key: Asking(app.test_client(use_cookies=False), {"Authorization": f"Bearer {key}"})


@pytest.fixture
def front_end(with_key: Callable[[str], Asking], front_end_key: str) -> Asking:
    return with_key(front_end_key)


@pytest.fixture
def staff(with_key: Callable[[str], Asking], staff_key: str) -> Asking:
    return with_key(staff_key)


@pytest.fixture
def browser(app: Flask, site: object) -> Asking:
    """A browser on a page of the site, with a cookie jar. What it sends says JSON, also where there is no body."""
    headers = {"Origin": OUR_ADDRESS, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}
    return Asking(app.test_client(), {**headers, "User-Agent": FIREFOX})


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
SUBMISSION: dict[str, Any] = {
    "title": "The harbour light",
    "section": {"slug": "harbour", "name": "Harbour"},
    "access_level": "premium",
    "body_html": "<p>One for all.</p><p>Two for all.</p><p>Three for subscribers.</p>",
}


def code_of(response: TestResponse) -> str:
    """The code of a problem, which must be one in every respect."""
    assert response.mimetype == "application/problem+json", response.text
    problem = response.json
    assert problem is not None
    assert problem["status"] == response.status_code
    assert problem["type"] == f"urn:gatefold:problem:{problem['code']}"
    assert problem["title"]
    assert problem["detail"]
    assert response.headers["Cache-Control"] == "private, no-store"
    return str(problem["code"])
