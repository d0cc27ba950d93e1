"""Explaining a receipt to staff."""

from datetime import datetime

from pydantic import Field

from service.access.asking import SessionState
from service.access.decision import Reason
from service.access.explaining import explain_receipt
from service.sites.site import Scope
from service.web.api.contract.admission import Call
from service.web.api.contract.callers import Callers
from service.web.api.contract.endpoint import Feature
from service.web.api.schemas.examples import ARTICLE_ID, INSTANT, READER_ID, RECEIPT, SITE_ID, SLUG
from service.web.api.schemas.model import Input, Output

receipts = Feature(
    "Receipts",
    "For staff. Every decision comes with a receipt: signed, self-contained, and without a word of the article.",
)
LONGEST_RECEIPT = 8000


class ReceiptInput(Input):
    """A receipt to be explained."""

    receipt: str = Field(max_length=LONGEST_RECEIPT, description="As a decision came with it.", examples=[RECEIPT])


class ReceiptFacts(Output):
    """What a receipt says."""

    decided_at: datetime = Field(description="When it was decided.", examples=[INSTANT])
    granted: bool = Field(description="What was decided.", examples=[False])
    reason: Reason = Field(description="By which rule.", examples=["subscription_required"])
    site_id: str = Field(description="On which site.", examples=[SITE_ID])
    article_id: str = Field(description="About which article.", examples=[ARTICLE_ID])
    slug: str = Field(description="Its slug at that time.", examples=[SLUG])
    access_level: str = Field(description="Its access level at that time.", examples=["premium"])
    products: tuple[str, ...] = Field(description="Its products at that time.", examples=[["premium"]])
    session: SessionState = Field(description="What the reader's session was worth.", examples=["live"])
    reader_id: str | None = Field(description="For whom; null where nobody was signed in.", examples=[READER_ID])
    entitlement_id: str | None = Field(description="The entitlement that the reason speaks of.", examples=[None])
    starts_at: datetime | None = Field(description="Its start.", examples=[None])
    ends_at: datetime | None = Field(description="Its end.", examples=[None])
    revoked_at: datetime | None = Field(description="When it was revoked.", examples=[None])


class ExplainedReceipt(Output):
    """A decision in words and in facts."""

    sentence: str = Field(
        description="What was decided, when, by which rule and on which facts.",
        examples=[
            f"On 2026-11-22 at 09:30:00 UTC, reader {READER_ID} was denied article {ARTICLE_ID} ('{SLUG}', access "
            f"level premium) of site {SITE_ID}, by the rule subscription_required: the article asks for an "
            "entitlement to premium, and there was none."
        ],
    )
    facts: ReceiptFacts = Field(description="The same for programs.")


@receipts.endpoint(
    "POST",
    "/v1/receipts/explain",
    callers=Callers(Scope.RECEIPTS_EXPLAIN),
    replies={200: "The decision."},
)
def explain(call: Call, body: ReceiptInput) -> ExplainedReceipt:
    """Explain a receipt.

    What was decided, when, by which rule and on which facts. It changes nothing.
    """
    receipt = call.house.receipts.read(body.receipt)
    facts = ReceiptFacts.model_validate(receipt, from_attributes=True)
    return ExplainedReceipt(sentence=explain_receipt(receipt), facts=facts)
