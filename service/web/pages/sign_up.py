"""Signing up, and confirming it with the button behind a mailed link."""

from flask import flash, request, session, url_for
from flask.typing import ResponseReturnValue

from service.access.asking import SessionState
from service.foundation.tickets import Purpose, find_ticket
from service.web import signing_up
from service.web.callers import ANYONE, open_to
from service.web.doors import doors
from service.web.pages.blueprint import pages
from service.web.pages.fields import email_field, name_field, new_password_field, text_of
from service.web.pages.forms import PageForm, TicketForm, accepted, faults_told_on
from service.web.pages.rendering import render_page
from service.web.pages.returning import returning_to, see_other
from service.web.who import current_session, network, request_time


class SignUpForm(PageForm):
    email = email_field()
    name = name_field()
    password = new_password_field()


@pages.route("/sign-up", methods=["GET", "POST"])
@open_to(ANYONE)
def sign_up() -> ResponseReturnValue:
    form = SignUpForm()
    if accepted(form):
        with faults_told_on(form):
            wanted = signing_up.SignUp(text_of(form.email), text_of(form.name), text_of(form.password), returning_to())
            signing_up.sign_up(doors(), wanted, network(), request_time())
            session["written_to"] = text_of(form.email)
            return see_other(url_for("pages.sign_up_sent", return_to=returning_to()))
    if request.method != "POST" and current_session().state is SessionState.LIVE:
        return render_page("pages/signed_in.html")
    return render_page("pages/sign_up.html", form=form)


@pages.get("/sign-up/sent")
@open_to(ANYONE)
def sign_up_sent() -> ResponseReturnValue:
    return render_page("pages/sign_up_sent.html", written_to=session.get("written_to"))


@pages.route("/sign-up/confirm", methods=["GET", "POST"])
@open_to(ANYONE)
def confirm_sign_up() -> ResponseReturnValue:
    house = doors()
    form = TicketForm(ticket=request.args.get("ticket"))
    if accepted(form):
        with faults_told_on(form):
            confirmed = signing_up.confirm(house, text_of(form.ticket), network(), request_time())
            flash("Your account is ready. Sign in to begin.", "done")
            return see_other(url_for("pages.sign_in", return_to=confirmed.return_to))
    with house.database.reading() as connection:
        found = find_ticket(connection, Purpose.CONFIRM_SIGN_UP, text_of(form.ticket), request_time())
    if found is None:
        return render_page("pages/stale_link.html", status=410, again=url_for("pages.sign_up"))
    return render_page("pages/confirm_sign_up.html", form=form)
