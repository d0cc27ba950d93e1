"""Readers, their sessions and their devices, as the contract has them."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from service.access.asking import Session, SessionState
from service.accounts.reader import Reader
from service.devices.device import Cause, Device
from service.web.api.schemas.model import DeviceId, Instant, Output, ReaderId


@with_config(title="Reader")
class ReaderOut(TypedDict):
    """A reader, as she herself may see."""

    id: ReaderId
    name: Annotated[str, Field(description="Her name.", examples=["Alice Berg"])]
    email: Annotated[str, Field(description="Her address.", examples=["alice@example.org"])]


class SessionDevice(TypedDict):
    """The device that a session is on."""

    id: DeviceId
    name: Annotated[str, Field(description="Its name, which its reader may change.", examples=["Firefox on Android"])]


@with_config(title="Session")
class SessionOut(TypedDict):
    """What became of the session that was shown."""

    state: Annotated[
        SessionState, Field(description="`none` where none was shown, or none that is known.", examples=["live"])
    ]
    reader: Annotated[ReaderOut | None, Field(description="Who is signed in; only while the session is live.")]
    device: Annotated[SessionDevice | None, Field(description="On which device; only while the session is live.")]
    ended_at: Annotated[datetime | None, Field(description="When it was ended, where it was.", examples=[None])]
    cause: Annotated[Cause | None, Field(description="Why it was ended, where it was.", examples=[None])]
    by_device: Annotated[
        str | None, Field(description="The kind of device it was ended from, or had to give way for.", examples=[None])
    ]


class DeviceOut(Output):
    """A device that its reader is signed in on. It never carries its token."""

    model_config = ConfigDict(title="Device")

    id: DeviceId
    name: str = Field(description="Its name, which its reader may change.", examples=["Firefox on Android"])
    current: bool = Field(description="Whether it is the one that is asking.", examples=[True])
    first_seen_at: Instant = Field(description="When its reader first signed in on it.")
    last_seen_at: Instant = Field(description="When it was last used, to a few minutes.")
    signed_in_at: Instant = Field(description="When its reader last signed in on it.")


class Devices(Output):
    """A reader's devices, the last signed in first."""

    items: tuple[DeviceOut, ...] = Field(description="At most five.")


def reader_out(reader: Reader) -> ReaderOut:
    return {"id": reader.id, "name": reader.name, "email": reader.email}


def session_out(session: Session) -> SessionOut:
    reader, device, ended = session.reader, session.device, session.ended
    return {
        "state": session.state,
        "reader": reader_out(reader) if reader else None,
        "device": {"id": device.id, "name": device.name} if device else None,
        "ended_at": ended.ended_at if ended else None,
        "cause": ended.cause if ended else None,
        "by_device": ended.by_device if ended else None,
    }


def device_out(device: Device, current: Device | None = None) -> DeviceOut:
    return DeviceOut(
        id=device.id,
        name=device.name,
        current=current is not None and device.id == current.id,
        first_seen_at=device.first_seen_at,
        last_seen_at=device.last_seen_at,
        signed_in_at=device.signed_in_at,
    )
