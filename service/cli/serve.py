"""`gatefold serve` and `gatefold migrate`: the server processes with the worker beside them, and the schema."""

import multiprocessing
import os
import signal
import socket
from multiprocessing import resource_tracker
from threading import Event, Thread

import click
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketSpec  # type: ignore[attr-defined]
from granian.server import MPServer

from service.foundation.database import Database
from service.foundation.parent import end_with_parent
from service.foundation.schema import current_revision, expected_revision
from service.foundation.schema import migrate as migrate_schema
from service.foundation.settings import Settings
from service.worker import run_worker

GRACE_SECONDS = 20
HEADERS_WITHIN_MS = 10_000
LARGEST_HEADERS = 64 * 1024
RESTART_AFTER_SECONDS = 1.0
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@click.command()
@click.option("--host", help="Address to listen on. Default: GATEFOLD_HOST, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on. Default: GATEFOLD_PORT, else 8400.")
@click.option("--workers", type=click.IntRange(1, 256), help="Server processes. Default: GATEFOLD_WORKERS, else 2.")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve readers and front ends, and deliver mail, until stopped.

    Ctrl-C or SIGTERM stops cleanly: requests under way are answered first. SIGHUP replaces the server
    processes one after another, so that no request is lost.

    \b
    Example:
      gatefold migrate && gatefold serve --port 8400
    """
    settings = Settings().refuse_unsafe()
    host, port = host or settings.host, port or settings.port
    _require_production_in_public(settings)
    _require_schema(settings)
    _require_free(host, port)
    server = OneDoor(
        "service.app:create_serving_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # a proxy in front speaks the newer ones
        workers=workers or settings.workers,
        blocking_threads=settings.threads,
        backlog=2048,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS, max_buffer_size=LARGEST_HEADERS),
        websockets=False,
        workers_kill_timeout=GRACE_SECONDS,
        respawn_failed_workers=True,
        respawn_interval=RESTART_AFTER_SECONDS,
        log_level=LogLevels.error,
    )
    os.register_at_fork(after_in_child=_heed_the_parent)
    stopping = Event()
    beside = Thread(target=_keep_worker, args=(settings, stopping), name="worker-keeper")
    server.on_startup(beside.start)
    click.echo(f"Gatefold listens on http://{host}:{port}, for readers at {settings.public_url}", err=True)
    try:
        server.serve()
    finally:
        stopping.set()
        if beside.is_alive():
            beside.join()


class OneDoor(MPServer):
    """The server, with one listening socket for all its processes.

    By default each has a socket of its own on Linux, and whoever waits in a process's queue is turned away when that
    process is replaced.
    """

    def _init_shared_socket(self) -> None:
        door = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._ssp, self._shd = None, door  # type: ignore[assignment]
        self._sso = socket.socket(fileno=door.get_fd())
        self._sso.set_inheritable(True)


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 where the schema is not up to date.")
def migrate(check: bool) -> None:
    """Bring the database's schema up to date: all of it, or nothing.

    Run it before `gatefold serve`, after each upgrade. It is safe to run twice, and from several machines
    at once.

    \b
    Examples:
      gatefold migrate
      DATABASE_URL=postgresql://gatefold@db/gatefold gatefold migrate
    """
    database = Database(Settings().database_url)
    if check:
        with database.reading() as connection:
            revision = current_revision(connection)
        if revision != expected_revision():
            raise click.ClickException(f"The schema is at {revision or 'nothing'}, not {expected_revision()}.")
        click.echo(f"The schema is up to date ({revision}).")
        return
    before, after = migrate_schema(database)
    done = "was up to date" if before == after else f"was brought from {before or 'nothing'}"
    click.echo(f"The schema {done} ({after}).")


def _require_production_in_public(settings: Settings) -> None:
    """A forgotten setting must not leave a public service with an open mailbox page and a key that everyone knows."""
    public = settings.public_host not in LOCAL_HOSTS and not settings.public_host.endswith(".localhost")
    if settings.secure and public and not settings.production:
        raise click.ClickException(
            f"{settings.public_url} is a public address, and the settings are for development: "
            "set GATEFOLD_ENVIRONMENT=production."
        )


def _require_schema(settings: Settings) -> None:
    with Database(settings.database_url).reading() as connection:
        if current_revision(connection) != expected_revision():
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


def _keep_worker(settings: Settings, stopping: Event) -> None:
    """Keep one background worker alive beside the server, and stop it with the server."""
    resource_tracker.ensure_running()  # it would unblock Ctrl-C where it starts
    _leave_ctrl_c_to_parent()  # in this thread, and so in every process it starts
    spawning = multiprocessing.get_context("spawn")
    while not stopping.is_set():
        worker = spawning.Process(target=_work, args=(settings,), name="gatefold-worker", daemon=True)
        worker.start()
        while worker.is_alive() and not stopping.wait(RESTART_AFTER_SECONDS):
            pass
        worker.terminate()
        worker.join(GRACE_SECONDS)


def _work(settings: Settings) -> None:
    """The worker's process: it ends when told to, and with its parent, even one that was killed."""
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopping.set())
    end_with_parent(stopping.set)
    run_worker(settings, stopping)


def _heed_the_parent() -> None:
    """In a server process just forked: it has the parent's handlers, which would swallow a SIGTERM sent to it now."""
    _leave_ctrl_c_to_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _leave_ctrl_c_to_parent() -> None:
    """Ctrl-C reaches the whole group; the parent alone decides, and stops the others one by one."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
