"""`/gate` as Flask answers it, where the fast lane does not."""

from flask import Blueprint, Response, request
from werkzeug.datastructures import Headers
from werkzeug.routing import Rule

from service.web.callers import ANYONE, open_to
from service.web.doors import doors
from service.web.gate.gate import PATH, Gate

gate = Blueprint("gate", __name__)
# For every method there is, which Flask's own rules cannot be: a proxy may pass on whatever the reader used.
gate.record(lambda state: state.app.url_map.add(Rule(PATH, endpoint="gate")))


@gate.endpoint("gate")
@open_to(ANYONE)
def pass_or_not() -> Response:
    answered = Gate(doors()).answer(request.environ)
    response = Response(answered.body, answered.line)
    response.headers = Headers(answered.headers)
    return response
