"""Renders a page with what all pages share, under a policy that lets nothing in but our own style."""

from flask import Response, g, make_response, render_template, url_for

from service.access.asking import Session
from service.sites.site import origin_of
from service.web.doors import doors
from service.web.pages import phrases
from service.web.pages.appearance import icon_address, style_addresses
from service.web.pages.fields import password_rule
from service.web.pages.forms import PageForm
from service.web.who import request_time


def render_page(template: str, *, form: PageForm | None = None, status: int | None = None, **facts: object) -> Response:
    """A page as a response. A form that was refused gives it its status and its headers."""
    house = doors()
    settings = house.settings
    session: Session | None = g.get("session")  # never asked for here: an error page must not need the database
    response = make_response(
        render_template(
            template,
            form=form,
            publisher=settings.publisher_name,
            logo=settings.publisher_logo_url,
            publisher_url=settings.publisher_url,
            styles=style_addresses(settings),
            icon=icon_address(settings),
            reader=session.reader if session else None,
            mailbox=None if settings.production else url_for("mailbox.list_mails"),
            now=request_time(),
            phrases=phrases,
            rule=password_rule(settings.password_minimum),
            return_to=g.get("return_to"),
            **facts,
        ),
        status or (form.status if form else 200),
    )
    if form:
        response.headers.update(form.headers)
    response.headers["Content-Security-Policy"] = content_security_policy(g.get("return_to"))
    # A form's Origin is sent as "null" under no-referrer, and it is by Origin that forms are believed.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    response.vary.add("Cookie")
    return response


def content_security_policy(return_to: str | None) -> str:
    """``form-action`` holds for redirects after a form too, so the place a sign-in leads back to is named in it."""
    targets = f"'self' {origin_of(return_to)}" if return_to else "'self'"
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )
