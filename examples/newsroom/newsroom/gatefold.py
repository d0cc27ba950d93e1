"""A client of Gatefold: everything that this newspaper knows about its readers' rights, it asks here.

Three rules make a front end safe, and this class keeps them:

1. **Ask for each reader.** Hand on the session that her browser showed; Gatefold decides and answers with the body
   or with the teaser. There is nothing to hide in the page, because what she may not read never arrives.
2. **Ask each time.** Keep nothing that depends on a reader: at any moment a right can end, or a device be signed out.
3. **In doubt, closed.** No answer in time is an error that the pages show kindly. It is never a body.
"""

import re
from typing import Any
from urllib.parse import quote, urlencode

import httpx

TIMEOUT = httpx.Timeout(4.0, connect=1.0)  # seconds; a reader waits no longer than this for a locked door
SESSION_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")

OVER_ALREADY = {"sign_in_required", "session_expired", "session_ended"}

Json = dict[str, Any]


class GatefoldError(Exception):
    """What can go wrong between a newspaper and Gatefold.

    GatefoldError
     ├── NotFound     there is no such article, or readers may not know of it yet
     ├── Refused      the key or the request is wrong: a fault of this newspaper's own
     └── Unavailable  no answer in time, or none that makes sense: try again later
    """


class NotFound(GatefoldError):
    """Gatefold answered 404."""


class Refused(GatefoldError):
    """Gatefold answered with a problem (RFC 9457). Read its ``code``, never its wording."""

    def __init__(self, problem: Json) -> None:
        super().__init__(f"{problem.get('status')} {problem.get('code')}: {problem.get('detail')}")
        self.problem = problem


class Unavailable(GatefoldError):
    """Gatefold cannot be reached, is too slow, is too busy or is ill."""


class Gatefold:
    """Gatefold's API, as far as a newspaper needs it. One for the whole program: it is safe to share among threads.

    ``session_token`` is what the reader's browser showed in Gatefold's cookie, or None. It is believed by Gatefold
    alone: do not read anything into it.
    """

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self._http = httpx.Client(
            base_url=f"{url}/v1/",
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
            timeout=TIMEOUT,
            trust_env=False,  # a proxy from the environment has no business between the two
        )

    # Stories. Lists hold teasers only, so they are alike for all readers.

    def read_article(self, slug: str, session_token: str | None) -> Json:
        """The gated read: ``{"article", "decision", "session"}``. ``body_html`` is None unless it is granted."""
        return self._ask("GET", f"articles/{_safe(slug)}", session_token)

    def list_articles(self, *, section: str | None = None, limit: int = 20, cursor: str | None = None) -> Json:
        """Latest first: ``{"items", "next_cursor"}``."""
        wanted = {"section": section, "limit": limit, "cursor": cursor}
        return self._ask("GET", "articles", params={name: value for name, value in wanted.items() if value is not None})

    def list_related(self, slug: str, limit: int) -> list[Json]:
        return self._ask("GET", f"articles/{_safe(slug)}/related", params={"limit": limit})["items"]

    def list_latest_beside(self, slug: str, limit: int) -> list[Json]:
        """The latest stories, without this one."""
        return self._ask("GET", f"articles/{_safe(slug)}/latest", params={"limit": limit})["items"]

    def list_sections(self) -> list[Json]:
        """The sections that have a published story: ``{"slug", "name"}``."""
        return self._ask("GET", "sections")["items"]

    def put_article(self, slug: str, article: Json) -> Json:
        """Put a story under its slug, new or in place of what stood there. Needs a key that may write."""
        return self._ask("PUT", f"articles/{_safe(slug)}", json=article)

    # The reader.

    def find_session(self, session_token: str | None) -> Json:
        """Who is signed in; or, where ``state`` is ``ended``, when and why this device was signed out."""
        return self._ask("GET", "session", session_token) if session_token else NOBODY

    def sign_out(self, session_token: str) -> None:
        """End the session on Gatefold's side, which frees the device's place. Ending it twice is no error."""
        try:
            self._ask("POST", "sign-out", session_token)
        except Refused as refused:
            if refused.problem.get("code") not in OVER_ALREADY:
                raise

    # Gatefold's own pages. Each leads back to `return_to`, which must lie at one of the site's addresses.

    def sign_in_url(self, return_to: str) -> str:
        return f"{self.url}/sign-in?{urlencode({'return_to': return_to})}"

    def sign_up_url(self, return_to: str) -> str:
        return f"{self.url}/sign-up?{urlencode({'return_to': return_to})}"

    @property
    def account_url(self) -> str:
        return f"{self.url}/account"

    @property
    def devices_url(self) -> str:
        return f"{self.url}/account/devices"

    def _ask(self, method: str, path: str, session_token: str | None = None, **parts: Any) -> Any:
        headers = {"Gatefold-Session": session_token} if _is_token(session_token) else {}
        try:
            response = self._http.request(method, path, headers=headers, **parts)
        except httpx.TransportError as fault:
            raise Unavailable(type(fault).__name__) from fault
        if response.status_code == httpx.codes.NO_CONTENT:
            return None
        if response.status_code == httpx.codes.NOT_FOUND:
            raise NotFound(path)
        if response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise Unavailable(f"status {response.status_code}")
        try:
            answer = response.json()
        except ValueError as fault:
            raise Unavailable(f"status {response.status_code}, and no JSON") from fault
        if not response.is_success:
            raise Refused({"status": response.status_code, **answer})
        return answer


NOBODY: Json = {"state": "none", "reader": None, "device": None, "ended_at": None, "cause": None, "by_device": None}


def _safe(slug: str) -> str:
    """A slug as one part of a path. A bare quote() would let `..` through, which climbs."""
    if slug.strip(".") == "":
        raise NotFound(slug)
    return quote(slug, safe="")


def _is_token(text: str | None) -> bool:
    """Whether a cookie may go into a header: anyone can put anything into a cookie."""
    return text is not None and SESSION_TOKEN.fullmatch(text) is not None
