"""Sites, their addresses and their keys in the database."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.sites.site import (
    FRONT_END_SCOPES,
    STAFF_SCOPES,
    AddressTaken,
    BadOrigin,
    Mode,
    Scope,
    SiteExists,
    UnknownAddress,
    UnknownKey,
    UnknownSite,
)
from service.sites.store import (
    add_address,
    add_key,
    add_site,
    find_site_at,
    front_end_keys,
    get_site,
    list_keys,
    list_sites,
    remove_address,
    revoke_key,
    write_last_used,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def courier(connection, clock):
    addresses = ["https://courier.example/", "https://COURIER.example", "http://localhost:8401"]
    return add_site(connection, "courier", "The Courier", addresses, clock.now())


def test_a_site_has_its_addresses_once_each(connection, courier):
    assert courier.origins == ("https://courier.example", "http://localhost:8401")
    assert courier.id.startswith("sit_")
    for origin in courier.origins:
        assert find_site_at(connection, origin) == courier.id
    assert find_site_at(connection, "https://elsewhere.example") is None


def test_sites_are_listed_as_they_were_added_and_found_by_handle(connection, courier, clock):
    clock.advance(HOUR)
    gazette = add_site(connection, "gazette", "The Gazette", [], clock.now())
    assert [site.handle for site in list_sites(connection)] == ["courier", "gazette"]
    assert list_sites(connection)[1] == gazette
    found = get_site(connection, "courier")
    assert (found.id, set(found.origins)) == (courier.id, set(courier.origins))
    with pytest.raises(UnknownSite):
        get_site(connection, "herald")


@pytest.mark.parametrize(
    ("handle", "addresses", "fault"),
    [
        ("courier", [], SiteExists),
        ("herald", ["https://courier.example"], SiteExists),
        ("herald", ["https://herald.example", "nowhere"], BadOrigin),
    ],
)
def test_a_site_that_cannot_be_is_not_stored_by_half(database, clock, handle, addresses, fault):
    with database.writing() as connection:
        add_site(connection, "courier", "The Courier", ["https://courier.example"], clock.now())
    with pytest.raises(fault), database.writing() as connection:
        add_site(connection, handle, "Another", addresses, clock.now())
    with database.reading() as connection:
        assert [site.handle for site in list_sites(connection)] == ["courier"]
        assert find_site_at(connection, "https://herald.example") is None


def test_an_address_is_added_and_removed(connection, courier, clock):
    assert add_address(connection, courier.id, "https://AMP.courier.example/a") == "https://amp.courier.example"
    assert find_site_at(connection, "https://amp.courier.example") == courier.id
    assert remove_address(connection, courier.id, "https://amp.courier.example/") == "https://amp.courier.example"
    assert find_site_at(connection, "https://amp.courier.example") is None
    with pytest.raises(UnknownAddress):
        remove_address(connection, courier.id, "https://amp.courier.example")
    for change in (add_address, remove_address):
        with pytest.raises(BadOrigin):
            change(connection, courier.id, "nowhere")


def test_a_site_removes_no_address_of_another(connection, courier, clock):
    gazette = add_site(connection, "gazette", "The Gazette", [], clock.now())
    with pytest.raises(UnknownAddress):
        remove_address(connection, gazette.id, "https://courier.example")
    assert find_site_at(connection, "https://courier.example") == courier.id


def test_an_address_leads_to_one_site(connection, courier, clock):
    gazette = add_site(connection, "gazette", "The Gazette", [], clock.now())
    with pytest.raises(AddressTaken), connection.begin_nested():
        add_address(connection, gazette.id, "https://courier.example")
    assert find_site_at(connection, "https://courier.example") == courier.id


@pytest.mark.parametrize(("mode", "prefix"), [(Mode.LIVE, "gf_live_"), (Mode.TEST, "gf_test_")])
def test_a_key_is_shown_once_and_listed_by_its_ending(connection, courier, clock, mode, prefix):
    key, token = add_key(connection, courier.id, "Website", mode, FRONT_END_SCOPES, clock.now())
    assert token.startswith(prefix)
    assert list_keys(connection, courier.id) == [key]
    assert (key.ending, key.scopes, key.mode) == (token[-4:], FRONT_END_SCOPES, mode)
    assert (key.last_used_at, key.revoked_at) == (None, None)
    assert token not in str(connection.execute(select(front_end_keys)).all())
    assert token not in repr(key)


def test_staff_keys_have_every_scope_and_front_ends_few():
    assert frozenset(Scope) == STAFF_SCOPES
    assert {"articles:read", "sessions"} == FRONT_END_SCOPES


def test_keys_are_listed_by_site(connection, courier, clock):
    gazette = add_site(connection, "gazette", "The Gazette", [], clock.now())
    first, _ = add_key(connection, courier.id, "First", Mode.LIVE, STAFF_SCOPES, clock.now())
    clock.advance(HOUR)
    second, _ = add_key(connection, courier.id, "Second", Mode.LIVE, STAFF_SCOPES, clock.now())
    assert list_keys(connection, courier.id) == [first, second]
    assert list_keys(connection, gazette.id) == []


def test_a_key_is_revoked_once(connection, courier, clock):
    key, _ = add_key(connection, courier.id, "Website", Mode.LIVE, FRONT_END_SCOPES, clock.now())
    other, _ = add_key(connection, courier.id, "Other", Mode.LIVE, FRONT_END_SCOPES, clock.now() + HOUR)
    revoked_at = clock.now()
    revoke_key(connection, key.id, revoked_at)
    revoke_key(connection, key.id, clock.advance(HOUR))
    assert [listed.revoked_at for listed in list_keys(connection, courier.id)] == [revoked_at, None]
    assert other.revoked_at is None
    with pytest.raises(UnknownKey):
        revoke_key(connection, "key_unknown", clock.now())


def test_when_a_key_was_last_used_is_written(connection, courier, clock):
    key, _ = add_key(connection, courier.id, "Website", Mode.LIVE, FRONT_END_SCOPES, clock.now())
    write_last_used(connection, {key.id: clock.advance(HOUR), "key_gone": clock.now()})
    assert list_keys(connection, courier.id)[0].last_used_at == clock.now()
