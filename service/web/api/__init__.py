"""`/v1`: the API for front ends. A file per feature; `contract/endpoint.py` says how an endpoint is declared."""

from flask import Blueprint, Flask, Response, request
from flask.globals import request_ctx
from werkzeug.exceptions import NotFound

from service.web.api.contract.answering import problem_of, respond_with_problem
from service.web.api.contract.cors import answer_preflight, methods_at, share
from service.web.api.contract.routes import prepare_routes, route_of
from service.web.api.contract.running import view_of
from service.web.api.features import FEATURES
from service.web.api.reference.pages import reference

__all__ = ["register_api"]

ROOT = "/v1"


def register_api(app: Flask) -> None:
    """Add the API's routes, and the reference of it."""
    prepare_routes(app)
    api = Blueprint("api", __name__)
    for feature in FEATURES:
        for endpoint in feature.endpoints:
            api.add_url_rule(
                route_of(endpoint),
                endpoint.name,
                view_of(endpoint),
                methods=[endpoint.method],
                provide_automatic_options=False,
            )
    app.register_blueprint(api)
    app.register_blueprint(reference)
    app.before_request(_answer_at_the_root)
    app.after_request(_share)


def _answer_at_the_root() -> Response | None:
    """Preflights, and whatever below ``/v1`` has no endpoint, in the API's own manner."""
    if not _below_root():
        return None
    adapter = request_ctx.url_adapter
    if request.method == "OPTIONS" and adapter is not None and (methods := methods_at(adapter)):
        return answer_preflight(methods)
    if request.environ["PATH_INFO"].startswith("//"):  # Flask would take it for the address with one
        return respond_with_problem(problem_of(NotFound()))
    if fault := request.routing_exception:
        return respond_with_problem(problem_of(fault))
    return None


def _share(response: Response) -> Response:
    return share(response) if _below_root() else response


def _below_root() -> bool:
    return request.path == ROOT or request.path.startswith(f"{ROOT}/")
