"""Operations: the small, idempotent edits of which every draft is the fold.

The studio sends operations, never whole documents. Each has an id made by the client; applying the
same one twice changes nothing, because the store keeps each id once per draft. Two tabs merge per
annotation and, within one, per field (`core/fields.py`); where both changed the same, the operation
that reached the server last stands and the other one is kept as a conflict (`core/conflicts.py`).
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Document, Evidence, Relation
from labelwright.core.error_codes import LONGEST_CODE, MOST_CODES
from labelwright.core.fields import with_fields
from labelwright.core.shapes import Shape

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=36)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_999)]  # to the end of year 9999
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e7)]

Revision = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Title = Annotated[str, msgspec.Meta(max_length=200)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
ErrorCode = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_CODE)]
FieldName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

VERDICTS = ("accepted", "returned", "amended")


class Marking(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a hand says of one annotation; evidence is added by the fold, never by the client."""

    id: Id
    category: str
    shape: Shape | None = None
    attributes: dict[str, AttributeValue] = {}
    group: str | None = None
    relations: tuple[Relation, ...] = ()
    flags: dict[str, bool | float | str] = {}
    unsure: Reason | None = None


class Stamp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every operation says of itself.

    `at` is Unix milliseconds on the client's clock; `seconds` the human work since the last
    operation. `seen` is the draft's revision that the hand had before its eyes, and `after` the last
    own operation on the annotation that the server had not confirmed by then: together they say what
    the hand knew. Without `seen` an operation counts as knowing everything. `step` groups the
    operations of one gesture, `title` names it, and `turn` says that the step was taken back or made
    again. `settles` names operations of a conflict that a person has chosen about, `reopens` those
    whose choice is taken back.

    `clashes` and `by` are the server's: the operations of others that this one did not know and
    contradicts, and the member whose work was brought in by it.
    """

    id: Id
    at: Milliseconds
    seconds: Seconds = 0.0
    seen: Revision | None = None
    after: Id | None = None
    settles: Annotated[tuple[Id, ...], msgspec.Meta(max_length=100)] = ()
    reopens: Annotated[tuple[Id, ...], msgspec.Meta(max_length=100)] = ()
    step: Id | None = None
    title: Title | None = None
    turn: Literal["undo", "redo"] | None = None
    clashes: tuple[str, ...] = ()
    by: str | None = None


class Put(Stamp, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="put"):
    """Create an annotation, or replace the one with the same id.

    `fields` are those that the hand changed; the others stay as they are by now. Without it the
    whole annotation is replaced. `prediction`, `model` and `score` name the predicted annotation
    that was taken over.
    """

    annotation: Marking
    fields: Annotated[tuple[FieldName, ...], msgspec.Meta(max_length=1000)] | None = None
    prediction: str | None = None
    model: str | None = None
    score: float | None = None


class Delete(Stamp, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="delete"):
    """Remove an annotation. Removing what is not there is no fault: another tab was first.

    One that clashes removes nothing until a person has chosen.
    """

    annotation: str


class Judge(Stamp, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="judge"):
    """A reviewer's verdict on one annotation, None takes it back; `errors` are codes of what is wrong."""

    annotation: str
    verdict: str | None
    errors: Annotated[tuple[ErrorCode, ...], msgspec.Meta(max_length=MOST_CODES)] = ()

    def __post_init__(self) -> None:
        if self.verdict is not None and self.verdict not in VERDICTS:
            raise ValueError(f"a verdict is one of {', '.join(VERDICTS)}")


Operation = Put | Delete | Judge


def fold(document: Document, operations: Iterable[Operation], author: str) -> Document:
    """The document after the operations, in their order, made by `author`.

    The fold of two lists is the fold of their concatenation, and folding an operation a second time
    right after the first changes nothing but the seconds of work (the store never does it).
    """
    annotations = document.by_id()
    for operation in operations:
        apply(annotations, operation, author)
    return Document(annotations=tuple(annotations.values()))


def apply(annotations: dict[str, Annotation], operation: Operation, author: str) -> None:
    """Change the annotations, by their ids, as an operation says."""
    match operation:
        case Put():
            before = annotations.get(operation.annotation.id)
            annotations[operation.annotation.id] = _put(before, operation, author)
        case Delete():
            if not operation.clashes:
                annotations.pop(operation.annotation, None)
        case Judge():
            found = annotations.get(operation.annotation)
            if found is not None:
                annotations[found.id] = _judge(found, operation, author)


def target(operation: Operation) -> str:
    """The id of the annotation that an operation is about."""
    return operation.annotation.id if isinstance(operation, Put) else operation.annotation


def _put(before: Annotation | None, put: Put, author: str) -> Annotation:
    moment, author = iso_time(put.at), put.by or author
    if before is None:
        evidence = Evidence(
            author=author,
            created_at=moment,
            model=put.model,
            score=put.score,
            prediction=put.prediction,
            similarity=None if put.prediction is None else 1.0,
            seconds=put.seconds,
        )
    else:
        evidence = msgspec.structs.replace(
            before.evidence,
            changed_by=author,
            changed_at=moment,
            seconds=before.evidence.seconds + put.seconds,
            verdict=None,  # what was judged is no longer what stands here
            reviewer=None,
            reviewed_at=None,
            errors=(),
            confidence=None,
        )
    marking = put.annotation
    if before is not None and put.fields is not None:
        marking = with_fields(before, marking, put.fields)
    return Annotation(
        id=marking.id,
        category=marking.category,
        shape=marking.shape,
        attributes=marking.attributes,
        group=marking.group,
        relations=marking.relations,
        flags=marking.flags,
        evidence=evidence,
        votes=() if before is None else before.votes,
        unsure=marking.unsure,
    )


def _judge(annotation: Annotation, judge: Judge, reviewer: str) -> Annotation:
    evidence = msgspec.structs.replace(
        annotation.evidence,
        verdict=judge.verdict,
        reviewer=reviewer if judge.verdict else None,
        reviewed_at=iso_time(judge.at) if judge.verdict else None,
        errors=judge.errors if judge.verdict == "returned" else (),
    )
    return msgspec.structs.replace(annotation, evidence=evidence)


def iso_time(milliseconds: int) -> str:
    """Unix milliseconds as UTC text, `2026-11-23T08:00:00.000Z`, without asking a clock or zone."""
    seconds, rest = divmod(milliseconds, 1000)
    days, second = divmod(seconds, 86_400)
    year, month, day = _civil(days)
    hour, second = divmod(second, 3600)
    minute, second = divmod(second, 60)
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}.{rest:03d}Z"


def _civil(days: int) -> tuple[int, int, int]:
    # Days since 1970-01-01 to a date of the proleptic Gregorian calendar.
    # Howard Hinnant, chrono-Compatible Low-Level Date Algorithms (2013), civil_from_days.
    shifted = days + 719_468
    era, day_of_era = divmod(shifted, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_index = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month_index + 2) // 5 + 1
    month = month_index + 3 if month_index < 10 else month_index - 9
    return year_of_era + era * 400 + (month <= 2), month, day
