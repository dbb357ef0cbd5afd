"""Label rules as people write them in the YAML of an ontology: kinds, categories, attributes by name.

    rules:
      - {rule: minimum size, category: cell, width: 4, height: 4}
      - {rule: must touch, category: wheel, other: [car, truck], within: 2}

`category` and `other` take one name or a list; the id of a category does as well. An id that is left
out is made from the kind and the first category. Every fault names the rule by its place in the list.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from labelwright.core.errors import InvalidOntology
from labelwright.core.ontology import AttributeSpec, Category, RelationSpec
from labelwright.core.rules import KINDS, Rule, kind_of, others_of

_WORD = re.compile(r"[\W_]+")
_OWN = ("id", "kind", "categories", "others", "severity", "message", "when", "attribute", "relation")


def write_rules(
    rules: Sequence[Rule], categories: Sequence[Category], relations: Sequence[RelationSpec]
) -> list[dict[str, Any]]:
    """Rules with names in place of ids, as `read_rules` reads them."""
    return [_write(rule, {c.id: c for c in categories}, {r.id: r.name for r in relations}) for rule in rules]


def read_rules(
    entries: Sequence[object], categories: Sequence[Category], relations: Sequence[RelationSpec]
) -> tuple[Rule, ...]:
    """The rules in a list of a YAML file. Raises InvalidOntology naming the rule and what is wrong."""
    taken = {str(cast("dict[str, Any]", e)["id"]) for e in entries if isinstance(e, dict) and "id" in e}
    names = _Names(categories, relations)
    return tuple(_read(index, entry, names, taken) for index, entry in enumerate(entries))


def _write(rule: Rule, categories: Mapping[str, Category], relations: Mapping[str, str]) -> dict[str, Any]:
    fields = cast("dict[str, Any]", msgspec.to_builtins(rule))
    said: dict[str, Any] = {"rule": kind_of(rule).replace("_", " ")}
    first = categories[rule.categories[0]]
    said |= _named("category", "categories", [categories[entry].name for entry in rule.categories])
    if others_of(rule):
        said |= _named("other", "others", [categories[entry].name for entry in others_of(rule)])
    if "attribute" in fields:
        said["attribute"] = _spec(first, fields["attribute"]).name
    if "relation" in fields:
        said["relation"] = relations[fields["relation"]]
    said |= {name: value for name, value in fields.items() if name not in _OWN}
    if rule.when:
        said["when"] = {
            (spec := _spec(first, name)).name: _answers_out(spec, value)
            for name, value in fields["when"].items()
        }
    said |= {name: fields[name] for name in ("severity", "message") if name in fields}
    return {**said, "id": rule.id}


def _named(one: str, many: str, names: list[str]) -> dict[str, Any]:
    return {one: names[0]} if len(names) == 1 else {many: names}


def _spec(category: Category, spec_id: str) -> AttributeSpec:
    return next(spec for spec in category.attributes if spec.id == spec_id)


def _answers_out(spec: AttributeSpec, value: Any) -> Any:  # noqa: ANN401  # any attribute value
    names = {option.id: option.name for option in spec.options}
    if isinstance(value, list):
        return [names.get(entry, entry) for entry in cast("list[Any]", value)]
    return names.get(value, value) if isinstance(value, str) else value


class _Names:
    """Finds ids by the names that people write."""

    def __init__(self, categories: Sequence[Category], relations: Sequence[RelationSpec]) -> None:
        self._categories = {**{c.id: c for c in categories}, **{c.name: c for c in categories}}
        self._relations = {**{r.id: r.id for r in relations}, **{r.name: r.id for r in relations}}

    def category(self, name: object) -> Category:
        if str(name) not in self._categories:
            listed = ", ".join(sorted({c.name for c in self._categories.values()})) or "none"
            raise InvalidOntology(f"there is no category “{name}”", remedy=f"Categories are: {listed}.")
        return self._categories[str(name)]

    def relation(self, name: object) -> str:
        if str(name) not in self._relations:
            raise InvalidOntology(
                f"there is no relation “{name}”", remedy="List it under “relations”, or correct the name."
            )
        return self._relations[str(name)]

    def attribute(self, category: Category, name: object) -> AttributeSpec:
        for spec in category.attributes:
            if spec.name == str(name):
                return spec
        found = category.attribute(str(name))
        if found is None:
            listed = ", ".join(spec.name for spec in category.attributes) or "none"
            raise InvalidOntology(
                f"“{category.name}” has no attribute “{name}”", remedy=f"Its attributes are: {listed}."
            )
        return found


def _read(index: int, entry: object, names: _Names, taken: set[str]) -> Rule:
    place = f"rules[{index}]"
    if not isinstance(entry, dict):
        raise InvalidOntology(
            f"Rule {index + 1} is no entry with “rule” and “category”.",
            place=place,
            remedy="Write it as {rule: minimum size, category: NAME, width: 4}.",
        )
    fields = dict(cast("dict[str, Any]", entry))
    word = str(fields.pop("rule", fields.pop("kind", "")))
    kind = _WORD.sub("_", word.casefold()).strip("_")
    if kind not in KINDS:
        listed = ", ".join(name.replace("_", " ") for name in KINDS)
        raise InvalidOntology(
            f"Rule {index + 1}: there is no rule “{word}”.", place=place, remedy=f"Rules are: {listed}."
        )
    try:
        return msgspec.convert({"kind": kind, **_by_ids(kind, fields, names, taken)}, KINDS[kind])
    except InvalidOntology as error:
        fault, remedy = error.message, error.remedy
    except msgspec.ValidationError as error:
        fault, remedy = str(error), "Correct it; docs/label-rules.md lists what each rule takes."
    raise InvalidOntology(f"Rule {index + 1} ({word}): {fault}.", place=place, remedy=remedy)


def _by_ids(kind: str, fields: dict[str, Any], names: _Names, taken: set[str]) -> dict[str, Any]:
    categories = [names.category(name) for name in _taken_out(fields, "category", "categories")]
    if not categories:
        raise InvalidOntology("it needs a “category”", remedy="Name the category, or a list of them.")
    others = [names.category(name).id for name in _taken_out(fields, "other", "others")]
    fields["categories"] = [category.id for category in categories]
    if others:
        fields["others"] = others
    if "attribute" in fields:
        fields["attribute"] = names.attribute(categories[0], fields["attribute"]).id
    if "relation" in fields:
        fields["relation"] = names.relation(fields["relation"])
    if "id" not in fields:
        fields["id"] = _fresh(f"{kind} {categories[0].name}", taken)
        taken.add(fields["id"])
    fields["id"] = str(fields["id"])
    if "when" in fields:
        fields["when"] = _when(fields["when"], categories[0], names)
    return fields


def _taken_out(fields: dict[str, Any], one: str, many: str) -> list[object]:
    given = fields.pop(one, None)
    more = fields.pop(many, None)
    found: list[object] = []
    for value in (given, more):
        if isinstance(value, list):
            found.extend(cast("list[object]", value))
        elif value is not None:
            found.append(value)
    return found


def _when(raw: object, category: Category, names: _Names) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise InvalidOntology("“when” is no list of attributes", remedy="Write it as {attribute: value}.")
    conditions: dict[str, Any] = {}
    for name, value in cast("dict[object, Any]", raw).items():
        spec = names.attribute(category, name)
        ids = {option.name: option.id for option in spec.options}
        if isinstance(value, list):
            conditions[spec.id] = [ids.get(str(v), str(v)) for v in cast("list[Any]", value)]
        else:
            conditions[spec.id] = ids.get(value, value) if isinstance(value, str) else value
    return conditions


def _fresh(name: str, taken: set[str]) -> str:
    base = _WORD.sub("-", name.casefold()).strip("-")
    chosen, number = base, 2
    while chosen in taken:
        chosen, number = f"{base}-{number}", number + 1
    return chosen
