"""Signing in."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from service.access.asking import SessionState
from service.web import signing_in
from service.web.callers import ANYONE, open_to
from service.web.doors import doors
from service.web.pages.arrivals import arrive, forget_waiting, newcomer
from service.web.pages.blueprint import pages
from service.web.pages.fields import Filled, password_field, text_of
from service.web.pages.forms import PageForm, accepted, faults_told_on
from service.web.pages.rendering import render_page
from service.web.who import current_session, network, request_time


class SignInForm(PageForm):
    # No rule for addresses here: what could be none gets the same answer as one that nobody has.
    email = StringField(
        "Email address",
        [Filled("Enter your email address.")],
        render_kw={"type": "email", "autocomplete": "username", "inputmode": "email", "spellcheck": "false"},
    )
    password = password_field()


@pages.route("/sign-in", methods=["GET", "POST"])
@open_to(ANYONE)
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if accepted(form):
        with faults_told_on(form):
            outcome = signing_in.sign_in(
                doors(), text_of(form.email), text_of(form.password), newcomer(), network(), request_time()
            )
            return arrive(outcome, otherwise_to=url_for("pages.show_account"))
    if request.method != "HEAD":
        forget_waiting()  # who comes back here has not chosen, and the next at this browser must not choose for her
    state = current_session().state
    if request.method != "POST" and state is SessionState.LIVE:
        return render_page("pages/signed_in.html")
    return render_page("pages/sign_in.html", form=form, run_out=state is SessionState.EXPIRED)
