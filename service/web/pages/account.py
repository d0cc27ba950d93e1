"""The reader's account: what she has, and what she changes about it."""

from collections.abc import Mapping
from typing import ClassVar

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import BooleanField

from service.access.store import list_grants
from service.foundation.tickets import Purpose, find_ticket
from service.web import changing
from service.web.callers import ANYONE, SIGNED_IN_READER, open_to
from service.web.doors import doors
from service.web.pages.arrivals import arrive, newcomer
from service.web.pages.blueprint import pages
from service.web.pages.fields import email_field, name_field, new_password_field, password_field, text_of
from service.web.pages.forms import PageForm, TicketForm, accepted, faults_told_on
from service.web.pages.rendering import render_page
from service.web.pages.returning import see_other
from service.web.pages.subscriptions import holdings
from service.web.who import network, request_time


class NameForm(PageForm):
    name = name_field()


class EmailForm(PageForm):
    told_at: ClassVar[Mapping[str, str]] = {"credentials": "password"}
    email = email_field("New email address")
    password = password_field("Your password")


class PasswordForm(PageForm):
    told_at: ClassVar[Mapping[str, str]] = {"credentials": "password", "password": "new_password"}
    password = password_field("Current password")
    new_password = new_password_field("New password")
    sign_out_others = BooleanField("Sign out my other devices", default=True)


@pages.get("/")
@open_to(ANYONE)
def go_to_account() -> ResponseReturnValue:
    return see_other(url_for("pages.show_account"))


@pages.get("/account")
@open_to(SIGNED_IN_READER)
def show_account() -> ResponseReturnValue:
    with doors().database.reading() as connection:
        grants = list_grants(connection, current_user.reader.id)
    return render_page("pages/account.html", holdings=holdings(grants, request_time()))


@pages.route("/account/name", methods=["GET", "POST"])
@open_to(SIGNED_IN_READER)
def change_name() -> ResponseReturnValue:
    form = NameForm(name=current_user.reader.name)
    if accepted(form):
        with faults_told_on(form):
            changing.rename(doors(), current_user.reader, text_of(form.name))
            flash("Your name is changed.", "done")
            return see_other(url_for("pages.show_account"))
    return render_page("pages/change_name.html", form=form)


@pages.route("/account/email", methods=["GET", "POST"])
@open_to(SIGNED_IN_READER)
def change_email() -> ResponseReturnValue:
    form = EmailForm()
    if accepted(form):
        with faults_told_on(form):
            changing.ask_for_new_email(
                doors(),
                current_user.reader,
                text_of(form.password),
                text_of(form.email),
                newcomer(),
                network(),
                request_time(),
            )
            flash(
                f"We have written to {text_of(form.email).strip()}. Press the button behind the link in that mail, "
                "and the address is changed; until then everything stays as it is.",
                "done",
            )
            return see_other(url_for("pages.show_account"))
    return render_page("pages/change_email.html", form=form)


@pages.route("/account/email/confirm", methods=["GET", "POST"])
@open_to(ANYONE)  # the mail may be read on another device
def confirm_email() -> ResponseReturnValue:
    house = doors()
    form = TicketForm(ticket=request.args.get("ticket"))
    ticket = text_of(form.ticket)
    if accepted(form):
        with faults_told_on(form):
            reader = changing.confirm_new_email(house, ticket, network(), request_time())
            flash(f"Your email address is now {reader.email}. Sign out any device here that is not yours.", "done")
            return see_other(url_for("pages.list_devices"))
    with house.database.reading() as connection:
        found = find_ticket(connection, Purpose.CHANGE_EMAIL, ticket, request_time())
    if found is None:
        return render_page("pages/stale_link.html", status=410, again=url_for("pages.change_email"))
    return render_page("pages/confirm_email.html", form=form, email=found.facts["email"])


@pages.route("/account/password", methods=["GET", "POST"])
@open_to(SIGNED_IN_READER)
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    if accepted(form):
        with faults_told_on(form):
            outcome = changing.set_new_password(
                doors(),
                current_user.reader,
                current_user.device.id,
                text_of(form.password),
                text_of(form.new_password),
                newcomer(),
                network(),
                request_time(),
                sign_out_others=form.sign_out_others.data,
            )
            others = " Your other devices are signed out." if form.sign_out_others.data else ""
            notice = f"Your password is changed.{others}"
            return arrive(outcome, otherwise_to=url_for("pages.show_account"), notice=notice)
    return render_page("pages/change_password.html", form=form)
