"""Agreement about stretches of time: pairs of start and end in seconds."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from labelwright.core.errors import InvalidInput
from labelwright.quality.matching import Match, Matching, best_assignment

Segment = tuple[float, float]
"""Start and end in seconds; an end before its start is refused, an instant has no length."""


class SegmentAgreement(NamedTuple):
    """`iou` is of all time covered by either; `mean_iou` of the matched segments. None: no value."""

    matching: Matching
    f1: float | None
    mean_iou: float | None
    iou: float | None


def temporal_iou(a: Segment, b: Segment) -> float:
    """How alike two stretches of time are, from 0 to 1; two same instants are alike.

    >>> temporal_iou((0, 10), (5, 15))
    0.3333333333333333
    """
    _check((a, b))
    if a == b:
        return 1.0
    common = min(a[1], b[1]) - max(a[0], b[0])
    return max(0.0, common) / (max(a[1], b[1]) - min(a[0], b[0]))


def segment_agreement(
    first: Sequence[Segment], second: Sequence[Segment], *, threshold: float = 0.5
) -> SegmentAgreement:
    """Segments of two people matched one to one for the most IoU, and how alike all of them are."""
    _check((*first, *second))
    pairs = [(row, column) for row in range(len(first)) for column in range(len(second))]
    alike = np.array([temporal_iou(first[row], second[column]) for row, column in pairs])
    kept = [at for at in range(len(pairs)) if alike[at] >= threshold and alike[at] > 0]
    rows = np.array([pairs[at][0] for at in kept], np.int64)
    columns = np.array([pairs[at][1] for at in kept], np.int64)
    chosen = best_assignment(rows, columns, alike[kept] if kept else np.empty(0))
    matched = tuple(Match(int(rows[at]), int(columns[at]), float(alike[kept[at]])) for at in chosen)
    ours, theirs = {pair.first for pair in matched}, {pair.second for pair in matched}
    every = len(first) + len(second)
    one, other = _joined(first), _joined(second)
    either = _length(_joined((*first, *second)))
    common = _length(one) + _length(other) - either
    return SegmentAgreement(
        matching=Matching(
            matched,
            tuple(at for at in range(len(first)) if at not in ours),
            tuple(at for at in range(len(second)) if at not in theirs),
        ),
        f1=2 * len(matched) / every if every else None,
        mean_iou=sum(pair.iou for pair in matched) / len(matched) if matched else None,
        iou=max(0.0, common) / either if either > 0 else None,
    )


def _joined(segments: Sequence[Segment]) -> list[Segment]:
    joined: list[Segment] = []
    for start, end in sorted(segments):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _length(segments: Sequence[Segment]) -> float:
    return sum(end - start for start, end in segments)


def _check(segments: Sequence[Segment]) -> None:
    for start, end in segments:
        if not start <= end:
            raise InvalidInput(f"A segment cannot end at {end} s when it starts at {start} s.")
