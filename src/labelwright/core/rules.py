"""Label rules: what has to hold among the annotations of an item, as part of the ontology.

A rule is a frozen value: the categories it is about, how severe breaking it is, and what its kind
needs to know. This file holds the language: what can be said, and what contradicts itself. Whether a
document keeps to it is worked out by `quality/rule_check.py`, and live in the studio by
`web/src/model/rules.ts`.

A new kind of rule is one struct here, listed in `Rule`, and its function in each of those two.
Lengths are in pixels of the image, areas in square pixels, shares from 0 to 1.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Literal, Protocol, cast

import msgspec

from labelwright.core.document import AttributeValue
from labelwright.core.errors import InvalidOntology
from labelwright.core.shapes import Bounds

Severity = Literal["error", "warning"]
ERROR, WARNING = "error", "warning"
MOST_RULES = 200


class RuleBase(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="kind",
):
    """What every rule says.

    A rule of severity `error` refuses a submission that breaks it; a `warning` is only told. `message`
    is put before the facts when it is broken. `when` narrows the rule to annotations with these
    attribute values; a list stands for any of them, and an attribute without an answer meets none.
    """

    id: str
    categories: tuple[str, ...]
    severity: Severity = "error"
    message: str = ""
    when: dict[str, AttributeValue] = {}

    def contradiction(self) -> str | None:
        """What is missing in the rule itself, in words, or None."""
        return None


class MinimumSize(RuleBase, frozen=True, tag="minimum_size"):
    """Each is at least this wide, high, large and long; what is not given is not looked at.

    The width and height of a rotated box or an ellipse are its own, those of other shapes are upright.
    """

    width: float | None = None
    height: float | None = None
    area: float | None = None
    length: float | None = None

    def contradiction(self) -> str | None:
        return _needs_one(self.width, self.height, self.area, self.length)


class MaximumSize(RuleBase, frozen=True, tag="maximum_size"):
    """Each is at most this wide, high, large and long."""

    width: float | None = None
    height: float | None = None
    area: float | None = None
    length: float | None = None

    def contradiction(self) -> str | None:
        return _needs_one(self.width, self.height, self.area, self.length)


class MustTouch(RuleBase, frozen=True, tag="must_touch"):
    """Each lies no further than `within` pixels from one of the others."""

    others: tuple[str, ...]
    within: float = 1.0

    def contradiction(self) -> str | None:
        return "“within” is 0 or more" if self.within < 0 else None


class MustNotOverlap(RuleBase, frozen=True, tag="must_not_overlap"):
    """None covers more than the share `above` of one of the others: of the smaller one, or of their union."""

    others: tuple[str, ...]
    above: float = 0.0
    of: Literal["smaller", "union"] = "smaller"

    def contradiction(self) -> str | None:
        return None if 0 <= self.above < 1 else "“above” is a share from 0 to less than 1"


class Inside(RuleBase, frozen=True, tag="inside"):
    """At least `share` of each lies inside one of the others, or with `image` inside the picture."""

    others: tuple[str, ...] = ()
    image: bool = False
    share: float = 1.0

    def contradiction(self) -> str | None:
        if self.image == bool(self.others):
            return "it needs either another category or “image: true”"
        return None if 0 < self.share <= 1 else "“share” is above 0 and at most 1"


class Count(RuleBase, frozen=True, tag="count"):
    """So many of the categories, taken together, are marked in an image."""

    at_least: int | None = None
    at_most: int | None = None

    def contradiction(self) -> str | None:
        return _needs_range(self.at_least, self.at_most)


class CountInside(RuleBase, frozen=True, tag="count_inside"):
    """Each of the others holds so many of the categories: more than half of each lies in it."""

    others: tuple[str, ...]
    at_least: int | None = None
    at_most: int | None = None

    def contradiction(self) -> str | None:
        return _needs_range(self.at_least, self.at_most)


class OnePerImage(RuleBase, frozen=True, tag="one_per_image"):
    """Exactly one of the categories, taken together, is marked in an image."""


class RequiredAttribute(RuleBase, frozen=True, tag="required_attribute"):
    """Each has an answer to the attribute; with `when`, only those that meet it."""

    attribute: str


class Requires(RuleBase, frozen=True, tag="requires"):
    """Where one of the categories is marked, one of the others is marked too."""

    others: tuple[str, ...]


class Related(RuleBase, frozen=True, tag="related"):
    """Each has the relation to one of the others."""

    relation: str
    others: tuple[str, ...]


class NoSelfCrossing(RuleBase, frozen=True, tag="no_self_crossing"):
    """The outline of a polygon, or a polyline, does not cross itself."""


class AtLeastPoints(RuleBase, frozen=True, tag="at_least_points"):
    """Each has so many vertices, points, or keypoints that are not absent."""

    points: int

    def contradiction(self) -> str | None:
        return "“points” is 1 or more" if self.points < 1 else None


Rule = (
    MinimumSize
    | MaximumSize
    | MustTouch
    | MustNotOverlap
    | Inside
    | Count
    | CountInside
    | OnePerImage
    | RequiredAttribute
    | Requires
    | Related
    | NoSelfCrossing
    | AtLeastPoints
)

KINDS: dict[str, type[Rule]] = {str(kind.__struct_config__.tag): kind for kind in Rule.__args__}
"""Kinds of rules by the name on the wire; in YAML they are written with spaces."""


class BrokenRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place where a rule is broken: in words, the annotations it is about, and the area to look at."""

    rule: str
    severity: Severity
    sentence: str
    annotations: tuple[str, ...] = ()
    place: Bounds | None = None


