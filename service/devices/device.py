"""What a device and its session are, and when a session has run out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

MOST_SLOTS = 5
LONGEST_NAME = 60


class UnknownDevice(LookupError):
    """The reader has no signed-in device of this id."""


class BadDeviceName(ValueError):
    """A device's name is empty, too long, or has control characters."""


class Cause(StrEnum):
    """Why a session ended."""

    SWAPPED = "swapped"  # the reader chose it to give way to another device
    REPLACED = "replaced"  # the policy or a lowered limit made it give way
    RENEWED = "renewed"  # its device signed in again and has a newer session
    SIGNED_OUT = "signed_out"
    SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere"  # from another device of the reader
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    ENDED_BY_STAFF = "ended_by_staff"


@dataclass(frozen=True, slots=True)
class Life:
    """How long a session may stay unused, and how long it may last at all."""

    idle: timedelta
    lifetime: timedelta

    def expires_at(self, signed_in_at: datetime, last_seen_at: datetime) -> datetime:
        return min(last_seen_at + self.idle, signed_in_at + self.lifetime)


class Device(NamedTuple):
    """A browser or app in its slot. Never carries its token, nor the hash of it."""

    id: str
    reader_id: str
    slot: int
    name: str
    kind: str  # such as "Firefox on Android"
    first_seen_at: datetime
    signed_in_at: datetime
    last_seen_at: datetime

    def live(self, life: Life, now: datetime) -> bool:
        return now < life.expires_at(self.signed_in_at, self.last_seen_at)


@dataclass(frozen=True, slots=True)
class EndedSession:
    """What an ended device is told at its next request."""

    reader_id: str
    device_id: str
    ended_at: datetime
    cause: Cause
    by_device: str | None  # the kind of device it was ended from or for


def clean_device_name(text: str) -> str:
    """A name on one line. Raises :class:`BadDeviceName`."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadDeviceName
    return name
