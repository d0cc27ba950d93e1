"""A browser without scripts: it opens pages, fills in their forms and follows where they lead."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

HERE = "http://localhost:8400"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ANDROID = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


@dataclass
class Page:
    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def leads_to(self) -> str | None:
        """Where a redirect points, without our own address."""
        location = self.response.headers.get("Location")
        return location.removeprefix(HERE) if location else None

    @property
    def tree(self) -> Any:
        return html.document_fromstring(self.response.get_data(as_text=True))

    @property
    def text(self) -> str:
        return " ".join(self.tree.find("body").text_content().split())

    @property
    def title(self) -> str:
        return " ".join(self.tree.find(".//h1").text_content().split())

    def all(self, selector: str) -> list[str]:
        """The texts of the elements of a class, or of a tag."""
        path = f"//*[contains(concat(' ', @class, ' '), ' {selector[1:]} ')]" if selector[0] == "." else f"//{selector}"
        return [" ".join(element.text_content().split()) for element in self.tree.xpath(path)]

    @property
    def notices(self) -> list[str]:
        return self.all(".notice")

    def links(self) -> list[str]:
        return [link.get("href") for link in self.tree.xpath("//a[@href]")]

    def form(self, action: str) -> Any:
        for form in self.tree.forms:
            if (form.get("action") or action) == action:
                return form
        raise LookupError(f"{self.title!r} has no form for {action}, only {[f.action for f in self.tree.forms]}")


class Visitor:
    def __init__(self, client: FlaskClient, user_agent: str = FIREFOX) -> None:
        self.client = client
        self.headers = {"User-Agent": user_agent}

    @property
    def token(self) -> str | None:
        cookie = self.client.get_cookie("gatefold_session")
        return cookie.value if cookie else None

    @token.setter
    def token(self, token: str) -> None:
        self.client.set_cookie("gatefold_session", token)

    def open(self, address: str, method: str = "GET") -> Page:
        parts = urlsplit(address.removeprefix(HERE))
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return Page(self.client.open(path, base_url=HERE, method=method, headers=self.headers))

    def follow(self, page: Page) -> Page:
        while page.leads_to is not None:
            page = self.open(page.leads_to)
        return page

    def post(self, path: str, fields: dict[str, Any] | None = None, origin: str | None = HERE, **headers: str) -> Page:
        """Send fields as they are, with no token but one that is among them."""
        given = {**self.headers, **({"Origin": origin} if origin else {}), **headers}
        return Page(self.client.post(path, base_url=HERE, data=fields or {}, headers=given))

    def send(self, page: Page, action: str, **fields: Any) -> Page:
        """Fill in the form of a page that goes to ``action``, and press its button."""
        kept = {name: value for name, value in page.form(action).form_values() if name not in fields}
        return self.post(action, {**kept, **{name: value for name, value in fields.items() if value is not None}})

    def sign_in(self, email: str, password: str, return_to: str | None = None) -> Page:
        query = f"?return_to={return_to}" if return_to else ""
        return self.send(self.open(f"/sign-in{query}"), "/sign-in", email=email, password=password)
