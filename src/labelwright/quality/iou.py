"""How alike two shapes are, from 0 to 1: IoU, and what stands for it where there is no area.

**Areas** (box, rotated box, polygon, ellipse, mask, and the outline of a cuboid: the convex hull of both
faces): IoU, the area both cover over the area either covers (Jaccard, 1912). Convex shapes are exact, an
ellipse as a polygon of 256 corners (0.01 % of its area). Polygons of other forms and masks are drawn on a
grid over their common bounds, in cells of a quarter of a pixel where that makes 256 to 1024 a side: exact
to about half a cell along the outlines. Two masks of up to 16 million pixels are exact.

**Skeletons** of as many keypoints: OKS, the object keypoint similarity of COCO (Lin et al., Microsoft COCO,
2014; the keypoint task's evaluation page). One sigma serves every keypoint, 0.067, the mean of the 17 that
COCO measured for people, because other templates have none of their own. COCO takes the size of the true
figure; here neither is the true one, so it is the mean area of the boxes around both, with `PEN` as below.
A keypoint absent in both is passed over, one absent in only one of them counts as 0.

**Lines, points, and anything else without an area** on either side: IoU of the boxes around the two, half a
pixel (`PEN`) wider on every side, because what is drawn is as thick as a pixel. It says where shapes are
and how large, not what form they have.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import exp

import numpy as np
from numpy.typing import NDArray

from labelwright.core.shapes import (
    ABSENT,
    Bounds,
    Box,
    Cuboid,
    Ellipse,
    Mask,
    Point,
    Points,
    Polygon,
    Polyline,
    Ring,
    RotatedBox,
    Shape,
    Skeleton,
    hull,
    ring_area,
)

FINEST, COARSEST = 1024, 256  # cells a side
MOST_PIXELS = 16_000_000
CORNERS = 256
PEN = 0.5
THINNEST = 1e-9  # pixels: what is thinner cannot be drawn
SIGMA = 0.067
CROSSINGS = 4_000_000  # that are worked out at once

Grid = NDArray[np.bool_]
Numbers = NDArray[np.float64]


def iou(a: Shape, b: Shape) -> float:
    """How alike two shapes are, from 0 to 1; symmetric, and 1 for a shape with itself.

    >>> iou(Box(0, 0, 2, 2), Box(1, 0, 3, 2))
    0.3333333333333333
    """
    if a == b:
        return 1.0
    if isinstance(a, Skeleton) and isinstance(b, Skeleton) and len(a.keypoints) == len(b.keypoints):
        return oks(a, b)
    if not a.area or not b.area or isinstance(a, _WITHOUT_AREA) or isinstance(b, _WITHOUT_AREA):
        return _boxes_iou(_widened(a.bounds), _widened(b.bounds))
    if isinstance(a, Box) and isinstance(b, Box):
        return _boxes_iou(a.bounds, b.bounds)
    if _shared(a.bounds, b.bounds) is None:
        return 0.0
    one, other = _convex(a), _convex(b)
    if one is not None and other is not None:
        return _convex_iou(one, other)
    return _drawn_iou(a, b)


_WITHOUT_AREA = (Polyline, Points, Skeleton)


def oks(a: Skeleton, b: Skeleton) -> float:
    """Object keypoint similarity of two skeletons of one template (see above)."""
    sizes = [(box.width * box.height) for box in (_widened(a.bounds), _widened(b.bounds))]
    spread = 2 * (sum(sizes) / 2) * (2 * SIGMA) ** 2
    found: list[float] = []
    for one, other in zip(a.keypoints, b.keypoints, strict=True):
        seen = (one.visibility != ABSENT) + (other.visibility != ABSENT)
        if seen == 2:
            away = (one.x - other.x) ** 2 + (one.y - other.y) ** 2
            found.append(exp(-away / spread))
        elif seen == 1:
            found.append(0.0)
    return sum(found) / len(found) if found else 0.0


def _widened(bounds: Bounds) -> Bounds:
    left, top, right, bottom = bounds
    return Bounds(left - PEN, top - PEN, right + PEN, bottom + PEN)


def _shared(a: Bounds, b: Bounds) -> Bounds | None:
    left, top = max(a.left, b.left), max(a.top, b.top)
    right, bottom = min(a.right, b.right), min(a.bottom, b.bottom)
    return Bounds(left, top, right, bottom) if right > left and bottom > top else None


def _boxes_iou(a: Bounds, b: Bounds) -> float:
    shared = _shared(a, b)
    if shared is None:
        return 0.0
    common = shared.width * shared.height
    return common / (a.width * a.height + b.width * b.height - common)


def _convex(shape: Shape) -> Ring | None:
    """The outline of a convex shape, clockwise on the screen; None if it is not convex."""
    match shape:
        case Box():
            return _corners(shape)
        case RotatedBox():
            return shape.corners()
        case Ellipse():
            return shape.ring(CORNERS)
        case Cuboid():
            return hull((*shape.front, *shape.back))
        case Polygon() if len(shape.parts) == 1 and len(shape.parts[0]) == 1:
            ring = shape.parts[0][0]
            around = hull(ring)
            return around if len(around) == len(ring) and _same_turn(ring, around) else None
        case _:
            return None


def _same_turn(ring: Ring, around: Ring) -> bool:
    # Corners on the hull make a convex ring only in the hull's order, whichever way round.
    start = ring.index(around[0])
    forward = (*ring[start:], *ring[:start])
    return forward == around or (forward[0], *forward[:0:-1]) == around


def _corners(box: Box) -> Ring:
    return (
        Point(box.left, box.top),
        Point(box.right, box.top),
        Point(box.right, box.bottom),
        Point(box.left, box.bottom),
    )


def _convex_iou(a: Ring, b: Ring) -> float:
    common = _common_area(a, b)
    either = ring_area(a) + ring_area(b) - common
    return min(1.0, max(0.0, common / either)) if either > 0 else 0.0


def _common_area(a: Ring, b: Ring) -> float:
    """The area of what two convex rings share (Sutherland and Hodgman, 1974).

    Both clip each other and the mean is taken, so that the order of the two makes no difference.
    """
    return (_clipped_area(a, b) + _clipped_area(b, a)) / 2


def _clipped_area(subject: Ring, window: Ring) -> float:
    points: list[tuple[float, float]] = list(subject)
    for (ax, ay), (bx, by) in pairwise((*window, window[0])):
        sides = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) for x, y in points]
        kept: list[tuple[float, float]] = []
        for index, (point, side) in enumerate(zip(points, sides, strict=True)):
            before, before_side = points[index - 1], sides[index - 1]
            if (side >= 0) != (before_side >= 0):
                share = before_side / (before_side - side)
                kept.append(
                    (before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1]))
                )
            if side >= 0:
                kept.append(point)
        points = kept
        if len(points) < 3:
            return 0.0
    return ring_area(tuple(Point(x, y) for x, y in points))


def _drawn_iou(a: Shape, b: Shape) -> float:
    frame = Bounds(
        min(a.bounds.left, b.bounds.left),
        min(a.bounds.top, b.bounds.top),
        max(a.bounds.right, b.bounds.right),
        max(a.bounds.bottom, b.bounds.bottom),
    )
    if min(frame.width, frame.height) < THINNEST:
        return _boxes_iou(_widened(a.bounds), _widened(b.bounds))
    if isinstance(a, Mask) and isinstance(b, Mask) and frame.width * frame.height <= MOST_PIXELS:
        across, down = round(frame.width), round(frame.height)
    else:
        across, down = _cells(frame.width), _cells(frame.height)
    one, other = _drawn(a, frame, across, down), _drawn(b, frame, across, down)
    either = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / either if either else 0.0


def _cells(side: float) -> int:
    return max(COARSEST, min(FINEST, round(side * 4)))


def _drawn(shape: Shape, frame: Bounds, across: int, down: int) -> Grid:
    """The cells whose middles a shape covers."""
    if isinstance(shape, Mask):
        return _drawn_mask(shape, frame, across, down)
    drawn = np.zeros((down, across), dtype=np.bool_)
    parts: Sequence[Sequence[Ring]] = shape.parts if isinstance(shape, Polygon) else [[_convex(shape) or ()]]
    for rings in parts:
        drawn |= _drawn_part(rings, frame, across, down)
    return drawn


def _drawn_part(rings: Sequence[Ring], frame: Bounds, across: int, down: int) -> Grid:
    # Even-odd rule: each crossing of an outline with the middle of a row turns all cells to its right.
    turns = np.zeros(down * (across + 1), dtype=np.int64)
    scale = np.array([across / frame.width, down / frame.height])
    for ring in rings:
        points = (np.asarray(ring, dtype=np.float64) - (frame.left, frame.top)) * scale
        for places in _crossings(points, np.roll(points, -1, axis=0), across, down):
            turns += np.bincount(places, minlength=len(turns))
    return np.cumsum(turns.reshape(down, across + 1)[:, :-1], axis=1) % 2 == 1


def _crossings(starts: Numbers, ends: Numbers, across: int, down: int) -> Iterator[NDArray[np.int64]]:
    """Where edges cross the middles of rows, as places in rows of `across + 1` cells, some at a time."""
    is_down = (starts[:, 1] <= ends[:, 1])[:, None]
    upper, lower = np.where(is_down, starts, ends), np.where(is_down, ends, starts)
    first = np.clip(np.ceil(upper[:, 1] - 0.5), 0, down).astype(np.int64)
    counts = np.clip(np.ceil(lower[:, 1] - 0.5), 0, down).astype(np.int64) - first
    step = max(1, CROSSINGS // down)
    for at in range(0, len(starts), step):
        part = slice(at, at + step)
        edges = np.repeat(np.arange(len(starts))[part], counts[part])
        begins = np.cumsum(counts[part]) - counts[part]
        rows = first[edges] + np.arange(len(edges)) - np.repeat(begins, counts[part])
        share = (rows + 0.5 - upper[edges, 1]) / (lower[edges, 1] - upper[edges, 1])
        x = upper[edges, 0] + share * (lower[edges, 0] - upper[edges, 0])
        columns = np.clip(np.ceil(x - 0.5), 0, across).astype(np.int64)
        yield rows * (across + 1) + columns


def _drawn_mask(mask: Mask, frame: Bounds, across: int, down: int) -> Grid:
    values = np.arange(len(mask.runs)) % 2 == 1
    pixels = np.repeat(values, mask.runs).reshape(mask.height, mask.width)
    xs = np.floor(frame.left + (np.arange(across) + 0.5) / across * frame.width).astype(int) - mask.left
    ys = np.floor(frame.top + (np.arange(down) + 0.5) / down * frame.height).astype(int) - mask.top
    inside_x, inside_y = (xs >= 0) & (xs < mask.width), (ys >= 0) & (ys < mask.height)
    drawn = np.zeros((down, across), dtype=np.bool_)
    drawn[np.ix_(inside_y, inside_x)] = pixels[np.ix_(ys[inside_y], xs[inside_x])]
    return drawn
