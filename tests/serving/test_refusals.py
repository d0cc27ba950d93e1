"""Refusals without Flask: a page that looks like the others, for whoever opens one, and a problem for programs."""

import json
import re

from service.foundation.settings import Settings
from service.serving.refusals import FAULT, Refusals, no_room
from tests.support.databases import sqlite_only

BROWSER = {"HTTP_ACCEPT": "text/html,*/*;q=0.8", "PATH_INFO": "/sign-in"}


@sqlite_only
def test_the_page_wears_the_publishers_style(client):
    status, headers, body = Refusals(Settings(publisher_name="Salt & Tide")).of(no_room(), BROWSER)
    page = body.decode()
    assert status == 503
    assert "Salt &amp; Tide" in page
    assert "style-src 'self'" in dict(headers)["Content-Security-Policy"]
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)
    assert len(sheets) == 2
    for sheet in sheets:
        found = client.get(sheet)
        assert (found.status_code, found.mimetype) == (200, "text/css")


def test_no_cache_keeps_a_refusal_or_takes_it_for_another_readers():
    for asked in (BROWSER, {"PATH_INFO": "/v1/sign-in"}):
        headers = dict(Refusals(Settings()).of(no_room(), asked).headers)
        assert headers["Cache-Control"] == "private, no-store"
        assert {"Authorization", "Cookie", "Gatefold-Session"} <= set(headers["Vary"].split(", "))


def test_a_program_is_told_a_problem_and_so_is_the_api_whoever_asks():
    refusals = Refusals(Settings())
    for asked in ({"PATH_INFO": "/sign-in"}, {**BROWSER, "PATH_INFO": "/v1/sign-in"}):
        status, headers, body = refusals.of(FAULT, asked)
        assert (status, dict(headers)["Content-Type"]) == (500, "application/problem+json")
        assert json.loads(body)["code"] == "internal_error"
