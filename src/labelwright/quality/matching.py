"""Which annotations of two people are of one thing: the pairs that together are most alike.

A pair costs 1 − IoU, leaving two without a partner costs `null_cost`, and the one-to-one matching of least
cost is taken (Kuhn, The Hungarian method, 1955). Pairs below the threshold are never made. Unlike the
greedy way of `pairing.py`, no single best pair can rob two others of their partners.

Categories may bind (`same`) or not (`any`: localization first, so that one thing under two names is told
as a confusion and not as one missing and one extra). With `any`, the same category decides between equals.
Ties that are left go by the order of the lists. Tags have no place and are not matched here.

Only pairs whose bounds meet are measured, and groups that touch no others are solved apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.core.document import Annotation
from labelwright.core.shapes import Box, Mask, Shape, Skeleton
from labelwright.quality.iou import PEN, iou
from labelwright.quality.mask_spans import MaskSpans
from labelwright.quality.statistic import Floats, Ints

Categories = Literal["same", "any"]
SAME_CATEGORY = 1e-6  # what the same category is worth beside an IoU
ROWS = 4_000_000  # pairs of bounds that are looked at together
SLACK = 0.75  # for areas drawn on a grid, and parts of a polygon that lie over one another


class Match(NamedTuple):
    """Positions in the two lists, and how alike the two are."""

    first: int
    second: int
    iou: float


class Matching(NamedTuple):
    """What was found in both, only in the first (missing), and only in the second (extra)."""

    matched: tuple[Match, ...]
    missing: tuple[int, ...]
    extra: tuple[int, ...]


def match(
    first: Sequence[Annotation],
    second: Sequence[Annotation],
    *,
    threshold: float = 0.5,
    null_cost: float = 1.0,
    categories: Categories = "any",
) -> Matching:
    """The matching of least cost of the shapes of two lists, in the order of the first."""
    return Candidates.of(first, second, threshold).matching(
        threshold, null_cost=null_cost, categories=categories
    )


@dataclass(frozen=True, eq=False)
class Candidates:
    """The pairs alike enough to be matched, measured once, for matchings at several thresholds."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    first: Ints
    second: Ints
    iou: Floats
    same: NDArray[np.bool_]

    @staticmethod
    def of(first: Sequence[Annotation], second: Sequence[Annotation], threshold: float) -> "Candidates":
        """All pairs of shapes of two lists with an IoU of the threshold and above 0."""
        ours = tuple(place for place, entry in enumerate(first) if entry.shape is not None)
        theirs = tuple(place for place, entry in enumerate(second) if entry.shape is not None)
        a: list[Ints] = [np.empty(0, np.int64)]
        b: list[Ints] = [np.empty(0, np.int64)]
        alike: list[Floats] = [np.empty(0)]
        for one, other, value in _measured(first, ours, second, theirs, threshold):
            a.append(one)
            b.append(other)
            alike.append(value)
        rows, columns, values = np.concatenate(a), np.concatenate(b), np.concatenate(alike)
        order = np.lexsort((columns, rows))
        rows, columns = rows[order], columns[order]
        places: tuple[list[int], list[int]] = (rows.tolist(), columns.tolist())
        pairs = zip(*places, strict=True)
        same = [first[one].category == second[other].category for one, other in pairs]
        return Candidates(ours, theirs, rows, columns, values[order], np.array(same, np.bool_))

    @property
    def is_clear(self) -> bool:
        """Whether nothing could be in two pairs, so that every matching is simply the pairs good enough."""
        return all(len(np.unique(side)) == len(side) for side in (self.first, self.second))

    def matching(
        self, threshold: float, *, null_cost: float = 1.0, categories: Categories = "any"
    ) -> Matching:
        """The matching of least cost of the pairs at or above a threshold."""
        gain = self.iou - (1 - null_cost)
        kept = (self.iou >= threshold) & (gain > 0)
        kept &= self.same if categories == "same" else True
        rows, columns = self.first[kept], self.second[kept]
        chosen = best_assignment(rows, columns, gain[kept] + SAME_CATEGORY * self.same[kept])
        values = self.iou[kept]
        matched = tuple(Match(int(rows[at]), int(columns[at]), float(values[at])) for at in chosen)
        taken, used = {pair.first for pair in matched}, {pair.second for pair in matched}
        return Matching(
            matched=matched,
            missing=tuple(place for place in self.ours if place not in taken),
            extra=tuple(place for place in self.theirs if place not in used),
        )


def best_assignment(rows: Ints, columns: Ints, gain: Floats) -> list[int]:
    """Which of some pairs (positions of two sides, gains above 0) to take one to one for the most gain."""
    if not len(rows):
        return []
    at_rows, at_columns = np.bincount(rows)[rows], np.bincount(columns)[columns]
    alone = (at_rows == 1) & (at_columns == 1)
    chosen = np.flatnonzero(alone).tolist()
    if not alone.all():
        chosen.extend(_solved(rows, columns, gain, np.flatnonzero(~alone)))
    return sorted(chosen)


