"""`make run`: Gatefold on embedded SQLite with the newsroom in front of it, ready to be tried.

It sets the stage through the same commands that an operator types, and stops both programs together.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
GATEFOLD_URL = os.environ.setdefault("GATEFOLD_PUBLIC_URL", "http://localhost:8400")
NEWSROOM_URL = os.environ.setdefault("NEWSROOM_URL", "http://localhost:8401").rstrip("/")
os.environ.setdefault("GATEFOLD_URL", GATEFOLD_URL)  # where the newsroom finds Gatefold
SITE = "newsroom"
LOG = Path(os.environ.get("GATEFOLD_VARIABLE_FOLDER", "var")) / "demo.log"
READY_WITHIN_SECONDS = 60


def main() -> None:
    os.environ.setdefault("GATEFOLD_PUBLISHER_NAME", "The Marram Courier")
    os.environ.setdefault("GATEFOLD_PUBLISHER_URL", NEWSROOM_URL)
    os.chdir(ROOT)
    for name, url in (("GATEFOLD", GATEFOLD_URL), ("NEWSROOM", NEWSROOM_URL)):
        os.environ.setdefault(f"{name}_PORT", str(port_of(url)))
    require_free(GATEFOLD_URL, "GATEFOLD_PUBLIC_URL")
    require_free(NEWSROOM_URL, "NEWSROOM_URL")
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_bytes(b"")
    gatefold("migrate")
    add_site()
    front_end_key = gatefold("keys", "create", SITE, "--name", "demo front end", "--test", "--quiet")
    desk_key = gatefold(
        *("keys", "create", SITE, "--name", "demo newsroom desk", "--test", "--quiet"),
        *("--scope", "articles:write", "--scope", "articles:read", "--scope", "articles:drafts"),
    )
    staff_key = gatefold("keys", "create", SITE, "--name", "demo staff", "--staff", "--test", "--quiet")
    email, password = add_reader()
    signal.signal(signal.SIGTERM, _interrupt)
    programs: list[subprocess.Popen[bytes]] = []
    try:
        programs.append(start("-m", "service.cli", "serve"))
        wait_for(f"{GATEFOLD_URL}/readyz", programs)
        run("examples/newsroom/seed.py", GATEFOLD_KEY=desk_key)
        programs.append(start("examples/newsroom", GATEFOLD_KEY=front_end_key))
        wait_for(NEWSROOM_URL, programs)
        print(
            WELCOME.format(**locals(), gatefold=GATEFOLD_URL, newsroom=NEWSROOM_URL, log=LOG),
            flush=True,
        )
        while all(program.poll() is None for program in programs):
            time.sleep(0.5)
        sys.exit(f"One of the programs stopped. {last_words()}")
    except KeyboardInterrupt:
        print("\nStopping ...")
    finally:
        stop(programs)


WELCOME = """
  The newspaper     {newsroom}
  Reader accounts   {gatefold}/account
  Mail in, mail out {gatefold}/dev/mail
  API reference     {gatefold}/docs

  A reader          {email}
  Her password      {password}
  A front-end key   {front_end_key}
  A staff key       {staff_key}

  Let her read what is for subscribers, in another terminal:
      .venv/bin/gatefold grant {email} premium --for 30d

  Ctrl-C stops everything; `make run` starts again with what is there.
  The log is {log}.
"""


def port_of(url: str) -> int:
    return urlsplit(url).port or 80


def require_free(url: str, setting: str) -> None:
    """Whoever answers there already is not ours, and would be taken for it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((urlsplit(url).hostname or "", port_of(url)))
        except OSError:
            sys.exit(
                f"Something else listens at {url} already. Stop it, or choose another port, such as\n"
                f"    make run {setting}=http://localhost:{port_of(url) + 100}"
            )


def gatefold(*words: str) -> str:
    """Run one of Gatefold's commands and return what it printed."""
    done = subprocess.run([sys.executable, "-m", "service.cli", *words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"gatefold {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.strip()


def add_site() -> None:
    known = gatefold("sites", "list", "--json")
    if SITE not in known:
        gatefold("sites", "add", SITE, "--name", "The Marram Courier", "--address", NEWSROOM_URL)
    elif f'"{NEWSROOM_URL}"' not in known:
        gatefold("sites", "address", "add", SITE, NEWSROOM_URL)


def add_reader() -> tuple[str, str]:
    """A reader of this run's own: staff can never set the password of one who is there."""
    email = f"reader-{secrets.token_hex(2)}@example.org"
    said = gatefold("readers", "add", "--email", email, "--name", "Robin Reader", "--generate")
    return email, said.rpartition(": ")[2]


def start(*words: str, **environment: str) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C reaches it through us alone."""
    with LOG.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, *words],
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def run(*words: str, **environment: str) -> None:
    subprocess.run([sys.executable, *words], env={**os.environ, **environment}, check=True)


def wait_for(url: str, programs: list[subprocess.Popen[bytes]]) -> None:
    for _ in range(READY_WITHIN_SECONDS * 10):
        if any(program.poll() is not None for program in programs):
            sys.exit(f"It did not start. {last_words()}")
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    sys.exit(f"{url} did not answer within {READY_WITHIN_SECONDS} seconds.")


def last_words() -> str:
    return f"The end of its log:\n{LOG.read_text()[-2000:]}"


def stop(programs: list[subprocess.Popen[bytes]]) -> None:
    for another in (signal.SIGINT, signal.SIGTERM):
        signal.signal(another, signal.SIG_IGN)  # a second Ctrl-C must leave none of them behind
    for program in reversed(programs):
        program.terminate()
    for program in programs:
        try:
            program.wait(30)
        except subprocess.TimeoutExpired:
            program.kill()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
