"""Assembles the service: settings, database, doors. Nobody imports it."""

import gc
import os
import signal
from functools import partial
from math import ceil
from multiprocessing.util import Finalize
from urllib.parse import urlsplit

from flask import Flask
from flask_login import LoginManager
from werkzeug.middleware.proxy_fix import ProxyFix

from service.accounts.places import Places, TurnedAway
from service.foundation.clock import Clock
from service.foundation.database import Database
from service.foundation.logs import configure_logs
from service.foundation.parent import end_with_parent
from service.foundation.settings import Settings
from service.web.api import register_api
from service.web.api.features import list_lane_endpoints
from service.web.doors import EXTENSION, Doors, open_doors
from service.web.gate.blueprint import gate
from service.web.health import health
from service.web.lane import Lane
from service.web.pages import register_pages
from service.web.requests import watch_requests
from service.web.turnstile import Turnstile
from service.web.who import load_signed_in_reader


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> Flask:
    """The WSGI application. Raises :class:`UnsafeSettings` where production would be unsafe."""
    settings = (settings or Settings()).refuse_unsafe()
    configure_logs()
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.config.update(
        # Addresses are looked up under our own name: what a caller says in Host may be no name at all.
        SERVER_NAME=urlsplit(settings.public_url).netloc,
        SECRET_KEY=settings.signing_keys[0],
        SECRET_KEY_FALLBACKS=list(settings.signing_keys[1:]),
        # Flask's own session holds a form's CSRF token and a notice to show, never who is signed in.
        SESSION_COOKIE_NAME="__Host-gatefold_form" if settings.secure else "gatefold_form",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Flask-Login looks for one before it asks us, and asks no further if it is there: so a name that none can have.
        REMEMBER_COOKIE_NAME="=",
    )
    house = open_doors(settings, Database(settings.database_url), clock or Clock())
    app.extensions[EXTENSION] = house
    app.login_manager = _login_manager()  # type: ignore[attr-defined]
    watch_requests(app, settings)
    app.register_blueprint(health)
    app.register_blueprint(gate)
    register_api(app)
    register_pages(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_prefix=0)  # type: ignore[method-assign]
    if settings.fast_lane:
        lane = Lane(house, list_lane_endpoints())
        app.wsgi_app = lane.in_front_of(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


def create_serving_app() -> Flask:
    """The application in a server process of its own."""
    app = create_app()
    _keep_writing(app.extensions[EXTENSION])
    return app


def create_lane(workers: int = 1, turned_away: TurnedAway | None = None) -> tuple[Lane, Turnstile]:
    """The fast lane, for one of so many server processes that leave all else to others, and the turnstile before them.

    The parent of an earlier version calls it as that one did: a new version is served after a SIGHUP.
    """
    settings = Settings().refuse_unsafe()
    configure_logs()
    house = open_doors(settings, Database(settings.database_url), Clock())
    _keep_writing(house)
    lane = Lane(house, list_lane_endpoints() if settings.fast_lane else [])
    return lane, Turnstile(house, Places(ceil(settings.hashing_places / workers), turned_away))


def _keep_writing(house: Doors) -> None:
    """What a server process gathers in memory is written now and then, and at a clean stop."""
    gc.freeze()  # what was made until now stays: nothing in it needs to be looked through again and again
    house.writer.start()
    # A server's workers are multiprocessing's children, which leave without running atexit's handlers.
    Finalize(None, house.writer.stop, exitpriority=1)
    end_with_parent(partial(os.kill, os.getpid(), signal.SIGTERM))


def _login_manager() -> LoginManager:
    """Flask-Login over our own sessions alone.

    Its ``init_app`` is not called: that would look for a remember cookie on every response, and with it mark
    even public ones ``Vary: Cookie``.
    """
    login = LoginManager()
    login.session_protection = None  # a reader's address may change as she moves
    login.request_loader(load_signed_in_reader)
    return login
