"""How alike the outlines of two shapes are: boundary IoU, and the Hausdorff distance at 95 %.

IoU forgives a sloppy outline of a large thing; these do not. Both are of shapes that cover something, except
that the distance is of lines, points and skeletons too.
"""

from math import ceil, hypot

import numpy as np
from numpy.typing import NDArray

from labelwright.core.shapes import Bounds, Box, Mask, Points, Polyline, Shape, Skeleton
from labelwright.quality.figure import Figure
from labelwright.quality.statistic import Floats

DILATION = 0.02  # of the picture's diagonal, as in the paper
MOST_CELLS = 4_000_000  # of the grid on which boundaries are drawn
MOST_PLACES = 1024  # along one outline
MOST_PIXELS = 16_000_000  # of a mask's window that are looked at one by one
STEP = 0.5  # pixels between places

Grid = NDArray[np.bool_]


def boundary_iou(
    a: Shape, b: Shape, width: float, height: float, *, dilation: float = DILATION
) -> float | None:
    """The IoU of what lies within a distance of the two outlines, on the inside.

    The distance is `dilation` of the diagonal of the picture, at least a pixel. None where either covers
    nothing of the picture, whose border is an outline too. Two boxes are exact; others are drawn in cells of
    a pixel, larger where both together span more than `MOST_CELLS`.

    Cheng, Girshick, Dollár, Berg and Kirillov, Boundary IoU (2021).
    """
    if isinstance(a, _THIN) or isinstance(b, _THIN):
        return None
    frame = _window((Figure(a).tight, Figure(b).tight), width, height)
    if frame is None:
        return None
    if isinstance(a, Box) and isinstance(b, Box):
        return _boxes(a, b, Bounds(0, 0, width, height), max(1, round(dilation * hypot(width, height))))
    cell = max(1.0, (frame.width * frame.height / MOST_CELLS) ** 0.5)
    distance = max(1, round(dilation * hypot(width, height) / cell))
    one, other = _ring(a, frame, cell, distance), _ring(b, frame, cell, distance)
    if not one.any() or not other.any():
        return None
    either = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / either


def hausdorff95(a: Shape, b: Shape) -> float:
    """How far, in pixels, the outline of one is from the other at most, but for the worst 5 %.

    Places along each outline, half a pixel apart or up to 1,024, look for the nearest of the other; of both
    directions the larger 95th percentile is taken.

    Huttenlocher, Klanderman and Rucklidge (1993); Taha and Hanbury, Metrics for evaluating 3D medical image
    segmentation (2015).
    """
    from scipy.spatial import KDTree  # heavy, and not wanted when the server starts

    one, other = outline_places(a), outline_places(b)
    there = np.asarray(KDTree(other).query(one)[0], np.float64)
    back = np.asarray(KDTree(one).query(other)[0], np.float64)
    return float(max(np.percentile(there, 95), np.percentile(back, 95)))


def outline_places(shape: Shape) -> Floats:
    """Places along the outline of a shape (n × 2), equally far apart; of points, the points."""
    figure = Figure(shape)
    if isinstance(shape, Points | Skeleton):
        return np.array(figure.spots, np.float64).reshape(-1, 2)
    if isinstance(shape, Mask):
        return _pixel_edges(shape)
    sides = figure.sides
    lengths = np.hypot(sides[:, 2] - sides[:, 0], sides[:, 3] - sides[:, 1])
    whole = float(lengths.sum())
    count = max(8, min(MOST_PLACES, ceil(whole / STEP)))
    ends = np.cumsum(lengths)
    way = (np.arange(count) + 0.5) / count * whole
    at = np.minimum(np.searchsorted(ends, way), len(sides) - 1)
    share = (way - (ends[at] - lengths[at])) / np.where(lengths[at] > 0, lengths[at], 1)
    starts, stops = sides[at, :2], sides[at, 2:]
    return (starts + np.clip(share, 0, 1)[:, None] * (stops - starts)).astype(np.float64)


