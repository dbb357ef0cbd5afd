"""The fields of an annotation, for merging: what two hands may change side by side.

A field is `category`, `shape`, `group`, `relations`, `flags`, `unsure`, or one attribute as
`attribute:ID`.
"""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

import msgspec

ATTRIBUTE = "attribute:"
PLAIN = ("category", "shape", "group", "relations", "flags", "unsure")


class Said(Protocol):
    """An annotation as far as hands speak of it."""

    @property
    def id(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def shape(self) -> Any: ...  # noqa: ANN401
    @property
    def attributes(self) -> dict[str, Any]: ...


S = TypeVar("S", bound=msgspec.Struct)


def field_value(said: Said, field: str) -> object:
    """What an annotation says in a field; None for an attribute that has no value."""
    if field.startswith(ATTRIBUTE):
        return said.attributes.get(field.removeprefix(ATTRIBUTE))
    return getattr(said, field, None)


def differing(one: Said, other: Said) -> tuple[str, ...]:
    """The fields in which two annotations differ."""
    plain = [field for field in PLAIN if field_value(one, field) != field_value(other, field)]
    names = sorted(one.attributes.keys() | other.attributes.keys())
    return (*plain, *(ATTRIBUTE + n for n in names if one.attributes.get(n) != other.attributes.get(n)))


def with_fields(before: Said, said: S, fields: Iterable[str]) -> S:
    """`said`, but with everything outside of `fields` as it was before."""
    wanted = set(fields)
    kept: dict[str, Any] = {field: field_value(before, field) for field in PLAIN if field not in wanted}
    attributes = dict(before.attributes)
    given: dict[str, Any] = getattr(said, "attributes")  # noqa: B009  # a struct of either class
    for field in wanted:
        if not field.startswith(ATTRIBUTE):
            continue
        name = field.removeprefix(ATTRIBUTE)
        attributes.pop(name, None)
        if name in given:
            attributes[name] = given[name]
    return msgspec.structs.replace(said, **kept, attributes=attributes)
