"""All features of the API, in the reference's order."""

from service.web.api.access import access
from service.web.api.articles import articles
from service.web.api.contract.endpoint import Endpoint, Feature
from service.web.api.devices import devices
from service.web.api.entitlements import entitlements
from service.web.api.lists import lists
from service.web.api.readers import readers
from service.web.api.receipts import receipts
from service.web.api.recovery import recovery
from service.web.api.sign_out import sessions
from service.web.api.sign_up import sign_up

FEATURES: tuple[Feature, ...] = (
    articles,
    lists,
    access,
    sign_up,
    sessions,
    devices,
    recovery,
    readers,
    entitlements,
    receipts,
)


def list_endpoints() -> list[Endpoint]:
    return [endpoint for feature in FEATURES for endpoint in feature.endpoints]


def list_lane_endpoints() -> list[Endpoint]:
    return [endpoint for endpoint in list_endpoints() if endpoint.in_lane]
