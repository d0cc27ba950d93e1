"""Which story goes where on the front page. The desk leads with a story by tagging it `lead`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Listing = dict[str, Any]
SECTION_ORDER = ("news", "coast", "business", "culture")


@dataclass(frozen=True)
class Strip:
    """One section's place on the page: its newest story with a picture first, then the others."""

    section: dict[str, str]
    stories: Sequence[Listing]


@dataclass(frozen=True)
class FrontPage:
    lead: Listing | None
    seconds: Sequence[Listing]
    latest: Sequence[Listing]
    strips: Sequence[Strip]


def arrange_front_page(listings: Sequence[Listing], sections: Iterable[dict[str, str]]) -> FrontPage:
    """Place the listings, which come latest first. No story but those in `latest` stands in two places."""
    lead = _first(listings, lambda listing: "lead" in listing["tags"]) or _first(listings, _pictured)
    lead = lead or next(iter(listings), None)
    others = [listing for listing in listings if listing is not lead]
    seconds = [listing for listing in others if _pictured(listing)][:2]
    left_over = [listing for listing in others if listing not in seconds]
    strips = [Strip(section, _strip(left_over, section["slug"])) for section in sections]
    return FrontPage(lead, seconds, others[:6], [strip for strip in strips if strip.stories])


def lead_with_picture(listings: Sequence[Listing]) -> list[Listing]:
    """A section's page: the newest story with a picture first, then the others as they come."""
    lead = _first(listings, _pictured)
    return [*([lead] if lead else []), *(listing for listing in listings if listing is not lead)]


def in_order(sections: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """The paper's own order first, then whatever else Gatefold knows."""
    places = {slug: place for place, slug in enumerate(SECTION_ORDER)}
    return sorted(sections, key=lambda section: (places.get(section["slug"], len(places)), section["name"]))


def _strip(listings: Sequence[Listing], section: str) -> list[Listing]:
    own = [listing for listing in listings if listing["section"]["slug"] == section]
    return sorted(own, key=lambda listing: not _pictured(listing))[:3]


def _pictured(listing: Listing) -> bool:
    return listing["hero_image"] is not None


def _first(listings: Iterable[Listing], wanted: Any) -> Listing | None:
    return next(filter(wanted, listings), None)
