"""The ontology as a YAML file that people write by hand; the same content as the editor's.

Ids may be left out: a category without one keeps the id of the category of that name in `before`,
else gets one made from its name, so that a hand-written file and its later edits stay linked.
"""

import re
from typing import Any, TypeVar, cast

import msgspec
import yaml

from labelwright.core.errors import InvalidOntology
from labelwright.core.ontology import PALETTE, Category, Ontology, RelationSpec
from labelwright.core.rules import Rule
from labelwright.core.rules_yaml import read_rules, write_rules

T = TypeVar("T")

_WORD = re.compile(r"[\W_]+")


def write(ontology: Ontology) -> str:
    """The living categories, the relations and the label rules as YAML; `read` of it gives the same."""
    categories = [
        {"id": c.id, "name": c.name, "color": c.color, "shapes": list(c.shapes), **_rest(c)}
        for c in ontology.categories
    ]
    content: dict[str, Any] = {"categories": categories}
    if ontology.relations:
        content["relations"] = msgspec.to_builtins(ontology.relations)
    if ontology.rules:
        content["rules"] = write_rules(ontology.rules, ontology.categories, ontology.relations)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def read(text: str, before: Ontology | None = None) -> Ontology:
    """The ontology in a YAML file, with nothing retired.

    Raises InvalidOntology naming the place. `before` lends its ids to categories of the same name, and
    its relations and rules to a file that has no list `relations` or `rules`.
    """
    try:
        # Aliases would let a small file stand for an endless one.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise InvalidOntology("The file uses aliases (*name), which are not read.")
        raw: object = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidOntology(f"This is no YAML: {error}", remedy="Correct the place named.") from None
    content = cast("dict[str, object]", raw) if isinstance(raw, dict) else {"categories": raw}
    entries = _listed(content, "categories")
    if entries is None:
        raise InvalidOntology("The file has no list “categories”.")
    taken: set[str] = set(before.retired) if before else set()
    prepared = [_prepare(entry, index, before, taken) for index, entry in enumerate(entries)]
    categories = _converted("categories", prepared, tuple[Category, ...])
    relations = _relations(content, before)
    rules = _rules(content, before, categories, relations)
    return Ontology(categories=categories, relations=relations, rules=rules)


def _listed(content: dict[str, object], name: str) -> list[object] | None:
    found = content.get(name)
    return cast("list[object]", found) if isinstance(found, list) else None


def _converted(place: str, raw: object, wanted: type[T]) -> T:
    try:
        return msgspec.convert(raw, wanted)
    except msgspec.ValidationError as error:
        raise InvalidOntology(f"In “{place}”: {error}") from None


def _rules(
    content: dict[str, object],
    before: Ontology | None,
    categories: tuple[Category, ...],
    relations: tuple[RelationSpec, ...],
) -> tuple[Rule, ...]:
    if "rules" not in content:
        return before.rules if before else ()
    entries = _listed(content, "rules")
    if entries is None:
        raise InvalidOntology("“rules” is no list.", remedy="Begin each rule with a dash; [] means none.")
    return read_rules(entries, categories, relations)


def _relations(content: dict[str, object], before: Ontology | None) -> tuple[RelationSpec, ...]:
    if "relations" not in content:
        return before.relations if before else ()
    entries = _listed(content, "relations")
    if entries is None:
        raise InvalidOntology("“relations” is no list.")
    known = {spec.name: spec.id for spec in before.relations} if before else {}
    taken: set[str] = set()
    prepared = [_prepare_relation(entry, known, taken) for entry in entries]
    return _converted("relations", prepared, tuple[RelationSpec, ...])


def _prepare_relation(entry: object, known: dict[str, str], taken: set[str]) -> object:
    if isinstance(entry, str):
        entry = {"name": entry}
    if not isinstance(entry, dict):
        return entry
    fields = dict(cast("dict[str, Any]", entry))
    name = str(fields.get("name", ""))
    if "id" not in fields and name:
        fields["id"] = known.get(name) or _slug(name, taken)
    taken.add(str(fields.get("id")))
    return fields


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
