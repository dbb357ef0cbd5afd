"""The ontology as a YAML file that people write by hand; the same content as the editor's.

Ids may be left out: a category without one keeps the id of the category of that name in `before`,
else gets one made from its name, so that a hand-written file and its later edits stay linked.
"""

import re
from typing import Any, cast

import msgspec
import yaml

from labelwright.core.errors import InvalidOntology
from labelwright.core.ontology import PALETTE, Category, Ontology

_WORD = re.compile(r"[\W_]+")


def write(ontology: Ontology) -> str:
    """The living categories as YAML; `read` of it gives the same categories."""
    categories = [
        {"id": c.id, "name": c.name, "color": c.color, "shapes": list(c.shapes), **_rest(c)}
        for c in ontology.categories
    ]
    return yaml.safe_dump({"categories": categories}, sort_keys=False, allow_unicode=True)


def read(text: str, before: Ontology | None = None) -> tuple[Category, ...]:
    """The categories of a YAML ontology.

    Raises InvalidOntology naming the place. `before` lends its ids to categories of the same name.
    """
    try:
        # Aliases would let a small file stand for an endless one.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise InvalidOntology("The file uses aliases (*name), which are not read.")
        raw: object = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidOntology(f"This is no YAML: {error}", remedy="Correct the place named.") from None
    if isinstance(raw, dict):
        raw = cast("dict[str, object]", raw).get("categories")
    if not isinstance(raw, list):
        raise InvalidOntology("The file has no list “categories”.")
    entries = cast("list[object]", raw)
    taken: set[str] = set(before.retired) if before else set()
    prepared = [_prepare(entry, index, before, taken) for index, entry in enumerate(entries)]
    try:
        return msgspec.convert(prepared, tuple[Category, ...])
    except msgspec.ValidationError as error:
        raise InvalidOntology(f"In “categories”: {error}") from None


def _rest(category: Category) -> dict[str, Any]:
    # Whatever differs from its default; the four fields above are always written.
    return cast("dict[str, Any]", msgspec.to_builtins(category))


def _prepare(entry: object, index: int, before: Ontology | None, taken: set[str]) -> dict[str, Any]:
    if isinstance(entry, str):
        entry = {"name": entry}
    if not isinstance(entry, dict) or "name" not in entry:
        raise InvalidOntology(f"Category {index + 1} has no name.")
    fields = dict(cast("dict[str, Any]", entry))
    name = str(fields["name"])
    fields["name"] = name
    known = before.named(name) if before else None
    fields.setdefault("id", known.id if known else _slug(name, taken))
    taken.add(str(fields["id"]))
    fields.setdefault("color", known.color if known else PALETTE[index % len(PALETTE)])
    specs = fields.get("attributes")
    if isinstance(specs, list):
        fields["attributes"] = [_prepare_attribute(s) for s in cast("list[object]", specs)]
    return fields


def _prepare_attribute(spec: object) -> object:
    if not isinstance(spec, dict):
        return spec
    fields = dict(cast("dict[str, Any]", spec))
    if "name" in fields:
        fields.setdefault("id", _slug(str(fields["name"]), set()))
    options = fields.get("options")
    if isinstance(options, list):
        fields["options"] = [
            {"id": _slug(o, set()), "name": o} if isinstance(o, str) else o
            for o in cast("list[object]", options)
        ]
    return fields


def _slug(name: str, taken: set[str]) -> str:
    base = _WORD.sub("-", name.casefold()).strip("-") or "category"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
