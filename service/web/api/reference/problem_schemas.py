"""What the contract says of problems: their common form, the facts that some carry, and an example of each."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from service.devices.device import Cause
from service.sites.site import Scope
from service.web import problems
from service.web.api.schemas.examples import DEVICE_ID, INSTANT, SWAP_TICKET
from service.web.api.schemas.model import Output
from service.web.api.sign_in import DeviceChoiceFacts
from service.web.problems import KINDS, Kind, Problem

Json = dict[str, Any]


class Mistake(Output):
    """One thing that is wrong with a request."""

    pointer: str = Field(description="Where: a JSON pointer into the body, or `/` and a parameter.")
    detail: str = Field(description="What, in a sentence.")


class Mistakes(Output):
    """Mistakes in a request."""

    errors: tuple[Mistake, ...] = Field(description="Up to twenty mistakes.")


class ResetsAt(Output):
    """When to try again."""

    resets_at: datetime = Field(description="When tries are counted anew.")


class MissingScope(Output):
    """What the key may not do."""

    scope: Scope = Field(description="The scope that the key would need.")


class EndedSession(Output):
    """What became of the session."""

    ended_at: datetime = Field(description="When it was ended.")
    cause: Cause = Field(description="Why.")
    by_device: str | None = Field(description="The kind of device it was ended from, or had to give way for.")


FACTS: dict[Kind, type[BaseModel]] = {
    problems.INVALID_REQUEST: Mistakes,
    problems.PASSWORD_REFUSED: Mistakes,
    problems.QUOTA_EXCEEDED: ResetsAt,
    problems.SCOPE_REQUIRED: MissingScope,
    problems.SESSION_ENDED: EndedSession,
    problems.DEVICE_LIMIT_REACHED: DeviceChoiceFacts,
}

SAID: dict[Kind, tuple[str, Json]] = {
    problems.INVALID_REQUEST: (
        "This is missing.",
        {"errors": [{"pointer": "/title", "detail": "This is missing."}]},
    ),
    problems.MALFORMED_REQUEST: ("The body is not JSON.", {}),
    problems.KEY_REQUIRED: ("Call with a front-end key, or from a page at one of a site's addresses.", {}),
    problems.SIGN_IN_REQUIRED: ("No reader is signed in.", {}),
    problems.SESSION_EXPIRED: ("The session has run out; sign in again.", {}),
    problems.SESSION_ENDED: (
        "This device was signed out.",
        {"ended_at": INSTANT, "cause": "swapped", "by_device": "Firefox on Android"},
    ),
    problems.CREDENTIALS_REFUSED: ("The email or the password is not right.", {}),
    problems.SCOPE_REQUIRED: (
        "This asks for a front-end key with the scope articles:write.",
        {"scope": "articles:write"},
    ),
    problems.CROSS_SITE: ("Only pages at a site's own addresses may call without a key.", {}),
    problems.NOT_FOUND: ("The site has no such article.", {}),
    problems.METHOD_NOT_ALLOWED: ("This address does not know that method.", {}),
    problems.NOT_ACCEPTABLE: ("This is only there as JSON.", {}),
    problems.DEVICE_LIMIT_REACHED: (
        "She is signed in on 5 devices already: one of them must give way.",
        {
            "devices": [
                {
                    "id": DEVICE_ID,
                    "name": "Firefox on Android",
                    "current": False,
                    "first_seen_at": INSTANT,
                    "last_seen_at": INSTANT,
                    "signed_in_at": INSTANT,
                }
            ],
            "swap_ticket": SWAP_TICKET,
            "expires_at": "2026-11-22T09:40:00Z",
            "limit": 5,
        },
    ),
    problems.EMAIL_TAKEN: ("Another reader has this address.", {}),
    problems.CONFLICT: ("Ask again in a moment.", {}),
    problems.TICKET_REFUSED: ("This link was used already, has run out, or was withdrawn.", {}),
    problems.TOO_LARGE: ("The body is larger than this address takes.", {}),
    problems.UNSUPPORTED_MEDIA_TYPE: ("Send the body as application/json in UTF-8, not compressed.", {}),
    problems.PASSWORD_REFUSED: (
        "Use 15 characters or more; a few words in a row make a good one.",
        {
            "errors": [
                {
                    "pointer": "/password",
                    "detail": "Use 15 characters or more; a few words in a row make a good one.",
                }
            ]
        },
    ),
    problems.IDEMPOTENCY_KEY_REUSED: ("This key came with another request before.", {}),
    problems.QUOTA_EXCEEDED: ("Too many tries; wait a little.", {"resets_at": INSTANT}),
    problems.INTERNAL_ERROR: ("The fault is ours, and it was written down.", {}),
    problems.BUSY: (problems.NO_PLACE.detail, {}),
    problems.DATABASE_UNAVAILABLE: ("Try again in a moment.", {}),
}

PROBLEM: Json = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457). Depend on `code` alone: the sentences may change.",
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "`urn:gatefold:problem:` and the code."},
        "title": {"type": "string", "description": "The kind of problem in words."},
        "status": {"type": "integer", "description": "The status of the response."},
        "detail": {"type": "string", "description": "What went wrong this time, for a person."},
        "code": {
            "type": "string",
            "enum": sorted(kind.code for kind in KINDS),
            "description": "The kind of problem: stable.",
        },
    },
    "required": ["type", "title", "status", "detail", "code"],
}


def schema_name(kind: Kind) -> str:
    """Kinds that carry facts have a schema of their own."""
    return "".join(word.title() for word in kind.code.split("_")) + "Problem" if kind in FACTS else "Problem"


def problem_schemas(facts: dict[type[BaseModel], Json]) -> Json:
    """By name; ``facts`` are the references of the models in ``FACTS``."""
    with_facts = {
        schema_name(kind): {
            "title": schema_name(kind),
            "description": f"{kind.title} (`{kind.code}`), with its facts.",
            "allOf": [
                {"$ref": "#/components/schemas/Problem"},
                {"properties": {"code": {"const": kind.code}}},
                facts[model],
            ],
        }
        for kind, model in FACTS.items()
    }
    return {"Problem": PROBLEM, **with_facts}


def problem_examples() -> Json:
    return {
        kind.code: {"summary": kind.title, "value": Problem(kind, said, facts).document()}
        for kind, (said, facts) in sorted(SAID.items(), key=lambda item: item[0].code)
    }
