"""The JSON schemas of the models that endpoints take and answer with, and an example made from each."""

from collections.abc import Hashable, Iterable
from typing import Any, cast

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

Json = dict[str, Any]
PREFIX = "#/components/schemas/"

OF_ENUMS = {
    "AccessLevel": "Who may read a body: everyone, every signed-in reader, or those who are entitled.",
    "Action": "What a reader can do to unlock an article.",
    "Cause": "Why a session ended.",
    "Reason": "The rule that decided. Others may come: judge by `granted`.",
    "Scope": "What a front-end key may do.",
    "SessionState": "What a session that was shown is worth.",
    "Source": "Where an entitlement comes from.",
    "State": "What an entitlement is worth at a moment.",
    "Status": "What the newsroom says about an article.",
    "Visibility": "Whether readers can see an article.",
}


class ModelSchemas:
    def __init__(self, models: Iterable[tuple[type[Any], JsonSchemaMode]]) -> None:
        references, document = TypeAdapter.json_schemas(
            [(cast(Hashable, model), mode, TypeAdapter(model)) for model, mode in models],
            ref_template=PREFIX + "{model}",
            schema_generator=_WithoutTitles,
        )
        titles = {name: schema.get("title", name) for name, schema in document["$defs"].items()}
        self._definitions: Json = {titles[name]: _renamed(schema, titles) for name, schema in document["$defs"].items()}
        self._names: dict[Any, str] = {
            model: titles[reference["$ref"].removeprefix(PREFIX)] for (model, _), reference in references.items()
        }

    def definition_of(self, model: type[Any]) -> Json:
        return self._definitions[self._names[model]]  # type: ignore[no-any-return]

    def reference_to(self, model: type[Any]) -> Json:
        return {"$ref": PREFIX + self._names[model]}

    def example_of(self, model: type[Any]) -> Any:
        return self._example(self.reference_to(model))

    def components(self, *, without: Iterable[type[Any]]) -> Json:
        """All schemas by name, but those of models that are taken apart (into parameters)."""
        left_out = {self._names[model] for model in without}
        return {
            name: {**schema, "description": OF_ENUMS[name]} if name in OF_ENUMS else schema
            for name, schema in self._definitions.items()
            if name not in left_out
        }

    def _example(self, schema: Json) -> Any:
        """The first example that a schema gives, or one put together from its parts."""
        if "examples" in schema:
            return schema["examples"][0]
        if "$ref" in schema:
            return self._example(self._definitions[schema["$ref"].removeprefix(PREFIX)])
        if "anyOf" in schema:
            return self._example(schema["anyOf"][0])
        if "properties" in schema:
            return {name: self._example(field) for name, field in schema["properties"].items()}
        if schema.get("type") == "array":
            return [self._example(schema["items"])]
        return schema["enum"][0] if "enum" in schema else schema.get("default", True)


def _renamed(schema: Any, titles: dict[str, str]) -> Any:
    """With every reference to a model by the title it has in the contract, rather than by its class."""
    if isinstance(schema, dict):
        return {
            name: PREFIX + titles[part.removeprefix(PREFIX)] if name == "$ref" else _renamed(part, titles)
            for name, part in schema.items()
        }
    return [_renamed(part, titles) for part in schema] if isinstance(schema, list) else schema


class _WithoutTitles(GenerateJsonSchema):
    """Without the titles that pydantic makes of fields' names, which tell nothing."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False
