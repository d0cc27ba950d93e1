"""What the contract says before its first endpoint: who may call and how, pages, problems, caches."""

from typing import Any

from service.web.api import idempotency
from service.web.api.contract.admission import READER_ADDRESS, READER_AGENT
from service.web.who import SESSION_HEADER

DESCRIPTION = """\
Gatefold keeps a news site's articles behind its paywall and knows the readers who may read them. A front end asks
it for each reader and each time, and is answered with the body, or with the teaser and the reason.

## Who may call

**A front end** calls with its key: `Authorization: Bearer gf_live_…`. A key belongs to one site and has scopes; it
is a secret of the server and has no place in a browser. For its reader it shows her session in `Gatefold-Session`,
and may say her address and browser in `Gatefold-Reader-Address` and `Gatefold-Reader-Agent`, which quotas and the
names of devices go by.

**A browser** on a page at one of a site's addresses calls without a key, as `fetch(url, {credentials: "include"})`.
It is known by its `Origin`, and its reader by Gatefold's cookie. It may do what its own reader may. Whatever changes
something must be sent as `application/json`, also where there is no body.

## Denials, problems, and what to do about them

A denied article is no error: the answer is 200 and `decision.granted` is false. Errors are problems (RFC 9457) of
the type `application/problem+json`. Depend on `code`, which is stable, and never on the wording. Mistakes in a
request are told one by one in `errors`, each with a JSON pointer. With a 429 and a 503 comes `Retry-After`, in
seconds.

## What may be kept

Whatever depends on a reader says `private, no-store`, and must never be kept. Lists depend on none: they come with
an `ETag`, and `If-None-Match` asks whether they are still the same.

## Requests are read strictly

A body is one JSON object in UTF-8. Fields and parameters that are not known, types that are not exact, names given
twice, NUL characters and halves of surrogate pairs are refused. Instants have a time zone (`2026-11-22T09:30:00Z`)
and lie within the years 1600 to 2200.
"""

SECURITY_SCHEMES: dict[str, Any] = {
    "frontEndKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "A front-end key, `gf_live_…` or `gf_test_…`. The scope that is asked for stands beside it.",
    },
    "readerSession": {
        "type": "apiKey",
        "in": "header",
        "name": SESSION_HEADER,
        "description": "The reader's session, for front ends with a key.",
    },
    "siteOrigin": {
        "type": "apiKey",
        "in": "header",
        "name": "Origin",
        "description": "The address of the page that calls, which browsers set themselves: one of a site's addresses.",
    },
    "sessionCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-gatefold_session",
        "description": "The reader's session, for browsers. It is called `__Secure-gatefold_session` where a parent "
        "domain is shared, and `gatefold_session` in development.",
    },
}

HEADER_PARAMETERS: dict[str, Any] = {
    "IdempotencyKey": {
        "name": idempotency.HEADER,
        "in": "header",
        "description": "Makes the call safe to repeat for a day: asked again with the same key and body, it is "
        "answered again with the first answer, and nothing is made twice.",
        "schema": {"type": "string", "pattern": idempotency.PATTERN, "minLength": 1, "maxLength": 64},
        "example": "3f1c9a52-7e1f-4d7c-9d53-0d8f6f0f8d11",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` that the caller has: where it still holds, the answer is an empty 304.",
        "schema": {"type": "string"},
        "example": '"5c1a0f7be6b94c05a5b3bb0b5d0e7c41"',
    },
    "ReaderAddress": {
        "name": READER_ADDRESS,
        "in": "header",
        "description": "The reader's internet address, from a front end with a key: tries are counted against it "
        "rather than against the front end's own.",
        "schema": {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
        "example": "203.0.113.7",
    },
    "ReaderAgent": {
        "name": READER_AGENT,
        "in": "header",
        "description": "The reader's `User-Agent`, from a front end with a key: her device is named after it.",
        "schema": {"type": "string"},
        "example": "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
    },
}

RESPONSE_HEADERS: dict[str, Any] = {
    "ETag": {"description": "What to show in `If-None-Match`.", "schema": {"type": "string"}},
    "RetryAfter": {"description": "In how many seconds to try again.", "schema": {"type": "integer", "minimum": 1}},
    "WWWAuthenticate": {
        "description": "`Bearer` where a key is needed, `Gatefold-Session` where it is the reader who is unknown.",
        "schema": {"type": "string"},
    },
    "IdempotentReplayed": {
        "description": "`true` where this answer was given before.",
        "schema": {"type": "string", "const": "true"},
    },
}
