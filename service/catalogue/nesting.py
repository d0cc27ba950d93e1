"""Markup that no parser should be asked to read."""

import re
from collections import Counter

DEEPEST = 500
MOST_REOPENED = 100_000


def is_monstrous(html: str) -> bool:
    """Whether parsing would take ages or fill the memory. Cheap, and by far the most bodies need no look at all.

    A parser's time grows with the square of the depth (100,000 nested divs: half a minute), and an unclosed
    `<b id=1>` is opened again in every paragraph that follows, so that kilobytes of them become gigabytes.
    """
    if html.count("<") < 1000:
        return False
    open_elements: Counter[str] = Counter()
    depth = reopened = 0
    for tags, (closing, name) in enumerate(_NESTING_TAG.findall(html), start=1):
        name = name.lower()
        step = 1 if not closing else -1 if open_elements[name] else 0
        open_elements[name] += step
        if name in _FORMATTING:
            reopened = max(reopened, open_elements[name])
        else:
            depth += step
        if depth > DEEPEST or reopened * tags > MOST_REOPENED:
            return True
    return False


# Void elements hold nothing, and the next one of their kind closes a link, a paragraph, an item or a cell by itself.
_NESTING_TAG = re.compile(
    r"<(/?)"
    r"(?!(?:a|area|br|col|dd|dt|hr|img|input|li|link|meta|nobr|option|p|param|source|td|th|tr|track|wbr)\b)"
    r"([a-z][a-z0-9-]*)",
    re.IGNORECASE,
)
# What a parser opens again in the next block, if it was not closed in this one.
_FORMATTING = frozenset({"b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"})
