"""What a reading worker does with a request that it can neither answer nor hand on."""

import gc
from io import BytesIO
from typing import Any
from weakref import ref

import pytest

from service.foundation.settings import Settings
from service.serving.answering import Reading
from service.serving.bodies import Bodies
from service.serving.hatch import Full
from service.serving.refusals import Refusals
from service.serving.watch import Watch
from tests.serving.stand_in import Lane, Turnstile


class Sent(BytesIO):
    """A body that is under way."""


class Reply:
    def __init__(self) -> None:
        self.status = 0

    def response_bytes(self, status: int, *_: object) -> None:
        self.status = status


class NoErrands:
    def send(self, *_: object) -> None:
        raise Full


@pytest.mark.parametrize("most_aside", [0, 1], ids=["no room for a body", "no room to wait"])
def test_who_is_told_that_there_is_no_room_is_forgotten(most_aside: int) -> None:
    errands: Any = NoErrands()
    reading = Reading(Lane(), Turnstile(), errands, Watch(most_aside), Bodies(), Refusals(Settings()))
    sent, reply = Sent(b"much"), Reply()
    known = ref(sent)
    head = {"REQUEST_METHOD": "POST", "PATH_INFO": "/else", "CONTENT_LENGTH": "4", "REMOTE_ADDR": "192.0.2.1"}
    reading(reply, {**head, "wsgi.input": sent})  # type: ignore[arg-type]
    assert reply.status == 503
    del sent
    gc.collect()
    assert known() is None
