"""A reader's own devices."""

from collections.abc import Callable

import pytest

from service.devices.sessions import StartedSession
from tests.support.people import People
from tests.web.api.conftest import Asking, code_of

SignIn = Callable[..., StartedSession]


def test_a_reader_sees_names_and_ends_her_devices(front_end: Asking, people: People, sign_in: SignIn) -> None:
    here, there = sign_in(people.alice), sign_in(people.alice, "Safari on iPhone")
    as_alice = front_end.speaking_for(here.token)
    response = as_alice.get("/v1/devices")
    assert {device["id"]: device["current"] for device in response.json["items"]} == {
        here.device.id: True,
        there.device.id: False,
    }
    assert here.token not in response.text
    renamed = as_alice.patch(f"/v1/devices/{there.device.id}", {"name": "  Her   telephone "})
    assert renamed.json["name"] == "Her telephone"
    assert as_alice.delete(f"/v1/devices/{there.device.id}").status_code == 204
    assert front_end.speaking_for(there.token).get("/v1/session").json["cause"] == "signed_out_elsewhere"
    assert as_alice.delete(f"/v1/devices/{here.device.id}").status_code == 204
    assert as_alice.get("/v1/session").json["cause"] == "signed_out"


@pytest.mark.parametrize(("scope", "ended", "state"), [("others", 2, "live"), ("all", 3, "ended")])
def test_the_others_or_all_are_signed_out(
    front_end: Asking, people: People, sign_in: SignIn, scope: str, ended: int, state: str
) -> None:
    here, *others = (sign_in(people.alice) for _ in range(3))
    charlie = sign_in(people.charlie)
    as_alice = front_end.speaking_for(here.token)
    assert as_alice.post("/v1/devices/sign-out", {"scope": scope}).json == {"signed_out": ended}
    assert as_alice.get("/v1/session").json["state"] == state
    assert all(front_end.speaking_for(other.token).get("/v1/session").json["state"] == "ended" for other in others)
    assert front_end.speaking_for(charlie.token).get("/v1/session").json["state"] == "live"


def test_nobody_touches_the_devices_of_another(front_end: Asking, people: People, sign_in: SignIn) -> None:
    hers = sign_in(people.alice)
    as_charlie = front_end.speaking_for(sign_in(people.charlie).token)
    path = f"/v1/devices/{hers.device.id}"
    assert code_of(as_charlie.delete(path)) == "not_found"
    assert code_of(as_charlie.patch(path, {"name": "Mine now"})) == "not_found"
    assert front_end.speaking_for(hers.token).get("/v1/session").json["state"] == "live"


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "tab\u200bbed\u0007"])
def test_a_name_must_be_one(front_end: Asking, people: People, sign_in: SignIn, name: str) -> None:
    here = sign_in(people.alice)
    response = front_end.speaking_for(here.token).patch(f"/v1/devices/{here.device.id}", {"name": name})
    assert code_of(response) == "invalid_request"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/devices"),
        ("PATCH", "/v1/devices/dev_p4wz7dkq2s6xr3vbn5ta"),
        ("DELETE", "/v1/devices/dev_p4wz7dkq2s6xr3vbn5ta"),
        ("POST", "/v1/devices/sign-out"),
    ],
)
def test_they_ask_for_a_signed_in_reader(front_end: Asking, method: str, path: str) -> None:
    response = front_end(method, path, json={})
    assert code_of(response) == "sign_in_required"
    assert response.headers["WWW-Authenticate"]
