"""The choice where every place for a device is taken: which of them gives way."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from service.access.asking import SessionState
from service.foundation.tickets import TicketRefused
from service.web import signing_in
from service.web.callers import ANYONE, open_to
from service.web.doors import doors
from service.web.pages.arrivals import arrive, forget_waiting, newcomer, waiting_ticket
from service.web.pages.blueprint import pages
from service.web.pages.fields import text_of
from service.web.pages.forms import PageForm, accepted
from service.web.pages.rendering import render_page
from service.web.pages.returning import returning_to, see_other
from service.web.signing_in import DeviceChoice, SignedIn
from service.web.who import asking_device, current_session, request_time

STALE = "This page had been open for too long, and nothing was changed."
TAKEN = "That place was taken meanwhile, and nothing was changed. Please choose again."
GAVE_WAY = "You are signed in on this device, and signed out where you chose to be."
NONE_GAVE_WAY = "You are signed in on this device. There was room for it, so you were signed out nowhere."
NOTHING_WAITS = "No sign-in is waiting for a choice here. Please sign in again."


class ChoiceForm(PageForm):
    device_id = StringField()  # the value of the button pressed


@pages.route("/sign-in/choose", methods=["GET", "POST"])
@open_to(ANYONE)
def choose_device() -> ResponseReturnValue:
    house, form, now = doors(), ChoiceForm(), request_time()
    try:
        if accepted(form):
            return _lead_on(signing_in.swap(house, waiting_ticket(), text_of(form.device_id), newcomer(), now))
        choice = signing_in.get_choice(house, waiting_ticket(), newcomer(), now)
    except TicketRefused:
        forget_waiting()
        if current_session().state is not SessionState.LIVE:
            flash(NOTHING_WAITS, "told")
        return see_other(url_for("pages.sign_in", return_to=returning_to()))
    if request.method == "POST":
        flash(STALE, "told")
        return see_other(url_for("pages.choose_device", return_to=returning_to()))
    giving_way = len(choice.devices) - choice.limit + 1
    return render_page(
        "pages/choice.html" if giving_way > 0 else "pages/room.html",
        form=form,
        email=choice.reader.email,
        devices=choice.devices,
        limit=choice.limit,
        giving_way=giving_way,
        until=choice.ticket.expires_at,
        newcomer=asking_device(),
    )


def _lead_on(outcome: SignedIn | DeviceChoice) -> ResponseReturnValue:
    notice = None
    if isinstance(outcome, DeviceChoice):
        flash(TAKEN, "told")
    else:
        notice = GAVE_WAY if outcome.session.ended else NONE_GAVE_WAY
    return arrive(outcome, otherwise_to=url_for("pages.show_account"), notice=notice)
