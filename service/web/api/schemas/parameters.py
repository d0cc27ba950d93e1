"""The parameters that several endpoints take in their path or query."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from service.catalogue.articles import SLUG_LENGTH
from service.catalogue.listings import MOST_ON_A_PAGE
from service.catalogue.submission import Slug
from service.foundation.identifiers import Kind, id_pattern
from service.web.api.schemas.examples import ENTITLEMENT_ID, SLUG

MOST_SLUGS = 100


def plain_number(text: object) -> object:
    """Digits alone: what else Python would take for a number is a mistake in an address."""
    if isinstance(text, str):
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ValueError("must be a whole number")
        return int(text)
    return text


def parted(text: object) -> object:
    return tuple(text.split(",")) if isinstance(text, str) else text


def distinct(slugs: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(slugs)) < len(slugs):
        raise ValueError("names a slug twice")
    return slugs


SlugInPath = Annotated[Slug, Field(description="The article's slug.", examples=[SLUG])]
EntitlementId = Annotated[
    str, Field(pattern=id_pattern(Kind.ENTITLEMENT), description="An entitlement's id.", examples=[ENTITLEMENT_ID])
]
Limit = Annotated[
    int,
    Field(ge=1, le=MOST_ON_A_PAGE),
    BeforeValidator(plain_number, json_schema_input_type=Annotated[int, Field(ge=1, le=MOST_ON_A_PAGE)]),
    Field(description="How many to answer with at most.", examples=[20]),
]
LONGEST_SLUGS = MOST_SLUGS * (SLUG_LENGTH + 1)
