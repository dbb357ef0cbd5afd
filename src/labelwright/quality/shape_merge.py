"""Merging: one shape made of several people's shapes of one thing, kind by kind.

**Boxes, rotated boxes, ellipses, points, polylines of as many points, cuboids**: the weighted median of
every number, after each person's bias was taken off (`shape_bias.py`); of two people the weighted mean.
The median does not follow a single careless corner.

**Skeletons**: the weighted median of every keypoint over those who placed it; its visibility by weighted
vote.

**Masks and polygons** are drawn on a grid. Up to three people decide by majority, from four on by STAPLE
(Warfield, Zou and Wells, Simultaneous truth and performance level estimation, 2004): an EM over everybody's
sensitivity and specificity, in the window around all shapes. Polygons: where one of the people's own outlines
covers the result with an IoU above 0.95, that outline is taken with its corners; else the result is traced.

Shapes of several kinds, and lines of different length, leave nothing to average: then the medoid is taken,
the shape with the greatest mean IoU to the others. Equal shapes always give that shape back exactly.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import atan2, ceil, cos, floor, sin
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from labelwright.core.shapes import (
    ABSENT,
    Bounds,
    Box,
    Cuboid,
    Ellipse,
    Keypoint,
    Mask,
    Point,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Shape,
    Skeleton,
)
from labelwright.quality.iou import iou
from labelwright.quality.outlines import drawn_on
from labelwright.quality.tracing import simplified, traced

FEWEST_STAPLE = 4
STEPS = 60
CLOSE = 1e-5
KEPT_OUTLINE = 0.95
MOST_CELLS = 2_000_000  # of a grid; larger shapes are drawn coarser
FINEST = 0.5  # of a pixel, for outlines
NARROWEST = 1e-6

Floats = NDArray[np.float64]
Grid = NDArray[np.bool_]
S = TypeVar("S", bound=Shape)


def merged_shape(shapes: Sequence[Shape], weights: Sequence[float] | None = None) -> Shape:
    """One shape of several of one thing; `weights` say how much each person counts, by default all alike."""
    first = shapes[0]
    if all(shape == first for shape in shapes[1:]):
        return first
    by = np.ones(len(shapes)) if weights is None else np.asarray(weights, np.float64)
    if by.sum() <= 0:
        by = np.ones(len(shapes))
    kinds = {type(shape) for shape in shapes}
    merge = _MERGERS.get(next(iter(kinds))) if len(kinds) == 1 else None
    found = merge(shapes, by) if merge is not None else None
    return medoid(shapes, by) if found is None else found


def medoid(shapes: Sequence[Shape], weights: Floats | None = None) -> Shape:
    """The shape most like all the others together; ties go to the first."""
    by = np.ones(len(shapes)) if weights is None else weights
    alike = np.eye(len(shapes))
    for one in range(len(shapes)):
        for other in range(one):
            alike[one, other] = alike[other, one] = iou(shapes[one], shapes[other])
    return shapes[int(np.argmax(np.round(alike @ by, 12)))]


def weighted_median(values: Floats, weights: Floats) -> Floats:
    """The weighted median of every column of n × d values; of two rows the weighted mean.

    Where the weights are cut exactly in half it is the mean of both sides.
    """
    if len(values) <= 2:
        return np.average(values, axis=0, weights=weights)
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    reach = np.cumsum(weights[order], axis=0)
    half = reach[-1] / 2
    low = np.argmax(reach >= half - 1e-12, axis=0)
    high = np.argmax(reach > half + 1e-12, axis=0)
    below = np.take_along_axis(ordered, low[None, :], axis=0)[0]
    above = np.take_along_axis(ordered, high[None, :], axis=0)[0]
    return (below + above) / 2


def staple(grids: Sequence[Grid], weights: Floats | None = None) -> Floats:
    """The probability of every cell to be inside, from several people's grids (STAPLE).

    Sensitivity and specificity begin at 0.99 and have a prior of two cells each, so that nobody is ever
    certain; the share of cells inside is that of all grids together.
    """
    stack = np.stack([grid.ravel() for grid in grids]).astype(np.float64)
    count = np.ones(len(grids)) if weights is None else weights / weights.mean()
    # Cells on which everybody says the same come in great numbers: each pattern is worked out once.
    patterns, place, size = np.unique(stack, axis=1, return_inverse=True, return_counts=True)
    prior = float(np.clip(stack.mean(), 1e-6, 1 - 1e-6))
    hit, miss = np.full(len(grids), 0.99), np.full(len(grids), 0.99)
    inside = np.zeros(patterns.shape[1])
    for _ in range(STEPS):
        ahead = _likely(patterns, hit, 1 - hit, count) + np.log(prior)
        against = _likely(patterns, 1 - miss, miss, count) + np.log(1 - prior)
        now = 1 / (1 + np.exp(np.clip(against - ahead, -700, 700)))
        done = float(np.abs(now - inside).max()) < CLOSE
        inside = now
        within, outer = inside * size, (1 - inside) * size
        hit = ((patterns * within).sum(axis=1) + 2 * 0.99) / (within.sum() + 2)
        miss = (((1 - patterns) * outer).sum(axis=1) + 2 * 0.99) / (outer.sum() + 2)
        if done:
            break
    return inside[place.ravel()].reshape(grids[0].shape)


def _likely(patterns: Floats, if_set: Floats, if_clear: Floats, weights: Floats) -> Floats:
    odds = patterns * np.log(if_set)[:, None] + (1 - patterns) * np.log(if_clear)[:, None]
    return (odds * weights[:, None]).sum(axis=0)


def _boxes(shapes: Sequence[Box], weights: Floats) -> Shape | None:
    rows = np.array([(s.left, s.top, s.right, s.bottom) for s in shapes])
    left, top, right, bottom = weighted_median(rows, weights).tolist()
    if right <= left or bottom <= top:
        return None
    return Box(left=left, top=top, right=right, bottom=bottom)


def _rotated(shapes: Sequence[RotatedBox], weights: Floats) -> Shape | None:
    # A box turned by half a circle is the same box; turned by a quarter, its sides change places.
    turned = [_like(shape, shapes[0]) for shape in shapes]
    rows = np.array([(s.x, s.y, s.width, s.height, cos(2 * s.angle), sin(2 * s.angle)) for s in turned])
    x, y, width, height, across, up = weighted_median(rows, weights).tolist()
    angle = atan2(up, across) / 2 if across or up else shapes[0].angle
    return RotatedBox(x=x, y=y, width=width, height=height, angle=angle)


def _like(shape: RotatedBox, model: RotatedBox) -> RotatedBox:
    if abs(cos(shape.angle - model.angle)) >= abs(sin(shape.angle - model.angle)):
        return shape
    quarter = np.pi / 2
    return RotatedBox(
        x=shape.x, y=shape.y, width=shape.height, height=shape.width, angle=shape.angle - quarter
    )


def _ellipses(shapes: Sequence[Ellipse], weights: Floats) -> Shape | None:
    boxes = [RotatedBox(x=s.x, y=s.y, width=2 * s.rx, height=2 * s.ry, angle=s.angle) for s in shapes]
    found = _rotated(boxes, weights)
    if not isinstance(found, RotatedBox):
        return None
    return Ellipse(x=found.x, y=found.y, rx=found.width / 2, ry=found.height / 2, angle=found.angle)


def _points(shapes: Sequence[Points], weights: Floats) -> Shape | None:
    rows = _rows([shape.points for shape in shapes])
    return None if rows is None else Points(points=_places(weighted_median(rows, weights)))


def _lines(shapes: Sequence[Polyline], weights: Floats) -> Shape | None:
    rows = _rows([shape.points for shape in shapes])
    return None if rows is None else Polyline(points=_places(weighted_median(rows, weights)))


def _cuboids(shapes: Sequence[Cuboid], weights: Floats) -> Shape | None:
    rows = _rows([(*shape.front, *shape.back) for shape in shapes])
    if rows is None:
        return None
    places = _places(weighted_median(rows, weights))
    return Cuboid(
        front=(places[0], places[1], places[2], places[3]), back=(places[4], places[5], places[6], places[7])
    )


def _rows(lines: Sequence[Sequence[Point]]) -> Floats | None:
    if len({len(line) for line in lines}) > 1:
        return None
    return np.array([[value for point in line for value in (point[0], point[1])] for line in lines])


def _places(row: Floats) -> tuple[Point, ...]:
    values = row.tolist()
    return tuple(Point(x, y) for x, y in zip(values[::2], values[1::2], strict=True))


def _skeletons(shapes: Sequence[Skeleton], weights: Floats) -> Shape | None:
    if len({len(shape.keypoints) for shape in shapes}) > 1:
        return None
    merged: list[Keypoint] = []
    for said in zip(*(shape.keypoints for shape in shapes), strict=True):
        votes = np.bincount([point.visibility for point in said], weights, minlength=3)
        visibility = int(np.argmax(votes))
        placed = [place for place, point in enumerate(said) if point.visibility != ABSENT]
        if visibility == ABSENT or not placed:
            merged.append(Keypoint(0.0, 0.0, ABSENT))
            continue
        rows = np.array([(said[place].x, said[place].y) for place in placed])
        x, y = weighted_median(rows, weights[placed]).tolist()
        merged.append(Keypoint(x, y, visibility))
    return Skeleton(keypoints=tuple(merged)) if any(p.visibility != ABSENT for p in merged) else None


def _masks(shapes: Sequence[Mask], weights: Floats) -> Shape | None:
    frame = _frame(shapes, 1.0)
    across, down = int(frame.width), int(frame.height)
    if across * down > MOST_CELLS * 8:
        return None
    inside = _decided([drawn_on(shape, frame, across, down) for shape in shapes], weights)
    return _mask_of(inside, int(frame.left), int(frame.top))


def _polygons(shapes: Sequence[Polygon], weights: Floats) -> Shape | None:
    frame = _frame(shapes, FINEST)
    cell = max(FINEST, (frame.width * frame.height / MOST_CELLS) ** 0.5)
    across, down = ceil(frame.width / cell), ceil(frame.height / cell)
    frame = Bounds(frame.left, frame.top, frame.left + across * cell, frame.top + down * cell)
    inside = _decided([drawn_on(shape, frame, across, down) for shape in shapes], weights)
    if not inside.any():
        return None
    rings = [simplified(ring, 1.5 * cell) for ring in traced(inside, frame.left, frame.top, cell)]
    fused = _polygon_of(rings)
    best = medoid(shapes, weights)
    return best if fused is None or iou(best, fused) > KEPT_OUTLINE else fused


def _polygon_of(rings: Sequence[tuple[Point, ...]]) -> Polygon | None:
    """The rings as parts with their holes: traced holes wind the other way."""
    areas = [(_signed(ring), ring) for ring in rings if len(ring) >= 3 and abs(_signed(ring)) > NARROWEST]
    outer = [ring for area, ring in areas if area > 0]
    if not outer:
        return None
    parts: list[list[tuple[Point, ...]]] = [[ring] for ring in outer]
    for _, hole in (entry for entry in areas if entry[0] < 0):
        around = [part for part in parts if _holds(part[0], hole[0])]
        if around:
            min(around, key=lambda part: abs(_signed(part[0]))).append(hole)
    return Polygon(parts=tuple(tuple(part) for part in parts))


def _signed(ring: Sequence[Point]) -> float:
    return sum(a.x * b.y - b.x * a.y for a, b in pairwise((*ring, ring[0]))) / 2


def _holds(ring: Sequence[Point], point: Point) -> bool:
    inside = False
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (a.y > point.y) != (b.y > point.y):
            inside ^= point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x
    return inside


def _decided(grids: Sequence[Grid], weights: Floats) -> Grid:
    if len(grids) >= FEWEST_STAPLE:
        return staple(grids, weights) >= 0.5
    share = np.average(np.stack(grids).astype(np.float64), axis=0, weights=weights)
    # Of two equal people, what both cover or either: half a vote each is settled towards inside.
    return share >= 0.5 if len(grids) == 2 else share > 0.5


def _mask_of(inside: Grid, left: int, top: int) -> Mask | None:
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return None
    part = inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    flat = part.ravel()
    turns = np.flatnonzero(np.diff(flat.astype(np.int8))) + 1
    edges = np.concatenate([[0], turns, [flat.size]])
    runs = np.diff(edges).tolist()
    return Mask(
        left=left + int(columns[0]),
        top=top + int(rows[0]),
        width=part.shape[1],
        height=part.shape[0],
        runs=tuple([0, *runs] if flat[0] else runs),
    )


def _frame(shapes: Sequence[Shape], cell: float) -> Bounds:
    bounds = [shape.bounds for shape in shapes]
    return Bounds(
        floor(min(one.left for one in bounds) / cell) * cell,
        floor(min(one.top for one in bounds) / cell) * cell,
        ceil(max(one.right for one in bounds) / cell) * cell,
        ceil(max(one.bottom for one in bounds) / cell) * cell,
    )


Merger = Callable[[Sequence[Shape], Floats], Shape | None]
_MERGERS: dict[type, Merger] = {
    Box: _boxes,  # pyright: ignore[reportAssignmentType]  # each is given shapes of its own kind
    RotatedBox: _rotated,  # pyright: ignore[reportAssignmentType]
    Ellipse: _ellipses,  # pyright: ignore[reportAssignmentType]
    Points: _points,  # pyright: ignore[reportAssignmentType]
    Polyline: _lines,  # pyright: ignore[reportAssignmentType]
    Cuboid: _cuboids,  # pyright: ignore[reportAssignmentType]
    Skeleton: _skeletons,  # pyright: ignore[reportAssignmentType]
    Mask: _masks,  # pyright: ignore[reportAssignmentType]
    Polygon: _polygons,  # pyright: ignore[reportAssignmentType]
}
