"""A shape made ready to be measured: where it begins and ends on level lines, and its sides.

Every kind of shape is looked at in one way, as the stretches it covers on level lines. An ellipse
stands as a polygon of 64 corners, rings count by the even-odd rule, pixels of masks count whole.
"""

from functools import cached_property
from itertools import pairwise
from math import ceil, hypot

import numpy as np
from numpy.typing import NDArray

from labelwright.core.shapes import (
    Bounds,
    Box,
    Cuboid,
    Ellipse,
    Mask,
    Point,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Shape,
    Skeleton,
    hull,
)

SAMPLES = 128  # places along a polyline
LEAST_LINES, MOST_LINES = 64, 256
MOST_CROSSINGS = 4_000_000  # a line less for outlines of very many sides

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


class Figure:
    """A shape made ready to be measured; what was worked out once is kept."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.bounds = shape.bounds

    @cached_property
    def has_area(self) -> bool:
        """Whether it covers anything; lines, points and skeletons do not."""
        return not isinstance(self.shape, Polyline | Points | Skeleton)

    @cached_property
    def tight(self) -> Bounds:
        """The bounds of what is set; the window of a mask may be larger."""
        if not isinstance(self.shape, Mask):
            return self.bounds
        y, start, end = self.stretches.T
        return Bounds(float(start.min()), float(y.min()), float(end.max()), float(y.max()) + 1)

    @cached_property
    def rings(self) -> list[Floats]:
        """Closed outlines, each an array of points; none for masks, lines and points."""
        return [np.array(ring, dtype=np.float64) for ring in _rings(self.shape)]

    @cached_property
    def sides(self) -> Floats:
        """Every side as (ax, ay, bx, by); a single point is a side without length."""
        if isinstance(self.shape, Polyline):
            line = np.array(self.shape.points, dtype=np.float64)
            return np.hstack([line[:-1], line[1:]])
        if isinstance(self.shape, Points | Skeleton):
            spots = np.array(self.spots, dtype=np.float64)
            return np.hstack([spots, spots])
        if isinstance(self.shape, Mask):
            return _pixel_sides(self.stretches)
        # As in TypeScript, each side leads from the point before to the point.
        joined = [np.hstack([np.roll(ring, 1, axis=0), ring]) for ring in self.rings]
        return np.vstack(joined)

    @property
    def most_lines(self) -> int:
        """The most level lines it is looked at on."""
        if isinstance(self.shape, Mask):
            return MOST_LINES
        return max(8, min(MOST_LINES, MOST_CROSSINGS // max(1, len(self.sides))))

    @cached_property
    def stretches(self) -> Floats:
        """Rows of a mask as (y, start, end), in pixels of the item, in order."""
        assert isinstance(self.shape, Mask)  # noqa: S101  # for the type checker
        return _stretches(self.shape)

    @cached_property
    def spots(self) -> list[Point]:
        """Places that stand for a shape without area: its points, or places spread over its line."""
        shape = self.shape
        if isinstance(shape, Points):
            return list(shape.points)
        if isinstance(shape, Skeleton):
            return list(shape.present())
        return _along(shape.points) if isinstance(shape, Polyline) else []

    @cached_property
    def covered(self) -> float:
        """The area in square pixels, measured as what is common is measured; 0 for lines and points."""
        if isinstance(self.shape, Box):
            return self.shape.area
        if not self.has_area:
            return 0.0
        return measured(self, self, self.bounds.top, self.bounds.bottom)[0]

    def crossings(self, top: float, step: float, lines: int) -> tuple[Rows, Floats]:
        """Where it begins and ends on level lines: the numbers of the lines, and the places on them."""
        if isinstance(self.shape, Mask):
            return _mask_crossings(self.stretches, top, step, lines)
        return _side_crossings(self.sides, top, step, lines)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in what it covers."""
        if not self.has_area:
            return False
        _, xs = self.crossings(y - 0.5, 1.0, 1)
        return int(np.count_nonzero(xs > x)) % 2 == 1


def measured(a: Figure, b: Figure, top: float, bottom: float) -> tuple[float, float, float]:
    """The areas that both cover, and each alone, between two heights."""
    lines = min(_lines(bottom - top), a.most_lines, b.most_lines)
    step = (bottom - top) / lines
    rows_a, xs_a = a.crossings(top, step, lines)
    rows_b, xs_b = (rows_a, xs_a) if a is b else b.crossings(top, step, lines)
    rows, xs = np.concatenate([rows_a, rows_b]), np.concatenate([xs_a, xs_b])
    if not len(rows):
        return 0.0, 0.0, 0.0
    of_b = np.repeat([False, True], [len(rows_a), len(rows_b)])
    order = np.lexsort((xs, rows))
    xs, of_b = xs[order], of_b[order]
    # Every line is crossed an even number of times by each, so nothing is open between two lines.
    in_a, in_b = np.cumsum(~of_b)[:-1] % 2 == 1, np.cumsum(of_b)[:-1] % 2 == 1
    widths = np.diff(xs)
    both = float(widths[in_a & in_b].sum())
    return both * step, float(widths[in_a].sum()) * step, float(widths[in_b].sum()) * step


