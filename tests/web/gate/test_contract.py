"""The gate stands in the contract and in the reference as it answers."""

from flask.testing import FlaskClient

from service.access.decision import Reason
from service.web.api.reference.document import make_document
from service.web.gate.gate import PATH, Closed
from tests.support.databases import sqlite_only
from tests.support.stories import ArticleFactory
from tests.web.gate.conftest import PREMIUM, Proxy

OPERATION = make_document()["paths"][PATH]["get"]
HEADERS = make_document()["components"]["headers"]


@sqlite_only
def test_every_answer_has_the_headers_that_the_contract_names(proxy: Proxy, article: ArticleFactory) -> None:
    article("free", slug="open-to-all")
    article(slug=PREMIUM)
    answers = [proxy.ask(address) for address in ("/open-to-all", f"/{PREMIUM}", "/no-such-story")]
    assert {str(told.status) for told in answers} == set(OPERATION["responses"])
    for told in answers:
        named = set(OPERATION["responses"][str(told.status)]["headers"])
        assert named == {name for name, _ in told.headers if name.startswith(("Gatefold-", "WWW-"))}
        assert told["Gatefold-Decision"] in HEADERS["Gatefold-Decision"]["schema"]["enum"]
    assert set(HEADERS["Gatefold-Reason"]["schema"]["enum"]) == {*Reason, *Closed}


def test_the_reference_shows_what_is_sent_and_what_comes_back(client: FlaskClient) -> None:
    page = client.get("/docs").text
    place = page.partition(f'id="{OPERATION["operationId"]}"')[2].partition("</article>")[0]
    for said in ("X-Original-URI", "X-Forwarded-Uri", "Gatefold-Reason", "WWW-Authenticate", "-b ", "<b>403</b>"):
        assert said in place
    assert "Problems" not in place
