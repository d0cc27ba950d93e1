import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.catalogue.blocks import pieces
from service.catalogue.markup import clean_html, plain_text
from service.catalogue.teasers import MOST, cut_teaser
from tests.catalogue.test_markup import markup


@pytest.mark.parametrize(
    ("body", "teaser"),
    [
        ("", ""),
        ("<p>One.", ""),
        ("One.", ""),
        ("<p>One.<p>Two.", "<p>One.</p>"),
        ("<p>One.<p>Two.<p>Three.<p>Four.", "<p>One.</p>\n<p>Two.</p>"),
        ("<div><article><p>One.<p>Two.</article></div>", "<p>One.</p>"),
        ("<div><p>One.</div><div>Two.</div><div>Three.</div>", "<p>One.</p>\n<p>Two.</p>"),
        ("One.<br> <br>Two.<br>More.<br><br><br>Three.", "<p>One.</p>\n<p>Two.<br>More.</p>"),
        ("<div>One.<br><br>Two.</div>", "<p>One.</p>"),
        ("<b>One.<br><br>Two.</b><p>Three.", "<p><b>One.</b></p>\n<p>Two.</p>"),
        ("<p>One.<p>&nbsp;</p><p>Two.<p>Three.", "<p>One.</p>\n<p>Two.</p>"),
        ("<p>One.<ul><li>Two.</ul><p>Three.", "<p>One.</p>\n<ul><li>Two.</li></ul>"),
        ("<blockquote><p>One.</blockquote><p>Two.", "<blockquote><p>One.</p></blockquote>"),
    ],
)
def test_the_teaser_is_the_first_paragraphs_but_never_the_last(body: str, teaser: str) -> None:
    assert cut_teaser(body) == teaser


@pytest.mark.parametrize(
    "beside",
    [
        "<figure><img src=/a.jpg><figcaption>Beside.</figcaption></figure>",
        "<p><img src=/a.jpg></p>",
        "<iframe src=https://x.example/e></iframe>",
        "<p>https://x.example/embed</p>",
        "<aside>Beside.</aside>",
        "<header>Beside.</header>",
        "<footer>Beside.</footer>",
        "<h2>Beside.</h2>",
        "<hr>",
        "<p> </p>",
    ],
)
def test_what_stands_beside_the_story_is_no_paragraph_of_it(beside: str) -> None:
    assert cut_teaser(f"<p>All of it.</p>{beside}") == ""
    assert cut_teaser(f"{beside}<p>One.<p>Two.").endswith("<p>One.</p>")


def test_pictures_are_left_out_of_a_paragraph() -> None:
    assert cut_teaser("<p>One <img src=/a.jpg>and <video>no</video>more.<p>Two.") == "<p>One and more.</p>"


def test_a_heading_comes_with_the_paragraph_below_it_or_not_at_all() -> None:
    assert cut_teaser("<h2>A</h2><p>One.<h2>B</h2><p>Two.") == "<h2>A</h2>\n<p>One.</p>"


def test_a_story_written_in_headings_is_not_given_away() -> None:
    assert cut_teaser(f"<h4>{'word ' * 100}</h4>" * 5 + "<p>One.<p>Two.") == ""


@pytest.mark.parametrize("block", ["<table><td>x</table>", "<pre>x</pre>", "<details>x</details>", "<li>x", "<dd>x"])
def test_what_cannot_be_cut_ends_the_teaser_and_is_not_in_it(block: str) -> None:
    assert cut_teaser(f"{block}<p>One.<p>Two.") == ""
    assert cut_teaser(f"<p>One.{block}<p>Two.") == "<p>One.</p>"
    assert cut_teaser(f"<p>One.</p>{block}") == "<p>One.</p>"


def test_inline_markup_around_paragraphs_cannot_be_cut() -> None:
    assert cut_teaser("<b><p>One.</p><p>Two.</p></b><p>Three.</p>") == ""


def test_one_paragraph_is_enough_if_it_is_long() -> None:
    long = "word " * 130
    assert plain_text(cut_teaser(f"<p>{long}<p>Two.<p>Three.")) == long.strip()


def test_a_paragraph_that_is_too_long_is_not_given_away() -> None:
    assert cut_teaser(f"<p>{'word ' * 300}<p>Two.") == ""
    assert cut_teaser(f"<p>One.<ul><li>{'word ' * 300}</ul><p>Two.") == "<p>One.</p>"


@pytest.mark.parametrize("depth", [300, 10_000])
def test_depth_is_survived(depth: int) -> None:
    assert cut_teaser("<div>" * depth + "<p>One.<p>Two.") == ("<p>One.</p>" if depth < 500 else "")
    assert cut_teaser("<blockquote>" * depth + "<p>One.<p>Two.") == ""


PROSE = (
    "<p>{}</p>",
    "<p>{}",
    "{}<br><br>",
    "<div>{}</div>",
    "<div><p>{}</p></div>",
    "<section><div>{}</div></section>",
    "<ul><li>{}</li></ul>",
    "<ol><li>{}",
    "<blockquote><p>{}</blockquote>",
    "<table><tr><td>{}</td></tr></table>",
    "<p><b>{}</p>",
    "<p><a href='/x'>{}</a></p>",
    "<pre>{}</pre>",
    "<dl><dt>{}<dd>",
    "</div><div>{}",
)
BESIDE = ("<h2>{}</h2>", "<figure><figcaption>{}</figcaption></figure>", "<aside>{}</aside>")
canaries = st.lists(
    st.tuples(st.sampled_from(PROSE + BESIDE), st.sampled_from(["", "and more", "word " * 40, "word " * 300])),
    max_size=12,
)


def filled(paragraphs: list[tuple[str, str]]) -> str:
    """A body in which every paragraph has a word of its own."""
    return "".join(pattern.format(f"canary{number:02} {filler}") for number, (pattern, filler) in enumerate(paragraphs))


@given(canaries)
def test_no_word_from_below_the_teaser_is_in_it(paragraphs: list[tuple[str, str]]) -> None:
    body = filled(paragraphs)
    teaser = plain_text(cut_teaser(body))
    prose = [f"canary{number:02}" for number, (pattern, _) in enumerate(paragraphs) if pattern in PROSE]
    assert not (prose and prose[-1] in teaser)
    assert len(teaser) <= MOST + 12 * len("canary00")
    # All that it shows, it shows in the body's order, and from the first prose on without a gap.
    shown = [word for word in prose if word in teaser]
    assert shown == prose[: len(shown)]


@given(st.integers(0, 9), st.sampled_from(["<p>{}</p>", "<p>{}", "<div>{}</div>", "{}<br><br>"]))
def test_of_plain_paragraphs_the_teaser_has_the_first_two_at_most(count: int, pattern: str) -> None:
    words = [f"canary{number}x" for number in range(count)]
    teaser = cut_teaser("".join(pattern.format(word) for word in words))
    assert re.findall(r"canary\dx", teaser) == words[: min(2, max(0, count - 1))]


@given(st.one_of(markup, canaries.map(filled)))
@example("<p>a<p>b</b></p><table><p>c")
def test_a_teaser_is_well_formed_and_everything_has_one(body: str) -> None:
    teaser = cut_teaser(body)
    assert clean_html(teaser) == teaser
    assert cut_teaser(clean_html(body)) == teaser


@given(markup)
def test_the_pieces_of_a_body_make_the_body(text: str) -> None:
    html = clean_html(text)
    assert "".join(piece.html for piece in pieces(html)) == html
