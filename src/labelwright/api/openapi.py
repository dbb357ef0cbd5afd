"""The OpenAPI document, made from the declarations of the routes and the structs they read and answer."""

from collections.abc import Sequence
from typing import Any

import msgspec

from labelwright import __version__
from labelwright.api.callers import COOKIE, CSRF_HEADER, PUBLIC
from labelwright.api.endpoint import KEY_HEADER
from labelwright.api.errors import MEDIA_TYPE, TITLES, Problem, status_of
from labelwright.api.routing import Spec
from labelwright.core import errors as core
from labelwright.core.errors import LabelwrightError

_REF = "#/components/schemas/{name}"


def document(specs: Sequence[Spec]) -> dict[str, Any]:
    """The whole document."""
    kinds = _kinds(specs)
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    by_kind = {id(kind): schema for kind, schema in zip(kinds, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for spec in specs:
        paths.setdefault(spec.path, {})[spec.method.lower()] = _operation(spec, by_kind, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Labelwright",
            "version": __version__,
            "description": "Errors are problem documents (RFC 9457): a stable code, the place, the remedy.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A personal token."},
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
            },
        },
    }


def _kinds(specs: Sequence[Spec]) -> list[Any]:
    kinds: list[Any] = [Problem]
    for spec in specs:
        for kind in (spec.body, spec.query, spec.answer):
            if kind is not None and not any(kind is known for known in kinds):
                kinds.append(kind)
    return kinds


def _operation(spec: Spec, schemas: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{spec.tag}_{spec.handler.__name__.rstrip('_')}",
        "summary": spec.summary,
        "tags": [spec.tag],
        "x-right": spec.right,
        "parameters": _parameters(spec, schemas, components),
        "responses": _responses(spec, schemas),
        "security": [] if spec.right == PUBLIC else [{"token": []}, {"session": []}],
    }
    if spec.body is not None:
        content = {"application/json": {"schema": schemas[id(spec.body)]}}
        operation["requestBody"] = {"required": True, "content": content}
    elif spec.reads is not None:
        binary = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": {spec.reads: binary}}
    return operation


def _parameters(spec: Spec, schemas: dict[int, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in spec.names
    ]
    if spec.query is not None:
        schema = components[schemas[id(spec.query)]["$ref"].rpartition("/")[2]]
        required = schema.get("required", [])
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": _of_query(field)}
            for name, field in schema["properties"].items()
        ]
    if spec.method == "POST" and spec.right != PUBLIC and not (spec.hot or spec.secret or spec.reads):
        key = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
        found.append({"name": KEY_HEADER, "in": "header", "required": False, "schema": key})
    if spec.method != "GET" and spec.right != PUBLIC:
        csrf = {"name": CSRF_HEADER, "in": "header", "required": False, "schema": {"type": "string"}}
        found.append({**csrf, "description": "Needed with a session cookie; a token needs none."})
    return found


def _of_query(field: dict[str, Any]) -> dict[str, Any]:
    # In a query there is no null: what is left out is left out.
    choices = [choice for choice in field.get("anyOf", []) if choice.get("type") != "null"]
    if not choices:
        return field
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


def _responses(spec: Spec, schemas: dict[int, Any]) -> dict[str, Any]:
    answered: dict[str, Any] = {"description": spec.summary}
    if spec.answer is not None:
        answered["content"] = {spec.sends: {"schema": schemas[id(spec.answer)]}}
    elif spec.status != 204:
        answered["content"] = {spec.sends: {"schema": {}}}
    responses: dict[str, Any] = {str(spec.status): answered}
    if spec.may_be_empty:
        responses["204"] = {"description": "Nothing."}
    refused = {"content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}}}
    for status, codes in sorted(_refusals(spec).items()):
        listed = ", ".join(sorted(codes))
        responses[str(status)] = {"description": f"{TITLES[status]}: {listed}", **refused}
    return responses


def _refusals(spec: Spec) -> dict[int, set[str]]:
    kinds: list[type[LabelwrightError]] = [core.Forged, *spec.raises]
    if spec.right != PUBLIC:
        kinds += [core.SignInRequired, core.Forbidden]
    if spec.names:
        kinds.append(core.NotFound)
    if spec.query is not None:
        kinds.append(core.InvalidInput)
    if spec.body is not None:
        kinds += [core.Malformed, core.InvalidInput, core.TooLarge, core.WrongMediaType]
    if spec.reads is not None:
        kinds += [core.TooLarge, core.InvalidInput]
    if spec.method == "POST" and spec.right != PUBLIC and not (spec.hot or spec.secret or spec.reads):
        kinds += [core.InProgress, core.KeyReused]
    statuses: dict[int, set[str]] = {}
    for kind in kinds:
        statuses.setdefault(status_of(kind), set()).add(kind.code)
    return statuses
