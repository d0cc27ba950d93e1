import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.catalogue.articles import HeroImage
from service.catalogue.imports.shortcodes import without_shortcodes
from service.catalogue.imports.wordpress_body import body_and_teaser
from service.catalogue.markup import clean_html

IMAGES = {7: HeroImage("https://x.example/7.jpg", 'Seven "7"', "At <sea>")}


def body(content: str) -> str:
    return body_and_teaser(content, IMAGES)[0]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", ""),
        ("One\r\ntwo\r\n\r\nthree", "<p>One<br>\ntwo</p><p>three</p>"),
        ("One<br />\ntwo", "<p>One<br>\ntwo</p>"),
        ("One\n \n\n\ntwo", "<p>One</p><p>two</p>"),
        ("<b>One\n\ntwo</b>", "<p><b>One</b></p><p><b>two</b></p>"),
        ("One\n<ul>\n<li>a\n\nb</li>\n</ul>\ntwo", "<p>One</p>\n<ul>\n<li>a\n\nb</li>\n</ul>\n<p>two</p>"),
        ("<pre>a\n\nb [gallery]\nhttps://x.example/</pre>", "<pre>a\n\nb [gallery]\nhttps://x.example/</pre>"),
        ("<blockquote>a\n\nb</blockquote>", "<blockquote>\n<p>a</p><p>b</p>\n</blockquote>"),
        ("<a title='a\n\nb'>c</a>", '<p><a title="a  b">c</a></p>'),
        ("<p>One</p>\n\n<p>two</p>", "<p>One</p>\n<p>two</p>"),
        ("One <script>x</script><!-- note -->two<!--nextpage-->", "<p>One two</p>"),
        ("One<!-- open", "<p>One</p>"),
    ],
)
def test_classic_text_gets_its_paragraphs(typed: str, shown: str) -> None:
    assert body(typed) == shown


def test_blocks_are_shown_as_they_are() -> None:
    paragraph = "<!-- wp:paragraph -->\n<p>a</p>\n<!-- /wp:paragraph -->"
    group = f'<!-- wp:group {{"a":1}} -->\n<div>{paragraph}</div>\n<!-- /wp:group -->\n<!-- wp:archives /-->'
    assert body(group) == "<div>\n<p>a</p>\n</div>"
    assert body("<!-- wp:html -->\na\n\nb\n<!-- /wp:html -->") == "a\n\nb"


def test_an_address_on_a_line_of_its_own_becomes_a_link() -> None:
    url = "https://x.example/?a=1&amp;b=2"
    assert body("See\n\nhttps://x.example/?a=1&b=2\n\nmore") == f'<p>See</p><p><a href="{url}">{url}</a></p><p>more</p>'
    assert body("See https://x.example/ there") == "<p>See https://x.example/ there</p>"


@pytest.mark.parametrize(
    ("typed", "rest", "teaser"),
    [
        ("up\n\n<!--more-->\n\ndown", "<p>up</p><p>down</p>", "<p>up</p>"),
        ("up<!--more Read on-->down", "<p>up</p><p>down</p>", "<p>up</p>"),
        ("<div><p>up<!--more--><p>down</div>", None, "<div>\n<p>up</p>\n</div>"),
        ("<!-- wp:more -->\n<!--more-->\n<!-- /wp:more -->\n\n<p>down</p>", "<p>down</p>", None),
        ("<!--more-->down", "<p>down</p>", None),
        ("up<!--more-->", "<p>up</p>", None),
        ("<p>up &lt;!--more--&gt; down</p>", "<p>up &lt;!--more--&gt; down</p>", None),
    ],
)
def test_more_ends_the_teaser(typed: str, rest: str | None, teaser: str | None) -> None:
    got = body_and_teaser(typed, {})
    assert got[1] == teaser
    assert rest is None or got[0] == rest


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ('[caption id="a" width="1"]<img src="/a.jpg"> A <b>wall</b>[/caption]',
         '<figure><img src="/a.jpg"><figcaption>A <b>wall</b></figcaption></figure>'),
        ('[caption caption="See [1]"]<a href="/a"><img src="/a.jpg"></a>[/caption]',
         '<figure><a href="/a"><img src="/a.jpg"></a><figcaption>See [1]</figcaption></figure>'),
        ("[caption]No picture[/caption]", "No picture"),
        ("[caption]", ""),
        ("[audio https://x.example/a.mp3]", '<audio controls src="https://x.example/a.mp3"></audio>'),
        ('[video mp4="https://x.example/v.mp4?a&amp;b"][/video]',
         '<video controls src="https://x.example/v.mp4?a&amp;b"></video>'),
        ("[audio src='http://x.example/a.mp3']", '<a href="http://x.example/a.mp3">http://x.example/a.mp3</a>'),
        ("[embed]https://x.example/v[/embed]", '<a href="https://x.example/v">https://x.example/v</a>'),
        ("[embed]nothing[/embed]", ""),
        ('[gallery ids="7, 8" columns=2]',
         '<figure><img src="https://x.example/7.jpg" alt="Seven &quot;7&quot;">'
         "<figcaption>At &lt;sea&gt;</figcaption></figure>"),
        ("a[gallery]b[playlist]c", "abc"),
        ("he [sic] said [Ed: no] [He went] [1] [see <a href='x'>this</a>]",
         "he [sic] said [Ed: no] [He went] [1] [see <a href='x'>this</a>]"),
        ("[[gallery]] and [/stray]", "[gallery] and [/stray]"),
        ("[row a=1][col]x [sic] [b]y[/b][/col][/row]", "x [sic] y"),
        ("[contact-form-7 id='1']", ""),
        ("[col]x [open] [note a=1] y[/col] z", "x [open]  y z"),
    ],
)  # fmt: skip
def test_shortcodes_become_what_they_stand_for(typed: str, shown: str) -> None:
    assert without_shortcodes(typed, IMAGES) == shown


CODES = ("[a]", "[/a]", "[b c=1]", "[[", "]]", "[caption]", "[/caption]", "[audio ")
COMMENTS = ("<!--", "-->", "<!--more-->", "<!-- wp:x -->")
REST = ("<pre>", "</pre>", "<div>", "</div>", "<p>", "<img src=/x>", '"', "word", "https://x.example/", "\n", "\n\n")


def test_more_brackets_than_any_story_has_are_no_shortcodes() -> None:
    assert without_shortcodes("[b]" * 10_001, {}) == "[b]" * 10_001


@given(st.lists(st.sampled_from(CODES + COMMENTS + REST), max_size=25).map("".join))
def test_any_content_has_a_clean_body(content: str) -> None:
    html, teaser = body_and_teaser(content, IMAGES)
    assert clean_html(html) == html
    assert teaser is None or clean_html(teaser) == teaser


@pytest.mark.parametrize(
    "unit",
    [
        "[a ]",
        "[a]",
        '[a "',
        "[",
        "<!--more",
        "<!--",
        "<pre",
        "\n \n",
        "[caption]<a",
        "<br>\n",
        " x",
        "x",
        "https://",
        "[a b",
    ],
)
def test_absurd_content_takes_no_absurd_time(unit: str) -> None:
    began = time.process_time()
    body_and_teaser(unit * (300_000 // len(unit)), IMAGES)
    body_and_teaser("[x " + unit * (300_000 // len(unit)), IMAGES)
    assert time.process_time() - began < 3
