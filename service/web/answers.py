"""What is answered without Flask: the plain parts of a response, for any server to send."""

from http import HTTPStatus
from typing import NamedTuple

# An answer about one reader: how it may be kept, and on which headers it depends.
READERS_OWN = ("private, no-store", "Authorization, Cookie, Gatefold-Session, Origin")


class Answered(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def line(self) -> str:
        """The status as WSGI writes it."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"
