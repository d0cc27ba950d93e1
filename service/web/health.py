"""Whether the process lives (``/healthz``), and whether it can answer (``/readyz``)."""

from flask import Blueprint, Response

from service.foundation.database import DatabaseUnavailable
from service.web.callers import ANYONE, open_to
from service.web.doors import doors

health = Blueprint("health", __name__)


@health.get("/healthz")
@open_to(ANYONE)
def healthz() -> Response:
    return Response("alive\n", mimetype="text/plain")


@health.get("/readyz")
@open_to(ANYONE)
def readyz() -> Response:
    try:
        doors().database.check()
    except DatabaseUnavailable:
        return Response("the database does not answer\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")
