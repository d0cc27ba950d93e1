"""The guards: every route names its callers, and the contract and the code say the same."""

import re
from pathlib import Path
from typing import Any

import yaml
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from pydantic import TypeAdapter
from referencing import Registry, Resource

from service.web.api.contract.callers import Callers
from service.web.api.features import list_endpoints
from service.web.api.reference.document import as_yaml, make_document
from service.web.api.reference.problem_schemas import SAID
from service.web.problems import KINDS

CONTRACT = Path(__file__).parents[3] / "openapi.yaml"
DOCUMENT = make_document()
OPERATIONS = [operation for path in DOCUMENT["paths"].values() for operation in path.values()]


def test_every_route_names_its_callers(app: Flask) -> None:
    views = {rule.endpoint: app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules()}
    assert [name for name, view in views.items() if not getattr(view, "callers", None)] == []


def test_every_route_of_the_api_names_a_key_with_a_scope(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/v1")]
    assert rules
    assert all(isinstance(app.view_functions[rule.endpoint].callers, Callers) for rule in rules)


def test_every_route_of_the_api_stands_in_the_contract_and_the_reverse(app: Flask) -> None:
    routes = {
        (re.sub(r"<\w+:(\w+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    documented = {(path, method.upper()) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert routes == documented - {("/gate", "GET")}  # which proxies ask, by any method


def test_the_file_is_what_the_code_says() -> None:
    assert CONTRACT.read_text("utf-8") == as_yaml(DOCUMENT), "run: make openapi"


def test_the_contract_is_valid_openapi() -> None:
    validate(yaml.safe_load(as_yaml(DOCUMENT)))


def test_every_operation_is_described_and_secured() -> None:
    assert len({operation["operationId"] for operation in OPERATIONS}) == len(OPERATIONS)
    for operation in OPERATIONS:
        assert operation["summary"]
        assert "Who may call." in operation["description"]
        assert operation["security"], operation["operationId"]
        assert all("frontEndKey" in way or "siteOrigin" in way for way in operation["security"])


def test_every_field_and_parameter_is_described() -> None:
    undescribed = [
        f"{name}.{field}"
        for name, schema in DOCUMENT["components"]["schemas"].items()
        for field, said in schema.get("properties", {}).items()
        if not said.get("description") and "$ref" not in said
    ]
    assert undescribed == []
    assert all(schema.get("description") for schema in DOCUMENT["components"]["schemas"].values())


def test_every_example_is_what_its_schema_says() -> None:
    wrong = []
    for operation in OPERATIONS:
        contents = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in contents:
            if media := content.get("content", {}).get("application/json"):
                wrong += [
                    f"{operation['operationId']}: {fault}" for fault in _faults(media["schema"], media["example"])
                ]
    for response in DOCUMENT["components"]["responses"].values():
        media = response["content"]["application/problem+json"]
        for code in media["examples"]:
            value = DOCUMENT["components"]["examples"][code]["value"]
            wrong += [f"{code}: {fault}" for fault in _faults(media["schema"], value)]
    assert wrong == []


def test_every_problem_is_documented() -> None:
    assert set(SAID) == set(KINDS)
    assert {kind.code for kind in KINDS} == set(DOCUMENT["components"]["examples"])


def test_no_two_models_share_a_name_in_the_contract() -> None:
    answers = {endpoint.result for endpoint in list_endpoints() if endpoint.result}
    bodies = {endpoint.body for endpoint in list_endpoints() if endpoint.body}
    titles = [TypeAdapter(model).json_schema()["title"] for model in answers | bodies]
    assert sorted(titles) == sorted(set(titles))


def _faults(schema: Any, value: Any) -> list[str]:
    resource = Resource.from_contents({"$schema": "https://json-schema.org/draft/2020-12/schema", **DOCUMENT})
    registry: Registry[Any] = Registry().with_resource("urn:contract", resource)
    absolute = _absolute(schema)
    return [fault.message for fault in Draft202012Validator(absolute, registry=registry).iter_errors(value)]


def _absolute(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {name: f"urn:contract{part}" if name == "$ref" else _absolute(part) for name, part in schema.items()}
    return [_absolute(part) for part in schema] if isinstance(schema, list) else schema
