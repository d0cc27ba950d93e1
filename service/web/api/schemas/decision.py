"""Decisions, as the contract has them."""

from datetime import datetime

from pydantic import ConfigDict, Field

from service.access.check import Checked
from service.access.decision import Action, Reason
from service.access.explaining import explain_decision
from service.web.api.schemas.examples import RECEIPT
from service.web.api.schemas.model import Output


def is_absent(value: object) -> bool:
    return value is None


class UnlockOut(Output):
    """One thing that would unlock the article."""

    model_config = ConfigDict(title="Unlock", json_schema_serialization_defaults_required=False)

    action: Action = Field(description="What the reader can do.", examples=["subscribe"])
    product: str | None = Field(
        None, exclude_if=is_absent, description="With `subscribe` and `wait`: to what.", examples=["premium"]
    )
    until: datetime | None = Field(
        None, exclude_if=is_absent, description="With `wait`: until when.", examples=["2026-12-01T00:00:00Z"]
    )


class DecisionOut(Output):
    """Whether this reader may read this article now, and why. Depend on `reason`, never on the wording."""

    model_config = ConfigDict(title="Decision")

    granted: bool = Field(description="Whether the body may be read.", examples=[False])
    reason: Reason = Field(description="The rule that decided: stable.", examples=["subscription_required"])
    explanation: str = Field(
        description="The reason in one sentence for a person.", examples=["This story is for subscribers."]
    )
    unlocked_by: tuple[UnlockOut, ...] = Field(
        description="What would unlock it, the best first. Empty where it is granted.",
        examples=[[{"action": "subscribe", "product": "premium"}]],
    )
    receipt: str = Field(
        description="The decision, signed and self-contained: keep it to have it explained later.", examples=[RECEIPT]
    )


def decision_out(checked: Checked) -> DecisionOut:
    decision = checked.decision
    return DecisionOut(
        granted=decision.granted,
        reason=decision.reason,
        explanation=explain_decision(decision),
        unlocked_by=tuple(UnlockOut.model_validate(unlock, from_attributes=True) for unlock in decision.unlocked_by),
        receipt=checked.receipt,
    )
