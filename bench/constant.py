"""The yardstick: a bare Flask application whose routes each return a constant of a given size."""

import json
import os
from collections.abc import Callable

from flask import Flask, Response

SIZES = "BENCH_CONSTANTS"  # the environment's name for {route: octets}


def create_app() -> Flask:
    app = Flask("constant", static_folder=None)
    for name, octets in json.loads(os.environ[SIZES]).items():
        app.add_url_rule(f"/{name}", name, constant_view(octets), methods=["GET", "POST"])
    return app


def constant_view(octets: int) -> Callable[[], Response]:
    """A view that answers with this many octets, made beforehand."""
    text = f'"{"~" * (octets - 2)}"'.encode() if octets else b""

    def constant() -> Response:
        return Response(text, mimetype="application/json")

    return constant
