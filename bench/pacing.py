"""A flood: prebuilt requests sent at a steady pace over many connections, whatever becomes of them, by one thread."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from selectors import EVENT_READ, DefaultSelector
from threading import Event, Thread

from bench.connections import Connection, Hung

CONNECTIONS = 64
NO_ANSWER = 0  # counted in place of a status


class Flood:
    """Pours until its block ends. A request that is due while each connection waits for an answer is sent late."""

    def __init__(self, port: int, requests: Iterator[bytes], per_second: float) -> None:
        self.statuses: Counter[int] = Counter()
        self.seconds = 0.0
        self._port = port
        self._requests = requests
        self._pause = 1 / per_second
        self._over = Event()
        self._thread = Thread(target=self._pour, name="flood")

    def __enter__(self) -> "Flood":
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _pour(self) -> None:
        began = due = time.monotonic()
        idle = [Connection(self._port) for _ in range(CONNECTIONS)]
        with DefaultSelector() as selector, contextlib.ExitStack() as stack:
            for connection in idle:
                stack.callback(connection.close)
            while not self._over.is_set():
                now = time.monotonic()
                while idle and due <= now:
                    if self._sent(connection := idle.pop()):
                        selector.register(connection, EVENT_READ, connection)
                    else:
                        idle.append(connection)
                    due += self._pause
                # Without a free connection there is nothing to do before an answer comes.
                for key, _ in selector.select(max(due - now, 0.001) if idle else 0.1):
                    self._go_on(key.data, selector, idle)
                due = max(due, now - 1)  # what was held up for longer is not made up for
            self.seconds = time.monotonic() - began

    def _sent(self, connection: Connection) -> bool:
        try:
            connection.send(next(self._requests))
        except OSError:
            self._begin_anew(connection)
            return False
        return True

    def _go_on(self, connection: Connection, selector: DefaultSelector, idle: list[Connection]) -> None:
        try:
            if (reply := connection.receive()) is None:
                return
            self.statuses[reply.status] += 1
            selector.unregister(connection)
            if reply.last:
                connection.reopen()
        except (Hung, OSError):
            selector.unregister(connection)
            self._begin_anew(connection)
        idle.append(connection)

    def _begin_anew(self, connection: Connection) -> None:
        self.statuses[NO_ANSWER] += 1
        connection.reopen()
