"""What all processes of `gatefold serve` have in common: how they are told apart, told to stop, and started anew."""

import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

GRACE_SECONDS = 20  # to answer what is under way, once told to stop
RESTART_AFTER_SECONDS = 1.0
NICENESS = 19  # a sixtieth of what another gets, where both want all
AUTOGROUP = Path("/proc/self/autogroup")
AUTOGROUP_TRIES, AUTOGROUP_AGAIN_SECONDS = 100, 0.1  # so often those without privileges may change one, whosever it is


class NotReplaced(Exception):
    """The new processes did not become ready, so the old ones go on."""


def settle(name: str) -> None:
    """For a process that was just started: be seen as ``name``, and leave the parent's signals to the parent.

    It has a session of its own, among which Linux shares its time out (sched(7), "The autogroup feature"): the more
    processes one session has, the less each of them gets.
    """
    with suppress(OSError):  # Linux alone has it
        Path("/proc/self/comm").write_text(name)
    with suppress(OSError):
        os.setsid()
    heed_the_parent()


def heed_the_parent() -> None:
    """A process that was just forked has the parent's handlers, which would swallow a SIGTERM sent to it now."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def give_way() -> None:
    """For the thread that calls it and those it starts: run in the time that others leave, a database among them.

    It holds where Linux does not share its time out among sessions, as in a container.
    """
    os.nice(NICENESS)


def give_way_to_other_sessions() -> None:
    """The same for this whole process, where Linux does share its time out among sessions."""
    with suppress(OSError):  # as where there is no such thing, or a container may not
        for _ in range(AUTOGROUP_TRIES):
            try:
                AUTOGROUP.write_text(str(NICENESS))
                return
            except BlockingIOError:
                time.sleep(AUTOGROUP_AGAIN_SECONDS)


def allow_many_connections() -> None:
    """Let this process and those it starts open as many as the system lets them: by default it is a thousand."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # where "no limit" is not a number that can be asked for
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def ctrl_c_left_to_parent() -> Iterator[None]:
    """Ctrl-C reaches the whole group; the parent alone decides, and stops the others one by one.

    A process that is started within the block does not hear it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
