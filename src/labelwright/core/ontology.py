"""The ontology: what can be said about an item. Categories in a fixed order, with their attributes.

Ids are stable and never used again: renaming, recoloring and reordering touch no annotation. A
category that was deleted or merged stays in `retired`, so older documents are read through
`resolve` and nothing stored is ever rewritten; undoing a change brings every annotation back.
The order of `categories` is the class order of every export.
"""

from collections.abc import Iterable

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Document
from labelwright.core.errors import InvalidOntology
from labelwright.core.rules import Rule, check_rules, followed
from labelwright.core.shapes import KINDS, Skeleton

SHAPE_KINDS = (*KINDS, "tag")
ATTRIBUTE_KINDS = ("choice", "choices", "text", "number", "flag")

# Okabe and Ito (2008), Color Universal Design; then darker and lighter companions.
PALETTE = (
    "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
    "#9467BD", "#8C564B", "#17BECF", "#BCBD22", "#E377C2",
)  # fmt: skip


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer of a choice attribute."""

    id: str
    name: str


class AttributeSpec(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One attribute of a category. `kind` is choice, choices, text, number or flag (yes/no)."""

    id: str
    name: str
    kind: str
    options: tuple[Option, ...] = ()
    required: bool = False
    default: AttributeValue | None = None
    minimum: float | None = None
    maximum: float | None = None

    def fault(self, value: object) -> str | None:
        """Why a value does not fit, in words, or None if it does."""
        known = {option.id for option in self.options}
        match self.kind:
            case "choice":
                fits = isinstance(value, str) and value in known
                wanted = "one of its options"
            case "choices":
                fits = isinstance(value, tuple | list) and set(value) <= known  # pyright: ignore[reportUnknownArgumentType]
                wanted = "some of its options"
            case "text":
                fits, wanted = isinstance(value, str), "a text"
            case "number":
                fits = isinstance(value, int | float) and not isinstance(value, bool)
                fits = fits and self._in_range(float(value))  # pyright: ignore[reportArgumentType]
                wanted = "a number in its range"
            case _:
                fits, wanted = isinstance(value, bool), "yes or no"
        return None if fits else f"“{self.name}” wants {wanted}"

    def _in_range(self, value: float) -> bool:
        above = self.minimum is None or value >= self.minimum
        return above and (self.maximum is None or value <= self.maximum)


class SkeletonPoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A keypoint of a template: its name, and its place in a drawing from (0, 0) to (1, 1)."""

    name: str
    x: float
    y: float


class SkeletonTemplate(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The keypoints of a category in order, the edges between them, and which change sides.

    `edges` and `swaps` hold pairs of positions in `keypoints`, from 0; `swaps` names the left and
    right ones that stand for one another when a picture is mirrored.
    """

    keypoints: tuple[SkeletonPoint, ...]
    edges: tuple[tuple[int, int], ...] = ()
    swaps: tuple[tuple[int, int], ...] = ()


class RelationSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A bond that annotations may have with one another, such as “part of”."""

    id: str
    name: str
    directed: bool = True


class Category(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing that can be marked; `shapes` are the kinds allowed (`tag`: the whole item)."""

    id: str
    name: str
    color: str = PALETTE[0]
    shortcut: str | None = None
    shapes: tuple[str, ...] = ("box", "polygon")
    description: str = ""
    attributes: tuple[AttributeSpec, ...] = ()
    skeleton: SkeletonTemplate | None = None

    def attribute(self, spec_id: str) -> AttributeSpec | None:
        """The attribute spec by id."""
        return next((spec for spec in self.attributes if spec.id == spec_id), None)


