"""Operations: the small, idempotent edits of which every draft is the fold.

The studio sends operations, never whole documents. Each has an id made by the client; applying the
same one twice changes nothing, because the store keeps each id once per draft. Two tabs merge per
annotation: the operation that reached the server last decides.
"""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Document, Evidence, Relation
from labelwright.core.shapes import Shape

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=36)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_999)]  # to the end of year 9999
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e7)]

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


class Put(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="put"):
    """Create an annotation, or replace the one with the same id.

    `at` is Unix milliseconds on the client's clock; `seconds` the human work since the last
    operation; `prediction` and `score` name the predicted annotation that was taken over.
    """

    id: Id
    at: Milliseconds
    annotation: Marking
    seconds: Seconds = 0.0
    prediction: str | None = None
    model: str | None = None
    score: float | None = None


class Delete(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="delete"):
    """Remove an annotation. Removing what is not there is no fault: another tab was first."""

    id: Id
    at: Milliseconds
    annotation: str
    seconds: Seconds = 0.0


class Judge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="judge"):
    """A reviewer's verdict on one annotation; None takes the verdict back."""

    id: Id
    at: Milliseconds
    annotation: str
    verdict: str | None
    seconds: Seconds = 0.0

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
        match operation:
            case Put():
                before = annotations.get(operation.annotation.id)
                annotations[operation.annotation.id] = _put(before, operation, author)
            case Delete():
                annotations.pop(operation.annotation, None)
            case Judge():
                found = annotations.get(operation.annotation)
                if found is not None:
                    annotations[found.id] = _judge(found, operation, author)
    return Document(annotations=tuple(annotations.values()))


def _put(before: Annotation | None, put: Put, author: str) -> Annotation:
    moment = iso_time(put.at)
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
        )
    marking = put.annotation
    return Annotation(
        id=marking.id,
        category=marking.category,
        shape=marking.shape,
        attributes=marking.attributes,
        group=marking.group,
        relations=marking.relations,
        flags=marking.flags,
        evidence=evidence,
    )


def _judge(annotation: Annotation, judge: Judge, reviewer: str) -> Annotation:
    evidence = msgspec.structs.replace(
        annotation.evidence,
        verdict=judge.verdict,
        reviewer=reviewer if judge.verdict else None,
        reviewed_at=iso_time(judge.at) if judge.verdict else None,
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
