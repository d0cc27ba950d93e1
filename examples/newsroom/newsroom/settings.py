"""What the newsroom is told by its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


class MissingSetting(Exception):
    """A setting that has no sensible default is not there."""


@dataclass(frozen=True)
class Settings:
    """Addresses carry no slash at their end. The key has no default and is never shown."""

    gatefold_url: str
    gatefold_key: str
    session_cookie: str  # the name of the cookie in which Gatefold keeps the reader's session
    newsroom_url: str  # as readers see it
    port: int

    def __repr__(self) -> str:
        return f"Settings({self.newsroom_url}, {self.gatefold_url})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        key = environment.get("GATEFOLD_KEY", "").strip()
        if not key:
            raise MissingSetting("GATEFOLD_KEY is not set: make a front-end key for this site (gatefold keys --help).")
        port = int(environment.get("NEWSROOM_PORT", "8401"))
        return cls(
            gatefold_url=environment.get("GATEFOLD_URL", "http://localhost:8400").rstrip("/"),
            gatefold_key=key,
            session_cookie=environment.get("GATEFOLD_SESSION_COOKIE", "gatefold_session"),
            newsroom_url=environment.get("NEWSROOM_URL", f"http://localhost:{port}").rstrip("/"),
            port=port,
        )