class Ontology(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An ordered set of categories. `retired` maps a removed id to the one it was merged into, or None."""

    categories: tuple[Category, ...] = ()
    retired: dict[str, str | None] = {}
    relations: tuple[RelationSpec, ...] = ()
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        check(self)

    def category(self, category_id: str) -> Category | None:
        """The living category by id."""
        return next((entry for entry in self.categories if entry.id == category_id), None)

    def named(self, name: str) -> Category | None:
        """The living category by name, first exactly, then without regard to case."""
        for entry in self.categories:
            if entry.name == name:
                return entry
        folded = name.casefold()
        return next((e for e in self.categories if e.name.casefold() == folded), None)

    def current_id(self, category_id: str) -> str | None:
        """The living category an id stands for now; None if it was deleted or never known."""
        seen: set[str] = set()
        known = {entry.id for entry in self.categories}
        while category_id not in known:
            target = self.retired.get(category_id)
            if target is None or target in seen:
                return None
            seen.add(target)
            category_id = target
        return category_id

    def resolve(self, document: Document) -> Document:
        """The document as this ontology reads it: merged categories renamed, deleted ones left out."""
        if not self.retired:
            return document
        kept: list[Annotation] = []
        for annotation in document.annotations:
            current = self.current_id(annotation.category)
            if current == annotation.category:
                kept.append(annotation)
            elif current is not None:
                kept.append(msgspec.structs.replace(annotation, category=current))
        return Document(annotations=tuple(kept))

    def faults(self, annotation: Annotation) -> list[str]:
        """What this ontology has against an annotation, in words; empty if nothing."""
        category = self.category(annotation.category)
        if category is None:
            return ["its category is not in the ontology"]
        faults: list[str] = []
        if annotation.kind not in category.shapes:
            allowed = ", ".join(category.shapes)
            faults.append(f"“{category.name}” is marked as {allowed}, not as {annotation.kind}")
        elif isinstance(annotation.shape, Skeleton) and category.skeleton is not None:
            wanted, found = len(category.skeleton.keypoints), len(annotation.shape.keypoints)
            if found != wanted:
                faults.append(f"“{category.name}” has {wanted} keypoints, this one {found}")
        known = {spec.id for spec in self.relations}
        faults.extend(
            f"its relation “{relation.kind}” is not in the ontology"
            for relation in annotation.relations
            if relation.kind not in known
        )
        for spec in category.attributes:
            if spec.id in annotation.attributes:
                fault = spec.fault(annotation.attributes[spec.id])
                if fault:
                    faults.append(fault)
            elif spec.required:
                faults.append(f"“{spec.name}” is required")
        return faults


class OntologyChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a new ontology does to an old one, by category id; `touched` counts annotations.

    `relations` is true when the kinds of relations are no longer the same, `rules` when the label rules
    are not.
    """

    added: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    recolored: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    reordered: bool = False
    relations: bool = False
    rules: bool = False
    deleted: tuple[str, ...] = ()
    merged: dict[str, str] = {}
    touched: dict[str, int] = {}


def succeed(
    before: Ontology,
    categories: Iterable[Category],
    merges: dict[str, str],
    relations: Iterable[RelationSpec] | None = None,
    rules: Iterable[Rule] | None = None,
) -> tuple[Ontology, OntologyChange]:
    """The ontology after an edit, and what the edit does.

    A category of `before` that `categories` lacks is deleted, or merged if `merges` names its target.
    `relations` and `rules` stay as they are where none are given; a rule about a merged category goes
    on about the one that takes it in.
    Raises InvalidOntology if an id comes back from the dead, a merge leads nowhere, or a rule is about
    a category that is deleted.
    """
    new = tuple(categories)
    old_by_id = {entry.id: entry for entry in before.categories}
    new_ids = {entry.id for entry in new}
    back = [entry.name for entry in new if entry.id in before.retired]
    if back:
        raise InvalidOntology(
            f"The id of “{back[0]}” belonged to a category that was removed.",
            remedy="Give it a new id, or undo the removal.",
        )
    gone = [entry.id for entry in before.categories if entry.id not in new_ids]
    for source, target in merges.items():
        if source not in gone or target not in new_ids:
            raise InvalidOntology(
                f"Cannot merge {source} into {target}.",
                remedy="Merge a category that you leave out into one that you keep.",
            )
    retired = {**before.retired, **{entry: merges.get(entry) for entry in gone}}
    kinds = before.relations if relations is None else tuple(relations)
    kept = followed(before.rules if rules is None else rules, merges)
    after = Ontology(categories=new, retired=retired, relations=kinds, rules=kept)
    pairs = [(old_by_id[entry.id], entry) for entry in new if entry.id in old_by_id]
    stayed_before = [entry.id for entry in before.categories if entry.id in new_ids]
    change = OntologyChange(
        added=tuple(entry.id for entry in new if entry.id not in old_by_id),
        renamed=tuple(b.id for a, b in pairs if a.name != b.name),
        recolored=tuple(b.id for a, b in pairs if a.color != b.color),
        edited=tuple(b.id for a, b in pairs if _essence(a) != _essence(b)),
        reordered=stayed_before != [b.id for _, b in pairs],
        relations=kinds != before.relations,
        rules=kept != before.rules,
        deleted=tuple(entry for entry in gone if entry not in merges),
        merged=dict(merges),
    )
    return after, change


def _essence(category: Category) -> Category:
    return msgspec.structs.replace(category, name="", color=PALETTE[0])


def check(ontology: Ontology) -> None:
    """Raise InvalidOntology with the first contradiction."""
    _refuse_twice("category id", [entry.id for entry in ontology.categories])
    _refuse_twice("category", [entry.name for entry in ontology.categories])
    _refuse_twice("shortcut", [e.shortcut for e in ontology.categories if e.shortcut])
    _refuse_twice("relation id", [entry.id for entry in ontology.relations])
    _refuse_twice("relation", [entry.name for entry in ontology.relations])
    for category in ontology.categories:
        _check_category(category)
    for relation in ontology.relations:
        if not relation.id or not relation.name.strip():
            raise InvalidOntology("A relation needs an id and a name.", place=relation.id or None)
    check_rules(ontology.rules, ontology.categories, [entry.id for entry in ontology.relations])


def _check_category(category: Category) -> None:
    where = f"Category “{category.name}”"
    if not category.id or not category.name.strip():
        raise InvalidOntology("A category needs an id and a name.", place=category.id or None)
    if not _is_color(category.color):
        raise InvalidOntology(f"{where}: color “{category.color}” is not of the form #RRGGBB.")
    unknown = [kind for kind in category.shapes if kind not in SHAPE_KINDS]
    if unknown or not category.shapes:
        listed = ", ".join(SHAPE_KINDS)
        raise InvalidOntology(f"{where}: shapes are one or more of {listed}.")
    _refuse_twice(f"attribute id in {where}", [spec.id for spec in category.attributes])
    _refuse_twice(f"attribute in {where}", [spec.name for spec in category.attributes])
    for spec in category.attributes:
        _check_attribute(where, spec)
    if "skeleton" in category.shapes and category.skeleton is None:
        raise InvalidOntology(
            f"{where} is marked as skeleton but has no template.",
            remedy="Give it a `skeleton` with its keypoints and edges.",
        )
    if category.skeleton is not None:
        _check_template(where, category.skeleton)


def _check_template(where: str, template: SkeletonTemplate) -> None:
    count = len(template.keypoints)
    if not count:
        raise InvalidOntology(f"{where}: a skeleton needs at least one keypoint.")
    if any(not point.name.strip() for point in template.keypoints):
        raise InvalidOntology(f"{where}: every keypoint needs a name.")
    _refuse_twice(f"keypoint in {where}", [point.name for point in template.keypoints])
    for what, pairs in (("edge", template.edges), ("swap", template.swaps)):
        for a, b in pairs:
            if a == b or not (0 <= a < count and 0 <= b < count):
                raise InvalidOntology(
                    f"{where}: the {what} [{a}, {b}] does not join two of its {count} keypoints.",
                    remedy="Name two different positions, counted from 0.",
                )
    for point in template.keypoints:
        if not (0 <= point.x <= 1 and 0 <= point.y <= 1):
            raise InvalidOntology(f"{where}: keypoint “{point.name}” lies outside the drawing (0 to 1).")


def _check_attribute(where: str, spec: AttributeSpec) -> None:
    if spec.kind not in ATTRIBUTE_KINDS:
        listed = ", ".join(ATTRIBUTE_KINDS)
        raise InvalidOntology(f"{where}, “{spec.name}”: the kind is one of {listed}.")
    if not spec.id or not spec.name.strip():
        raise InvalidOntology(f"{where}: an attribute needs an id and a name.")
    if spec.kind in ("choice", "choices") and not spec.options:
        raise InvalidOntology(f"{where}, “{spec.name}”: a choice needs options.")
    _refuse_twice(f"option in “{spec.name}”", [option.id for option in spec.options])
    if spec.default is not None:
        fault = spec.fault(spec.default)
        if fault:
            raise InvalidOntology(f"{where}: the default of {fault}.")


def _is_color(text: str) -> bool:
    return len(text) == 7 and text[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in text[1:])


def _refuse_twice(what: str, values: list[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise InvalidOntology(f"The {what} “{value}” stands twice.", remedy="Give each its own.")
        seen.add(value)
