"""A reader's own devices: she sees them, names them, and signs them out."""

from contextlib import suppress
from enum import StrEnum

from pydantic import Field
from sqlalchemy.engine import Connection

from service.devices.device import LONGEST_NAME, Cause, UnknownDevice, clean_device_name
from service.devices.sessions import end_device, end_devices, list_live_devices
from service.devices.store import rename_device
from service.sites.site import Scope
from service.web.api.contract.admission import Call
from service.web.api.contract.callers import Callers
from service.web.api.contract.endpoint import Feature
from service.web.api.schemas.model import DeviceId, Input, Output
from service.web.api.schemas.session import DeviceOut, Devices, device_out
from service.web.api.sign_out import forget_cookie

devices = Feature("Devices", "The devices that the signed-in reader is signed in on: at most five.")
OF_ITS_READER = Callers(Scope.SESSIONS, browsers=True, reader=True)


class RenameInput(Input):
    """A device's new name."""

    name: str = Field(
        min_length=1,
        max_length=LONGEST_NAME,
        description="One line; runs of spaces become one.",
        examples=["Kitchen tablet"],
    )


class Which(StrEnum):
    """Which devices are meant."""

    OTHERS = "others"
    ALL = "all"


class SignOutDevicesInput(Input):
    """Which devices to sign out."""

    scope: Which = Field(description="`others` keeps the one that is asking.", examples=["others"])


class DevicesSignedOut(Output):
    """What was signed out."""

    signed_out: int = Field(description="How many devices.", examples=[4])


@devices.endpoint("GET", "/v1/devices", callers=OF_ITS_READER, replies={200: "Her devices."}, reader_matters=True)
def list_devices(call: Call, connection: Connection) -> Devices:
    """List the reader's devices.

    The last signed in first. No token is ever among what is told.
    """
    live = list_live_devices(connection, call.reader.id, call.house.life, call.now)
    return Devices(items=tuple(device_out(device, call.device) for device in live))


@devices.endpoint(
    "PATCH", "/v1/devices/{device_id}", callers=OF_ITS_READER, replies={200: "The device."}, reader_matters=True
)
def name_device(call: Call, device_id: DeviceId, body: RenameInput) -> DeviceOut:
    """Rename one of the reader's devices."""
    name = clean_device_name(body.name)
    with call.house.database.writing() as connection:
        device = rename_device(connection, call.reader.id, device_id, name)
    return device_out(device, call.device)


@devices.endpoint(
    "DELETE", "/v1/devices/{device_id}", callers=OF_ITS_READER, replies={204: "It is signed out."}, reader_matters=True
)
def sign_out_device(call: Call, device_id: DeviceId) -> None:
    """Sign one of the reader's devices out.

    At once. The device is told at its next request that it was signed out, and from what kind of device.
    """
    is_current = device_id == call.device.id
    cause = Cause.SIGNED_OUT if is_current else Cause.SIGNED_OUT_ELSEWHERE
    with call.house.database.writing() as connection:
        end_device(connection, call.reader.id, device_id, cause, call.device_kind, call.now)
    if is_current:
        forget_cookie(call)


@devices.endpoint(
    "POST",
    "/v1/devices/sign-out",
    callers=OF_ITS_READER,
    replies={200: "They are signed out."},
    reader_matters=True,
)
def sign_out_devices(call: Call, body: SignOutDevicesInput) -> DevicesSignedOut:
    """Sign the reader's other devices out, or all.

    At once, as with a single device.
    """
    reader, device = call.reader, call.device
    with call.house.database.writing() as connection:
        cause = Cause.SIGNED_OUT_ELSEWHERE
        count = len(end_devices(connection, reader.id, cause, call.device_kind, call.now, keep=device.id))
        if body.scope is Which.ALL:
            with suppress(UnknownDevice):  # another request has just ended it
                end_device(connection, reader.id, device.id, Cause.SIGNED_OUT, call.device_kind, call.now)
                count += 1
    if body.scope is Which.ALL:
        forget_cookie(call)
    return DevicesSignedOut(signed_out=count)
