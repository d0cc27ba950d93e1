"""Every setting of Gatefold: its type, its default and what it does.

Read from the environment (prefix ``GATEFOLD_``; the database also from plain
``DATABASE_URL``) and from a ``.env`` file. Defaults suit development; production
refuses to start with one that would be unsafe there.
"""

import os
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.foundation.unsafe import DEVELOPMENT_SECRET, UnsafeSettings, production_faults


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class DevicePolicy(StrEnum):
    """What a sign-in meets when every slot is taken."""

    ASK = "ask"
    REPLACE_OLDEST = "replace_oldest"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="GATEFOLD_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    environment: Environment = Field(
        Environment.DEVELOPMENT,
        description="`development`, or `production`, which refuses unsafe settings and hides `/dev/mail`.",
    )
    public_url: str = Field(
        "http://localhost:8400",
        description="The address readers reach Gatefold at, without a path. HTTPS in production.",
    )
    database_url: str = Field(
        "sqlite:///var/gatefold.db",
        validation_alias=AliasChoices("DATABASE_URL", "GATEFOLD_DATABASE_URL"),
        description="`sqlite:///PATH`, or `postgresql://…` for PostgreSQL 15 and later. Also read from `DATABASE_URL`.",
    )
    variable_folder: Path = Field(
        Path("var"), description="Where the embedded database and the development mailbox are kept."
    )
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (SecretStr(DEVELOPMENT_SECRET),),
        description="Signing keys, separated by spaces, each 32 characters or more. The first signs, all verify: "
        "to rotate, put the new key first, and keep the old one as long as its receipts are to be explained. "
        "No reader is signed out by it.",
    )
    host: str = Field("127.0.0.1", description="The address `gatefold serve` listens on.")
    port: int = Field(8400, ge=0, le=65535, description="The port `gatefold serve` listens on.")
    workers: int | None = Field(
        None,
        ge=1,
        le=256,
        description="Reading workers that `gatefold serve` starts: they answer access checks, and pass all else on. "
        "Unset, as many as there are cores. Where PostgreSQL is on another machine, two for each core, for they wait.",
    )
    account_workers: int | None = Field(
        None,
        ge=1,
        le=256,
        description="Account workers: they answer all else, and hash passwords. Unset, half as many as cores.",
    )
    threads: int = Field(
        16,
        ge=2,
        le=256,
        description="Requests that each account worker answers at once, of which some hash passwords; and bodies that "
        "each reading worker takes in at once.",
    )
    fast_lane: bool = Field(
        True,
        description="Whether access checks and gated reads are answered in front of Flask. The answers are the same.",
    )
    remember: bool = Field(
        True,
        description="Whether what was asked of SQLite is kept until the next commit, by whomever, and not asked again. "
        "What holds is the same.",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="How many proxies of yours stand in front and set `X-Forwarded-For` and `-Proto`. "
        "At 0 those headers change nothing.",
    )
    cookie_domain: str | None = Field(
        None,
        description="Parent domain that Gatefold and the front ends share, such as `example.org`, so that they receive "
        "the reader's cookie too. Unset, the cookie is Gatefold's own (`__Host-`).",
    )

    publisher_name: str = Field("The Publisher", max_length=80, description="The name on pages and in mail.")
    publisher_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/]+(/\S*)?$",
        description="The publisher's front page, such as `https://www.example.org`: the hosted pages lead back to it.",
    )
    publisher_logo_url: str | None = Field(
        None,
        description="A logo for the hosted pages: a path on Gatefold's own address, as they load nothing else.",
    )
    publisher_colour: str = Field(
        "#7a1f2b",
        pattern=r"^#[0-9a-fA-F]{6}$",
        description="The accent colour of the hosted pages, as `#rrggbb`.",
    )

    device_limit: int = Field(5, ge=1, le=5, description="How many devices a reader may be signed in on at once.")
    device_policy: DevicePolicy = Field(
        DevicePolicy.ASK,
        description="At the limit: `ask` lets the reader choose which device gives way, "
        "`replace_oldest` ends the one not seen for longest, as exactly as `GATEFOLD_LAST_SEEN_PRECISION` tells.",
    )
    session_idle: timedelta = Field(
        timedelta(days=60),
        description="A session ends when its device has not been seen for this long (ISO 8601), or as much sooner as "
        "last-seen times are inexact.",
    )
    session_lifetime: timedelta = Field(
        timedelta(days=365),
        description="A session ends this long after its sign-in, whatever is done with it.",
    )
    last_seen_interval: timedelta = Field(
        timedelta(seconds=5),
        description="How often last-seen times, gathered in memory, are written. A killed process loses this much.",
    )
    last_seen_precision: timedelta = Field(
        timedelta(minutes=5),
        ge=timedelta(0),
        description="How old the last-seen time of a device, or of a front-end key, gets before it is written anew. "
        "At most a hundredth of `GATEFOLD_SESSION_IDLE` is taken.",
    )

    hashing_threads: int = Field(1, ge=1, le=64, description="Passwords hashed at once by each account worker.")
    hashing_queue: int = Field(
        8,
        ge=0,
        le=1000,
        description="Passwords that may wait to be hashed in each account worker; more are answered 503.",
    )
    guess_limit: int = Field(
        10,
        ge=1,
        le=1000,
        description="Tries at one reader's password from one network in 15 minutes. From anywhere, ten times as many.",
    )
    password_minimum: int = Field(15, ge=10, le=64, description="The shortest password, in characters.")

    smtp_host: str | None = Field(
        None,
        description="The mail server. Unset in development, mail goes to the mailbox page at `/dev/mail`.",
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="The mail server's port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection to the mail server is protected."
    )
    smtp_username: str | None = Field(None, description="The name to sign in to the mail server with, if it asks.")
    smtp_password: SecretStr | None = Field(None, description="The password to sign in to the mail server with.")
    mail_from: str = Field(
        "accounts@localhost", description="The sender's address of all mail. In production, one at a domain of yours."
    )
    mail_interval: timedelta = Field(
        timedelta(seconds=1), description="How often the outbox is looked through for mail to deliver."
    )

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def account_workers_here(self) -> int:
        return self.account_workers or max(1, (os.cpu_count() or 1) // 2)

    @property
    def hashing_places(self) -> int:
        """How many passwords are hashed or wait for it, in all account workers."""
        return self.account_workers_here * (self.hashing_threads + self.hashing_queue)

    @cached_property
    def seen_anew_after(self) -> timedelta:
        """So long after it was last seen, a device is noted again: early enough for no session to end in use."""
        return min(self.last_seen_precision, self.session_idle / 100)

    @property
    def secure(self) -> bool:
        """Whether readers reach Gatefold over HTTPS, so that cookies can demand it."""
        return self.public_url.startswith("https://")

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    @cached_property
    def session_cookie(self) -> str:
        if not self.secure:
            return "gatefold_session"
        return "__Secure-gatefold_session" if self.cookie_domain else "__Host-gatefold_session"

    @property
    def signing_keys(self) -> tuple[str, ...]:
        """The newest first."""
        return tuple(key.get_secret_value() for key in self.secret_keys)

    @model_validator(mode="before")
    @classmethod
    def split_secret_keys(cls, values: object) -> object:
        if isinstance(values, dict) and isinstance(values.get("secret_keys"), str):
            return {**values, "secret_keys": tuple(values["secret_keys"].split())}
        return values

    @model_validator(mode="after")
    def check_public_url(self) -> Self:
        parts = urlsplit(self.public_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or any(parts[2:]):
            raise ValueError(
                "GATEFOLD_PUBLIC_URL must be an address without a path, such as https://accounts.example.org"
            )
        return self

    @model_validator(mode="after")
    def check_threads(self) -> Self:
        if self.hashing_threads + self.hashing_queue >= self.threads:
            raise ValueError("GATEFOLD_THREADS must exceed hashing threads and queue: else sign-ins starve reading")
        return self

    def refuse_unsafe(self) -> Self:
        """Return these settings, or raise :class:`UnsafeSettings` with every fault that production would have."""
        if self.production and (faults := production_faults(self)):
            raise UnsafeSettings(faults)
        return self
