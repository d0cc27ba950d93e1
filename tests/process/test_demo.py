"""`make run`: the service and the newsroom in front of it, as somebody meets them who has just cloned them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
import pytest

from tests.process.calling import Browser, Place

CHECKOUT = Path(__file__).parents[2]
WELCOME_WITHIN = 60.0  # seconds
ENDS_WITHIN = 15.0
PREMIUM = "keeper-of-an-unmanned-light"

pytestmark = pytest.mark.process


@dataclass
class Demo:
    process: subprocess.Popen[str]
    environment: dict[str, str]
    said: str

    def told(self, label: str) -> str:
        found = re.search(rf"^  {label} +(\S+)$", self.said, re.MULTILINE)
        assert found, f"{label!r} is not told:\n{self.said}"
        return found.group(1)


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    service, newsroom = _free_port(), _free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GATEFOLD_", "NEWSROOM_"))}
    environment = {
        **kept,
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": f"sqlite:///{folder}/demo.db",
        "GATEFOLD_VARIABLE_FOLDER": str(folder / "var"),
        "GATEFOLD_PORT": str(service),
        "GATEFOLD_PUBLIC_URL": f"http://localhost:{service}",
        "NEWSROOM_URL": f"http://localhost:{newsroom}",
    }
    log = folder / "demo.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "examples.demo"], cwd=CHECKOUT, env=environment, stdout=out, stderr=out, text=True
        )
    try:
        deadline = time.monotonic() + WELCOME_WITHIN
        while "Ctrl-C stops" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield Demo(process, environment, log.read_text())
    finally:
        family = [process, *psutil.Process(process.pid).children(recursive=True)] if process.poll() is None else []
        for one in family:
            one.kill()
        process.wait()


def test_one_can_read_what_is_free_be_stopped_at_the_wall_and_read_on_once_granted(tmp_path: Path):
    with running_demo(tmp_path) as demo:
        newspaper = demo.told("The newspaper")
        front = read(newspaper)
        assert f"/{PREMIUM}" in front
        story = newspaper.rstrip("/") + next(
            link for link in re.findall(r'href="([^"]+)"', front) if link.endswith(f"/{PREMIUM}")
        ).removeprefix(newspaper.rstrip("/"))
        words = last_words(PREMIUM)
        page = read(story)
        assert words not in page
        assert "/sign-in?return_to=" in page

        email, password = demo.told("A reader"), demo.told("Her password")
        session = sign_in(demo, email, password)
        assert words not in read(story, session)
        gatefold(demo, "grant", email, "premium", "--for", "30d")
        assert words in read(story, session)
        assert words not in read(story)
        for label in ("Reader accounts", "Mail in, mail out", "API reference"):
            assert read(demo.told(label))
        assert demo.told("A staff key").startswith("gf_test_")
        assert '"granted":true' in check_access(demo, demo.told("A front-end key"), session)

        family = psutil.Process(demo.process.pid).children(recursive=True)
        assert len(family) >= 3
        demo.process.send_signal(signal.SIGTERM)
        assert demo.process.wait(ENDS_WITHIN) == 0
        _, alive = psutil.wait_procs(family, timeout=5)
        assert alive == []


def test_one_whose_port_is_taken_is_told_how_to_choose_another(tmp_path: Path):
    with socket.create_server(("localhost", 0)) as other:
        taken = f"http://localhost:{other.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-m", "examples.demo"],
            cwd=CHECKOUT,
            env={**os.environ, "GATEFOLD_PUBLIC_URL": taken, "GATEFOLD_VARIABLE_FOLDER": str(tmp_path / "var")},
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert done.returncode == 1
    assert f"listens at {taken} already" in done.stderr
    assert "make run GATEFOLD_PUBLIC_URL=http://localhost:" in done.stderr
    assert not (tmp_path / "var").exists()  # the log of one that runs there would have been emptied


def read(url: str, session: str | None = None) -> str:
    """A page, with its typography made plain."""
    headers = {"Cookie": f"gatefold_session={session}"} if session else {}
    with urlopen(Request(url, headers=headers), timeout=10) as answer:
        return unescape(answer.read().decode())


def check_access(demo: Demo, key: str, session: str) -> str:
    """As a front end of one's own would ask."""
    url = f"{demo.environment['GATEFOLD_PUBLIC_URL']}/v1/access/{PREMIUM}"
    asking = Request(url, headers={"Authorization": f"Bearer {key}", "Gatefold-Session": session})
    with urlopen(asking, timeout=10) as answer:
        return answer.read().decode()


def last_words(slug: str) -> str:
    """Some of the last words of a story's body, below any teaser."""
    body = (CHECKOUT / "examples/newsroom/stories" / f"{slug}.html").read_text().rpartition("<p>")[2]
    return unescape(re.split(r"<|\n", body)[0])[:60]


def sign_in(demo: Demo, email: str, password: str) -> str:
    """As a browser does, on the hosted page."""
    browser = Browser(Place(int(demo.environment["GATEFOLD_PORT"]), demo.environment["GATEFOLD_PUBLIC_URL"]))
    browser.open("/sign-in")
    token = browser.send("/sign-in", email=email, password=password).session_token
    assert token
    return token


def gatefold(demo: Demo, *words: str) -> None:
    command = [sys.executable, "-m", "service.cli", *words]
    subprocess.run(command, cwd=CHECKOUT, env=demo.environment, check=True, capture_output=True, timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
