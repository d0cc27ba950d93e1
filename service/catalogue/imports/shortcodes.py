"""WordPress' shortcodes, turned into the HTML that they stand for.

Captions, players, embeds and galleries become HTML. Of an unknown shortcode, what it encloses stays and the brackets
go. But brackets that only look like one, as in "he [sic] said", are the editor's own words, and stay.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape, unescape

from service.catalogue.articles import HeroImage

Images = Mapping[int, HeroImage]
MOST_BRACKETS = 10_000  # a body with more of them is data, and would fill the memory with what may be a shortcode

_BRACKETS = re.compile(
    r"\[\[[^\[\]]*\]\]"  # doubled: a shortcode that is written about, not used
    r"|\[(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?P<given>(?:\s(?:[^\[\]<>\"]|\"[^\"]*\")*)?)\]"
)
_ATTRIBUTE = re.compile(r"""(?<![\w-])([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""")
_ADDRESS = re.compile(r"https?://[^\s\"'<>\]]+")
_PICTURE = re.compile(r"\s*(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shortcode:
    name: str
    given: str  # all that follows the name
    attributes: Mapping[str, str]
    inner: str | None = None  # None: nothing closes it

    def address(self) -> str | None:
        """The first one that it names, in an attribute, bare or enclosed."""
        found = _ADDRESS.search(unescape(f"{self.given} {self.inner or ''}"))
        return found[0] if found else None


def without_shortcodes(html: str, images: Images) -> str:
    """The HTML with each shortcode rendered, the inner ones first. Takes one pass, however many stay unclosed."""
    if html.count("[") > MOST_BRACKETS:
        return html
    parts: list[str] = []
    opened: list[tuple[int, re.Match[str]]] = []  # where in `parts` each one stands that has not been closed yet
    waiting: Counter[str] = Counter()
    position = 0

    def settle(inner: str | None = None) -> None:
        """Renders the one opened last."""
        place, brackets = opened.pop()
        waiting[brackets["name"]] -= 1
        parts[place] = _rendered(brackets, inner, images)

    for brackets in _BRACKETS.finditer(html):
        parts.append(html[position : brackets.start()])
        position = brackets.end()
        name = brackets["name"]
        if name is None:
            parts.append(brackets[0][1:-1])
        elif not brackets["end"]:
            opened.append((len(parts), brackets))
            waiting[name] += 1
            parts.append("")
        elif waiting[name]:
            while opened[-1][1]["name"] != name:
                settle()
            place = opened[-1][0]
            inner = "".join(parts[place + 1 :])
            del parts[place + 1 :]
            settle(inner)
        else:
            parts.append(brackets[0])
    while opened:
        settle()
    return "".join([*parts, html[position:]])


def _rendered(brackets: re.Match[str], inner: str | None, images: Images) -> str:
    attributes = {
        found[1].lower(): unescape(found[2] or found[3] or found[4] or "")
        for found in _ATTRIBUTE.finditer(brackets["given"])
    }
    code = Shortcode(brackets["name"].lower(), brackets["given"], attributes, inner)
    if code.name in _RENDERERS:
        return _RENDERERS[code.name](code, images)
    if attributes or inner is not None:
        return inner or ""
    return brackets[0]


def _caption(code: Shortcode, _: Images) -> str:
    inner = code.inner or ""
    picture = _PICTURE.match(inner)
    if picture is None:
        return inner
    caption = code.attributes.get("caption") or inner[picture.end() :].strip()
    return f"<figure>{picture[0].strip()}<figcaption>{caption}</figcaption></figure>"


def _player(code: Shortcode, _: Images) -> str:
    address = code.address()
    if address and address.startswith("https://"):
        return f'<{code.name} controls src="{escape(address)}"></{code.name}>'
    return _embed(code, _)


def _embed(code: Shortcode, _: Images) -> str:
    """A link: what an embed points at is not called in unasked."""
    address = escape(code.address() or "")
    return f'<a href="{address}">{address}</a>' if address else ""


def _gallery(code: Shortcode, images: Images) -> str:
    """The pictures that it names and the file holds. One that names none means "all that are attached": left out."""
    wanted = (images.get(int(number)) for number in re.findall(r"[0-9]{1,18}", code.attributes.get("ids", "")))
    return "".join(
        f'<figure><img src="{escape(image.url)}" alt="{escape(image.alt)}">'
        f"<figcaption>{escape(image.caption)}</figcaption></figure>"
        for image in wanted
        if image
    )


def _nothing(_: Shortcode, __: Images) -> str:
    return ""


_RENDERERS: Mapping[str, Callable[[Shortcode, Images], str]] = {
    "caption": _caption,
    "wp_caption": _caption,
    "audio": _player,
    "video": _player,
    "gallery": _gallery,
    "playlist": _nothing,
    "toc": _nothing,
    "contact-form": _nothing,
    **dict.fromkeys(
        (
            "dailymotion",
            "embed",
            "facebook",
            "instagram",
            "soundcloud",
            "spotify",
            "tweet",
            "twitter",
            "vimeo",
            "youtube",
        ),
        _embed,
    ),
}
