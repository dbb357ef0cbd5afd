"""What a rule looks at: the annotations of one item, by category and by place."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from labelwright.core.document import Annotation
from labelwright.core.ontology import Ontology
from labelwright.core.rules import Rule, meets
from labelwright.core.shapes import Bounds, Box
from labelwright.quality.figure import Figure

MOST_PAIRS = 100_000  # that one rule compares; a document where more lie close together is not usual


class TooManyPairs(Exception):  # a way out, not an error of the caller's
    """A rule has compared as many pairs of shapes as one check may."""


class Scene:
    """The annotations of an item in their order; each shape is made ready once."""

    def __init__(
        self, annotations: Iterable[Annotation], ontology: Ontology, width: int, height: int
    ) -> None:
        self.annotations = tuple(annotations)
        self.order = {annotation.id: index for index, annotation in enumerate(self.annotations)}
        self.by_id = {annotation.id: annotation for annotation in self.annotations}
        self.image = Figure(Box(left=0, top=0, right=width, bottom=height))
        self._names = {category.id: category.name for category in ontology.categories}
        self._attributes = {
            (category.id, spec.id): spec.name
            for category in ontology.categories
            for spec in category.attributes
        }
        self._relations = {relation.id: relation.name for relation in ontology.relations}
        self._figures: dict[str, Figure] = {}
        self._by_category: dict[str, list[Annotation]] = {}
        for annotation in self.annotations:
            self._by_category.setdefault(annotation.category, []).append(annotation)
        self.pairs = 0
        self._bounds: dict[str, tuple[list[Annotation], NDArray[np.float64]]] = {}

    def of(self, categories: Iterable[str]) -> list[Annotation]:
        """The annotations of some categories, in order."""
        found = [a for category in set(categories) for a in self._by_category.get(category, ())]
        return sorted(found, key=lambda annotation: self.order[annotation.id])

    def meant(self, rule: Rule) -> list[Annotation]:
        """The annotations that a rule is about: of its categories, and as its conditions want them."""
        return [a for a in self.of(rule.categories) if meets(rule.when, a.attributes)]

    def is_meant(self, rule: Rule, annotation: Annotation) -> bool:
        """Whether a rule is about an annotation."""
        return annotation.category in rule.categories and meets(rule.when, annotation.attributes)

    def figure(self, annotation: Annotation) -> Figure:
        """The shape of an annotation that has one, made ready."""
        known = self._figures.get(annotation.id)
        if known is None:
            assert annotation.shape is not None  # noqa: S101  # those without one are never asked for
            known = self._figures[annotation.id] = Figure(annotation.shape)
        return known

    def near(self, annotation: Annotation, categories: Iterable[str], reach: float) -> list[Annotation]:
        """Others of the categories whose bounds come as near as `reach` pixels, in order.

        Raises TooManyPairs once a rule has had more than `MOST_PAIRS` of them; `pairs` counts.
        """
        bounds = self.figure(annotation).bounds
        found = [other for category in set(categories) for other in self._close(category, bounds, reach)]
        found = [other for other in found if other.id != annotation.id]
        self.pairs += len(found)
        if self.pairs > MOST_PAIRS:
            raise TooManyPairs
        return sorted(found, key=lambda other: self.order[other.id])

    def name(self, annotation: Annotation) -> str:
        """The name of its category, in quotes."""
        return self.names([annotation.category])

    def names(self, categories: Iterable[str]) -> str:
        """The names of categories, in quotes."""
        return " / ".join(f"“{self._names.get(category, category)}”" for category in categories)

    def attribute_name(self, annotation: Annotation, attribute: str) -> str:
        """The name of an attribute of its category, in quotes."""
        return f"“{self._attributes.get((annotation.category, attribute), attribute)}”"

    def relation_name(self, relation: str) -> str:
        """The name of a relation, in quotes."""
        return f"“{self._relations.get(relation, relation)}”"

    def _close(self, category: str, bounds: Bounds, reach: float) -> list[Annotation]:
        if category not in self._bounds:
            shaped = [a for a in self._by_category.get(category, ()) if a.shape is not None]
            table = np.array([self.figure(a).bounds for a in shaped], dtype=np.float64).reshape(-1, 4)
            self._bounds[category] = shaped, table
        shaped, table = self._bounds[category]
        left, top, right, bottom = table.T
        close = (
            (left <= bounds.right + reach)
            & (right >= bounds.left - reach)
            & (top <= bounds.bottom + reach)
            & (bottom >= bounds.top - reach)
        )
        return [shaped[int(index)] for index in np.flatnonzero(close)]
