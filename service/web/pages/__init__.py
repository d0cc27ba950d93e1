"""The reader's hosted pages."""

from flask import Flask


def register_pages(app: Flask) -> None:
    """Add the pages' routes."""
