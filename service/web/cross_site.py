"""The cross-site defence of calls that a cookie speaks for: what Origin and Sec-Fetch-Site must say."""

from werkzeug import Request

SAME_SITE = frozenset({"same-origin", "same-site", "none"})
READING = frozenset({"GET", "HEAD", "OPTIONS"})


def from_elsewhere(asking: Request, allowed_origins: frozenset[str]) -> bool:
    """Whether a browser says that another site made it send this request.

    A request that changes something must name an allowed origin: its absence is no proof, except where
    the browser vouches for the same origin in Sec-Fetch-Site, which no page can forge.
    """
    fetch_site = asking.headers.get("Sec-Fetch-Site")
    if fetch_site is not None and fetch_site not in SAME_SITE:
        return True
    origin = asking.headers.get("Origin")
    if origin is not None:
        return origin not in allowed_origins
    return asking.method not in READING and fetch_site != "same-origin"