class _Spec(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...

    def fault(self, value: object) -> str | None: ...


class _Category(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def attributes(self) -> Sequence[_Spec]: ...


def kind_of(rule: Rule) -> str:
    """The name of a rule's kind on the wire."""
    return str(rule.__struct_config__.tag)


def others_of(rule: Rule) -> tuple[str, ...]:
    """The categories a rule measures against; empty if it looks at its own only."""
    return cast("tuple[str, ...]", getattr(rule, "others", ()))


def meets(when: Mapping[str, AttributeValue], attributes: Mapping[str, AttributeValue]) -> bool:
    """Whether attribute values meet every condition; one without an answer meets none."""
    return all(_meets(wanted, attributes.get(spec)) for spec, wanted in when.items())


def _meets(wanted: AttributeValue, value: AttributeValue | None) -> bool:
    if value is None:
        return False
    some = wanted if isinstance(wanted, tuple | list) else (wanted,)
    held = value if isinstance(value, tuple | list) else (value,)
    return any(entry in held for entry in some)


def followed(rules: Iterable[Rule], merges: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules with merged categories replaced by the ones that take them in."""
    return tuple(_follow(rule, merges) for rule in rules)


def _follow(rule: Rule, merges: Mapping[str, str]) -> Rule:
    def now(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(merges.get(entry, entry) for entry in ids))

    fields: dict[str, Any] = {"categories": now(rule.categories)}
    if others_of(rule):
        fields["others"] = now(others_of(rule))
    return msgspec.structs.replace(rule, **fields)


def check_rules(rules: Sequence[Rule], categories: Sequence[_Category], relations: Iterable[str]) -> None:
    """Raise InvalidOntology with the first rule that cannot be kept to, and its place."""
    if len(rules) > MOST_RULES:
        raise InvalidOntology(
            f"The ontology has {len(rules)} rules; there is room for {MOST_RULES}.",
            place="rules",
            remedy="Say more in one rule: it may name several categories.",
        )
    known = {category.id: category for category in categories}
    kinds = set(relations)
    seen: set[str] = set()
    for index, rule in enumerate(rules):
        fault = _fault(rule, known, kinds)
        if rule.id in seen:
            fault = ("this id stands twice", "Give each rule its own.")
        seen.add(rule.id)
        if fault:
            named = f" “{rule.id}”" if rule.id else ""
            raise InvalidOntology(
                f"Rule {index + 1}{named} ({kind_of(rule).replace('_', ' ')}): {fault[0]}.",
                place=f"rules[{index}]",
                remedy=fault[1],
            )


def _fault(rule: Rule, known: Mapping[str, _Category], relations: set[str]) -> tuple[str, str] | None:
    mend = "Correct the rule, or take it out."
    if not rule.id.strip():
        return "it needs an id", mend
    if not rule.categories:
        return "it needs a category", mend
    for entry in (*rule.categories, *others_of(rule)):
        if entry not in known:
            return (
                f"it names the category “{entry}”, which is not in the ontology",
                "Change or delete the rule first; or merge the category, and the rule follows.",
            )
    if "others" in rule.__struct_fields__ and not others_of(rule) and not isinstance(rule, Inside):
        return "it needs another category", mend
    if any(isinstance(v, float | int) and not isfinite(v) for v in msgspec.structs.asdict(rule).values()):
        return "a number in it is not finite", mend
    contradiction = rule.contradiction()
    if contradiction:
        return contradiction, mend
    if isinstance(rule, Related) and rule.relation not in relations:
        return f"the relation “{rule.relation}” is not in the ontology", mend
    return _attribute_fault(rule, [known[entry] for entry in rule.categories])


def _attribute_fault(rule: Rule, categories: Iterable[_Category]) -> tuple[str, str] | None:
    remedy = "Name an attribute that each of its categories has, or write one rule a category."
    for category in categories:
        specs = {spec.id: spec for spec in category.attributes}
        wanted = [*rule.when, *([rule.attribute] if isinstance(rule, RequiredAttribute) else [])]
        for name in wanted:
            if name not in specs:
                return f"“{category.name}” has no attribute “{name}”", remedy
        for name, value in rule.when.items():
            spec = specs[name]
            options = value if isinstance(value, tuple | list) else (value,)
            for option in options:
                fault = spec.fault((option,) if spec.kind == "choices" else option)
                if fault:
                    return f"the condition on {fault}", "Name one of its values."
    return None


def _needs_one(*values: float | None) -> str | None:
    given = [value for value in values if value is not None]
    if not given or min(given) <= 0:
        return "it needs a width, height, area or length, each above 0"
    return None


def _needs_range(at_least: int | None, at_most: int | None) -> str | None:
    if at_least is None and at_most is None:
        return "it needs “at_least” or “at_most”"
    if (at_least or 0) < 0 or (at_most or 0) < 0:
        return "a count is 0 or more"
    if at_least is not None and at_most is not None and at_least > at_most:
        return "“at_least” is more than “at_most”"
    return None
