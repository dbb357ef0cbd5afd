"""Codes of errors: what may be wrong with an annotation, in the words of reviewers, gold and audits.

A project may add codes of its own to these. What a reviewer corrected in place needs no code from a
person: the correction says it.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import InvalidInput

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
MOST_OWN = 40
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_CODE, pattern="^[a-z0-9_-]+$")]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class OwnCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code of a project's own. `code` never changes, so that a new title renames what was found before.

    `severe`: such an error counts as a severe one. A `retired` code is no longer offered; what was
    found by it stays.
    """

    code: Code
    title: Title
    description: Annotated[str, msgspec.Meta(max_length=500)] = ""
    severe: bool = False
    retired: bool = False


def check_own(codes: Sequence[OwnCode]) -> None:
    """Raise InvalidInput for a code or title that is taken, or for too many of them."""
    if len(codes) > MOST_OWN:
        raise InvalidInput(f"A project has at most {MOST_OWN} codes of its own.", place="codes")
    names: set[str] = {*CODES, UNNAMED}
    titles = {title.casefold() for title in CODES.values()}
    for one in codes:
        if one.code in names:
            raise InvalidInput(f"The code “{one.code}” is there already.", place="codes")
        if not one.title.strip():
            raise InvalidInput(f"The code “{one.code}” needs a title.", place="codes")
        if not one.retired and one.title.strip().casefold() in titles:
            raise InvalidInput(f"Two codes are called “{one.title}”.", place="codes")
        names.add(one.code)
        titles |= set() if one.retired else {one.title.strip().casefold()}


def with_kept(before: Sequence[OwnCode], wanted: Sequence[OwnCode]) -> tuple[OwnCode, ...]:
    """The codes that are wanted; those left out are retired, for errors may have been found by them."""
    named = {one.code for one in wanted}
    gone = (one for one in before if one.code not in named)
    return (*wanted, *(msgspec.structs.replace(one, retired=True) for one in gone))


class Mark(NamedTuple):
    """An error: `annotation` is what was judged, None where something was missing: then it is `added`."""

    annotation: Annotation | None
    code: str
    should_be: str | None = None
    added: Annotation | None = None


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
    yield from (Mark(None, MISSING, made.category, made) for name, made in new.items() if name not in old)


def _corrected(judged: Annotation, stands: Annotation) -> Iterator[Mark]:
    if judged.category != stands.category:
        yield Mark(judged, WRONG_CATEGORY, stands.category)
    if judged.shape != stands.shape:
        yield Mark(judged, LOOSE_SHAPE)
    if judged.category == stands.category and judged.attributes != stands.attributes:
        yield Mark(judged, WRONG_ATTRIBUTE)