def _lines(height: float) -> int:
    # A whole number of lines a pixel row where there is room, so that masks and boxes come out exact.
    rows = ceil(height)
    return MOST_LINES if rows >= MOST_LINES else rows * max(1, ceil(LEAST_LINES / rows))


def _rings(shape: Shape) -> list[tuple[Point, ...]]:
    match shape:
        case Box():
            left, top, right, bottom = shape.bounds
            corners = ((left, top), (right, top), (right, bottom), (left, bottom))
            return [tuple(Point(x, y) for x, y in corners)]
        case Polygon():
            return list(shape.rings())
        case RotatedBox():
            return [shape.corners()]
        case Ellipse():
            return [shape.ring()]
        case Cuboid():
            return [hull((*shape.front, *shape.back))]
        case _:
            return []


def _along(points: tuple[Point, ...]) -> list[Point]:
    """Places in the middle of equal lengths of a line."""
    lengths = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
    part = sum(lengths) / SAMPLES
    spots: list[Point] = []
    gone = 0.0
    for (a, b), length in zip(pairwise(points), lengths, strict=True):
        while len(spots) < SAMPLES and length > 0 and (len(spots) + 0.5) * part <= gone + length:
            t = ((len(spots) + 0.5) * part - gone) / length
            spots.append(Point(a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
        gone += length
    return spots


def _side_crossings(sides: Floats, top: float, step: float, lines: int) -> tuple[Rows, Floats]:
    ax, ay, bx, by = sides.T
    low, high = np.minimum(ay, by), np.maximum(ay, by)
    first = np.clip(np.ceil((low - top) / step - 0.5), 0, lines).astype(np.int64)
    last = np.clip(np.ceil((high - top) / step - 0.5), 0, lines).astype(np.int64)
    counts = np.maximum(last - first, 0)
    which = np.repeat(np.arange(len(sides)), counts)
    before = np.cumsum(counts) - counts
    rows = np.arange(len(which)) - before[which] + first[which]
    ys = top + (rows + 0.5) * step
    xs = ax[which] + (ys - ay[which]) / (by[which] - ay[which]) * (bx[which] - ax[which])
    return rows, xs


def _mask_crossings(stretches: Floats, top: float, step: float, lines: int) -> tuple[Rows, Floats]:
    pixel_rows = np.floor(top + (np.arange(lines) + 0.5) * step)
    first = np.searchsorted(stretches[:, 0], pixel_rows, side="left")
    last = np.searchsorted(stretches[:, 0], pixel_rows, side="right")
    counts = last - first
    rows = np.repeat(np.arange(lines), counts)
    before = np.cumsum(counts) - counts
    which = np.arange(len(rows)) - before[rows] + first[rows]
    chosen = stretches[which]
    return np.repeat(rows, 2), chosen[:, 1:].ravel()


def _stretches(mask: Mask) -> Floats:
    ends = np.cumsum(np.array(mask.runs, dtype=np.int64))
    starts = np.concatenate([[0], ends[:-1]])[1::2]
    ends = ends[1::2]
    starts, ends = starts[starts < ends], ends[starts < ends]
    first, last = starts // mask.width, (ends - 1) // mask.width
    counts = last - first + 1
    which = np.repeat(np.arange(len(starts)), counts)
    before = np.cumsum(counts) - counts
    rows = np.arange(len(which)) - before[which] + first[which]
    begin = np.maximum(starts[which] - rows * mask.width, 0)
    end = np.minimum(ends[which] - rows * mask.width, mask.width)
    return np.column_stack([rows + mask.top, begin + mask.left, end + mask.left]).astype(np.float64)


def _pixel_sides(stretches: Floats) -> Floats:
    """The four sides of every stretch; those within a mask do no harm."""
    y, start, end = stretches.T
    return np.vstack(
        [
            np.column_stack([start, y, end, y]),
            np.column_stack([start, y + 1, end, y + 1]),
            np.column_stack([start, y, start, y + 1]),
            np.column_stack([end, y, end, y + 1]),
        ]
    )
