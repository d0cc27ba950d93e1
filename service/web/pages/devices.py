"""A reader's devices: seen, renamed, signed out one by one or together."""

import re

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import StringField

from service.devices.device import Cause, UnknownDevice, clean_device_name
from service.devices.sessions import end_device, end_devices, list_live_devices
from service.devices.store import rename_device
from service.foundation.identifiers import Kind, id_pattern
from service.web.callers import SIGNED_IN_READER, open_to
from service.web.doors import doors
from service.web.pages.blueprint import pages
from service.web.pages.fields import Filled, obeys, text_of
from service.web.pages.forms import STALE, PageForm, accepted
from service.web.pages.rendering import render_page
from service.web.pages.returning import see_other
from service.web.pages.sign_out import leave
from service.web.who import asking_device, request_time

DEVICE_ID = re.compile(id_pattern(Kind.DEVICE))
GONE = "That device was signed out already."


class DeviceNameForm(PageForm):
    name = StringField("Name", [Filled("Enter a name."), obeys(clean_device_name)], render_kw={"autocomplete": "off"})


@pages.get("/account/devices")
@open_to(SIGNED_IN_READER)
def list_devices() -> ResponseReturnValue:
    return _show_devices()


@pages.post("/account/devices/<device_id>/name")
@open_to(SIGNED_IN_READER)
def name_device(device_id: str) -> ResponseReturnValue:
    form = DeviceNameForm()
    if not accepted(form):
        return _show_devices(form, device_id)
    try:
        with doors().database.writing() as connection:
            device = rename_device(
                connection, current_user.reader.id, _device_id(device_id), clean_device_name(text_of(form.name))
            )
    except UnknownDevice:
        return _told(GONE)
    return _done(f"That device is now called “{device.name}”.")


@pages.post("/account/devices/<device_id>/sign-out")
@open_to(SIGNED_IN_READER)
def sign_out_device(device_id: str) -> ResponseReturnValue:
    if not accepted(PageForm()):
        return _told(STALE)
    here = device_id == current_user.device.id
    cause = Cause.SIGNED_OUT if here else Cause.SIGNED_OUT_ELSEWHERE
    try:
        with doors().database.writing() as connection:
            end_device(
                connection, current_user.reader.id, _device_id(device_id), cause, asking_device(), request_time()
            )
    except UnknownDevice:
        return _told(GONE)
    return leave("You are signed out.") if here else _done("That device is signed out.")


@pages.post("/account/devices/sign-out-others")
@open_to(SIGNED_IN_READER)
def sign_out_others() -> ResponseReturnValue:
    if not accepted(PageForm()):
        return _told(STALE)
    _end_others()
    return _done("Your other devices are signed out.")


@pages.post("/account/devices/sign-out-everywhere")
@open_to(SIGNED_IN_READER)
def sign_out_everywhere() -> ResponseReturnValue:
    if not accepted(PageForm()):
        return _told(STALE)
    _end_others(also_here=True)
    return leave("You are signed out on every device.")


def _end_others(*, also_here: bool = False) -> None:
    reader, here, kind, now = current_user.reader, current_user.device, asking_device(), request_time()
    with doors().database.writing() as connection:
        end_devices(connection, reader.id, Cause.SIGNED_OUT_ELSEWHERE, kind, now, keep=here.id)
        if also_here:
            end_devices(connection, reader.id, Cause.SIGNED_OUT, kind, now)


def _show_devices(form: DeviceNameForm | None = None, renamed: str | None = None) -> ResponseReturnValue:
    """The page; where a new name was refused, with the form of that device open."""
    house = doors()
    with house.database.reading() as connection:
        devices = list_live_devices(connection, current_user.reader.id, house.life, request_time())
    return render_page(
        "pages/devices.html",
        form=form,
        renamed=renamed,
        devices=sorted(devices, key=lambda device: device.id != current_user.device.id),
        here=current_user.device.id,
        limit=house.rule.for_limit(current_user.reader.device_limit).limit,
    )


def _device_id(text: str) -> str:
    """What has the form of a device's id. Raises :class:`UnknownDevice`: no database need be asked about the rest."""
    if not DEVICE_ID.fullmatch(text):
        raise UnknownDevice(text)
    return text


def _told(what: str) -> ResponseReturnValue:
    flash(what, "told")
    return see_other(url_for("pages.list_devices"))


def _done(what: str) -> ResponseReturnValue:
    flash(what, "done")
    return see_other(url_for("pages.list_devices"))
