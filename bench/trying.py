"""Looks at some answers before they are measured: a wrong answer may be a fast one."""

import json
import statistics

from bench.cases import Case, gate_request
from bench.driving import BadAnswers
from bench.names import access_level_of, entitled, slug_of
from bench.population import BODY_OCTETS, Population
from bench.serving import Served
from service.catalogue.articles import AccessLevel

TRIED = 50


def usual_octets(case: Case, population: Population, gatefold: Served) -> int:
    """See that the answers are those to be measured; returns their usual size. Raises :class:`BadAnswers`."""
    answers = [_answer(case, gatefold, request) for request in case.draw_many(population, TRIED, seed=-1)]
    if case.name == "gate":
        _try_gate(case, gatefold)
    else:
        _try_decisions(case, answers)
    return int(statistics.median(map(len, answers)))


def _answer(case: Case, gatefold: Served, request: bytes) -> bytes:
    status, answer = gatefold.ask(request)
    if status != 200:
        raise BadAnswers(f"{case.name}: an answer with status {status}: {answer[:500]!r}")
    return answer


def _try_decisions(case: Case, answers: list[bytes]) -> None:
    granted = set()
    for answer in answers:
        told = json.loads(answer)
        _require(told["session"]["state"] == "live", case, answer)
        granted |= {item["decision"]["granted"] for item in told.get("items", [told])}
        if "article" in told:
            _require(len(told["article"]["body_html"]) >= BODY_OCTETS, case, answer)
    _require(granted == ({True} if case.name == "body" else {True, False}), case, b"always the same decision")


def _try_gate(case: Case, gatefold: Served) -> None:
    """It lets all whose requests are drawn through: so see that it keeps another out."""
    stranger = next(session for session in range(2) if not entitled(session))
    article = next(number for number in range(10) if access_level_of(number) is AccessLevel.PREMIUM)
    status, _ = gatefold.ask(gate_request(slug_of(article), stranger))
    _require(status == 403, case, b"a stranger was let through")


def _require(right: bool, case: Case, answer: bytes) -> None:
    if not right:
        raise BadAnswers(f"{case.name}: not the answer to be measured: {answer[:500]!r}")