def _solved(rows: Ints, columns: Ints, gain: Floats, open_: Ints) -> Iterator[int]:
    # Heavy, and not wanted when the server starts.
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, a = np.unique(rows[open_], return_inverse=True)
    _, b = np.unique(columns[open_], return_inverse=True)
    height, nodes = int(a.max()) + 1, int(a.max() + b.max()) + 2
    graph = coo_array((np.ones(len(a)), (a, b + height)), shape=(nodes, nodes))
    _, group = connected_components(graph, directed=False)
    groups = np.asarray(group)[a]
    order = np.argsort(groups, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        left, x = np.unique(a[part], return_inverse=True)
        right, y = np.unique(b[part], return_inverse=True)
        table = np.zeros((len(left), len(right)))
        which = np.full(table.shape, -1, np.int64)
        table[x, y], which[x, y] = gain[open_[part]], open_[part]
        found = which[linear_sum_assignment(table, maximize=True)]
        yield from found[found >= 0].tolist()


def _measured(
    first: Sequence[Annotation],
    ours: Sequence[int],
    second: Sequence[Annotation],
    theirs: Sequence[int],
    threshold: float,
) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Pairs of positions with an IoU at or above the threshold, some rows at a time."""
    if not ours or not theirs:
        return
    masks, others = _masks(first, ours), _masks(second, theirs)
    a, b = _bounds(first, ours, masks), _bounds(second, theirs, others)
    one, other = np.array(ours, np.int64), np.array(theirs, np.int64)
    step = max(1, ROWS // len(theirs))
    for begin in range(0, len(ours), step):
        part = a[begin : begin + step]
        rows, columns, alike = _near(part, b, threshold)
        exact = (part[rows, 5] == 1) & (b[columns, 5] == 1)
        rows = rows + begin
        values = alike
        for at in np.flatnonzero(~exact).tolist():
            x, y = ours[int(rows[at])], theirs[int(columns[at])]
            values[at] = _iou(first[x].shape, second[y].shape, masks.get(x), others.get(y))
        kept = (values >= threshold) & (values > 0)
        yield one[rows[kept]], other[columns[kept]], values[kept]


def _near(a: Floats, b: Floats, threshold: float) -> tuple[Ints, Ints, Floats]:
    """The pairs that can reach the threshold at all, and the IoU of their bounds (exact for two boxes)."""
    left, top = np.maximum(a[:, None, 0], b[None, :, 0]), np.maximum(a[:, None, 1], b[None, :, 1])
    right, bottom = np.minimum(a[:, None, 2], b[None, :, 2]), np.minimum(a[:, None, 3], b[None, :, 3])
    common = np.clip(right - left, 0, None) * np.clip(bottom - top, 0, None)
    enough = common >= np.maximum(a[:, None, 4], b[None, :, 4]) * threshold * SLACK
    loose = (a[:, None, 5] == 2) & (b[None, :, 5] == 2)
    rows, columns = np.nonzero(((common > 0) & enough) | loose)
    area = [(side[:, 2] - side[:, 0]) * (side[:, 3] - side[:, 1]) for side in (a, b)]
    shared = common[rows, columns]
    return rows, columns, shared / (area[0][rows] + area[1][columns] - shared)


def _masks(annotations: Sequence[Annotation], places: Sequence[int]) -> dict[int, MaskSpans]:
    shapes = ((place, annotations[place].shape) for place in places)
    return {place: MaskSpans(shape) for place, shape in shapes if isinstance(shape, Mask)}


def _iou(a: Shape | None, b: Shape | None, one: MaskSpans | None, other: MaskSpans | None) -> float:
    if one is not None and other is not None:
        return one.iou(other)
    return iou(a, b) if a is not None and b is not None else 0.0


def _bounds(annotations: Sequence[Annotation], places: Sequence[int], masks: dict[int, MaskSpans]) -> Floats:
    """Bounds, the area that both must have in common, and 1 for a box, 2 for a skeleton."""
    rows: list[tuple[float, ...]] = []
    for place in places:
        shape = annotations[place].shape
        if shape is None:
            continue
        left, top, right, bottom = masks[place].bounds if place in masks else shape.bounds
        if isinstance(shape, Box):
            rows.append((left, top, right, bottom, shape.area, 1))
        else:  # as wide as `iou` makes them for lines and points; keypoints are not told by their bounds
            skeleton = 2 if isinstance(shape, Skeleton) else 0
            rows.append((left - PEN, top - PEN, right + PEN, bottom + PEN, shape.area, skeleton))
    return np.array(rows, np.float64).reshape(-1, 6)
