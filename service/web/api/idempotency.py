"""`Idempotency-Key`: a creation that is asked for again is answered again, and not made twice.

The answer is kept in the creation's own transaction, for a day. Of the request only a keyed hash is
kept, since it may hold a password; no answer that is kept holds a secret.
"""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from flask import request
from pydantic import BaseModel
from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text, delete, select, update
from sqlalchemy.engine import Connection

from service.foundation.database import insert_or, metadata
from service.foundation.instants import Instant
from service.web.api.contract.admission import Call
from service.web.api.contract.endpoint import Answered
from service.web.problems import IDEMPOTENCY_KEY_REUSED, MALFORMED_REQUEST, Problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
PATTERN = "^[!-~]{1,64}$"
KEPT_FOR = timedelta(hours=24)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("caller", String(32), nullable=False),
    Column("key", String(64), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("response", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("caller", "key"),
    Index(None, "created_at"),
)

Model = TypeVar("Model", bound=BaseModel)
Creation = Callable[[Connection], Answered[Model]]


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that a caller gave to one request. ``fingerprints`` are by the newest signing key first."""

    caller: str
    key: str
    fingerprints: tuple[str, ...]
    now: datetime


def answer_once(
    call: Call, body: BaseModel, model: type[Model], prepare: Callable[[], Creation[Model]]
) -> Answered[Model]:
    """Create, once for each Idempotency-Key. Without a key: each time.

    ``prepare`` does what is slow or counted, before the transaction, and returns what creates within it.
    Raises the problem `idempotency_key_reused` where the key belongs to another request.
    """
    claim = _claim(call, body)
    if claim is None:
        create = prepare()
        with call.house.database.writing() as connection:
            return create(connection)
    with call.house.database.reading() as connection:
        if kept := _find(connection, claim, model):
            return kept
    create = prepare()
    with call.house.database.writing() as connection:
        if not _take(connection, claim) and (kept := _find(connection, claim, model)):
            return kept
        answered = create(connection)
        _keep(connection, claim, answered)
        return answered


def forget_old_idempotency_keys(connection: Connection, before: datetime) -> int:
    return connection.execute(delete(idempotency_keys).where(idempotency_keys.c.created_at <= before)).rowcount


def _claim(call: Call, body: BaseModel) -> Claim | None:
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not re.fullmatch(PATTERN[1:-1], key):
        raise Problem(MALFORMED_REQUEST, f"{HEADER} must be 1 to 64 printable ASCII characters without spaces.")
    said = f"{request.method} {request.path} {body.model_dump_json()}".encode()
    prints = (hmac.digest(secret.encode(), said, "sha256").hex() for secret in call.house.settings.signing_keys)
    return Claim(call.caller.key_id or call.caller.site_id, key, tuple(prints), call.now)


def _find(connection: Connection, claim: Claim, model: type[Model]) -> Answered[Model] | None:
    table = idempotency_keys.c
    row = connection.execute(
        select(table.fingerprint, table.status, table.response).where(
            table.caller == claim.caller, table.key == claim.key, table.created_at > claim.now - KEPT_FOR
        )
    ).one_or_none()
    if row is None:
        return None
    if row.fingerprint not in claim.fingerprints:
        raise Problem(IDEMPOTENCY_KEY_REUSED, "This key came with another request before.")
    return Answered(model.model_validate_json(row.response), row.status, {REPLAYED: "true"})


def _take(connection: Connection, claim: Claim) -> bool:
    """Whether the key is ours. Of two at once, the second waits here until the first has answered."""
    ours = {"fingerprint": claim.fingerprints[0], "status": 0, "response": "", "created_at": claim.now}
    taken = insert_or(connection, idempotency_keys).values(caller=claim.caller, key=claim.key, **ours)
    taken = taken.on_conflict_do_update(
        index_elements=["caller", "key"],
        set_=ours,
        where=idempotency_keys.c.created_at <= claim.now - KEPT_FOR,
    )
    return connection.execute(taken.returning(idempotency_keys.c.key)).one_or_none() is not None


def _keep(connection: Connection, claim: Claim, answered: Answered[Model]) -> None:
    connection.execute(
        update(idempotency_keys)
        .where(idempotency_keys.c.caller == claim.caller, idempotency_keys.c.key == claim.key)
        .values(status=answered.status, response=answered.result.model_dump_json())
    )
