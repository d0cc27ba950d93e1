"""What to do where something a test needs is not on this machine: skip loudly, or fail where CI runs."""

import os
import warnings
from typing import NoReturn

import pytest


def missing(what: str, remedy: str) -> NoReturn:
    sentence = f"{what} is missing: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    warnings.warn(sentence, stacklevel=2)
    pytest.skip(sentence)
