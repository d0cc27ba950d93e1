from datetime import UTC, datetime, timedelta

import pytest

from service.catalogue.articles import (
    SLUG_LENGTH,
    AccessLevel,
    Article,
    Section,
    Status,
    Visibility,
    is_slug,
    slug_from,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def article(status: Status, published_at: datetime | None) -> Article:
    return Article(
        id="art_1",
        site_id="sit_1",
        slug="harbour",
        title="Harbour",
        standfirst="",
        section=Section("news", "News"),
        authors=(),
        tags=(),
        products=("premium",),
        published_at=published_at,
        updated_at=NOON,
        status=status,
        url=None,
        hero_image=None,
        access_level=AccessLevel.PREMIUM,
        teaser_html="",
    )


@pytest.mark.parametrize(
    ("status", "published_at", "visibility"),
    [
        (Status.DRAFT, None, Visibility.DRAFT),
        (Status.DRAFT, NOON - SECOND, Visibility.DRAFT),
        (Status.DRAFT, NOON + SECOND, Visibility.DRAFT),
        (Status.PUBLISHED, None, Visibility.PUBLISHED),
        (Status.PUBLISHED, NOON - SECOND, Visibility.PUBLISHED),
        (Status.PUBLISHED, NOON, Visibility.PUBLISHED),
        (Status.PUBLISHED, NOON + SECOND, Visibility.SCHEDULED),
    ],
)
def test_visibility_follows_from_the_status_and_the_clock(
    status: Status, published_at: datetime | None, visibility: Visibility
) -> None:
    assert article(status, published_at).visibility(NOON) is visibility


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("The harbour wall", "the-harbour-wall"),
        ("Où est l'été ?", "ou-est-lete"),
        ("Don’t panic -- it's 5 o'clock", "dont-panic-its-5-oclock"),
        ("Straße, Łódź & Ærø", "strasse-lodz-aero"),
        ("İstanbul", "istanbul"),
        ("港", ""),
        ("  ", ""),
        ("Ⅻ", "xii"),
    ],
)
def test_a_title_becomes_a_slug(text: str, slug: str) -> None:
    assert slug_from(text) == slug
    assert is_slug(slug) or slug == ""


def test_a_long_slug_ends_with_a_whole_word() -> None:
    assert slug_from("word " * 100) == "-".join(["word"] * 40)
    assert slug_from("x" * 300) == "x" * SLUG_LENGTH


@pytest.mark.parametrize("text", ["", "-a", "a-", "a--b", "A", "é", "a b", "a\n", "x" * 201])
def test_what_is_no_slug(text: str) -> None:
    assert not is_slug(text)
