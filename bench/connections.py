"""Kept-alive connections on which nobody waits: what one thread needs to be many clients at a small cost."""

import socket
from dataclasses import dataclass

from bench.driving import BadAnswers

CHUNK = 256 * 1024
END_OF_HEADERS = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    octets: bytes  # all of it, headers too


class Connection:
    """One request at a time; the reply is there once :meth:`receive` returns it."""

    def __init__(self, server_port: int) -> None:
        self._received = b""
        self._socket = socket.create_connection(("127.0.0.1", server_port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def port(self) -> int:
        """Its own."""
        return int(self._socket.getsockname()[1])

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, request: bytes) -> None:
        self._received = b""
        self._socket.sendall(request)

    def receive(self) -> Reply | None:
        """What has come, if that is a whole reply: when there is something to read. Raises :class:`BadAnswers`."""
        if not (chunk := self._socket.recv(CHUNK)):
            raise BadAnswers("The server closed a connection whose request it had not answered.")
        self._received += chunk
        headers, end, body = self._received.partition(END_OF_HEADERS)
        if not end or len(body) < _length(headers):
            return None
        return Reply(int(headers[9:12]), self._received)

    def close(self) -> None:
        self._socket.close()


def _length(headers: bytes) -> int:
    lowered = headers.lower()
    at = lowered.find(LENGTH)
    return int(lowered[at + len(LENGTH) :].partition(b"\r\n")[0]) if at >= 0 else 0
