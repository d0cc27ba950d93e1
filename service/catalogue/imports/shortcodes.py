"""WordPress' shortcodes, turned into the HTML that they stand for.

Captions, players, embeds and galleries become HTML. Of an unknown shortcode, what it encloses stays and the brackets
go; but brackets that only look like one, as in "he [sic] said", are the editor's own words and stay.
"""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape

from service.catalogue.articles import HeroImage

_SHORTCODE = re.compile(
    r"\[(?P<escaped>\[)?(?P<name>[a-zA-Z][\w-]*)(?P<given>(?:\s[^\[\]<>]*|\s[^\]]*\"[^\]]*)?)/?\]"
    r"(?:(?P<inner>(?:(?!\[(?P=name)\b).)*?)\[/(?P=name)\])?(?(escaped)\])",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
_PICTURE = re.compile(r"\s*(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?", re.IGNORECASE)
# Shortcodes that are often written bare, with neither attributes nor an end.
_BARE = frozenset({"contact-form", "gallery", "playlist", "toc"})

Images = Mapping[int, HeroImage]


def without_shortcodes(html: str, images: Images) -> str:
    def rendered(code: re.Match[str]) -> str:
        if code["escaped"]:
            return code[0][1:-1]
        attributes = {found[1].lower(): unescape(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(code["given"])}
        name, inner = code["name"].lower(), code["inner"] or ""
        if name in _RENDERED:
            return _RENDERED[name](attributes, code["given"] + inner, inner, images)
        if attributes or code["inner"] is not None or name in _BARE:
            return without_shortcodes(inner, images)
        return code[0]

    return _SHORTCODE.sub(rendered, html)
