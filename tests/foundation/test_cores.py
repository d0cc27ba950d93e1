"""A thread stays on its core for as long as it was told to."""

import os
import sys
from threading import Event, Thread

import pytest

from service.foundation import cores
from service.foundation.cores import staying_on_this_core

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone lets a thread say where it runs")


def test_a_thread_stays_on_one_core_within_the_block_and_is_free_again_after_it():
    free = os.sched_getaffinity(0)

    with staying_on_this_core():
        within = os.sched_getaffinity(0)

    assert len(within) == 1
    assert within <= free
    assert os.sched_getaffinity(0) == free


def test_it_is_free_again_after_a_fault():
    free = os.sched_getaffinity(0)

    with pytest.raises(KeyError), staying_on_this_core():
        raise KeyError

    assert os.sched_getaffinity(0) == free


def test_the_other_threads_of_the_process_are_as_free_as_before():
    free, over = os.sched_getaffinity(0), Event()
    other = Thread(target=over.wait)
    other.start()
    try:
        with staying_on_this_core():
            assert os.sched_getaffinity(other.native_id or 0) == free
    finally:
        over.set()
        other.join()


def refuse(*_: object) -> None:
    raise PermissionError


@pytest.mark.parametrize(
    ("where", "name", "put"),
    [
        (os, "sched_getaffinity", refuse),
        (os, "sched_setaffinity", refuse),
        (cores, "_sched_getcpu", lambda: -1),
        (cores, "_sched_getcpu", None),
    ],
    ids=["may not ask", "may not say", "not told", "cannot be told"],
)
def test_where_it_cannot_say_so_the_thread_goes_on_as_it_was(monkeypatch, where, name, put):
    free = os.sched_getaffinity(0)
    with monkeypatch.context() as patched:
        patched.setattr(where, name, put)
        with staying_on_this_core():
            pass
    assert os.sched_getaffinity(0) == free
