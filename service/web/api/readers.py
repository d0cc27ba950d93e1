"""Readers, for staff: find one, set her device limit, sign her out."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, with_config
from sqlalchemy.engine import Connection

from service.accounts.reader import LONGEST_EMAIL, Reader, clean_email
from service.accounts.store import find_reader_by_email, get_reader, set_device_limit
from service.devices.device import MOST_SLOTS, Cause
from service.devices.sessions import end_devices, list_live_devices
from service.sites.site import Scope
from service.web.api.contract.admission import Call
from service.web.api.contract.callers import Callers
from service.web.api.contract.endpoint import Feature
from service.web.api.schemas.examples import EMAIL, INSTANT
from service.web.api.schemas.model import Input, Output, ReaderId
from service.web.api.schemas.session import Devices, ReaderOut, device_out

readers = Feature(
    "Readers",
    "For staff. Readers belong to the publisher, not to a site: every key with the scope sees all of them.",
)
READS_READERS = Callers(Scope.READERS_READ)
WRITES_READERS = Callers(Scope.READERS_WRITE)


@with_config(title="ReaderForStaff")
class ReaderForStaff(ReaderOut):
    """A reader, as staff see her."""

    device_limit: Annotated[
        int | None,
        Field(description="How many devices she may be signed in on, where staff set that for her.", examples=[None]),
    ]
    created_at: Annotated[datetime, Field(description="When she confirmed her sign-up.", examples=[INSTANT])]


class ReadersFound(Output):
    """The readers that were found."""

    items: tuple[ReaderForStaff, ...] = Field(description="One or none.")


class ReadersQuery(Input):
    email: str = Field(
        min_length=1,
        max_length=LONGEST_EMAIL,
        description="The address to look for; letter case does not matter.",
        examples=[EMAIL],
        json_schema_extra={"format": "email"},
    )


class ReaderChange(Input):
    """What staff change about a reader."""

    device_limit: int | None = Field(
        ge=1,
        le=MOST_SLOTS,
        description="How many devices she may be signed in on; null for the publisher's own limit. A lower one takes "
        "effect at her next sign-in.",
        examples=[3],
    )


@readers.endpoint("GET", "/v1/readers", callers=READS_READERS, replies={200: "The reader, if there is one."})
def find_readers(call: Call, connection: Connection, query: ReadersQuery) -> ReadersFound:  # noqa: ARG001
    """Find a reader by her address."""
    reader = find_reader_by_email(connection, clean_email(query.email))
    return ReadersFound(items=(_for_staff(reader),) if reader else ())


@readers.endpoint("GET", "/v1/readers/{reader_id}", callers=READS_READERS, replies={200: "The reader."})
def read_reader(call: Call, connection: Connection, reader_id: ReaderId) -> ReaderForStaff:  # noqa: ARG001
    """Read a reader."""
    return _for_staff(get_reader(connection, reader_id))


@readers.endpoint("PATCH", "/v1/readers/{reader_id}", callers=WRITES_READERS, replies={200: "The reader."})
def change_reader(call: Call, reader_id: ReaderId, body: ReaderChange) -> ReaderForStaff:
    """Set a reader's device limit."""
    with call.house.database.writing() as connection:
        set_device_limit(connection, reader_id, body.device_limit)
        return _for_staff(get_reader(connection, reader_id))


@readers.endpoint("GET", "/v1/readers/{reader_id}/devices", callers=READS_READERS, replies={200: "Her devices."})
def list_devices_of_reader(call: Call, connection: Connection, reader_id: ReaderId) -> Devices:
    """List a reader's devices.

    `current` is false for all: staff are on none of them.
    """
    reader = get_reader(connection, reader_id)
    live = list_live_devices(connection, reader.id, call.house.life, call.now)
    return Devices(items=tuple(device_out(device) for device in live))


@readers.endpoint(
    "DELETE", "/v1/readers/{reader_id}/devices", callers=WRITES_READERS, replies={204: "She is signed out everywhere."}
)
def sign_reader_out(call: Call, reader_id: ReaderId) -> None:
    """Sign a reader out on every device.

    Each is told at its next request that staff signed it out.
    """
    with call.house.database.writing() as connection:
        reader = get_reader(connection, reader_id)
        end_devices(connection, reader.id, Cause.ENDED_BY_STAFF, None, call.now)


def _for_staff(reader: Reader) -> ReaderForStaff:
    return ReaderForStaff(
        id=reader.id,
        name=reader.name,
        email=reader.email,
        device_limit=reader.device_limit,
        created_at=reader.created_at,
    )
