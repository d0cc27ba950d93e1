"""Sign-in, the sixth device, swap, sign-out, and what an ended device is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from service.devices.sessions import StartedSession
from tests.support.clock import FrozenClock
from tests.support.people import LIFE, People, Person
from tests.web.api.conftest import FIREFOX, Asking, code_of

SignIn = Callable[..., StartedSession]
ANDROID = "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"


def signs_in(asking: Asking, person: Person, **given: object) -> TestResponse:
    return asking.post("/v1/sign-in", {"email": person.email, "password": person.password, **given})


def test_a_front_end_is_given_the_session(front_end: Asking, people: People) -> None:
    answer = signs_in(front_end, people.alice, device_name="Kitchen tablet").json
    assert answer["session_token"].startswith("gfs_")
    assert answer["reader"] == {"id": people.alice.id, "name": "Alice", "email": people.alice.email}
    assert answer["device"]["name"] == "Kitchen tablet"
    assert answer["device"]["current"] is True
    session = front_end.speaking_for(answer["session_token"]).get("/v1/session").json
    assert session["state"] == "live"
    assert session["device"]["id"] == answer["device"]["id"]


def test_a_browser_is_given_a_cookie_and_no_token(browser: Asking, people: People) -> None:
    response = signs_in(browser, people.alice)
    assert response.json["session_token"] is None
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("gatefold_session=gfs_")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "gfs_" not in response.text
    assert browser.get("/v1/session").json["reader"]["name"] == "Alice"


def test_a_device_that_signs_in_again_keeps_its_place_and_gets_a_new_token(front_end: Asking, people: People) -> None:
    first = signs_in(front_end, people.alice).json
    again = signs_in(front_end.speaking_for(first["session_token"]), people.alice).json
    assert again["device"]["id"] == first["device"]["id"]
    assert again["session_token"] != first["session_token"]
    ended = front_end.speaking_for(first["session_token"]).get("/v1/session").json
    assert (ended["state"], ended["cause"]) == ("ended", "renewed")


def test_a_device_that_signs_in_as_another_reader_frees_the_first_ones_place(front_end: Asking, people: People) -> None:
    alices = signs_in(front_end, people.alice).json["session_token"]
    bobs = signs_in(front_end.speaking_for(alices), people.bob).json["session_token"]
    ended = front_end.speaking_for(alices).get("/v1/session").json
    assert (ended["state"], ended["cause"]) == ("ended", "signed_out")
    assert front_end.speaking_for(bobs).get("/v1/session").json["reader"]["id"] == people.bob.id


def test_wrong_credentials_are_refused_alike(front_end: Asking, people: People) -> None:
    wrong = front_end.post("/v1/sign-in", {"email": people.alice.email, "password": "not at all hers"})
    unknown = front_end.post("/v1/sign-in", {"email": "nobody@example.org", "password": "not at all hers"})
    assert code_of(wrong) == code_of(unknown) == "credentials_refused"
    assert wrong.json == unknown.json
    assert wrong.headers["WWW-Authenticate"]


def test_a_guesser_in_one_place_keeps_nobody_out_elsewhere(front_end: Asking, people: People) -> None:
    here, there = {"Gatefold-Reader-Address": "192.0.2.1"}, {"Gatefold-Reader-Address": "192.0.2.2"}
    guess = {"email": people.alice.email, "password": "a guess at hers"}
    guesses = [front_end.post("/v1/sign-in", guess, headers=here).status_code for _ in range(120)]
    assert guesses == [401] * 10 + [429] * 110
    right = {"email": people.alice.email, "password": people.alice.password}
    assert front_end.post("/v1/sign-in", right, headers=there).status_code == 200


def test_guessing_is_stopped_with_a_time_to_wait(front_end: Asking, people: People) -> None:
    for _ in range(10):
        front_end.post("/v1/sign-in", {"email": people.alice.email, "password": "a guess at hers"})
    stopped = signs_in(front_end, people.alice)
    assert code_of(stopped) == "quota_exceeded"
    assert int(stopped.headers["Retry-After"]) > 0
    assert stopped.json["resets_at"].endswith("Z")


def test_a_front_end_counts_tries_against_its_readers_own_address(front_end: Asking, people: People) -> None:
    elsewhere = {"Gatefold-Reader-Address": "203.0.113.7"}
    for _ in range(10):
        front_end.post("/v1/sign-in", {"email": people.alice.email, "password": "a guess"}, headers=elsewhere)
    assert signs_in(front_end, people.alice).status_code == 200
    refused = front_end.get("/v1/session", headers={"Gatefold-Reader-Address": "not one"})
    assert code_of(refused) == "malformed_request"


def test_the_device_is_named_after_the_readers_browser(front_end: Asking, people: People) -> None:
    answer = front_end.post(
        "/v1/sign-in",
        {"email": people.alice.email, "password": people.alice.password},
        headers={"Gatefold-Reader-Agent": ANDROID},
    ).json
    assert answer["device"]["name"] == "Firefox on Android"


def test_the_sixth_device_chooses_who_gives_way_and_the_ended_one_is_told(front_end: Asking, people: People) -> None:
    tokens = [signs_in(front_end, people.alice, device_name=f"Device {n}").json["session_token"] for n in range(5)]
    asked = front_end.post(
        "/v1/sign-in",
        {"email": people.alice.email, "password": people.alice.password, "device_name": "The sixth"},
        headers={"Gatefold-Reader-Agent": ANDROID},
    )
    assert code_of(asked) == "device_limit_reached"
    assert asked.json["limit"] == 5
    assert {device["name"] for device in asked.json["devices"]} == {f"Device {n}" for n in range(5)}
    assert "gfs_" not in asked.text
    assert all(front_end.speaking_for(token).get("/v1/session").json["state"] == "live" for token in tokens)

    chosen = next(device["id"] for device in asked.json["devices"] if device["name"] == "Device 2")
    wanted = {"swap_ticket": asked.json["swap_ticket"], "device_id": chosen}
    swapped = front_end.post("/v1/swap", wanted, headers={"Gatefold-Reader-Agent": ANDROID})
    assert swapped.status_code == 200
    assert swapped.json["device"]["name"] == "The sixth"
    assert code_of(front_end.post("/v1/swap", wanted)) == "ticket_refused"

    told = front_end.speaking_for(tokens[2]).get("/v1/session").json
    assert (told["state"], told["cause"], told["by_device"]) == ("ended", "swapped", "Firefox on Android")
    assert told["ended_at"]
    refused = front_end.speaking_for(tokens[2]).get("/v1/devices")
    assert code_of(refused) == "session_ended"
    assert (refused.json["cause"], refused.json["by_device"]) == ("swapped", "Firefox on Android")
    listed = front_end.speaking_for(swapped.json["session_token"]).get("/v1/devices").json["items"]
    assert len(listed) == 5
    assert chosen not in {device["id"] for device in listed}


def test_a_browser_swaps_too_and_is_given_the_cookie(browser: Asking, people: People, sign_in: SignIn) -> None:
    for _ in range(5):
        sign_in(people.alice)
    asked = signs_in(browser, people.alice)
    assert code_of(asked) == "device_limit_reached"
    assert "Set-Cookie" not in asked.headers
    choice = {"swap_ticket": asked.json["swap_ticket"], "device_id": asked.json["devices"][0]["id"]}
    assert browser.post("/v1/swap", choice).headers["Set-Cookie"].startswith("gatefold_session=gfs_")
    assert browser.get("/v1/session").json["state"] == "live"


def test_a_choice_that_is_none_of_hers_is_asked_again(front_end: Asking, people: People, sign_in: SignIn) -> None:
    charlies = sign_in(people.charlie)
    for _ in range(5):
        sign_in(people.alice)
    ticket = signs_in(front_end, people.alice).json["swap_ticket"]
    again = front_end.post("/v1/swap", {"swap_ticket": ticket, "device_id": charlies.device.id})
    assert code_of(again) == "device_limit_reached"
    assert again.json["swap_ticket"] != ticket
    assert front_end.speaking_for(charlies.token).get("/v1/session").json["state"] == "live"


def test_signing_out_ends_the_session_everywhere(front_end: Asking, people: People, sign_in: SignIn) -> None:
    as_alice = front_end.speaking_for(sign_in(people.alice).token)
    assert as_alice.post("/v1/sign-out").status_code == 204
    assert as_alice.get("/v1/session").json["cause"] == "signed_out"
    assert as_alice.post("/v1/sign-out").status_code == 204
    assert front_end.post("/v1/sign-out").status_code == 204


def test_signing_out_clears_a_browsers_cookie_and_the_saved_one_is_dead(browser: Asking, people: People) -> None:
    saved = signs_in(browser, people.alice).headers["Set-Cookie"].partition(";")[0]
    gone = browser.post("/v1/sign-out").headers["Set-Cookie"]
    assert gone.startswith("gatefold_session=;")
    assert "Max-Age=0" in gone
    replayed = Asking(browser.client.application.test_client(use_cookies=False), {**browser.headers, "Cookie": saved})
    assert replayed.get("/v1/session").json["state"] == "ended"


@pytest.mark.parametrize("after", [timedelta(0), -timedelta(seconds=1)])
def test_a_session_runs_out_on_its_second(
    front_end: Asking, people: People, sign_in: SignIn, clock: FrozenClock, after: timedelta
) -> None:
    as_alice = front_end.speaking_for(sign_in(people.alice).token)
    clock.advance(LIFE.idle + after)
    if after:
        assert as_alice.get("/v1/devices").status_code == 200
    else:
        assert code_of(as_alice.get("/v1/devices")) == "session_expired"
        assert as_alice.get("/v1/session").json["state"] == "expired"


def test_a_session_is_no_key_and_a_key_no_session(
    front_end: Asking, front_end_key: str, with_key: Callable[[str], Asking], people: People, sign_in: SignIn
) -> None:
    token = sign_in(people.alice).token
    refused = with_key(token).get("/v1/session")
    assert code_of(refused) == "key_required"
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert front_end.speaking_for(front_end_key).get("/v1/session").json["state"] == "none"
    assert code_of(front_end.speaking_for(front_end_key).get("/v1/devices")) == "sign_in_required"


def test_a_key_ignores_cookies_and_a_browser_ignores_the_header(
    front_end: Asking, browser: Asking, people: People, sign_in: SignIn
) -> None:
    token = sign_in(people.alice).token
    assert front_end.get("/v1/session", headers={"Cookie": f"gatefold_session={token}"}).json["state"] == "none"
    assert browser.get("/v1/session", headers={"Gatefold-Session": token}).json["state"] == "none"


def test_a_swap_ticket_is_no_session_and_no_other_ticket(front_end: Asking, people: People, sign_in: SignIn) -> None:
    for _ in range(5):
        sign_in(people.alice)
    ticket = signs_in(front_end, people.alice).json["swap_ticket"]
    assert front_end.speaking_for(ticket).get("/v1/session").json["state"] == "none"
    assert code_of(front_end.post("/v1/sign-up/confirm", {"token": ticket})) == "ticket_refused"
    reset = {"token": ticket, "password": "copper-heron-tuesday-fig"}
    assert code_of(front_end.post("/v1/recovery/confirm", reset)) == "ticket_refused"


def test_a_device_is_known_by_its_browser(browser: Asking, people: People) -> None:
    assert FIREFOX in browser.headers.values()
    assert signs_in(browser, people.alice).json["device"]["name"] == "Firefox on Linux"
