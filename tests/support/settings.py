"""Settings for tests."""

from typing import Any

from service.foundation.settings import Settings


def make_settings(**given: Any) -> Settings:
    """Settings from the arguments alone: no ``.env`` of the checkout is read."""
    return Settings(_env_file=None, **given)
