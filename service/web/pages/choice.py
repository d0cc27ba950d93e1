"""The choice where every place for a device is taken: which of them gives way."""

from flask import flash, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField

from service.foundation.tickets import TicketRefused
from service.web import signing_in
from service.web.callers import ANYONE, open_to
from service.web.doors import doors
from service.web.pages.arrivals import WAITING, arrive, newcomer
from service.web.pages.blueprint import pages
from service.web.pages.fields import text_of
from service.web.pages.forms import PageForm, accepted
from service.web.pages.rendering import render_page
from service.web.pages.returning import returning_to, see_other
from service.web.who import asking_device, request_time, shown_now

OVER = "That choice was made already, or waited for too long. Please sign in again."


class ChoiceForm(PageForm):
    """One button for each device, and the ticket of the sign-in that waits."""

    swap_ticket = HiddenField()
    device_id = StringField()  # the value of the button pressed


@pages.route("/sign-in/choose", methods=["GET", "POST"])
@open_to(ANYONE)
def choose_device() -> ResponseReturnValue:
    house, form, now = doors(), ChoiceForm(), request_time()
    if accepted(form):
        try:
            outcome = signing_in.swap(house, text_of(form.swap_ticket), text_of(form.device_id), newcomer(), now)
            return arrive(outcome, otherwise_to=url_for("pages.show_account"))
        except TicketRefused:
            session.pop(WAITING, None)
    with house.database.reading() as connection:
        choice = signing_in.find_choice(connection, house, session.get(WAITING, ""), shown_now().token, now)
    if choice is None:
        flash(OVER, "told")
        return see_other(url_for("pages.sign_in", return_to=returning_to()))
    form.swap_ticket.data = choice.ticket.token
    return render_page(
        "pages/choice.html",
        form=form,
        devices=choice.devices,
        limit=choice.limit,
        giving_way=len(choice.devices) - choice.limit + 1,
        until=choice.ticket.expires_at,
        newcomer=asking_device(),
    )
