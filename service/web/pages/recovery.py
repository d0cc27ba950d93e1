"""Recovering an account: a mailed link, and the new password behind it."""

from flask import request, session, url_for
from flask.typing import ResponseReturnValue

from service.accounts.recovery import find_recovery
from service.web import recovering
from service.web.callers import ANYONE, open_to
from service.web.doors import doors
from service.web.pages.arrivals import arrive, newcomer
from service.web.pages.blueprint import pages
from service.web.pages.fields import email_field, new_password_field, text_of
from service.web.pages.forms import PageForm, TicketForm, accepted, faults_told_on
from service.web.pages.rendering import render_page
from service.web.pages.returning import lead_back_to, returning_to, see_other
from service.web.returning import safe_return_to
from service.web.who import network, request_time

DONE = "Your new password is set. You are signed in here, and signed out everywhere else."


class RecoveryForm(PageForm):
    email = email_field()


class ResetForm(TicketForm):
    password = new_password_field("New password")


@pages.route("/recover", methods=["GET", "POST"])
@open_to(ANYONE)
def recover() -> ResponseReturnValue:
    form = RecoveryForm()
    if accepted(form):
        with faults_told_on(form):
            recovering.recover(doors(), text_of(form.email), returning_to(), network(), request_time())
            session["written_to"] = text_of(form.email)
            return see_other(url_for("pages.recovery_sent", return_to=returning_to()))
    return render_page("pages/recover.html", form=form)


@pages.get("/recover/sent")
@open_to(ANYONE)
def recovery_sent() -> ResponseReturnValue:
    return render_page("pages/recovery_sent.html", written_to=session.get("written_to"))


@pages.route("/recover/reset", methods=["GET", "POST"])
@open_to(ANYONE)
def reset_password() -> ResponseReturnValue:
    house = doors()
    form = ResetForm(ticket=request.args.get("ticket"))
    ticket = text_of(form.ticket)
    if accepted(form):
        with faults_told_on(form):
            outcome = recovering.reset(house, ticket, text_of(form.password), newcomer(), network(), request_time())
            return arrive(outcome, otherwise_to=url_for("pages.list_devices"), notice=DONE)
    with house.database.reading() as connection:
        recovery = find_recovery(connection, ticket, request_time())
        back = safe_return_to(connection, house, recovery.return_to) if recovery else None
    if recovery is None:
        return render_page("pages/stale_link.html", status=410, again=url_for("pages.recover"))
    lead_back_to(back)
    return render_page("pages/reset_password.html", form=form, email=recovery.reader.email)
