"""Which annotations of two lists mean the same thing: one to one, the most alike first.

Only annotations of the same category are compared, two tags or two shapes, by `iou`. All pairs at or above
the threshold are taken in the order of their IoU, greatest first; ties go to the one that stands first in
the first list, then in the second. A pair is kept if neither side has a partner yet. So the outcome
depends on the lists and the threshold alone. (The greedy matching of COCO's and PASCAL VOC's evaluation,
without scores: Everingham et al., The Pascal Visual Object Classes Challenge, 2010, section 4.2.)
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.core.document import Annotation
from labelwright.core.shapes import Shape, Skeleton
from labelwright.quality.iou import PEN, iou

FEW = 64  # pairs that are looked at one by one
SLACK = 0.75


class Pair(NamedTuple):
    """Positions in the two lists, and how alike the two are."""

    first: int
    second: int
    iou: float


def best_pairs(first: Sequence[Annotation], second: Sequence[Annotation], threshold: float) -> list[Pair]:
    """The one-to-one matching of two lists, in the order of the first."""
    found: list[Pair] = []
    by_category: dict[str, list[int]] = {}
    for place, annotation in enumerate(second):
        by_category.setdefault(annotation.category, []).append(place)
    mine: dict[str, list[int]] = {}
    for place, annotation in enumerate(first):
        if annotation.category in by_category:
            mine.setdefault(annotation.category, []).append(place)
    for category, ours in mine.items():
        found.extend(_alike(first, ours, second, by_category[category], threshold))
    found.sort(key=lambda pair: (-pair.iou, pair.first, pair.second))
    taken: tuple[set[int], set[int]] = (set(), set())
    kept: list[Pair] = []
    for pair in found:
        if pair.first not in taken[0] and pair.second not in taken[1]:
            taken[0].add(pair.first)
            taken[1].add(pair.second)
            kept.append(pair)
    return sorted(kept)


def repeated(annotations: Sequence[Annotation], threshold: float) -> list[Pair]:
    """The annotations that say again what one before them says, each with the first that does.

    Of a pair `first` is the one that stays and `second` the one that repeats it. Tags repeat one another
    if their attributes are the same, too.
    """
    by_category: dict[str, list[int]] = {}
    for place, annotation in enumerate(annotations):
        by_category.setdefault(annotation.category, []).append(place)
    pairs: list[Pair] = []
    for places in by_category.values():
        if len(places) > 1:
            pairs.extend(
                pair
                for pair in _alike(annotations, places, annotations, places, threshold)
                if _repeats(annotations[pair.first], annotations[pair.second])
            )
    gone: set[int] = set()
    kept: list[Pair] = []
    for pair in sorted(pairs, key=lambda pair: (pair.second, pair.first)):
        if pair.first not in gone and pair.second not in gone:
            gone.add(pair.second)
            kept.append(pair)
    return kept


def _repeats(first: Annotation, second: Annotation) -> bool:
    return first.shape is not None or first.attributes == second.attributes


def _alike(
    first: Sequence[Annotation],
    ours: Sequence[int],
    second: Sequence[Annotation],
    theirs: Sequence[int],
    threshold: float,
) -> Iterator[Pair]:
    many = len(ours) * len(theirs) > FEW
    near = _near(first, ours, second, theirs, threshold) if many else None
    for row, one in enumerate(ours):
        columns = range(len(theirs)) if near is None else np.flatnonzero(near[row])
        for column in columns:
            other = theirs[int(column)]
            if first is second and other <= one:
                continue
            found = _likeness(first[one].shape, second[other].shape)
            if found >= threshold:
                yield Pair(one, other, found)


def _likeness(a: Shape | None, b: Shape | None) -> float:
    if a is None or b is None:
        return 1.0 if a is b else -1.0
    return iou(a, b)


def _near(
    first: Sequence[Annotation],
    ours: Sequence[int],
    second: Sequence[Annotation],
    theirs: Sequence[int],
    threshold: float,
) -> NDArray[np.bool_]:
    """Which pairs can reach the threshold at all: what two shapes share lies in the boxes around both.

    Figures of keypoints are not told by their boxes, so all of them stay. `SLACK` is for areas that are
    drawn on a grid, and for parts of a polygon that lie over one another.
    """
    a, b = _boxes(first, ours), _boxes(second, theirs)
    left, top = np.maximum(a[:, None, 0], b[None, :, 0]), np.maximum(a[:, None, 1], b[None, :, 1])
    right, bottom = np.minimum(a[:, None, 2], b[None, :, 2]), np.minimum(a[:, None, 3], b[None, :, 3])
    common = np.clip(right - left, 0, None) * np.clip(bottom - top, 0, None)
    areas = np.maximum(a[:, None, 4], b[None, :, 4])
    loose = np.logical_or(a[:, None, 5] > 0, b[None, :, 5] > 0)
    enough: NDArray[np.bool_] = common >= areas * threshold * SLACK
    return np.logical_or(loose, np.logical_and(enough, common > 0))


def _boxes(annotations: Sequence[Annotation], places: Sequence[int]) -> NDArray[np.float64]:
    # Bounds as wide as `iou` makes them for lines and points; the area that both must have in common.
    rows: list[tuple[float, float, float, float, float, float]] = []
    for place in places:
        shape = annotations[place].shape
        if shape is None:
            rows.append((0, 0, 0, 0, 0, 1))
            continue
        left, top, right, bottom = shape.bounds
        rows.append(
            (left - PEN, top - PEN, right + PEN, bottom + PEN, shape.area, isinstance(shape, Skeleton))
        )
    return np.array(rows, dtype=np.float64).reshape(-1, 6)
