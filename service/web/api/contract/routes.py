"""The endpoints' addresses as Flask routes them."""

import re

from flask import Flask
from werkzeug.routing import BaseConverter

from service.catalogue.articles import SLUG_PATTERN
from service.foundation.identifiers import ALPHABET, LENGTH
from service.web.api.contract.endpoint import Endpoint

PARAMETER = re.compile(r"{(\w+)}")


class SlugConverter(BaseConverter):
    regex = SLUG_PATTERN.pattern


class IdConverter(BaseConverter):
    """Ids of any kind, so that no other word in an id's place (`sign-out`) is taken for one."""

    regex = f"[a-z]{{3}}_[{ALPHABET}]{{{LENGTH}}}"


def prepare_routes(app: Flask) -> None:
    app.url_map.converters.update(slug=SlugConverter, id=IdConverter)
    app.url_map.merge_slashes = False  # an address with two is another address, not a way round to this one


def route_of(endpoint: Endpoint) -> str:
    """The path as Flask writes it."""
    return PARAMETER.sub(lambda found: f"<{'slug' if found[1] == 'slug' else 'id'}:{found[1]}>", endpoint.path)
