"""Entitlements, for staff: list, grant, revoke."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field
from sqlalchemy.engine import Connection

from service.access.entitlements import Grant, Source, State
from service.access.store import grant, list_grants, revoke
from service.accounts.store import get_reader
from service.catalogue.submission import Instant as InstantGiven
from service.catalogue.submission import Product, one_line
from service.foundation.identifiers import Kind, id_pattern
from service.sites.site import Scope
from service.web.api.contract.admission import Call
from service.web.api.contract.callers import Callers
from service.web.api.contract.endpoint import Answered, Feature
from service.web.api.idempotency import answer_once
from service.web.api.schemas.examples import ENTITLEMENT_ID, INSTANT, KEY_ID
from service.web.api.schemas.model import Input, Output, ReaderId
from service.web.api.schemas.parameters import EntitlementId

entitlements = Feature(
    "Entitlements",
    "For staff. An entitlement is a reader's right to a product for a period: it holds from its start, and at the "
    "second of its end no longer. What is granted or revoked counts from the next check on.",
)
LONGEST_NOTE = 500


class EntitlementOut(Output):
    """A reader's right to a product for a period."""

    model_config = ConfigDict(title="Entitlement")

    id: str = Field(pattern=id_pattern(Kind.ENTITLEMENT), description="Its id.", examples=[ENTITLEMENT_ID])
    reader_id: ReaderId
    product: str = Field(description="To what.", examples=["premium"])
    source: Source = Field(description="Where it came from.", examples=["staff"])
    state: State = Field(description="What it is worth now.", examples=["active"])
    starts_at: datetime = Field(description="From when it holds.", examples=[INSTANT])
    ends_at: datetime | None = Field(
        description="When it ends; null where it has no end.", examples=["2027-11-22T09:30:00Z"]
    )
    revoked_at: datetime | None = Field(description="When it was revoked, where it was.", examples=[None])
    granted_at: datetime = Field(description="When it was granted.", examples=[INSTANT])
    granted_by: str = Field(description="Who granted it: the id of a key, or a name.", examples=[KEY_ID])
    note: str = Field(description="What staff wrote about it.", examples=["For the letter she sent us."])


class Entitlements(Output):
    """All that a reader was ever granted."""

    items: tuple[EntitlementOut, ...] = Field(description="The latest first.")


class GrantInput(Input):
    """What to grant."""

    product: Product = Field(description="To what.", examples=["premium"])
    starts_at: InstantGiven | None = Field(None, description="From when on. Left out: from now.", examples=[INSTANT])
    ends_at: InstantGiven | None = Field(
        None,
        description="Until when. Left out: until it is revoked.",
        examples=["2027-11-22T09:30:00Z"],
    )
    source: Source = Field(Source.STAFF, description="Where it comes from.", examples=["staff"])
    note: Annotated[str, Field(max_length=LONGEST_NOTE), AfterValidator(one_line)] = Field(
        "", description="For staff who wonder later.", examples=["For the letter she sent us."]
    )


@entitlements.endpoint(
    "GET",
    "/v1/readers/{reader_id}/entitlements",
    callers=Callers(Scope.ENTITLEMENTS_READ),
    replies={200: "Her entitlements."},
)
def list_entitlements(call: Call, connection: Connection, reader_id: ReaderId) -> Entitlements:
    """List a reader's entitlements.

    Those that are over too, the latest granted first.
    """
    reader = get_reader(connection, reader_id)
    return Entitlements(items=tuple(_shown(granted, call.now) for granted in list_grants(connection, reader.id)))


@entitlements.endpoint(
    "POST",
    "/v1/readers/{reader_id}/entitlements",
    callers=Callers(Scope.ENTITLEMENTS_WRITE),
    replies={201: "It is granted."},
    once=True,
)
def grant_entitlement(call: Call, reader_id: ReaderId, body: GrantInput) -> Answered[EntitlementOut]:
    """Grant a reader an entitlement."""

    def create(connection: Connection) -> Answered[EntitlementOut]:
        reader = get_reader(connection, reader_id)
        granted = grant(
            connection,
            reader.id,
            body.product,
            body.source,
            body.starts_at or call.now,
            body.ends_at,
            granted_by=call.caller.key_id or "",
            note=body.note,
            now=call.now,
        )
        return Answered(_shown(granted, call.now), 201)

    return answer_once(call, body, EntitlementOut, lambda: create)


@entitlements.endpoint(
    "POST",
    "/v1/entitlements/{entitlement_id}/revoke",
    callers=Callers(Scope.ENTITLEMENTS_WRITE),
    replies={200: "It is revoked, or was over already."},
)
def revoke_entitlement(call: Call, entitlement_id: EntitlementId) -> EntitlementOut:
    """Revoke an entitlement.

    It holds no longer from this moment. One that is over stays as it was.
    """
    with call.house.database.writing() as connection:
        return _shown(revoke(connection, entitlement_id, call.now), call.now)


def _shown(granted: Grant, now: datetime) -> EntitlementOut:
    entitlement = granted.entitlement
    return EntitlementOut(
        id=entitlement.id,
        reader_id=entitlement.reader_id,
        product=entitlement.product,
        source=entitlement.source,
        state=entitlement.state(now),
        starts_at=entitlement.starts_at,
        ends_at=entitlement.ends_at,
        revoked_at=entitlement.revoked_at,
        granted_at=granted.granted_at,
        granted_by=granted.granted_by,
        note=granted.note,
    )