_THIN = (Polyline, Points, Skeleton)


def _boxes(a: Box, b: Box, picture: Bounds, distance: float) -> float | None:
    """Boundary IoU of two boxes, by the areas that they and what lies deep in them have in common."""
    one, other = _common(a.bounds, picture), _common(b.bounds, picture)
    if not _area(one) or not _area(other):
        return None
    deep, deeper = _shrunk(one, distance), _shrunk(other, distance)
    common = (
        _area(_common(one, other))
        - _area(_common(one, deeper))
        - _area(_common(deep, other))
        + _area(_common(deep, deeper))
    )
    either = _area(one) - _area(deep) + _area(other) - _area(deeper) - common
    return min(1.0, max(0.0, common / either))


def _common(a: Bounds, b: Bounds) -> Bounds:
    return Bounds(max(a.left, b.left), max(a.top, b.top), min(a.right, b.right), min(a.bottom, b.bottom))


def _shrunk(a: Bounds, by: float) -> Bounds:
    return Bounds(a.left + by, a.top + by, a.right - by, a.bottom - by)


def _area(a: Bounds) -> float:
    return max(0.0, a.width) * max(0.0, a.height)


def _pixel_edges(mask: Mask) -> Floats:
    """The middles of the edges between set and clear pixels, or some of them spread evenly."""
    # A window too large to be drawn pixel by pixel is drawn in squares of several.
    left, top, right, bottom = Figure(mask).tight
    cell = max(1, ceil(((right - left) * (bottom - top) / MOST_PIXELS) ** 0.5))
    across, down = ceil((right - left) / cell), ceil((bottom - top) / cell)
    frame = Bounds(left, top, left + across * cell, top + down * cell)
    framed = np.zeros((down + 2, across + 2), np.int8)
    framed[1:-1, 1:-1] = drawn_on(mask, frame, across, down)
    row, column = np.nonzero(np.diff(framed, axis=0)[:, 1:-1])
    level = np.column_stack([column + 0.5, row.astype(np.float64)])
    row, column = np.nonzero(np.diff(framed, axis=1)[1:-1])
    upright = np.column_stack([column.astype(np.float64), row + 0.5])
    places = np.vstack([level, upright]) * cell + (left, top)
    return places[:: max(1, ceil(len(places) / MOST_PLACES))].astype(np.float64)


def _window(bounds: tuple[Bounds, ...], width: float, height: float) -> Bounds | None:
    """Whole pixels of the picture around all."""
    left = max(0, int(np.floor(min(one.left for one in bounds))))
    top = max(0, int(np.floor(min(one.top for one in bounds))))
    right = min(ceil(width), ceil(max(one.right for one in bounds)))
    bottom = min(ceil(height), ceil(max(one.bottom for one in bounds)))
    return Bounds(left, top, right, bottom) if right > left and bottom > top else None


def _ring(shape: Shape, frame: Bounds, cell: float, distance: int) -> Grid:
    """What of a shape lies within a distance (cells, also across corners) of what it doesn't cover."""
    from scipy.ndimage import minimum_filter

    across, down = max(1, round(frame.width / cell)), max(1, round(frame.height / cell))
    drawn = drawn_on(shape, frame, across, down)
    inner = minimum_filter(drawn.view(np.uint8), size=2 * distance + 1, mode="constant", cval=0)
    return drawn & (inner == 0)


def drawn_on(shape: Shape, frame: Bounds, across: int, down: int) -> Grid:
    """The cells of a grid over a window whose middles a shape covers."""
    figure = Figure(shape)
    rows, xs = figure.crossings(frame.top, frame.height / down, down)
    columns = np.clip(np.ceil((xs - frame.left) * across / frame.width - 0.5), 0, across).astype(np.int64)
    turns = np.bincount(rows * (across + 1) + columns, minlength=down * (across + 1))
    return np.cumsum(turns.reshape(down, across + 1)[:, :-1], axis=1) % 2 == 1
