"""What a document says of its item in terms that can be looked up: the content of an index.

Category ids stand as the document has them; who looks something up names a category together with those
that were merged into it (`ids_meaning`), so that no change of an ontology touches an index.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Document
from labelwright.core.ontology import Ontology

CATEGORY, SHAPE, ATTRIBUTE, NUMBER = "category", "shape", "attribute", "number"
AUTHOR, REVIEWER, SCORE = "author", "reviewer", "score"
DOCUMENT = "document"
"""Kinds of terms. `category` and `shape` count annotations, a category with their least and greatest area
as a share of the picture; `attribute` is a value and `number` the range of a numeric attribute; `score` has
the least and greatest score of a model; `document` names the document that the terms were made from."""

BETWEEN = "\x1f"
LONGEST_VALUE = 200


class Term(NamedTuple):
    """One term of an item; `n` counts annotations, `low` and `high` bound what was measured."""

    kind: str
    value: str
    n: int
    low: float | None = None
    high: float | None = None


def terms_of(
    document: Document,
    width: int,
    height: int,
    *,
    author: str | None = None,
    reviewer: str | None = None,
    predicted: Iterable[Annotation] = (),
) -> list[Term]:
    """The terms of an item of so many pixels, of which a document counts.

    `author` and `reviewer` handed the document in; `predicted` is what models say about the item.
    """
    found: dict[tuple[str, str], _Tally] = {}
    for name, kind in ((author, AUTHOR), (reviewer, REVIEWER)):
        if name:
            found.setdefault((kind, name[:LONGEST_VALUE]), _Tally())
    whole = max(1, width * height)
    for annotation in document.annotations:
        area = annotation.shape.area / whole if annotation.shape is not None else 1.0
        _add(found, CATEGORY, annotation.category[:LONGEST_VALUE], area)
        _add(found, SHAPE, annotation.kind)
        _add_evidence(found, annotation)
        for spec, value in annotation.attributes.items():
            _add_attribute(found, annotation.category, spec, value)
    for annotation in (*document.annotations, *predicted):
        if annotation.evidence.score is not None:
            _add(found, SCORE, "", annotation.evidence.score)
    return [Term(kind, value, tally.n, *tally.bounds()) for (kind, value), tally in found.items()]


def attribute_key(category: str, spec: str) -> str:
    """How a number of an attribute stands in the index."""
    return BETWEEN.join((category, spec))[:LONGEST_VALUE]


def attribute_value(category: str, spec: str, value: str | bool) -> str:  # a value, no switch
    """How one value of an attribute stands in the index."""
    return attribute_key(category, spec) + BETWEEN + _text(value)


def ids_meaning(ontology: Ontology, category: str) -> tuple[str, ...]:
    """A category's id and those of everything that was merged into it."""
    merged = [old for old in ontology.retired if ontology.current_id(old) == category]
    return (category, *merged)


class _Tally:
    def __init__(self) -> None:
        self.n = 0
        self._low, self._high = math.inf, -math.inf

    def add(self, measure: float | None) -> None:
        self.n += 1
        if measure is not None and math.isfinite(measure):
            self._low, self._high = min(self._low, measure), max(self._high, measure)

    def bounds(self) -> tuple[float | None, float | None]:
        return (None, None) if self._low > self._high else (self._low, self._high)


def _add(found: dict[tuple[str, str], _Tally], kind: str, value: str, measure: float | None = None) -> None:
    found.setdefault((kind, value), _Tally()).add(measure)


def _add_evidence(found: dict[tuple[str, str], _Tally], annotation: Annotation) -> None:
    evidence = annotation.evidence
    for name in {evidence.author, evidence.changed_by} - {"", None}:
        _add(found, AUTHOR, str(name)[:LONGEST_VALUE])
    if evidence.reviewer:
        _add(found, REVIEWER, evidence.reviewer[:LONGEST_VALUE])


def _add_attribute(
    found: dict[tuple[str, str], _Tally], category: str, spec: str, value: AttributeValue
) -> None:
    if isinstance(value, float | int) and not isinstance(value, bool):
        _add(found, NUMBER, attribute_key(category, spec), float(value))
        return
    for one in value if isinstance(value, tuple | list) else (value,):
        _add(found, ATTRIBUTE, attribute_value(category, spec, one))


def _text(value: str | bool) -> str:
    return (
        msgspec.json.encode(value).decode() if isinstance(value, bool) else value[: 300 - LONGEST_VALUE - 1]
    )
