import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

import pytest

from service.catalogue.articles import AccessLevel, ArticleDraft, HeroImage, Section, Status
from service.catalogue.imports.item import ArticleItem, Defaults, ImportBroken, Item, SkippedItem
from service.catalogue.imports.wxr import read_wxr

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"
  xmlns:excerpt="http://wordpress.org/export/1.{version}/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.{version}/">
<channel><title>The Paper</title>
<wp:author><wp:author_login>ann</wp:author_login><wp:author_display_name><![CDATA[Ann  Ashe]]></wp:author_display_name>
</wp:author><wp:author><wp:author_login>bo</wp:author_login></wp:author>
<wp:category><wp:category_nicename>local</wp:category_nicename></wp:category>
<wp:tag><wp:tag_slug>sea</wp:tag_slug></wp:tag>
"""
FOOT = "</channel></rss>"
ZEROS = "0000-00-00 00:00:00"
BODY = "One of it.\n\nTwo of it."


def item(*inside: str, **fields: str) -> str:
    """An item: a published post, but for what is said otherwise. `post_id="7"` stands for `wp:post_id`."""
    said = {"title": "Harbour", "content": BODY, "post_id": "7", "post_name": "harbour", "post_type": "post"}
    said |= {"status": "publish", "post_date_gmt": "2024-05-06 07:08:09"} | fields
    names = {"title": "title", "link": "link", "pubDate": "pubDate", "creator": "dc:creator"}
    names |= {"content": "content:encoded", "excerpt": "excerpt:encoded"}
    tags = ((names.get(name, f"wp:{name}"), text) for name, text in said.items())
    return "<item>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in tags) + "".join(inside) + "</item>\n"


def category(name: str, nicename: str = "", domain: str = "category") -> str:
    return f"<category domain={quoteattr(domain)} nicename={quoteattr(nicename)}>{escape(name)}</category>"


def meta(key: str, value: str) -> str:
    return f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value>{value}</wp:meta_value></wp:postmeta>"


def export(*items: str, version: int = 2) -> bytes:
    return (HEAD.replace("{version}", str(version)) + "".join(items) + FOOT).encode()


def read(file: bytes, defaults: Defaults | None = None) -> list[Item]:
    return list(reading(file, defaults))


def reading(file: bytes, defaults: Defaults | None = None) -> Iterator[Item]:
    @contextmanager
    def reopen() -> Iterator[BinaryIO]:
        yield io.BytesIO(file)

    return read_wxr(reopen, defaults or Defaults())


def only(*inside: str, **fields: str) -> ArticleDraft:
    (found,) = read(export(item(*inside, **fields)))
    assert isinstance(found, ArticleItem), found
    return found.draft


def why_not(*inside: str, **fields: str) -> str:
    (found,) = read(export(item(*inside, **fields)))
    assert isinstance(found, SkippedItem), found
    assert found.reason.endswith(".")
    return found.reason


@pytest.mark.parametrize("version", [0, 1, 2])
def test_a_post_becomes_an_article(version: int) -> None:
    file = export(
        item(
            category("Local &amp; sea", "local"),
            category("sea", "sea-2", "post_tag"),
            category("sea", "sea", "post_tag"),
            category("Rain", "rain", "post_tag"),
            meta("_thumbnail_id", "9"),
            title="The <em>harbour</em> &amp; wall",
            link="https://paper.example/harbour/",
            creator="ann",
            excerpt="<p>What the\nsea wants.</p>",
        ),
        item(
            meta("_wp_attachment_image_alt", "A  wall"),
            post_id="9",
            post_type="attachment",
            attachment_url="https://paper.example/wall.JPG",
            excerpt="At <b>dusk</b>",
        ),
        version=version,
    )
    article, attachment = read(file)
    assert article == ArticleItem(
        "item 1: The harbour & wall",
        ArticleDraft(
            slug="harbour",
            title="The harbour & wall",
            section=Section("local", "Local & sea"),
            access_level=AccessLevel.PREMIUM,
            body_html="<p>One of it.</p><p>Two of it.</p>",
            standfirst="What the sea wants.",
            authors=("Ann Ashe",),
            tags=("sea", "Rain"),
            products=("premium",),
            published_at=datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
            status=Status.PUBLISHED,
            url="https://paper.example/harbour/",
            hero_image=HeroImage("https://paper.example/wall.JPG", "A wall", "At dusk"),
            teaser_html=None,
        ),
    )
    assert isinstance(attachment, SkippedItem)


def test_access_is_what_the_import_was_told() -> None:
    (found,) = read(export(item()), Defaults(AccessLevel.FREE, ("weekend",)))
    assert isinstance(found, ArticleItem)
    assert found.draft.access_level is AccessLevel.FREE
    assert found.draft.products == ("weekend",)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"post_type": "page"}, "It is a page"),
        ({"post_type": "attachment"}, "media library"),
        ({"post_type": "nav_menu_item"}, "menu"),
        ({"post_type": "revision"}, "earlier version"),
        ({"post_type": "product"}, "the type “product”"),
        ({"post_type": ""}, "no type"),
        ({"post_password": "open sesame"}, "password"),
        ({"status": "trash"}, "bin"),
        ({"status": "private"}, "private"),
        ({"status": "auto-draft"}, "nobody has ever saved"),
        ({"status": "inherit"}, "belongs to another item"),
        ({"status": "pitch"}, "“pitch”"),
        ({"title": "x" * 501}, "title: String should have at most 500 characters"),
        ({"content": "word " * 800_001}, "Its body is far longer than the 2,000,000 characters"),
        ({"content": "word " * 400_001}, "body_html: String should have at most 2000000 characters"),
    ],
)
def test_what_is_no_article_is_left_out_with_the_reason(fields: dict[str, str], says: str) -> None:
    reason = why_not(**fields)
    assert says in reason
    assert "sesame" not in reason


@pytest.mark.parametrize(
    ("fields", "status", "published_at"),
    [
        ({"status": "publish"}, Status.PUBLISHED, "2024-05-06 07:08:09"),
        ({"status": "future", "post_date_gmt": "2030-01-02 03:04:05"}, Status.PUBLISHED, "2030-01-02 03:04:05"),
        ({"status": "future", "post_date_gmt": ZEROS}, Status.DRAFT, None),
        ({"status": "draft"}, Status.DRAFT, "2024-05-06 07:08:09"),
        ({"status": "pending", "post_date_gmt": ""}, Status.DRAFT, None),
        ({"post_date_gmt": ZEROS, "post_date": "2024-01-01 00:00:00"}, Status.PUBLISHED, "2024-01-01 00:00:00"),
        ({"post_date_gmt": "", "pubDate": "Mon, 06 May 2024 09:08:09 +0200"}, Status.PUBLISHED, "2024-05-06 07:08:09"),
        ({"post_date_gmt": "", "pubDate": "Mon, 30 Nov -0001 00:00:00 +0000"}, Status.PUBLISHED, None),
        ({"post_date_gmt": "0001-01-01 00:00:00", "pubDate": "Mon, 06 May 2024 09:08:09"}, Status.PUBLISHED, None),
    ],
)
def test_status_and_date(fields: dict[str, str], status: Status, published_at: str | None) -> None:
    draft = only(**fields)
    assert draft.status is status
    assert (draft.published_at and str(draft.published_at)) == (published_at and f"{published_at}+00:00")


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"post_name": "harbour"}, "harbour"),
        ({"post_name": "l%e2%80%99%c3%a9t%c3%a9"}, "lete-7"),
        ({"post_name": "%e6%b8%af"}, "harbour-7"),
        ({"post_name": "", "title": "Ahoi, Übersee!"}, "ahoi-ubersee-7"),
        ({"post_name": "", "title": "港"}, "post-7"),
        ({"post_name": "x" * 250}, "x" * 180 + "-7"),
        ({"post_name": "", "title": "港", "post_id": "seven"}, "post-0"),
    ],
)
def test_the_slug_follows_from_the_item_alone(fields: dict[str, str], slug: str) -> None:
    assert only(**fields).slug == slug


def test_two_posts_never_get_one_slug() -> None:
    file = export(
        item(post_id="1"),
        item(post_id="2"),
        item(post_id="2"),
        item(post_id="3", post_name="", title="harbour"),
        item(post_id="4", post_name="H%C3%A4rbour"),
    )
    found = read(file)
    assert [one.draft.slug for one in found if isinstance(one, ArticleItem)] == [
        "harbour",
        "harbour-2",
        "harbour-3",
        "harbour-4",
    ]
    assert found[2] == SkippedItem(
        "item 3: Harbour", "A post before it in the file has the same slug and id (harbour-2)."
    )
    assert read(file) == found


@pytest.mark.parametrize(
    ("categories", "section"),
    [
        ([], Section("news", "News")),
        ([category("Uncategorized", "uncategorized")], Section("news", "News")),
        ([category("Uncategorized", "uncategorized"), category("Sea", "sea")], Section("sea", "Sea")),
        ([category("x", "x", "post_format"), category("Sea", "sea"), category("Rain", "rain")], Section("sea", "Sea")),
        ([category("Été", "%c3%a9t%c3%a9")], Section("ete", "Été")),
        ([category("港", "%e6%b8%af")], Section("e6-b8-af", "港")),
        ([category("Sea side", "")], Section("sea-side", "Sea side")),
        ([category("", "sea")], Section("sea", "sea")),
    ],
)
def test_the_section_is_the_first_category_that_says_something(categories: list[str], section: Section) -> None:
    assert only(*categories).section == section


@pytest.mark.parametrize(
    ("inside", "creator", "authors"),
    [
        ([], "ann", ("Ann Ashe",)),
        ([], "bo", ("bo",)),
        ([], "gone", ("gone",)),
        ([], "", ()),
        ([category("Cy", "cap-cy", "author"), category("Di", "cap-di", "author")], "ann", ("Cy", "Di")),
    ],
)
def test_authors_are_named(inside: list[str], creator: str, authors: tuple[str, ...]) -> None:
    assert only(*inside, creator=creator).authors == authors


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("", "Untitled"),
        ("Hardly longer than a title.", "Untitled"),
        ("word " * 20, "word word word word word word word word…"),
    ],
)
def test_a_post_without_a_title_gets_one(content: str, title: str) -> None:
    assert only(title="", content=content).title == title


def test_a_post_without_a_body_comes_in() -> None:
    assert only(content="").body_html == ""


def test_more_marks_the_teaser() -> None:
    assert only(content="up\n\n<!--more-->\n\ndown").teaser_html == "<p>up</p>"


@pytest.mark.parametrize(
    "attachment",
    [
        {},
        {"attachment_url": "/wall.jpg"},
        {"attachment_url": "https://paper.example/report.pdf"},
        {"post_type": "page", "attachment_url": "https://paper.example/wall.jpg"},
    ],
)
def test_only_a_picture_with_an_address_is_a_hero_image(attachment: dict[str, str]) -> None:
    post = item(meta("_thumbnail_id", "9"))
    found, _ = read(export(post, item(post_id="9", **{"post_type": "attachment"} | attachment)))
    assert isinstance(found, ArticleItem)
    assert found.draft.hero_image is None


def test_an_address_that_is_none_is_left_out() -> None:
    assert only(link="/harbour").url is None
    assert only(link="https://paper.example/?p=7", status="draft").url is None


def test_comments_are_passed_over_however_many_there_are() -> None:
    comments = "<wp:comment><wp:comment_content>no</wp:comment_content></wp:comment>" * 3000
    assert only(comments, category("Sea", "sea")).section.slug == "sea"


def read_until_it_breaks(file: bytes) -> tuple[list[Item], ImportBroken]:
    found: list[Item] = []
    stream = reading(file)
    while True:
        try:
            found.append(next(stream))
        except ImportBroken as broken:
            return found, broken


@pytest.mark.parametrize(("cut", "whole"), [(1, 3), (len(FOOT), 3), (len(FOOT) + 3, 2), (len(FOOT) + 100, 2)])
def test_a_truncated_file_yields_what_was_whole_and_says_where_it_breaks(cut: int, whole: int) -> None:
    file = export(*(item(post_id=str(n), post_name=f"harbour-{n}") for n in range(1, 4)))
    found, broken = read_until_it_breaks(file[:-cut])
    assert len(found) == whole
    assert broken.where == f"after item {whole}"
    assert "breaks off" in broken.why


def test_broken_xml_yields_what_came_before_it() -> None:
    found, broken = read_until_it_breaks(export(item(), "<item><title>a & b</title></item>", item(post_name="later")))
    assert [one.where for one in found] == ["item 1: Harbour"]
    assert str(broken).startswith("after item 1: It breaks off, or its XML is broken, in line ")


@pytest.mark.parametrize("file", [b"", b"text", b"<html><p>x</p></html>", b"<?xml version='1.0'?><feed>"])
def test_what_is_no_export_is_said_to_be_none(file: bytes) -> None:
    with pytest.raises(ImportBroken) as broken:
        read(file)
    assert broken.value.where == "the beginning"


def test_a_feed_that_is_no_export_brings_nothing_in() -> None:
    (found,) = read(b"<rss><channel><item><title>A</title></item></channel></rss>")
    assert found == SkippedItem("item 1: A", "It says no type: it does not come from a WordPress export.")


def test_an_item_outside_of_the_channel_is_none() -> None:
    assert read(b"<rss><item><title>A</title></item></rss>") == []


def bomb(where: str) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    declared = f'<!DOCTYPE rss [<!ENTITY e0 "ha"><!ENTITY file SYSTEM "file:///etc/hostname">{entities}]>'
    file = export(item(category("Sea", "sea"), title="TITLE", content="CONTENT")).decode()
    return file.replace("<rss", declared + "<rss", 1).replace(where, "&e11;", 1).encode()


@pytest.mark.parametrize("where", ["TITLE", "CONTENT", "sea"])
def test_entities_neither_grow_nor_reach_out(where: str) -> None:
    try:
        found = read(bomb(where))
    except ImportBroken as broken:
        assert "amplification" in broken.why  # noqa: PT017
    else:
        assert [type(one) for one in found] == [SkippedItem]


def test_an_item_with_entities_of_the_files_own_is_left_out_and_the_next_one_read() -> None:
    file = export(item(content="CONTENT"), item(post_name="next")).decode()
    file = file.replace("<rss", '<!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/hostname">]><rss', 1)
    first, second = read(file.replace("CONTENT", "a &file; b").encode())
    assert first == SkippedItem("item 1: Harbour", "It uses XML entities of the file's own, and those are not read.")
    assert isinstance(second, ArticleItem)
