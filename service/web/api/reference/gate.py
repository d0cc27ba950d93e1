"""What the contract says of `/gate`, which is no endpoint of the API: a proxy asks by any method, and reads no body."""

from typing import Any

from service.access.decision import Reason
from service.sites.site import Scope
from service.web.api.contract.callers import Callers
from service.web.api.schemas.examples import SLUG
from service.web.gate.gate import NO_RECEIPT, NOBODY, Closed

Json = dict[str, Any]
CALLERS = Callers(Scope.ARTICLES_READ)

GATE_TAG: Json = {
    "name": "Gate",
    "description": "May this reader pass? For proxies that ask before they serve a page: nginx, Caddy, Traefik.",
}

GATE_HEADERS: Json = {  # of every answer
    "Gatefold-Decision": {
        "required": True,
        "description": "Whether she may pass.",
        "schema": {"type": "string", "enum": ["allow", "deny"]},
    },
    "Gatefold-Reason": {
        "required": True,
        "description": "The rule that decided; or `unknown_article`, `key_required` where the proxy's key is not good, "
        "`unavailable` where Gatefold cannot answer.",
        "schema": {"type": "string", "enum": [*map(str, Reason), *map(str, Closed)]},
    },
    "Gatefold-Reader": {
        "required": True,
        "description": f"The reader's id, or `{NOBODY}`.",
        "schema": {"type": "string"},
    },
    "Gatefold-Receipt": {
        "required": True,
        "description": f"The decision, signed; or `{NO_RECEIPT}`.",
        "schema": {"type": "string"},
    },
}

DESCRIPTION = f"""\
The proxy names the address that the reader asked for, whose last part is the article's slug, and passes her cookie
on. An address that is not written plainly names no article; nor do two that disagree. It may ask by any method. There
is no other status than these, and never a body.

**Who may call.** {CALLERS.sentence}"""


def describe_gate() -> Json:
    """Its operation."""
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in GATE_HEADERS}
    challenge = {"WWW-Authenticate": {"$ref": "#/components/headers/WWWAuthenticate"}}
    by_key = {"frontEndKey": [CALLERS.scope]}
    return {
        "operationId": "pass_or_not",
        "tags": [GATE_TAG["name"]],
        "summary": "Ask whether a reader may pass",
        "description": DESCRIPTION,
        "security": [by_key, {**by_key, "sessionCookie": []}],
        "parameters": [
            {
                "name": "X-Original-URI",
                "in": "header",
                "description": "The address that she asked for, as she wrote it.",
                "schema": {"type": "string"},
                "example": f"/stories/{SLUG}?page=2",
            },
            {
                "name": "X-Forwarded-Uri",
                "in": "header",
                "description": "The same, as Caddy and Traefik call it. One of the two is needed.",
                "schema": {"type": "string"},
            },
        ],
        "responses": {
            "200": {"description": "She may pass.", "headers": headers},
            "401": {"description": "She may not, and signing in may help.", "headers": {**headers, **challenge}},
            "403": {"description": "She may not; or nobody may.", "headers": headers},
        },
    }
