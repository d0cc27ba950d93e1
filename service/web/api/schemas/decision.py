"""Decisions, as the contract has them."""

from datetime import datetime
from typing import Annotated, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from service.access.check import Checked
from service.access.decision import Action, Reason, Unlock
from service.access.explaining import explain_decision
from service.web.api.schemas.examples import RECEIPT


@with_config(title="Unlock")
class UnlockOut(TypedDict):
    """One thing that would unlock the article."""

    action: Annotated[Action, Field(description="What the reader can do.", examples=["subscribe"])]
    product: NotRequired[
        Annotated[str, Field(description="With `subscribe` and `wait`: to what.", examples=["premium"])]
    ]
    until: NotRequired[
        Annotated[datetime, Field(description="With `wait`: until when.", examples=["2026-12-01T00:00:00Z"])]
    ]


@with_config(title="Decision")
class DecisionOut(TypedDict):
    """Whether this reader may read this article now, and why. Depend on `reason`, never on the wording."""

    granted: Annotated[bool, Field(description="Whether the body may be read.", examples=[False])]
    reason: Annotated[Reason, Field(description="The rule that decided: stable.", examples=["subscription_required"])]
    explanation: Annotated[
        str, Field(description="The reason in one sentence for a person.", examples=["This story is for subscribers."])
    ]
    unlocked_by: Annotated[
        tuple[UnlockOut, ...],
        Field(
            description="What would unlock it, the best first. Empty where it is granted.",
            examples=[[{"action": "subscribe", "product": "premium"}]],
        ),
    ]
    receipt: Annotated[
        str,
        Field(
            description="The decision, signed and self-contained: keep it to have it explained later.",
            examples=[RECEIPT],
        ),
    ]


def decision_out(checked: Checked) -> DecisionOut:
    decision = checked.decision
    return {
        "granted": decision.granted,
        "reason": decision.reason,
        "explanation": explain_decision(decision),
        "unlocked_by": tuple(map(_unlock_out, decision.unlocked_by)),
        "receipt": checked.receipt,
    }


def _unlock_out(unlock: Unlock) -> UnlockOut:
    told: UnlockOut = {"action": unlock.action}
    if unlock.product is not None:
        told["product"] = unlock.product
    if unlock.until is not None:
        told["until"] = unlock.until
    return told
