"""Reads what a request gives, strictly: all that is wrong with it ends in a problem, and nothing is guessed."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from pydantic import BaseModel, ValidationError
from werkzeug import Request

from service.web.api.contract.endpoint import Endpoint
from service.web.api.contract.mistakes import mistakes, pointer
from service.web.problems import INVALID_REQUEST, MALFORMED_REQUEST, NOT_FOUND, UNSUPPORTED_MEDIA_TYPE, Problem, invalid

Json = dict[str, Any] | list[Any] | str | int | float | bool | None
Place = tuple[()] | tuple[str | int, Any]  # of a value within a document


def read_given(endpoint: Endpoint, asking: Request, path: Mapping[str, str], raw: bytes) -> dict[str, Any]:
    """The view's arguments."""
    given = read_path(endpoint, path)
    query = read_query(endpoint.query, asking.query_string)
    if endpoint.query:
        given["query"] = query
    if endpoint.body:
        given["body"] = read_body(endpoint.body, asking, raw)
    elif raw and endpoint.method != "DELETE":
        read_body(Nothing, asking, raw)
    return given


class Nothing(BaseModel, extra="forbid"):
    """Where nothing is asked for, nothing or an empty object may be given."""


def read_path(endpoint: Endpoint, path: Mapping[str, str]) -> dict[str, Any]:
    """What is no id and no slug names nothing that could be found."""
    try:
        return {name: adapter.validate_python(path[name]) for name, adapter in endpoint.parameters.items()}
    except ValidationError as fault:
        raise Problem(NOT_FOUND, "There is nothing at this address.") from fault


def read_query(model: type[BaseModel] | None, query: bytes) -> BaseModel:
    values: dict[str, str] = {}
    for part in query.split(b"&") if query else ():
        try:
            name, value = (unquote_to_bytes(text.replace(b"+", b" ")).decode() for text in _pair(part))
        except UnicodeDecodeError as fault:
            raise Problem(MALFORMED_REQUEST, "The query is not UTF-8.") from fault
        if name in values:
            raise invalid(pointer([name]), "This is given twice.")
        if "\0" in value:
            raise invalid(pointer([name]), "This holds a NUL character.")
        values[name] = value
    try:
        return (model or Nothing).model_validate_strings(values)
    except ValidationError as fault:
        raise _refused(fault) from fault


def read_body(model: type[BaseModel], asking: Request, raw: bytes) -> BaseModel:
    require_json(asking)
    _inspect(_load(raw))
    try:
        return model.model_validate_json(raw)
    except ValidationError as fault:
        raise _refused(fault) from fault


def require_json(asking: Request) -> None:
    charset = asking.mimetype_params.get("charset", "utf-8").lower()
    if asking.mimetype != "application/json" or charset != "utf-8" or "Content-Encoding" in asking.headers:
        raise Problem(UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json in UTF-8, not compressed.")


def _load(raw: bytes) -> Json:
    try:
        return json.loads(raw.decode(), object_pairs_hook=_object, parse_constant=_no_constant)  # type: ignore[no-any-return]
    except UnicodeDecodeError as fault:
        raise Problem(MALFORMED_REQUEST, "The body is not UTF-8.") from fault
    except (ValueError, RecursionError) as fault:
        raise Problem(MALFORMED_REQUEST, "The body is not JSON.") from fault


def _object(pairs: Iterable[tuple[str, Json]]) -> dict[str, Json]:
    """Two readers of one body may differ on which of two like names counts; so neither may be there."""
    found: dict[str, Json] = {}
    for name, value in pairs:
        if name in found:
            raise Problem(MALFORMED_REQUEST, "An object in the body has the same name twice.")
        found[name] = value
    return found


def _no_constant(name: str) -> None:
    raise Problem(MALFORMED_REQUEST, f"The body holds {name}, which JSON does not know.")


def _inspect(document: Json) -> None:
    """Refuse what JSON can say and a database cannot keep. Without recursion: the body chose how deep it is.

    A place is its part and the place it is in. Were each written out, a small body of thousands of values, all of them
    deep, would take gigabytes.
    """
    waiting: list[tuple[Place, Json]] = [((), document)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            for name in value:
                _inspect_text(name, place)
            waiting += [((name, place), inner) for name, inner in value.items()]
        elif isinstance(value, list):
            waiting += [((index, place), inner) for index, inner in enumerate(value)]
        elif isinstance(value, str):
            _inspect_text(value, place)
        elif isinstance(value, float) and not math.isfinite(value):
            raise _unkept(place, "This number is too large.")


def _inspect_text(text: str, place: Place) -> None:
    if "\0" in text:
        raise _unkept(place, "This holds a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _unkept(place, "This holds half of a surrogate pair.") from None


def _unkept(place: Place, detail: str) -> Problem:
    parts: list[str | int] = []
    while place:
        part, place = place
        parts.append(part)
    return invalid(pointer(reversed(parts)), detail)


def _pair(part: bytes) -> tuple[bytes, bytes]:
    name, _, value = part.partition(b"=")
    return name, value


def _refused(fault: ValidationError) -> Problem:
    found = mistakes(fault)
    said = found[0]["detail"] if len(found) == 1 else f"There are {len(found)} mistakes in it."
    return Problem(INVALID_REQUEST, said, {"errors": found})
