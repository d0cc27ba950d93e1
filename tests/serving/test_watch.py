"""Whoever waits steps aside, and a few threads always take what comes; never more of them for long."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Barrier, Event, Lock, Thread

import pytest

from service.serving.watch import RELIEVED_AFTER_SECONDS, ROOM_WITHIN_SECONDS, TooManyAside, Watch

SOON = 5.0  # seconds
MOST_ASIDE = 3

Request = Callable[[], None]


class Server:
    """Threads that take requests from one queue, as the server's do, and answer under a watch."""

    def __init__(self, most_on_watch: int) -> None:
        self.watch = Watch(MOST_ASIDE, most_on_watch)
        self.taking = 0
        self._requests: SimpleQueue[Request | None] = SimpleQueue()
        self._counting = Lock()
        self.threads = [Thread(target=self._run, daemon=True) for _ in range(MOST_ASIDE + most_on_watch)]

    def send(self, request: Request) -> None:
        self._requests.put(request)

    def _run(self) -> None:
        while True:
            self._count(1)
            request = self._requests.get()
            self._count(-1)
            if request is None:
                return
            self.watch.take()
            request()
            self.watch.rest()

    def _count(self, change: int) -> None:
        with self._counting:
            self.taking += change


def start(most_on_watch: int) -> Server:
    server = Server(most_on_watch)
    for thread in server.threads:
        thread.start()
    return server


@pytest.fixture(params=[1, 2])
def most_on_watch(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture
def server(most_on_watch: int) -> Server:
    server = start(most_on_watch)
    meet(server)
    return server


def meet(server: Server) -> None:
    """Let all threads have a request at the same time, after which some take the next and the others rest."""
    together, answered = Barrier(len(server.threads)), SimpleQueue[int]()

    def request() -> None:
        together.wait(SOON)
        answered.put(1)

    for _ in server.threads:
        server.send(request)
    for _ in server.threads:
        answered.get(timeout=SOON)


@contextmanager
def waiting_aside(server: Server, number: int) -> Iterator[None]:
    """Within the block, so many requests wait for something."""
    over, waiting, back = Event(), SimpleQueue[int](), SimpleQueue[int]()

    def request() -> None:
        with server.watch.aside():
            waiting.put(1)
            over.wait(SOON)
        back.put(1)

    for _ in range(number):
        server.send(request)
    for _ in range(number):
        waiting.get(timeout=SOON)
    try:
        yield
    finally:
        over.set()
        for _ in range(number):
            back.get(timeout=SOON)


def answered(server: Server) -> bool:
    done = Event()
    server.send(done.set)
    return done.wait(SOON)


@pytest.mark.parametrize("number", range(MOST_ASIDE + 1))
def test_while_some_wait_aside_others_are_answered(server: Server, number):
    for _ in range(20):
        with waiting_aside(server, number):
            assert answered(server)
        assert answered(server)


def test_so_many_threads_take_requests_and_the_others_rest(server: Server, most_on_watch: int):
    assert answered(server)
    time.sleep(0.1)  # until it is back
    assert server.taking == most_on_watch


def test_threads_that_never_met_come_to_rest_all_the_same(most_on_watch: int):
    server = start(most_on_watch)
    for _ in range(10 * MOST_ASIDE):
        assert answered(server)
        time.sleep(0.01)  # so that each finds all others waiting
    assert server.taking == most_on_watch


def test_threads_that_are_gone_do_not_keep_the_watch(most_on_watch: int):
    server = start(most_on_watch)
    for _ in range(most_on_watch):
        gone = Thread(target=lambda: (server.watch.take(), server.watch.rest()))
        gone.start()
        gone.join()
    for _ in range(3 * MOST_ASIDE):  # each of which would rest for good after one request
        assert answered(server)


def could_step_aside(server: Server) -> "SimpleQueue[bool]":
    """Tells, once a request has tried to."""
    told = SimpleQueue[bool]()

    def request() -> None:
        try:
            with server.watch.aside():
                told.put(True)
        except TooManyAside:
            told.put(False)

    server.send(request)
    return told


def test_the_last_thread_does_not_step_aside(server: Server):
    with waiting_aside(server, MOST_ASIDE):
        assert not could_step_aside(server).get(timeout=SOON)
        assert answered(server)
    assert answered(server)


def test_a_thread_that_is_kept_by_its_request_is_relieved(server: Server):
    over = Event()
    for _ in range(MOST_ASIDE):
        server.send(lambda: over.wait(SOON))
        assert answered(server)
    over.set()
    assert answered(server)


@contextmanager
def taking_turns(server: Server, within: Request) -> Iterator[None]:
    """As many as may be aside take a turn each, and do this in it; at the block's end they have."""
    back = SimpleQueue[int]()

    def request() -> None:
        with server.watch.aside(), server.watch.turn():
            within()
        back.put(1)

    for _ in range(MOST_ASIDE):
        server.send(request)
    yield
    for _ in range(MOST_ASIDE):
        back.get(timeout=SOON)


def test_of_those_aside_as_many_run_as_may_be_on_watch(server: Server, most_on_watch: int):
    running: list[int] = []
    at_once = SimpleQueue[int]()
    first, all_there = iter(range(most_on_watch)), Barrier(most_on_watch)

    def run() -> None:
        running.append(1)
        if next(first, None) is not None:
            all_there.wait(RELIEVED_AFTER_SECONDS / 2)
        time.sleep(RELIEVED_AFTER_SECONDS / 25)
        at_once.put(len(running))
        running.pop()

    with taking_turns(server, run):
        assert answered(server)
    assert max(at_once.get() for _ in range(MOST_ASIDE)) == most_on_watch


def test_whom_others_keep_from_a_turn_for_long_runs_anyhow(server: Server):
    over, running = Event(), SimpleQueue[int]()

    def run() -> None:
        running.put(1)
        over.wait(SOON)

    with taking_turns(server, run):
        for _ in range(MOST_ASIDE):
            running.get(timeout=SOON)
        over.set()
    with taking_turns(server, lambda: None):  # which all were given back
        pass


def test_who_finds_no_room_waits_for_it_where_some_are_only_in_line(server: Server):
    over, running = Event(), SimpleQueue[int]()

    def run() -> None:
        running.put(1)
        over.wait(SOON)

    with taking_turns(server, run):
        running.get(timeout=SOON)
        told = could_step_aside(server)
        time.sleep(ROOM_WITHIN_SECONDS / 5)
        over.set()
    assert told.get(timeout=SOON)


def test_who_finds_no_room_for_long_is_refused(server: Server):
    over = Event()
    with taking_turns(server, lambda: over.wait(SOON)):
        assert not could_step_aside(server).get(timeout=SOON)
        over.set()
