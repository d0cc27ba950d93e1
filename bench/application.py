"""Gatefold as it is served, with one more route: a constant, to tell what stands around every answer."""

from flask import Flask

from bench.constant import constant_view
from service.app import create_serving_app

OCTETS = 400  # about a check's answer


def create_app() -> Flask:
    app = create_serving_app()
    app.add_url_rule("/constant", "constant", constant_view(OCTETS))
    return app
