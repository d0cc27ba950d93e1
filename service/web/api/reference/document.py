"""The contract written down: the OpenAPI 3.1 document of all that the endpoints declare."""

from typing import Any

import yaml

from service import __version__
from service.web.api.features import FEATURES, list_endpoints
from service.web.api.reference.gate import GATE_HEADERS, GATE_TAG, describe_gate
from service.web.api.reference.model_schemas import ModelSchemas
from service.web.api.reference.operations import describe_operation
from service.web.api.reference.preamble import DESCRIPTION, HEADER_PARAMETERS, RESPONSE_HEADERS, SECURITY_SCHEMES
from service.web.api.reference.problem_responses import problem_responses
from service.web.api.reference.problem_schemas import FACTS, problem_examples, problem_schemas
from service.web.gate.gate import PATH as GATE

Json = dict[str, Any]


def make_document() -> Json:
    """The whole document, in a stable order."""
    endpoints = list_endpoints()
    queries = [endpoint.query for endpoint in endpoints if endpoint.query]
    bodies = [endpoint.body for endpoint in endpoints if endpoint.body]
    answers = [*FACTS.values(), *(endpoint.result for endpoint in endpoints if endpoint.result)]
    schemas = ModelSchemas(
        [
            *((model, "validation") for model in dict.fromkeys([*queries, *bodies])),
            *((model, "serialization") for model in dict.fromkeys(answers)),
        ]
    )
    paths: Json = {GATE: {"get": describe_gate()}}
    for endpoint in sorted(endpoints, key=lambda endpoint: endpoint.path):
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = describe_operation(endpoint, schemas)
    facts = {model: schemas.reference_to(model) for model in FACTS.values()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Gatefold",
            "version": __version__,
            "summary": "The API for front ends: articles behind a paywall, and the readers who may read them.",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This installation."}],
        "tags": [{"name": feature.name, "description": feature.description} for feature in FEATURES] + [GATE_TAG],
        "paths": paths,
        "components": {
            "securitySchemes": SECURITY_SCHEMES,
            "parameters": HEADER_PARAMETERS,
            "headers": {**RESPONSE_HEADERS, **GATE_HEADERS},
            "responses": problem_responses(endpoints),
            "schemas": dict(sorted({**schemas.components(without=queries), **problem_schemas(facts)}.items())),
            "examples": problem_examples(),
        },
    }


def as_yaml(document: Json) -> str:
    return yaml.dump(document, Dumper=_Readable, sort_keys=False, allow_unicode=True, width=110)


class _Readable(yaml.SafeDumper):
    """Long texts as blocks, and every value where it belongs rather than a reference to an equal one."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _Readable.represent_text)
_Readable.add_multi_representer(str, _Readable.represent_text)  # enums are texts
