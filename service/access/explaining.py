"""Decisions in sentences: for the reader's page, and for staff who hold a receipt."""

from datetime import datetime
from typing import assert_never

from service.access.asking import SessionState
from service.access.decision import Decision, Reason
from service.access.receipts import Receipt

FOR_READERS = {
    Reason.FREE: "This story is free to read.",
    Reason.REGISTERED: "You are signed in, and this story is open to every registered reader.",
    Reason.ENTITLED: "Your subscription includes this story.",
    Reason.REGISTRATION_REQUIRED: "Sign in or make a free account to read this story.",
    Reason.SUBSCRIPTION_REQUIRED: "This story is for subscribers.",
    Reason.ENTITLEMENT_NOT_STARTED: "Your subscription includes this story and has not started yet.",
    Reason.ENTITLEMENT_ENDED: "Your subscription has ended.",
    Reason.ENTITLEMENT_REVOKED: "Your subscription was withdrawn.",
}

NOT_SIGNED_IN = {
    SessionState.NONE: "a reader who was not signed in",
    SessionState.LIVE: "a reader who was not signed in",
    SessionState.EXPIRED: "a reader whose session had run out",
    SessionState.ENDED: "a reader whose session had been ended",
}


def explain_decision(decision: Decision) -> str:
    """One sentence for the reader."""
    return FOR_READERS[decision.reason]


def explain_receipt(receipt: Receipt) -> str:
    """What was decided, when, by which rule and on which facts, in one sentence for staff."""
    who = f"reader {receipt.reader_id}" if receipt.reader_id else NOT_SIGNED_IN[receipt.session]
    verb = "was granted" if receipt.granted else "was denied"
    return (
        f"On {_said(receipt.decided_at)}, {who} {verb} article {receipt.article_id} "
        f"({receipt.slug!r}, access level {receipt.access_level}) of site {receipt.site_id}, "
        f"by the rule {receipt.reason}: {_facts(receipt)}."
    )


def _facts(receipt: Receipt) -> str:
    products = " or ".join(receipt.products) or "no product"
    held = f"entitlement {receipt.entitlement_id}"
    match receipt.reason:
        case Reason.FREE:
            return "a free article is open to all"
        case Reason.REGISTERED:
            return "a registered article is open to whoever is signed in"
        case Reason.ENTITLED:
            until = f"until {_said(receipt.ends_at)}" if receipt.ends_at else "without an end"
            return f"{held} to {products} held from {_said(receipt.starts_at)} {until}"
        case Reason.REGISTRATION_REQUIRED:
            return "a registered article asks for a signed-in reader"
        case Reason.SUBSCRIPTION_REQUIRED:
            return f"the article asks for an entitlement to {products}, and there was none"
        case Reason.ENTITLEMENT_NOT_STARTED:
            return f"{held} to {products} starts only on {_said(receipt.starts_at)}"
        case Reason.ENTITLEMENT_ENDED:
            return f"{held} to {products} ended on {_said(receipt.ends_at)}"
        case Reason.ENTITLEMENT_REVOKED:
            return f"{held} to {products} was revoked on {_said(receipt.revoked_at)}"
        case _:
            assert_never(receipt.reason)


def _said(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d at %H:%M:%S} UTC" if instant else "an unknown day"
