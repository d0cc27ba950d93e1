"""Schemathesis tries the contract on the service: what it promises holds, whatever is asked."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings

from service.app import create_app
from service.sites.site import STAFF_SCOPES, Mode
from service.sites.store import add_key, add_site
from service.web.api.reference.document import make_document
from service.web.doors import EXTENSION, Doors
from tests.conftest import OUR_ADDRESS
from tests.support.databases import fresh_sqlite
from tests.support.people import RULE, People, quick_passwords, settle_people, sign_in
from tests.support.settings import make_settings
from tests.support.stories import write_story

EXAMPLES = 40  # for each operation, beside those that every boundary of its schema asks for
# What no schema can say: whether mail could reach an address, a password would be guessed, a receipt is ours, a text
# has control characters, an instant is a sensible one, 5.0 is a whole number to a strict reader.
BEYOND_SCHEMAS = {
    *("/authors", "/hero_image", "/published_at", "/section", "/standfirst", "/tags", "/title", "/url"),
    *("/cursor", "/slugs", "/tag"),
    *("/email", "/name", "/password", "/device_name"),
    *("/device_limit", "/ends_at", "/note", "/starts_at", "/receipt"),
}
CONFIG = {
    "checks": {
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "304", "401", "403", "404", "409", "410", "422", "429", "503"]
        },
        "negative_data_rejection": {
            "expected-statuses": ["400", "401", "403", "404", "405", "409", "413", "415", "422", "429", "503"]
        },
    },
    # To a proxy without a good key, 401 would say that its reader should sign in.
    "operations": [{"include-path": "/gate", "checks": {"missing_required_header": {"enabled": False}}}],
}
REPLACING = replace(RULE, replace_oldest=True)


class Service:
    """The service with an article, three readers and a key that may do everything."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.house: Doors = replace(app.extensions[EXTENSION], passwords=quick_passwords())
        app.extensions[EXTENSION] = self.house
        now = self.house.clock.now()
        self.people: People = settle_people(self.house.database, self.house.passwords, now)
        with self.house.database.writing() as connection:
            site = add_site(connection, "courier", "The Courier", [OUR_ADDRESS], now)
            _, self.key = add_key(connection, site.id, "Staff", Mode.LIVE, STAFF_SCOPES, now)
        for level in ("free", "registered", "premium"):
            write_story(self.house.database, site.id, now, level)

    def headers(self) -> dict[str, str]:
        """The key, and a session that lives whatever was done to the ones before."""
        now = self.house.clock.now()
        session = sign_in(self.house.database, self.people.alice, now, rule=REPLACING)
        return {"Authorization": f"Bearer {self.key}", "Gatefold-Session": session.token}


class Door:
    """The application as Schemathesis reaches it, which it wants to know before a fixture has made it."""

    app: Flask

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


door = Door()
schema = schemathesis.openapi.from_dict(make_document(), config=schemathesis.Config.from_dict(CONFIG))
schema.app = door


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("contract")
    with fresh_sqlite(folder) as url:
        app = create_app(make_settings(database_url=url, variable_folder=folder))
        door.app = app
        yield Service(app)
        app.extensions[EXTENSION].database.close()


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_service_keeps_its_contract(case: schemathesis.Case, service: Service) -> None:
    response = case.call_and_validate(headers=service.headers())
    if response.status_code == 422 and case.meta and case.meta.generation.mode.is_positive:
        refused = {f"/{error['pointer'].split('/')[1]}" for error in response.json().get("errors", [])}
        assert refused <= BEYOND_SCHEMAS, f"the contract does not say why {refused} was refused"
