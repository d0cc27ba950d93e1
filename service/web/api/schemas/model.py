"""What all of the contract's models have in common."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service.foundation.database import WITHOUT_NUL
from service.foundation.identifiers import Kind, id_pattern
from service.web.api.schemas.examples import DEVICE_ID, READER_ID
from service.web.returning import LONGEST


class Input(BaseModel):
    """What a request gives: exact types, no field that is not known."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Output(BaseModel):
    """What a response says: every field is always there."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


Instant = Annotated[datetime, Field(description="An instant in UTC (RFC 3339).", examples=["2026-11-22T09:30:00Z"])]
ReaderId = Annotated[str, Field(pattern=id_pattern(Kind.READER), description="A reader's id.", examples=[READER_ID])]
DeviceId = Annotated[str, Field(pattern=id_pattern(Kind.DEVICE), description="A device's id.", examples=[DEVICE_ID])]
PageAddress = Annotated[str, Field(max_length=LONGEST, pattern=WITHOUT_NUL)]
Ticket = Annotated[str, Field(max_length=200, pattern=WITHOUT_NUL)]
