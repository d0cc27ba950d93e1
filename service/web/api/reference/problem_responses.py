"""The responses that problems make: those of one status that an endpoint can answer with, together."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from service.web.api.contract.endpoint import Endpoint
from service.web.api.reference.problem_schemas import schema_name
from service.web.problems import Kind

Json = dict[str, Any]
PROBLEM_JSON = "application/problem+json"
WITH_RETRY_AFTER = frozenset({429, 503})


def response_name(kinds: tuple[Kind, ...]) -> str:
    return "_or_".join(kind.code for kind in kinds)


def problem_responses(endpoints: Iterable[Endpoint]) -> Json:
    """Every response that some endpoint needs, by name."""
    needed = {
        tuple(kinds): status
        for endpoint in endpoints
        for status, kinds in groupby(endpoint.problems, key=lambda kind: kind.status)
    }
    responses = {response_name(kinds): _response(status, kinds) for kinds, status in needed.items()}
    return dict(sorted(responses.items(), key=lambda item: item[0]))


def _response(status: int, kinds: tuple[Kind, ...]) -> Json:
    """The schemas and the examples tell its problems apart."""
    names = dict.fromkeys(schema_name(kind) for kind in kinds)
    forms = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    response: Json = {"description": ". ".join(f"{kind.title} (`{kind.code}`)" for kind in kinds) + "."}
    if status in WITH_RETRY_AFTER:
        response["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    if status == 401:
        response["headers"] = {"WWW-Authenticate": {"$ref": "#/components/headers/WWWAuthenticate"}}
    response["content"] = {
        PROBLEM_JSON: {
            "schema": forms[0] if len(forms) == 1 else {"anyOf": forms},
            "examples": {kind.code: {"$ref": f"#/components/examples/{kind.code}"} for kind in kinds},
        }
    }
    return response
