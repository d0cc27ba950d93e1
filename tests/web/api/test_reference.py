"""The contract is served as a file and as a book."""

import re

import yaml
from flask.testing import FlaskClient

from service.web.api.reference.chapters import Reference
from service.web.api.reference.document import make_document
from service.web.problems import KINDS


def test_the_contract_is_served(client: FlaskClient) -> None:
    response = client.get("/openapi.yaml")
    assert response.mimetype == "application/yaml"
    assert yaml.safe_load(response.text)["paths"].keys() == make_document()["paths"].keys()
    again = client.get("/openapi.yaml", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_every_operation_problem_and_value_has_its_place(client: FlaskClient) -> None:
    page = client.get("/docs").text
    document = make_document()
    for methods in document["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
    for kind in KINDS:
        assert f'id="problem-{kind.code}"' in page
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    places = re.findall(r'id="([^"]+)"', page)
    assert len(places) == len(set(places))
    assert anchors - set(places) == set()


def test_the_book_runs_no_script_and_asks_nobody_else(client: FlaskClient) -> None:
    response = client.get("/docs")
    assert "<script" not in response.text
    assert " style=" not in response.text
    assert "<style" not in response.text
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'; style-src 'self'" in policy
    assert "unsafe" not in policy
    loaded = re.findall(r'(?:src|<link[^>]+href)="([^"]+)"', response.text)
    assert loaded == ["/docs/reference.css"]
    assert client.get("/docs/reference.css").mimetype == "text/css"


def test_the_example_calls_are_whole(client: FlaskClient) -> None:
    page = client.get("/docs").text
    calls = re.findall(r"curl [^<]+", page)
    assert len(calls) >= 30
    assert all("Authorization: Bearer" in call for call in calls)
    assert not any("{" in call.partition("\n")[0] for call in calls)


def test_the_example_calls_show_the_cookie_that_this_installation_knows(client: FlaskClient) -> None:
    page = client.get("/docs").text
    assert "-b &#39;gatefold_session=" in page
    assert "__Host-gatefold_session=" not in page
    in_production = Reference(make_document(), "https://accounts.example.org", "__Host-gatefold_session")
    calls = [operation.curl for _, operations in in_production.chapters() for operation in operations]
    assert any("-b '__Host-gatefold_session=" in call for call in calls)
