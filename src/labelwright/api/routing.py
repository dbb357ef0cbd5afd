"""How a route is declared: method, path, right, what it reads, what it answers and refuses.

A handler is a plain function. What it asks for by the names and types of its parameters is given:
names in braces of the path; `body` and `query`, structs; Actor, Caller, Services, Request. What it
returns is the answer: a struct is sent as JSON, None as 204, a Response as it is. Handlers that
are not `async` run in a thread, so they may wait for the database.

Struct and signature are read once, when the module is loaded, so that a request pays for nothing
but its own work; the same facts make the OpenAPI document and the table of permissions.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from starlette.requests import Request
from starlette.responses import Response

from labelwright.core.errors import LabelwrightError
from labelwright.services.access import Actor
from labelwright.services.recognition import Caller
from labelwright.services.services import Services

API = "/api/v1"
_PLACEHOLDER = re.compile(r"{(\w+)}")
_GIVEN = {Actor, Caller, Services, Request}

Handler = Callable[..., Any]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, kw_only=True)
class Spec:
    """Everything that is known of a route before the first request."""

    method: str
    path: str
    right: str
    handler: Handler
    tag: str
    status: int = 200
    organization: bool = False  # the right is asked for throughout the organization
    raises: tuple[type[LabelwrightError], ...] = ()
    hot: bool = False  # many times a second; safe to repeat by its own nature, so no key is kept
    secret: bool = False  # the answer holds a key, so it is kept nowhere
    sends: str = "application/json"  # media type of the answer
    reads: str | None = None  # media type of a body that the handler streams by itself
    body: type[Any] | None = None
    query: type[Any] | None = None
    answer: Any = None
    may_be_empty: bool = False  # 204 when there is nothing
    names: tuple[str, ...] = ()
    wants: dict[str, type[Any]] = field(default_factory=dict[str, type[Any]])

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.handler)

    @property
    def summary(self) -> str:
        return (inspect.getdoc(self.handler) or "").partition("\n")[0]


class Routes:
    """The routes of one noun, collected by decorators."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.specs: list[Spec] = []

    def get(self, path: str, right: str, **options: Any) -> Callable[[H], H]:  # noqa: ANN401
        """A route that reads."""
        return self._add("GET", path, right, options)

    def post(self, path: str, right: str, **options: Any) -> Callable[[H], H]:  # noqa: ANN401
        """A route that makes or does something."""
        return self._add("POST", path, right, options)

    def put(self, path: str, right: str, **options: Any) -> Callable[[H], H]:  # noqa: ANN401
        """A route that replaces something."""
        return self._add("PUT", path, right, options)

    def patch(self, path: str, right: str, **options: Any) -> Callable[[H], H]:  # noqa: ANN401
        """A route that changes something."""
        return self._add("PATCH", path, right, options)

    def delete(self, path: str, right: str, **options: Any) -> Callable[[H], H]:  # noqa: ANN401
        """A route that removes something."""
        return self._add("DELETE", path, right, options)

    def _add(self, method: str, path: str, right: str, options: dict[str, Any]) -> Callable[[H], H]:
        def declare(handler: H) -> H:
            spec = _read_signature(handler, path)
            self.specs.append(
                Spec(
                    method=method,
                    path=API + path,
                    right=right,
                    handler=handler,
                    tag=self.tag,
                    **{**spec, **options},
                )
            )
            return handler

        return declare


def _read_signature(handler: Handler, path: str) -> dict[str, Any]:
    hints = get_type_hints(handler)
    answer = hints.pop("return", NoneType)
    in_path = _PLACEHOLDER.findall(path)
    facts: dict[str, Any] = {"names": tuple(in_path), "wants": {}}
    for name, kind in hints.items():
        if name in in_path:
            continue
        if name in ("body", "query"):
            facts[name] = kind
        elif kind in _GIVEN:
            facts["wants"][name] = kind
        else:
            raise TypeError(f"{handler.__name__}: nothing is known to give for “{name}: {kind}”")
    return {**facts, **_read_answer(answer)}


def _read_answer(answer: Any) -> dict[str, Any]:  # noqa: ANN401
    if get_origin(answer) in (Union, UnionType) and NoneType in get_args(answer):
        left = [kind for kind in get_args(answer) if kind is not NoneType]
        return {"answer": left[0], "may_be_empty": True}
    if answer is NoneType:
        return {"answer": None, "status": 204}
    if isinstance(answer, type) and issubclass(answer, Response):
        return {"answer": None}
    return {"answer": answer}
