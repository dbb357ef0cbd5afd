"""Codes of errors: what may be wrong with an annotation, in the words of reviewers, gold and audits.

A project may add codes of its own to these. What a reviewer corrected in place needs no code from a
person: the correction says it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from labelwright.core.document import Annotation, Document

MISSING, EXTRA, WRONG_CATEGORY = "missing", "extra", "wrong_category"
LOOSE_SHAPE, WRONG_ATTRIBUTE, UNNAMED = "loose_shape", "wrong_attribute", "unnamed"

CODES = {
    MISSING: "Missing",
    EXTRA: "Should not be there",
    WRONG_CATEGORY: "Wrong category",
    LOOSE_SHAPE: "Loose shape",
    WRONG_ATTRIBUTE: "Wrong attribute",
}
"""The codes that every project has, with their titles."""

LONGEST_CODE = 40
MOST_CODES = 10  # named of one annotation


class Mark(NamedTuple):
    """An error: `annotation` is what was judged, None where something was missing."""

    annotation: Annotation | None
    code: str
    should_be: str | None = None


def marks_of(before: Document, after: Document) -> Iterator[Mark]:
    """The errors that a review shows: those it names, and those its corrections mean.

    `before` is what was judged and `after` what the reviewer handed in.
    """
    old, new = before.by_id(), after.by_id()
    for name, judged in old.items():
        stands = new.get(name)
        if stands is None:
            yield Mark(judged, EXTRA)
        elif stands.evidence.verdict == "returned":
            yield from (Mark(judged, code) for code in stands.evidence.errors or (UNNAMED,))
        else:
            yield from _corrected(judged, stands)
    yield from (Mark(None, MISSING, made.category) for name, made in new.items() if name not in old)


def _corrected(judged: Annotation, stands: Annotation) -> Iterator[Mark]:
    if judged.category != stands.category:
        yield Mark(judged, WRONG_CATEGORY, stands.category)
    if judged.shape != stands.shape:
        yield Mark(judged, LOOSE_SHAPE)
    if judged.category == stands.category and judged.attributes != stands.attributes:
        yield Mark(judged, WRONG_ATTRIBUTE)
