"""Says what is wrong with a request in sentences, each at its JSON pointer."""

from collections.abc import Iterable

from pydantic import ValidationError

MOST = 20  # a body of a thousand mistakes is told about the first
SENTENCES = {
    "missing": "This is missing.",
    "extra_forbidden": "There is no such field.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
    "string_type": "This must be text.",
    "string_too_short": "This must have at least {min_length} characters.",
    "string_too_long": "This may have at most {max_length} characters.",
    "string_pattern_mismatch": "This is not of the form `{pattern}`.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "bool_type": "This must be true or false.",
    "greater_than_equal": "This must be {ge} or more.",
    "less_than_equal": "This must be {le} or less.",
    "list_type": "This must be a list.",
    "tuple_type": "This must be a list.",
    "too_short": "This must have at least {min_length} entries.",
    "too_long": "This may have at most {max_length} entries.",
    "enum": "This must be one of {expected}.",
    "literal_error": "This must be one of {expected}.",
    "datetime_type": "This must be an instant such as 2026-11-22T09:30:00Z.",
    "datetime_parsing": "This must be an instant such as 2026-11-22T09:30:00Z.",
    "datetime_from_date_parsing": "This must be an instant such as 2026-11-22T09:30:00Z.",
    "datetime_object_invalid": "This must be an instant such as 2026-11-22T09:30:00Z.",
    "timezone_aware": "This instant needs a time zone, such as Z.",
}


def mistakes(fault: ValidationError) -> list[dict[str, str]]:
    errors = fault.errors(include_url=False, include_input=False)
    return [
        {
            "pointer": pointer(error["loc"]),
            "detail": _sentence(error["type"], error["msg"], error.get("ctx") or {}),
        }
        for error in errors[:MOST]
    ]


def pointer(place: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901). The empty one is the whole body."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)


def _sentence(kind: str, said: str, facts: dict[str, object]) -> str:
    if kind == "value_error":
        return f"This {facts['error']}."
    return SENTENCES[kind].format(**facts) if kind in SENTENCES else f"{said}."
