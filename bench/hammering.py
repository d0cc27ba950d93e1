"""Many clients of one thread, who read one article after another as fast as they are answered, and what they get."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from selectors import EVENT_READ, DefaultSelector

from bench.connections import Connection
from bench.driving import BadAnswers
from bench.serving import Served
from bench.spending import clients_of

BURST = 64
MOST_BURSTS = 10
ACCEPTED_WITHIN = 0.2  # seconds
ANSWERED_WITHIN = 10.0


@dataclass(slots=True)
class Right:
    """A reader's right to an article, hammered at until it was revoked and for some time after."""

    request: bytes
    ending: bool = False  # set before it is being revoked: until then, each reply must hold the body
    revoked: bool = False  # set once the revocation was answered: who asks from then on must get nothing
    bodies: int = 0  # to requests that were sent before that
    late_bodies: int = 0
    late_denials: int = 0

    @property
    def late(self) -> int:
        return self.late_bodies + self.late_denials


@dataclass
class Hammers:
    """Clients of one server, each with a connection of its own, all at the same right."""

    connections: Sequence[Connection]
    sign_of_body: bytes
    _asked: dict[Connection, tuple[Right, bool]] = field(default_factory=dict)
    _selector: DefaultSelector = field(default_factory=DefaultSelector)

    def hammer(self, right: Right, *, until_bodies: int = 0, until_late: int = 0) -> None:
        """Go on until so many bodies came, and so many replies to what was asked late. Raises :class:`BadAnswers`."""
        for connection in self.connections:
            if connection not in self._asked:
                self._selector.register(connection, EVENT_READ, connection)
                self._ask(connection, right)
        while right.bodies < until_bodies or right.late < until_late:
            if not (answered := self._selector.select(ANSWERED_WITHIN)):
                raise BadAnswers(f"hammering: no answer within {ANSWERED_WITHIN} s.")
            for key, _ in answered:
                self._go_on(key.data, right)

    def _go_on(self, connection: Connection, right: Right) -> None:
        if (reply := connection.receive()) is not None:
            self._note(connection, reply.status, reply.octets)
            self._ask(connection, right)

    def _ask(self, connection: Connection, right: Right) -> None:
        self._asked[connection] = (right, right.revoked)
        connection.send(right.request)

    def _note(self, connection: Connection, status: int, octets: bytes) -> None:
        right, late = self._asked[connection]
        body = self.sign_of_body in octets
        if status != 200 or not (body or right.ending):
            raise BadAnswers(f"hammering: not the answer to be counted: {octets[:500]!r}")
        if late:
            right.late_bodies += body
            right.late_denials += not body
        else:
            right.bodies += body


def connect_evenly(stack: ExitStack, served: Served, workers: int, number: int) -> list[Connection]:
    """As many connections to each of the workers. Which of them takes a connection is the system's choice, and it
    prefers one: so more are opened than are kept. Raises :class:`BadAnswers` where a worker takes too few.
    """
    of_each = number // workers
    opened: dict[int, Connection] = {}
    for _ in range(MOST_BURSTS):
        opened |= {connection.port: connection for connection in (Connection(served.port) for _ in range(BURST))}
        time.sleep(ACCEPTED_WITHIN)
        taken = clients_of(served.pid, served.port)
        if len(taken) == workers and min(len(ports) for ports in taken.values()) >= of_each:
            kept = [opened.pop(port) for ports in taken.values() for port in ports[:of_each]]
            for connection in opened.values():
                connection.close()
            for connection in kept:
                stack.callback(connection.close)
            return kept
    raise BadAnswers(f"hammering: after {len(opened)} connections, not {of_each} to each of {workers} workers.")
