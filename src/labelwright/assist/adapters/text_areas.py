"""Lines of text on a map of how likely each pixel is text, as turned boxes.

M. Liao et al., *Real-time Scene Text Detection with Differentiable Binarization*, 2020: the map shows
shrunken lines, so each box is grown again by area × ratio / perimeter on every side.
"""

from math import atan2, cos, hypot, pi, sin
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.core.shapes import Point, hull

LEVEL = 0.3  # a pixel above it may be text
LEAST_MEAN = 0.6  # of the map over a region; over a box, curved lines would be lost
GROWTH = 1.6
LEAST_SIDE = 3  # of a box on the map, before it grows
MOST = 1000


class Turned(NamedTuple):
    """A rectangle about a middle; `angle` in radians, clockwise on the screen, from -45° up to below 45°."""

    x: float
    y: float
    width: float
    height: float
    angle: float


def text_areas(likely: NDArray[np.float32]) -> list[Turned]:
    """Boxes of lines of text on a map (height, width) of probabilities, from the top down."""
    from scipy import ndimage  # heavy

    above = likely > LEVEL
    joined = ndimage.binary_dilation(above, np.ones((2, 2), bool))
    named, _ = ndimage.label(joined, np.ones((3, 3), int))
    found: list[Turned] = []
    for place, window in enumerate(ndimage.find_objects(named)[:MOST], start=1):
        top, left = window[0].start, window[1].start
        region = (named[window] == place) & above[window]
        box = smallest_around(_border(region, left, top))
        if min(box.width, box.height) < LEAST_SIDE or float(likely[window][region].mean()) < LEAST_MEAN:
            continue
        grow = box.width * box.height * GROWTH / (2 * (box.width + box.height))
        found.append(box._replace(width=box.width + 2 * grow, height=box.height + 2 * grow))
    return found


def smallest_around(points: tuple[Point, ...]) -> Turned:
    """The rectangle of least area around points: one of its sides lies on a side of their hull
    (H. Freeman and R. Shapira, 1975). Of equal ones, the least turned.
    """
    ring = np.array(hull(points), float).reshape(-1, 2)
    sides = np.roll(ring, -1, axis=0) - ring
    # A turn by 90° is the same rectangle, so every angle is brought near to upright.
    angles = {0.0, *((atan2(y, x) + pi / 4) % (pi / 2) - pi / 4 for x, y in sides.tolist() if hypot(x, y))}
    best: tuple[tuple[float, float], Turned] | None = None
    for angle in sorted(angles, key=abs):
        along = ring @ np.array([cos(angle), sin(angle)])
        across = ring @ np.array([-sin(angle), cos(angle)])
        width, height = float(np.ptp(along)), float(np.ptp(across))
        rank = (round(width * height, 6), abs(angle))
        if best is None or rank < best[0]:
            u, v = (along.max() + along.min()) / 2, (across.max() + across.min()) / 2
            x, y = u * cos(angle) - v * sin(angle), u * sin(angle) + v * cos(angle)
            best = rank, Turned(float(x), float(y), width, height, angle)
    if best is None:
        raise ValueError("no points")
    return best[1]


def _border(region: NDArray[np.bool_], left: int, top: int) -> tuple[Point, ...]:
    """The corners of the first and last pixel of each row: their hull is the region's."""
    points: list[Point] = []
    for row in np.flatnonzero(region.any(axis=1)).tolist():
        columns = np.flatnonzero(region[row])
        first, last = left + int(columns[0]), left + int(columns[-1]) + 1
        points += [Point(x, y) for x in (first, last) for y in (top + row, top + row + 1)]
    return tuple(points)
