"""What is handed through the hatch is answered once, or known to be lost."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread

import pytest

from service.serving.errands import Errands
from service.serving.hatch import Full, Hatch, Passed
from service.web.answers import Answered

MOST = 20
AT_ONCE = 0.01
SOON = 5.0
LARGE = os.urandom(4 * 1024 * 1024)
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"
NOTHING: Passed = ({}, b"")

Told = SimpleQueue[Answered | None]


@pytest.fixture
def hatch() -> Hatch:
    return Hatch()


@pytest.fixture
def errands(hatch: Hatch) -> Errands:
    return Errands(hatch, MOST)


def take(hatch: Hatch) -> Connection:
    taken = hatch.take(within=SOON)
    assert taken is not None
    return taken


@contextmanager
def echoing(hatch: Hatch, times: int = 1) -> Iterator[None]:
    """Within the block, so many requests are answered."""

    def echo() -> None:
        with take(hatch) as asked:
            environ, body = asked.recv()
            asked.send(Answered(200, [("X-Path", environ["PATH_INFO"])], body))

    threads = [Thread(target=echo) for _ in range(times)]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("body", [b"", b"\0\r\n" * 9, LARGE], ids=["nothing", "octets", "4 MiB"])
def test_a_request_is_answered(hatch: Hatch, errands: Errands, body):
    told = Told()
    with echoing(hatch):
        errands.send(({"PATH_INFO": "/a"}, body), HOME, told.put)
        assert told.get(timeout=SOON) == Answered(200, [("X-Path", "/a")], body)


def test_a_large_body_that_nobody_takes_is_given_up_and_never_carried_out(
    hatch: Hatch, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hatch, "taken_within", 0.2)
    with pytest.raises(Full):
        hatch.give(({}, LARGE))
    with take(hatch) as abandoned, pytest.raises(OSError, match="end of file"):
        abandoned.recv()
    told = Told()
    with echoing(hatch):
        Errands(hatch, MOST).send(({"PATH_INFO": "/a"}, LARGE), HOME, told.put)
        assert told.get(timeout=SOON) == Answered(200, [("X-Path", "/a")], LARGE)


def test_a_hatch_holds_what_one_of_an_earlier_version_does():
    # Its parent hands it on at SIGHUP, to processes of the newer code, without making it anew.
    assert set(vars(Hatch())) == {"_giving", "_taking"}


def test_each_is_told_its_own_answer_once(hatch: Hatch, errands: Errands):
    told = Told()
    with echoing(hatch, MOST):
        for number in range(MOST):
            errands.send(({"PATH_INFO": f"/{number}"}, b""), f"192.0.2.{number}", told.put)
        answers = [told.get(timeout=SOON) for _ in range(MOST)]
    assert sorted(answer.headers[0][1] for answer in answers if answer) == sorted(f"/{n}" for n in range(MOST))
    assert told.empty()


def test_no_more_than_may_be_under_way_are(hatch: Hatch, errands: Errands):
    told = Told()
    for number in range(MOST):
        errands.send(NOTHING, f"192.0.2.{number}", told.put)
    with pytest.raises(Full):
        errands.send(NOTHING, HOME, told.put)
    take(hatch).close()
    assert told.get(timeout=SOON) is None
    errands.send(NOTHING, HOME, told.put)


def test_of_one_sender_no_more_than_half_as_many_are(hatch: Hatch, errands: Errands):
    told = Told()
    for _ in range(MOST // 2):
        errands.send(NOTHING, HOME, told.put)
    with pytest.raises(Full):
        errands.send(NOTHING, HOME, told.put)
    errands.send(NOTHING, ELSEWHERE, told.put)
    take(hatch).close()
    assert told.get(timeout=SOON) is None
    errands.send(NOTHING, HOME, told.put)


def test_nobody_asks_and_nothing_is_taken(hatch: Hatch):
    assert hatch.take(within=AT_ONCE) is None


def test_one_that_ends_before_it_has_answered_leaves_the_request_lost(hatch: Hatch, errands: Errands):
    told = Told()
    errands.send(NOTHING, HOME, told.put)
    take(hatch).close()
    assert told.get(timeout=SOON) is None


def test_once_all_who_take_are_gone_what_lies_in_the_hatch_is_lost(hatch: Hatch, errands: Errands):
    told = Told()
    errands.send(NOTHING, HOME, told.put)
    hatch.leave_taking_to_others()  # and there are none
    assert told.get(timeout=SOON) is None
    with pytest.raises(Full):
        errands.send(NOTHING, HOME, told.put)


def test_where_the_system_has_no_room_to_wait_it_is_lost_and_the_others_are_answered(hatch, errands, monkeypatch):
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "none")

    told = Told()
    with monkeypatch.context() as patched:
        patched.setattr(errands._selector, "register", no_room)
        errands.send(NOTHING, HOME, told.put)
    assert told.get(timeout=SOON) is None
    take(hatch).close()
    with echoing(hatch):
        errands.send(({"PATH_INFO": "/a"}, b""), HOME, told.put)
        assert told.get(timeout=SOON) is not None
