"""The contract: what each endpoint says of itself, declared where it is written.

A view is a plain typed function. Its annotations are its schema (``body``, ``query``, the parameters of its path
and what it returns), its docstring is its description, and ``connection``, where it takes one, is the reading
transaction in which its caller was identified. `openapi.yaml`, the reference and the routes are made from this.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter
from pydantic_core import SchemaSerializer

from service.web import problems
from service.web.api.contract.callers import Callers
from service.web.problems import Kind
from service.web.requests import LARGEST_BODY

Result = TypeVar("Result")
View = Callable[..., Any]

ALWAYS = (problems.KEY_REQUIRED, problems.INTERNAL_ERROR, problems.DATABASE_UNAVAILABLE)
OF_READERS = (problems.SIGN_IN_REQUIRED, problems.SESSION_EXPIRED, problems.SESSION_ENDED)
OF_BODIES = (problems.TOO_LARGE, problems.UNSUPPORTED_MEDIA_TYPE, problems.BUSY)
OF_INPUT = (problems.MALFORMED_REQUEST, problems.INVALID_REQUEST)


@dataclass(frozen=True, slots=True)
class Answered(Generic[Result]):
    """What a view answers where the status or the headers are not the usual ones."""

    result: Result
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Endpoint:
    method: str
    path: str  # as OpenAPI writes it: /v1/articles/{slug}
    view: View
    callers: Callers
    feature: "Feature"
    replies: Mapping[int, str]  # status and what it means, the usual one first
    own_problems: tuple[Kind, ...]
    body_limit: int  # octets
    etag: bool  # depends on no reader, so it may be kept and asked for anew
    once: bool  # takes an Idempotency-Key
    in_lane: bool  # answered without Flask where all is as usual
    reader_matters: bool  # the answer speaks of the session that was shown
    about: Callable[[Mapping[str, Any]], Sequence[str]] | None  # the slugs that the one question is about

    def slugs_in(self, given: Mapping[str, Any]) -> Sequence[str]:
        return self.about(given) if self.about else ()

    @property
    def name(self) -> str:
        return self.view.__name__

    @cached_property
    def summary(self) -> str:
        return inspect.getdoc(self.view).partition("\n")[0].rstrip(".")  # type: ignore[union-attr]

    @cached_property
    def description(self) -> str:
        return inspect.getdoc(self.view).partition("\n")[2].strip()  # type: ignore[union-attr]

    @cached_property
    def hints(self) -> dict[str, Any]:
        return get_type_hints(self.view, include_extras=True)

    @cached_property
    def parameters(self) -> dict[str, TypeAdapter[Any]]:
        """Those of the path, by name."""
        return {name: TypeAdapter(hint) for name, hint in self.hints.items() if f"{{{name}}}" in self.path}

    @property
    def body(self) -> type[BaseModel] | None:
        return self.hints.get("body")

    @property
    def query(self) -> type[BaseModel] | None:
        return self.hints.get("query")

    @property
    def result(self) -> type[Any] | None:
        """The model of the answer, or the shape of it; None where there is nothing to say."""
        hint = self.hints["return"]
        hint = get_args(hint)[0] if get_origin(hint) is Answered else hint
        return None if hint is type(None) else hint

    @cached_property
    def _writer(self) -> SchemaSerializer:
        shape: Any = self.result
        return TypeAdapter(shape).serializer

    def written(self, result: Any) -> bytes:
        """An answer as JSON."""
        return self._writer.to_json(result)

    @property
    def reads(self) -> bool:
        return "connection" in self.hints

    @property
    def status(self) -> int:
        return next(iter(self.replies))

    @cached_property
    def problems(self) -> tuple[Kind, ...]:
        """All that it can answer with, by status."""
        takes_body = self.method in ("POST", "PUT", "PATCH")
        kinds = [*ALWAYS, *OF_INPUT, problems.SCOPE_REQUIRED, *self.own_problems]
        kinds += OF_BODIES if takes_body else ()
        kinds += OF_READERS if self.callers.reader else ()
        kinds += [problems.CROSS_SITE] if self.callers.browsers else []
        kinds += [problems.UNSUPPORTED_MEDIA_TYPE] if self.callers.browsers and self.method == "DELETE" else []
        kinds += [problems.NOT_FOUND] if self.parameters else []
        kinds += [problems.IDEMPOTENCY_KEY_REUSED] if self.once else []
        return tuple(sorted(dict.fromkeys(kinds), key=lambda kind: (kind.status, kind.code)))


class Feature:
    """A file's endpoints, and a chapter of the reference."""

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        self.description = description
        self.endpoints: list[Endpoint] = []

    def endpoint(
        self,
        method: str,
        path: str,
        *,
        callers: Callers,
        replies: Mapping[int, str],
        problems: Sequence[Kind] = (),
        body_limit: int = LARGEST_BODY,
        etag: bool = False,
        once: bool = False,
        in_lane: bool = False,
        reader_matters: bool = False,
        about: Callable[[Mapping[str, Any]], Sequence[str]] | None = None,
    ) -> Callable[[View], View]:
        """Declare a view to be the endpoint at ``method`` and ``path``."""

        def declare(view: View) -> View:
            self.endpoints.append(
                Endpoint(
                    method,
                    path,
                    view,
                    callers,
                    self,
                    replies,
                    tuple(problems),
                    body_limit,
                    etag,
                    once,
                    in_lane,
                    reader_matters,
                    about,
                )
            )
            return view

        return declare
