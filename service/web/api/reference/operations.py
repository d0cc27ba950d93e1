"""Describes endpoints as OpenAPI operations: who may call, what each takes, what it answers."""

from itertools import groupby
from typing import Any

from service.sites.site import Scope
from service.web.api.contract.callers import Callers
from service.web.api.contract.endpoint import Endpoint
from service.web.api.reference.model_schemas import ModelSchemas
from service.web.api.reference.problem_responses import response_name

Json = dict[str, Any]
JSON = "application/json"


def describe_operation(endpoint: Endpoint, schemas: ModelSchemas) -> Json:
    who = f"**Who may call.** {endpoint.callers.sentence}"
    operation: Json = {
        "operationId": endpoint.name,
        "tags": [endpoint.feature.name],
        "summary": endpoint.summary,
        "description": f"{endpoint.description}\n\n{who}" if endpoint.description else who,
        "security": _security(endpoint.callers, shows_session=endpoint.reader_matters),
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint, schemas), *_headers(endpoint)],
    }
    if not operation["parameters"]:
        del operation["parameters"]
    if endpoint.body:
        operation["requestBody"] = {"required": True, "content": {JSON: _content(endpoint.body, schemas)}}
    operation["responses"] = {**_replies(endpoint, schemas), **_problems(endpoint)}
    return operation


def _security(callers: Callers, *, shows_session: bool) -> list[Json]:
    """Each entry is one way to be let in."""
    by_key: Json = {"frontEndKey": [callers.scope]}
    by_browser: Json = {"siteOrigin": []}
    ways = []
    for way, session in ((by_key, "readerSession"), (by_browser, "sessionCookie")):
        if way is by_browser and not callers.browsers:
            continue
        if not callers.reader:
            ways.append(way)
        if callers.reader or shows_session:
            ways.append({**way, session: []})
    return ways


def _path_parameters(endpoint: Endpoint) -> list[Json]:
    return [
        _parameter(name, "path", adapter.json_schema(), required=True) for name, adapter in endpoint.parameters.items()
    ]


def _query_parameters(endpoint: Endpoint, schemas: ModelSchemas) -> list[Json]:
    if endpoint.query is None:
        return []
    schema = schemas.definition_of(endpoint.query)
    required = schema.get("required", ())
    return [_parameter(name, "query", field, required=name in required) for name, field in schema["properties"].items()]


def _parameter(name: str, place: str, schema: Json, *, required: bool) -> Json:
    """A parameter is there or not, and never null."""
    schema = dict(schema)
    description = schema.pop("description")
    examples = schema.pop("examples", [])
    if "anyOf" in schema:
        one_of_two = schema.pop("anyOf")
        schema.pop("default", None)
        schema = {**schema, **next(form for form in one_of_two if form.get("type") != "null")}
    parameter = {"name": name, "in": place, "required": required, "description": description, "schema": schema}
    return {**parameter, "example": examples[0]} if examples and examples[0] is not None else parameter


def _headers(endpoint: Endpoint) -> list[Json]:
    names = []
    if endpoint.once:
        names.append("IdempotencyKey")
    if endpoint.etag:
        names.append("IfNoneMatch")
    if endpoint.callers.scope is Scope.SESSIONS and endpoint.method != "GET":
        names += ["ReaderAddress", "ReaderAgent"]
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _replies(endpoint: Endpoint, schemas: ModelSchemas) -> Json:
    replies: Json = {}
    for status, description in endpoint.replies.items():
        reply: Json = {"description": description}
        if endpoint.etag:
            reply["headers"] = {"ETag": {"$ref": "#/components/headers/ETag"}}
        if endpoint.once:
            reply["headers"] = {"Idempotent-Replayed": {"$ref": "#/components/headers/IdempotentReplayed"}}
        if endpoint.result:
            reply["content"] = {JSON: _content(endpoint.result, schemas)}
        replies[str(status)] = reply
    if endpoint.etag:
        headers = {"ETag": {"$ref": "#/components/headers/ETag"}}
        replies["304"] = {"description": "It is still what `If-None-Match` names.", "headers": headers}
    return replies


def _content(model: type[Any], schemas: ModelSchemas) -> Json:
    return {"schema": schemas.reference_to(model), "example": schemas.example_of(model)}


def _problems(endpoint: Endpoint) -> Json:
    """Problems of one status share a response."""
    return {
        str(status): {"$ref": f"#/components/responses/{response_name(tuple(kinds))}"}
        for status, kinds in groupby(endpoint.problems, key=lambda kind: kind.status)
    }
