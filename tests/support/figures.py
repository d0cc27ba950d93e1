"""Figures that tests count: how many tries, how many of them won. Printed once all tests have run."""

from collections.abc import Callable
from typing import Any

import pytest

FIGURE = "figure"


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """``figure("64 sign-ins, 5 let in")`` is told in the summary, also where tests run in several processes."""

    def tell(sentence: str) -> None:
        record_property(FIGURE, sentence)

    return tell


def pytest_terminal_summary(terminalreporter: Any) -> None:
    told = [
        (report.nodeid.rpartition("::")[2], value)
        for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
        if report.when == "call"
        for name, value in report.user_properties
        if name == FIGURE
    ]
    if told:
        terminalreporter.section("figures")
    for test, sentence in told:
        terminalreporter.write_line(f"{test}: {sentence}")
