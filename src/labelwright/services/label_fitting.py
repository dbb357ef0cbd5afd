"""Annotations of a file as annotations of a project: its categories, attributes, relations and keypoints.

What has no place in the project is counted by reason, never left out in silence. Ids and evidence are
those of the file if Labelwright wrote it; other files say nothing of that kind.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Row

from labelwright.core.document import Annotation, AttributeValue, Evidence, Relation
from labelwright.core.errors import InvalidShape
from labelwright.core.ids import is_uuid
from labelwright.core.ontology import Category, Ontology, SkeletonTemplate
from labelwright.core.shapes import Shape, Skeleton, outside
from labelwright.formats.format import LabeledItem, Reading, attributes_by_id
from labelwright.formats.shares import in_pixels


@dataclass
class Fitted:
    """What became of the annotations, in counts by reason or name."""

    by_category: Counter[str] = field(default_factory=Counter[str])
    unknown: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    left_out: Counter[str] = field(default_factory=Counter[str])
    incomplete: int = 0


class Fitter:
    """Fits annotations of one reading into one ontology."""

    def __init__(
        self,
        reading: Reading,
        ontology: Ontology,
        *,
        rename: Mapping[str, str],
        evidence: Evidence,
        keeps_evidence: bool,
        new_id: Callable[[], str],
    ) -> None:
        self._ontology, self._rename = ontology, rename
        self._definitions = reading.definitions
        self._evidence = evidence
        self._is_own = reading.is_own and keeps_evidence
        self._new_id = new_id
        self._relations = {relation.name: relation.id for relation in ontology.relations}
        self._categories: dict[str, Category | None] = {}
        self.counts = Fitted()

    def fit(self, entry: LabeledItem, item: Row[Any]) -> list[Annotation]:
        """The annotations of a record that have a place on the item."""
        ids: dict[str, str] = {}
        fitted: list[tuple[Annotation, Annotation]] = []
        for given in entry.document.annotations:
            made = self._made(given, entry, item)
            if made is not None:
                ids[given.id] = made.id
                fitted.append((given, made))
        return [
            msgspec.structs.replace(made, relations=self._bonds(given, ids)) if given.relations else made
            for given, made in fitted
        ]

    def _made(self, given: Annotation, entry: LabeledItem, item: Row[Any]) -> Annotation | None:
        category = self._category(given.category)
        if category is None:
            self.counts.unknown[given.category] += 1
            return None
        try:
            shape = self._shape(given, category, entry, item)
        except InvalidShape as error:
            self.counts.refused[error.message] += 1
            return None
        made = Annotation(
            id=given.id if self._is_own and is_uuid(given.id) else self._new_id(),
            category=category.id,
            shape=shape,
            attributes=self._attributes(given, category),
            group=given.group,
            flags=given.flags,
            evidence=self._evidence_of(given),
        )
        faults = self._ontology.faults(made)
        over = outside(shape, item.width, item.height) if shape is not None else None
        faults += [over] if over else []
        wrong = [fault for fault in faults if not fault.endswith("is required")]
        if wrong:
            self.counts.refused[wrong[0]] += 1
            return None
        self.counts.incomplete += bool(faults)
        self.counts.by_category[category.name] += 1
        return made

    def _category(self, name: str) -> Category | None:
        if name not in self._categories:
            renamed = self._rename.get(name)
            ontology = self._ontology
            self._categories[name] = ontology.category(renamed) if renamed else ontology.named(name)
        return self._categories[name]

    def _shape(
        self, given: Annotation, category: Category, entry: LabeledItem, item: Row[Any]
    ) -> Shape | None:
        shape = given.shape
        if entry.in_shares:
            shape = in_pixels(shape, item.width, item.height, turned_boxes=entry.turned_boxes)
        if not isinstance(shape, Skeleton) or category.skeleton is None:
            return shape
        told = self._definitions.get(given.category)
        return _in_order(shape, told.skeleton if told else None, category.skeleton)

    def _attributes(self, given: Annotation, category: Category) -> dict[str, AttributeValue]:
        fitted = attributes_by_id(given.attributes, category)
        names = {spec.name: spec.id for spec in category.attributes}
        for name in given.attributes:
            if names.get(name, name) not in fitted:
                self.counts.left_out[f"attribute “{name}” of “{category.name}”"] += 1
        defaults = {spec.id: spec.default for spec in category.attributes if spec.default is not None}
        return fitted if self._is_own else {**defaults, **fitted}

    def _bonds(self, given: Annotation, ids: Mapping[str, str]) -> tuple[Relation, ...]:
        kept: list[Relation] = []
        for bond in given.relations:
            kind, to = self._relations.get(bond.kind), ids.get(bond.to)
            if kind is None:
                self.counts.left_out[f"relation “{bond.kind}”"] += 1
            elif to is None:
                self.counts.left_out["relation to an annotation that is not there"] += 1
            else:
                kept.append(Relation(kind=kind, to=to))
        return tuple(kept)

    def _evidence_of(self, given: Annotation) -> Evidence:
        if self._is_own and given.evidence.author:
            return given.evidence
        return msgspec.structs.replace(self._evidence, score=given.evidence.score)


def _in_order(skeleton: Skeleton, told: SkeletonTemplate | None, wanted: SkeletonTemplate) -> Skeleton:
    """The keypoints in the order of the project's template, if the file's one has the same names."""
    if told is None or len(told.keypoints) != len(skeleton.keypoints):
        return skeleton
    places = {point.name.casefold(): place for place, point in enumerate(told.keypoints)}
    names = [point.name.casefold() for point in wanted.keypoints]
    if len(places) != len(told.keypoints) or set(names) != set(places):
        return skeleton
    return Skeleton(keypoints=tuple(skeleton.keypoints[places[name]] for name in names))
