"""`/v1`: the API for front ends."""

from flask import Flask


def register_api(app: Flask) -> None:
    """Add the API's routes."""
