"""Settings: typed, documented, and refused where production would be unsafe."""

import inspect
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.foundation.settings import Settings
from service.foundation.unsafe import DEVELOPMENT_SECRET, UnsafeSettings
from tests.support.settings import make_settings

KEY, OLD_KEY = "k" * 32, "o" * 32
SAFE = {
    "environment": "production",
    "public_url": "https://accounts.example.org",
    "secret_keys": KEY,
    "smtp_host": "mail.example.org",
    "mail_from": "accounts@example.org",
}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name):
    description = Settings.model_fields[name].description
    assert description
    assert description.endswith(".")


def test_every_environment_variable_the_code_reads_is_a_setting():
    source = "".join(path.read_text() for path in Path(inspect.getfile(Settings)).parents[1].rglob("*.py"))
    assert "os.environ" not in source
    assert "getenv" not in source


# Development


def test_the_defaults_serve_development_as_they_are():
    settings = make_settings()
    assert settings.refuse_unsafe() is settings
    assert not settings.production
    assert not settings.secure
    assert settings.session_cookie == "gatefold_session"


# Production


def test_production_starts_with_safe_settings():
    settings = make_settings(**SAFE)
    assert settings.refuse_unsafe() is settings
    assert settings.production
    assert settings.session_cookie == "__Host-gatefold_session"


@pytest.mark.parametrize(
    ("unsafe", "fault"),
    [
        ({"secret_keys": DEVELOPMENT_SECRET}, "GATEFOLD_SECRET_KEYS is the development key"),
        ({"secret_keys": f"{KEY} {DEVELOPMENT_SECRET}"}, "GATEFOLD_SECRET_KEYS is the development key"),
        ({"secret_keys": ""}, "GATEFOLD_SECRET_KEYS is empty"),
        ({"secret_keys": "k" * 31}, "less than 32 characters"),
        ({"secret_keys": f"{KEY} short"}, "less than 32 characters"),
        ({"public_url": "http://accounts.example.org"}, "plain HTTP"),
        ({"smtp_host": None}, "GATEFOLD_SMTP_HOST"),
        ({"smtp_host": ""}, "GATEFOLD_SMTP_HOST"),  # the mail, links and all, would go into a folder
        ({"mail_from": "accounts@localhost"}, "GATEFOLD_MAIL_FROM"),
        ({"mail_from": "accounts@Localhost.localdomain"}, "GATEFOLD_MAIL_FROM"),
        ({"mail_from": ""}, "GATEFOLD_MAIL_FROM"),
        ({"cookie_domain": "example.com"}, "GATEFOLD_COOKIE_DOMAIN"),
        ({"cookie_domain": "example.org; Path=/x"}, "GATEFOLD_COOKIE_DOMAIN"),
        ({"smtp_security": "none", "smtp_password": "p"}, "GATEFOLD_SMTP_SECURITY"),
        ({"password_minimum": 14}, "GATEFOLD_PASSWORD_MINIMUM"),
    ],
)
def test_production_refuses_what_is_unsafe_there(unsafe, fault):
    settings = make_settings(**SAFE | unsafe)
    with pytest.raises(UnsafeSettings) as refused:
        settings.refuse_unsafe()
    assert len(refused.value.faults) == 1
    assert fault in refused.value.faults[0]
    assert fault in str(refused.value)
    assert make_settings(**SAFE | unsafe | {"environment": "development"}).refuse_unsafe()


def test_production_tells_all_its_faults_at_once():
    with pytest.raises(UnsafeSettings) as refused:
        make_settings(environment="production").refuse_unsafe()
    assert len(refused.value.faults) == 4


def test_the_service_itself_refuses_to_start():
    from service.app import create_app

    with pytest.raises(UnsafeSettings):
        create_app(make_settings(environment="production"))


# Reading


def test_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("GATEFOLD_SECRET_KEYS", f" {KEY}  {OLD_KEY} ")
    monkeypatch.setenv("GATEFOLD_SESSION_IDLE", "P30D")
    monkeypatch.setenv("GATEFOLD_DEVICE_POLICY", "replace_oldest")
    settings = make_settings()
    assert settings.signing_keys == (KEY, OLD_KEY)
    assert settings.session_idle == timedelta(days=30)
    assert settings.device_policy == "replace_oldest"


@pytest.mark.parametrize("name", ["DATABASE_URL", "GATEFOLD_DATABASE_URL"])
def test_the_database_is_named_by_either_variable(monkeypatch, name):
    monkeypatch.setenv(name, "postgresql://db/gatefold")
    assert make_settings().database_url == "postgresql://db/gatefold"


@pytest.mark.parametrize(("idle_minutes", "minutes"), [(60 * 24, 5), (500, 5), (100, 1)])
def test_a_device_is_noted_again_long_before_its_session_could_end_in_use(idle_minutes, minutes):
    settings = make_settings(session_idle=timedelta(minutes=idle_minutes))
    assert settings.seen_anew_after == timedelta(minutes=minutes)


def test_keys_may_be_given_as_they_are():
    assert make_settings(secret_keys=(KEY, OLD_KEY)).signing_keys == (KEY, OLD_KEY)


def test_no_secret_is_shown_where_settings_are_printed():
    shown = repr(make_settings(**SAFE | {"smtp_password": "hush-hush"}))
    assert KEY not in shown
    assert "hush-hush" not in shown


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        make_settings().port = 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("environment", "staging"),
        ("port", -1),
        ("port", 65536),
        ("workers", 0),
        ("device_limit", 0),
        ("device_limit", 6),
        ("device_policy", "anything"),
        ("password_minimum", 7),
        ("hashing_threads", 0),
        ("publisher_colour", "red"),
        ("publisher_colour", "#12345g"),
        ("public_url", "accounts.example.org"),
        ("public_url", "ftp://accounts.example.org"),
        ("public_url", "https://"),
        ("public_url", "https://accounts.example.org/path"),
        ("public_url", "https://accounts.example.org?query"),
        ("public_url", "https://accounts.example.org#fragment"),
        ("public_url", "https://someone:secret@accounts.example.org"),
        ("session_idle", "soon"),
        ("trusted_proxies", -1),
        ("smtp_security", "maybe"),
    ],
)
def test_what_cannot_be_right_is_refused(name, value):
    with pytest.raises(ValidationError):
        make_settings(**{name: value})


@pytest.mark.parametrize(("hashing_threads", "hashing_queue"), [(1, 7), (4, 4), (8, 0)])
def test_passwords_never_take_every_thread(hashing_threads, hashing_queue):
    with pytest.raises(ValidationError, match="GATEFOLD_THREADS"):
        make_settings(threads=8, hashing_threads=hashing_threads, hashing_queue=hashing_queue)
    make_settings(threads=9, hashing_threads=hashing_threads, hashing_queue=hashing_queue)


@pytest.mark.parametrize(
    ("given", "cookie"),
    [
        ({}, "gatefold_session"),
        ({"cookie_domain": "localhost"}, "gatefold_session"),
        ({"public_url": "https://a.example.org"}, "__Host-gatefold_session"),
        ({"public_url": "https://a.example.org", "cookie_domain": "example.org"}, "__Secure-gatefold_session"),
    ],
)
def test_the_cookies_name_demands_what_it_can(given, cookie):
    assert make_settings(**given).session_cookie == cookie
