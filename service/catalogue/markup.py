"""What HTML a body may hold, and its plain text.

Classes and ids are dropped, as is every style: a body that could name the page's own classes could dress up as its
sign-in form, hide its paywall or cover it. Front ends style a body by its elements. The one exception is
`language-…` on code, which highlighters read.

What comes out of `clean_html` is *canonical*: a parser built to the HTML standard has read it and written it out
again until nothing changed, every attribute stands in double quotes, every element is closed, and a `<` in it always
begins a tag. `blocks` counts on that.
"""

import html
import re
from collections.abc import Mapping, Set

import nh3

from service.catalogue.nesting import is_monstrous

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
WRAPPERS = frozenset({"article", "div", "main", "section"})
MEDIA = frozenset({"audio", "figcaption", "figure", "iframe", "img", "picture", "source", "track", "video"})
VOID = frozenset({"br", "col", "hr", "img", "source", "track", "wbr"})
BLOCKS = (
    HEADINGS
    | WRAPPERS
    | {"address", "aside", "blockquote", "caption", "dd", "details", "dl", "dt", "figcaption", "figure", "footer"}
    | {"header", "hr", "li", "ol", "p", "pre", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark"}
) | {"q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}
TAGS = BLOCKS | INLINE | MEDIA | {"col", "colgroup"}
# Elements whose content is no text for a reader either.
DROPPED = frozenset(
    {"applet", "datalist", "embed", "frameset", "math", "noembed", "noframes", "noscript", "object"}
) | {"option", "script", "select", "style", "svg", "template", "textarea", "title", "xmp"}

# One tag of canonical HTML; group 1 is "/" in a closing tag, group 2 the element's name.
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)(?: [a-z-]+="[^"]*")*>')

_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "*": frozenset({"dir", "lang"}),
    "a": frozenset({"href", "hreflang", "rel", "title"}),
    "abbr": frozenset({"title"}),
    "audio": frozenset({"controls", "loop", "muted", "preload", "src"}),
    "blockquote": frozenset({"cite"}),
    "code": frozenset({"class"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "del": frozenset({"cite", "datetime"}),
    "dfn": frozenset({"title"}),
    "details": frozenset({"open"}),
    "iframe": frozenset({"allowfullscreen", "height", "src", "title", "width"}),
    "img": frozenset({"alt", "height", "sizes", "src", "srcset", "title", "width"}),
    "ins": frozenset({"cite", "datetime"}),
    "li": frozenset({"value"}),
    "ol": frozenset({"reversed", "start", "type"}),
    "pre": frozenset({"class"}),
    "q": frozenset({"cite"}),
    "source": frozenset({"height", "media", "sizes", "src", "srcset", "type", "width"}),
    "td": frozenset({"colspan", "headers", "rowspan"}),
    "th": frozenset({"abbr", "colspan", "headers", "rowspan", "scope"}),
    "time": frozenset({"datetime"}),
    "track": frozenset({"default", "kind", "label", "src", "srclang"}),
    "video": frozenset({"controls", "height", "loop", "muted", "playsinline", "poster", "preload", "src", "width"}),
}


def clean_html(text: str, *, media: bool = True, readings: int = 8) -> str:
    """The HTML without what a news body has no use for. Total: any text has an answer, and it is well formed.

    Cleaning twice changes nothing more: `clean_html(clean_html(x)) == clean_html(x)`. Without `media`, pictures,
    players and embeds go too, with their captions. Markup that no parser should be asked to read, or that still
    changes after so many readings, becomes one paragraph of text.
    """
    cleaner = _BODY if media else _PROSE
    text = _storable(text)
    if not is_monstrous(text):
        # Taking a tag out can leave a tree that parses differently (`<p><button><p>`): read on until it rests.
        for _ in range(readings):
            cleaned = _storable(_settle(cleaner.clean(text)))
            if cleaned == text:
                return cleaned
            text = cleaned
    return cleaner.clean(f"<p>{html.escape(_without_tags(text))}</p>")


def plain_text(text: str) -> str:
    """What a reader would read, on one line: tags gone, character references resolved, blocks kept apart."""
    text = _storable(text)
    return _without_tags(text if is_monstrous(text) else _TEXT.clean(text))


def _without_tags(text: str) -> str:
    return " ".join(_storable(html.unescape(_ANY_TAG.sub(" ", text))).split())


def _storable(text: str) -> str:
    """Lone surrogates and control characters cannot be stored, or not everywhere."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


_ANY_TAG = re.compile(r"<[^<>]*>")
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _settle(cleaned: str) -> str:
    """An image without a source is none, nor is an iframe, which has no content of its own either.

    A parser drops the newline that opens a `pre`.
    """
    cleaned = _IFRAME.sub(lambda frame: f"{frame[1]}{_CONFINED}></iframe>" if ' src="' in frame[1] else "", cleaned)
    cleaned = _IMAGE.sub(lambda image: image[0] if ' src="' in image[0] else "", cleaned)
    return _PRE.sub(r"\1", cleaned)


_IFRAME = re.compile(r'(<iframe(?: [a-z-]+="[^"]*")*)>.*?</iframe>', re.DOTALL)
# Written here and not by the sanitiser, whose order of attributes differs from one process to the next.
_CONFINED = (
    ' loading="lazy" referrerpolicy="strict-origin-when-cross-origin"'
    ' sandbox="allow-popups allow-presentation allow-same-origin allow-scripts"'
)
_IMAGE = re.compile(r'<img(?: [a-z-]+="[^"]*")*>')
_PRE = re.compile(r'(<pre(?: [a-z-]+="[^"]*")*>)\n+')


def _attribute(tag: str, name: str, value: str) -> str | None:
    match tag, name:
        case _, "class":
            languages = [word for word in value.split() if word.startswith("language-")]
            return " ".join(languages) or None
        case "iframe" | "audio" | "video" | "track" | "source", "src":
            return value if value.lower().startswith("https://") else None
        case "a", "rel":
            return " ".join(word for word in value.split() if word in {"nofollow", "sponsored", "ugc"}) or None
        case _, "src" | "poster" | "cite":
            return value if _is_web_address(value) else None
        case _, "srcset":
            candidates = re.split(r",\s+|,(?=https?:)", value)
            return value if all(map(_is_web_address, candidates)) else None
    return value


def _is_web_address(url: str) -> bool:
    """An http or https address, or a path on the site itself."""
    return re.match(r"https?://|(?![^/?#]*:)\S", url.strip().lower()) is not None


def _cleaner(tags: Set[str], dropped: Set[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(tags),
        clean_content_tags=set(dropped),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items() if tag in {*tags, "*"}},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        strip_comments=True,
    )


_BODY = _cleaner(TAGS, DROPPED)
_PROSE = _cleaner(TAGS - MEDIA, DROPPED | (MEDIA - VOID))
_TEXT = nh3.Cleaner(
    tags=set(BLOCKS) | {"br"},
    clean_content_tags=set(DROPPED) | {"iframe"},
    attributes={},
    link_rel=None,
    strip_comments=True,
)
