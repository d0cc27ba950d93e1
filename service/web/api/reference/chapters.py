"""Lays the contract out for reading: chapters of operations, the values they speak of, the problems."""

import json
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from service.web.api.schemas.examples import KEY, SESSION_TOKEN

Json = dict[str, Any]
PLAIN_TYPES = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "object"}


@dataclass(frozen=True)
class Field:
    """A line of a table: a parameter, or a field of a value."""

    name: str
    place: str  # of a parameter: path, query, header
    required: bool
    type: Markup
    description: str


@dataclass(frozen=True)
class Shown:
    """A body or an answer."""

    status: str
    description: str
    type: Markup
    fields: tuple[Field, ...]
    example: str


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    body: Shown | None
    answers: tuple[Shown, ...]
    headers: tuple[Field, ...]  # of the answers
    problems: tuple[Json, ...]
    curl: str


@dataclass(frozen=True)
class Value:
    name: str
    description: str
    fields: tuple[Field, ...]
    words: tuple[str, ...]  # of an enumeration


class Reference:
    """The document, laid out. Its examples call ``public_url``, and show a reader's session in ``session_cookie``."""

    def __init__(self, document: Json, public_url: str, session_cookie: str) -> None:
        self.document = document
        self.public_url = public_url
        self.session_cookie = session_cookie
        self.version = document["info"]["version"]
        self.description = document["info"]["description"]

    def chapters(self) -> list[tuple[Json, list[Operation]]]:
        """Each tag with its operations."""
        operations = [
            (operation["tags"][0], self._operation(path, method, operation))
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
        ]
        return [(tag, [shown for name, shown in operations if name == tag["name"]]) for tag in self.document["tags"]]

    def values(self) -> list[Value]:
        return [
            Value(name, schema.get("description", ""), self._fields(schema), tuple(schema.get("enum", ())))
            for name, schema in self.document["components"]["schemas"].items()
            if "allOf" not in schema
        ]

    def problems(self) -> list[Json]:
        """An example of every problem, by status."""
        examples = self.document["components"]["examples"].values()
        return sorted((example["value"] for example in examples), key=lambda value: (value["status"], value["code"]))

    def _operation(self, path: str, method: str, operation: Json) -> Operation:
        parameters = [self._resolved(parameter) for parameter in operation.get("parameters", ())]
        answers = {status: reply for status, reply in operation["responses"].items() if not self._codes(reply)}
        headers = {name: header for reply in answers.values() for name, header in reply.get("headers", {}).items()}
        body = operation.get("requestBody")
        return Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            summary=operation["summary"],
            description=operation["description"],
            parameters=tuple(
                _field(parameter["name"], parameter, parameter.get("required", False)) for parameter in parameters
            ),
            body=self._shown("", body, with_fields=True) if body else None,
            answers=tuple(self._shown(status, reply) for status, reply in answers.items()),
            headers=tuple(_field(name, self._resolved(header), False) for name, header in headers.items()),
            problems=tuple(self._problems_of(operation)),
            curl=self._curl(path, method.upper(), operation, parameters),
        )

    def _shown(self, status: str, said: Json, *, with_fields: bool = False) -> Shown:
        content = said.get("content", {}).get("application/json")
        if content is None:
            return Shown(status, said.get("description", ""), Markup(""), (), "")
        fields = self._fields(self._resolved(content["schema"])) if with_fields else ()
        example = json.dumps(content["example"], indent=2, ensure_ascii=False)
        return Shown(status, said.get("description", ""), _type(content["schema"]), fields, example)

    def _fields(self, schema: Json) -> tuple[Field, ...]:
        required = schema.get("required", ())
        return tuple(
            _field(name, {**self._resolved(field), **field, "schema": field}, name in required)
            for name, field in schema.get("properties", {}).items()
        )

    def _problems_of(self, operation: Json) -> list[Json]:
        examples = self.document["components"]["examples"]
        return [examples[code]["value"] for reply in operation["responses"].values() for code in self._codes(reply)]

    def _codes(self, reply: Json) -> Iterable[str]:
        """Those of the problems that a reply can be; none where it is an answer."""
        content = self._resolved(reply).get("content", {})
        return content.get("application/problem+json", {}).get("examples", ())  # type: ignore[no-any-return]

    def _curl(self, path: str, method: str, operation: Json, parameters: list[Json]) -> str:
        for parameter in parameters:
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", str(parameter.get("example", "")))
        needed = [p for p in parameters if p["in"] == "query" and p.get("required")]
        query = "&".join(f"{parameter['name']}={parameter['example']}" for parameter in needed)
        url = f"{self.public_url}{path}{'?' if query else ''}{query}"
        lines = [f"curl {shlex.quote(url)}" if method == "GET" else f"curl -X {method} {shlex.quote(url)}"]
        lines.append(f"-H 'Authorization: Bearer {KEY}'")
        shown = {scheme for way in operation["security"] if "frontEndKey" in way for scheme in way}
        if "readerSession" in shown:
            lines.append(f"-H 'Gatefold-Session: {SESSION_TOKEN}'")
        if "sessionCookie" in shown:
            lines.append(f"-b '{self.session_cookie}={SESSION_TOKEN}'")
        own = [parameter for parameter in operation.get("parameters", ()) if parameter.get("in") == "header"]
        lines += [f"-H '{parameter['name']}: {parameter['example']}'" for parameter in own if "example" in parameter]
        if body := operation.get("requestBody"):
            lines.append("-H 'Content-Type: application/json'")
            example = json.dumps(body["content"]["application/json"]["example"], ensure_ascii=False)
            lines.append(f"-d {shlex.quote(example)}")
        return " \\\n  ".join(lines)

    def _resolved(self, part: Json) -> Json:
        while "$ref" in part:
            _, _, kind, name = part["$ref"].split("/")
            part = self.document["components"][kind][name]
        return part


def _field(name: str, said: Json, required: bool) -> Field:
    schema = said["schema"]
    description = said.get("description", "")
    return Field(name, said.get("in", ""), required, _type(schema), description)


def _type(schema: Json) -> Markup:
    """A schema in words; values that have a place of their own are linked."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#value-{0}">{0}</a>').format(name)
    if "anyOf" in schema and "type" not in schema:
        return Markup(" or ").join(_type(form) for form in schema["anyOf"])
    if schema.get("type") == "array":
        return Markup("list of {}").format(_type(schema["items"]))
    if schema.get("type") == "null":
        return Markup("null")
    if schema.get("format") == "date-time":
        return Markup("instant")
    if "const" in schema:
        return escape(f"“{schema['const']}”")
    return escape(PLAIN_TYPES.get(str(schema.get("type")), "anything") + _bounds(schema))


def _bounds(schema: Json) -> str:
    if "minimum" in schema and "maximum" in schema:
        return f", {schema['minimum']} to {schema['maximum']}"
    if "maxLength" in schema:
        return f", up to {schema['maxLength']:,} characters"
    return ""
