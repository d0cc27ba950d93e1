"""The hatch, through which reading workers hand requests to account workers.

It is a pair of sockets without a name, held only by the processes of one `gatefold serve`. For each request a reading
worker makes another such pair and hands one end through, and whichever account worker is free takes it. So account
workers can be replaced while requests wait, none is sent twice, and there is no HTTP in between to be read in two ways.
"""

from multiprocessing.connection import Connection
from socket import SO_SNDTIMEO, SOL_SOCKET, recv_fds, send_fds, socketpair
from struct import pack

HANDED = b"."  # what goes through beside the connection: it must be something
TAKEN_WITHIN_SECONDS = 5.0  # a body too large for the system to keep meanwhile: its reading worker's thread waits

Passed = tuple[dict[str, str], bytes]  # a request's environment as far as it is text, and its body


class Full(Exception):
    """There is no room for one more request."""


class Hatch:
    taken_within = TAKEN_WITHIN_SECONDS  # of the class: a parent of an earlier version hands on a hatch without it

    def __init__(self) -> None:
        self._giving, self._taking = socketpair()
        self._giving.setblocking(False)

    def leave_taking_to_others(self) -> None:
        """For a process that only gives: once those that take are gone, what lies in the hatch is known to be lost."""
        self._taking.close()

    def give(self, request: Passed) -> Connection:
        """Hand a request through. Here its answer can be received, or the end if it is lost. Raises :class:`Full`."""
        try:
            connection, theirs = socketpair()
            connection.setsockopt(SOL_SOCKET, SO_SNDTIMEO, _timeval(self.taken_within))
            with theirs:
                send_fds(self._giving, [HANDED], [theirs.fileno()])
        except OSError as fault:
            raise Full from fault
        ours = Connection(connection.detach())
        try:
            ours.send(request)  # pickled: it is only ever read by our own processes
        except BlockingIOError as fault:
            ours.close()  # in the middle of it, so that nobody will carry it out
            raise Full from fault
        except OSError:  # who took it is gone already, which will be seen
            pass
        return ours

    def take(self, within: float) -> Connection | None:
        """The next request's connection, if one comes within so many seconds: it can be received, and answered."""
        self._taking.settimeout(within)
        try:
            _, (handed,), _, _ = recv_fds(self._taking, len(HANDED), 1)
        except TimeoutError:
            return None
        return Connection(handed)


def _timeval(seconds: float) -> bytes:
    """As the C library writes it."""
    return pack("ll", int(seconds), int(seconds % 1 * 1e6))
