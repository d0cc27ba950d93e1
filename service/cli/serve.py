"""`gatefold serve`: the processes that answer and work."""

import os
import socket
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pkgutil import resolve_name
from threading import Event

import click

from service.accounts.places import TurnedAway
from service.foundation.database import Database
from service.foundation.logs import configure_logs
from service.foundation.schema import current_revision, expected_revision
from service.foundation.settings import Settings
from service.serving.account_worker import run_account_worker
from service.serving.answering import open_reading
from service.serving.crew import Crew, Post
from service.serving.door import Door
from service.serving.hatch import Hatch
from service.serving.processes import allow_many_connections, heed_the_parent
from service.worker import run_worker

LANE = "service.app:create_lane"
APPLICATION = "service.app:create_serving_app"
ON_WATCH_WITH_POSTGRESQL = 2  # threads of a reading worker that take requests: each waits for the database in between
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@click.command()
@click.option("--host", help="Address to listen on. Default: GATEFOLD_HOST, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on. Default: GATEFOLD_PORT, else 8400.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Reading workers. Default: GATEFOLD_WORKERS, else one for each core.",
)
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve readers and front ends, and deliver mail, until stopped.

    Ctrl-C or SIGTERM stops cleanly: requests under way are answered first. SIGHUP replaces the processes by new
    ones, so that no request is lost.

    \b
    Example:
      gatefold migrate && gatefold serve --port 8400
    """
    settings = Settings().refuse_unsafe()
    host, port = host or settings.host, port or settings.port
    cores = os.cpu_count() or 1
    _require_production_in_public(settings)
    with closing(Database(settings.database_url, existing=True)) as database:  # no process may inherit a connection
        _require_schema(database)
    _require_free(host, port)
    configure_logs()
    allow_many_connections()
    # Found here and not by each: what the application needs is loaded once, and the first processes share it.
    lane, application = resolve_name(LANE), resolve_name(APPLICATION)
    hatch = Hatch()
    account_worker = Post("account-worker", run_account_worker, (application, hatch))
    crew = Crew([account_worker] * settings.account_workers_here + [Post("background", _work)])
    reading_workers, bodies_at_once = workers or settings.workers or cores, settings.threads
    on_watch = 1 if database.embedded else ON_WATCH_WITH_POSTGRESQL
    door = Door(host, port, workers=reading_workers, threads=bodies_at_once + on_watch, before_replacing=crew.replace)
    os.register_at_fork(after_in_child=heed_the_parent)
    click.echo(f"Gatefold listens on http://{host}:{port}, for readers at {settings.public_url}", err=True)
    crew.start()
    try:
        create_lane = partial(lane, reading_workers, TurnedAway())
        door.open(partial(open_reading, create_lane, hatch, bodies_at_once, on_watch))
    finally:
        crew.stop()  # after the reading workers, who may wait for an answer from it


def _require_production_in_public(settings: Settings) -> None:
    """A forgotten setting must not leave a public service with an open mailbox page and a key that everyone knows."""
    public = settings.public_host not in LOCAL_HOSTS and not settings.public_host.endswith(".localhost")
    if settings.secure and public and not settings.production:
        raise click.ClickException(
            f"{settings.public_url} is a public address, and the settings are for development: "
            "set GATEFOLD_ENVIRONMENT=production."
        )


def _require_schema(database: Database) -> None:
    with database.reading() as connection:
        revision = current_revision(connection)
    if revision != expected_revision():
        raise click.ClickException("The database's schema is not up to date: run `gatefold migrate` first.")


def _require_free(host: str, port: int) -> None:
    """Say it plainly where the port is taken: the server's own complaint is a trace."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise click.ClickException(f"Cannot listen on {host}:{port}: {fault.strerror}.") from fault


def _work(stopping: Event, ready: Callable[[], None]) -> None:
    """The background worker's process."""
    ready()
    run_worker(Settings(), stopping)
