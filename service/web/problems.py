"""What can go wrong, as RFC 9457 problems: the one place that gives the features' errors their status."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.access.entitlements import BadPeriod, UnknownEntitlement
from service.access.receipts import BadReceipt
from service.accounts.places import COME_BACK_AFTER_SECONDS, HashingBusy
from service.accounts.reader import (
    BadEmail,
    BadName,
    CredentialsRefused,
    EmailTaken,
    PasswordRefused,
    UnknownReader,
)
from service.catalogue.listings import BadCursor
from service.catalogue.reading import TermsChanged
from service.catalogue.store import UnknownArticle
from service.devices.device import BadDeviceName, UnknownDevice
from service.foundation.database import DatabaseUnavailable
from service.foundation.quotas import QuotaExceeded
from service.foundation.tickets import TicketRefused

TYPE_PREFIX = "urn:gatefold:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem. The code is stable: clients may depend on it."""

    code: str
    status: int
    title: str

    @property
    def type(self) -> str:
        return TYPE_PREFIX + self.code


INVALID_REQUEST = Kind("invalid_request", 422, "The request has mistakes")
MALFORMED_REQUEST = Kind("malformed_request", 400, "The request cannot be read")
KEY_REQUIRED = Kind("key_required", 401, "A front-end key, or a page of the site, is needed")
SIGN_IN_REQUIRED = Kind("sign_in_required", 401, "A reader must be signed in")
SESSION_EXPIRED = Kind("session_expired", 401, "The session has run out")
SESSION_ENDED = Kind("session_ended", 401, "This device was signed out")
CREDENTIALS_REFUSED = Kind("credentials_refused", 401, "The email or the password is not right")
SCOPE_REQUIRED = Kind("scope_required", 403, "The key may not do this")
CROSS_SITE = Kind("cross_site_request", 403, "The request came from another site")
NOT_FOUND = Kind("not_found", 404, "There is nothing here")
METHOD_NOT_ALLOWED = Kind("method_not_allowed", 405, "This cannot be done here")
NOT_ACCEPTABLE = Kind("not_acceptable", 406, "No acceptable form of this exists")
DEVICE_LIMIT_REACHED = Kind("device_limit_reached", 409, "Every place for a device is taken")
EMAIL_TAKEN = Kind("email_taken", 409, "Another reader has this address")
CONFLICT = Kind("conflict", 409, "This was begun by another request")
TICKET_REFUSED = Kind("ticket_refused", 410, "This link or ticket is no longer good")
TOO_LARGE = Kind("too_large", 413, "The request is too large")
UNSUPPORTED_MEDIA_TYPE = Kind("unsupported_media_type", 415, "The request must be JSON")
PASSWORD_REFUSED = Kind("password_refused", 422, "The password cannot be used")
IDEMPOTENCY_KEY_REUSED = Kind("idempotency_key_reused", 422, "The idempotency key was used for something else")
QUOTA_EXCEEDED = Kind("quota_exceeded", 429, "Too many tries")
INTERNAL_ERROR = Kind("internal_error", 500, "Something went wrong here")
BUSY = Kind("busy", 503, "Too much is going on just now")
DATABASE_UNAVAILABLE = Kind("database_unavailable", 503, "The service cannot answer just now")

KINDS = tuple(value for value in dict(globals()).values() if isinstance(value, Kind))


@dataclass(slots=True)
class Problem(Exception):
    """A problem on its way to the caller: ``detail`` is a sentence for a person, ``facts`` are for programs."""

    kind: Kind
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {
            "type": self.kind.type,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "code": self.kind.code,
            **self.facts,
        }


NO_PLACE = Problem(
    BUSY,
    f"Many readers are signing in; try again in {COME_BACK_AFTER_SECONDS} seconds.",
    headers={"Retry-After": str(COME_BACK_AFTER_SECONDS)},
)


def invalid(pointer: str, detail: str) -> Problem:
    """One mistake in a request's body or query, at a JSON pointer."""
    return Problem(INVALID_REQUEST, detail, {"errors": [{"pointer": pointer, "detail": detail}]})


def problem_from(fault: Exception, now: datetime) -> Problem | None:
    """The problem that an error of a feature amounts to; None where it is a fault of ours."""
    match fault:
        case Problem():
            return fault
        case CredentialsRefused():
            return Problem(CREDENTIALS_REFUSED, "The email or the password is not right.")
        case PasswordRefused():
            errors = [{"pointer": "/password", "detail": fault.why}]
            return Problem(PASSWORD_REFUSED, fault.why, {"errors": errors})
        case BadEmail():
            return invalid("/email", "This is not an email address that mail could reach.")
        case BadName():
            return invalid("/name", "Give a name of 1 to 80 characters.")
        case BadDeviceName():
            return invalid("/name", "Give a name of 1 to 60 characters.")
        case BadPeriod():
            return invalid("/ends_at", "It must end after it starts.")
        case BadCursor():
            return invalid("/cursor", "This cursor did not come from an earlier page.")
        case BadReceipt():
            return invalid("/receipt", "This is no receipt of ours, or it was altered.")
        case EmailTaken():
            return Problem(EMAIL_TAKEN, "Another reader has this address.")
        case TicketRefused():
            return Problem(TICKET_REFUSED, "This link was used already, has run out, or was withdrawn.")
        case UnknownReader() | UnknownDevice() | UnknownArticle() | UnknownEntitlement():
            return Problem(NOT_FOUND, NOT_THERE[type(fault)])
        case QuotaExceeded():
            seconds = max(1, math.ceil((fault.resets_at - now).total_seconds()))
            facts = {"resets_at": fault.resets_at}
            return Problem(QUOTA_EXCEEDED, "Too many tries; wait a little.", facts, {"Retry-After": str(seconds)})
        case HashingBusy():
            return NO_PLACE
        case TermsChanged():
            return Problem(BUSY, "The article is just being changed; try again in a moment.", {}, {"Retry-After": "1"})
        case DatabaseUnavailable():
            return Problem(DATABASE_UNAVAILABLE, "Try again in a moment.", {}, {"Retry-After": "5"})
    return None


NOT_THERE: dict[type[Exception], str] = {
    UnknownReader: "There is no such reader.",
    UnknownDevice: "There is no such device among the reader's.",
    UnknownArticle: "The site has no such article.",
    UnknownEntitlement: "There is no such entitlement.",
}
