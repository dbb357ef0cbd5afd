"""Outlines: of boxes and masks, several rings as one, and what of them lies inside a picture."""

from collections.abc import Sequence
from itertools import pairwise
from math import acos, ceil, pi

import numpy as np

from labelwright.core.shapes import Bounds, Box, Ellipse, Mask, Point, Polygon, Ring
from labelwright.formats.rle import grid_of
from labelwright.quality.tracing import traced

SMOOTH = 0.1  # pixels: the farthest that the corners of an ellipse's outline leave it


def corners(box: Box | Bounds) -> Ring:
    """The outline of a box."""
    return (
        Point(box.left, box.top),
        Point(box.right, box.top),
        Point(box.right, box.bottom),
        Point(box.left, box.bottom),
    )


def ellipse_ring(ellipse: Ellipse) -> Ring:
    """The outline of an ellipse with as many corners as it needs to stay within `SMOOTH` of it."""
    longer = max(ellipse.rx, ellipse.ry)
    # A chord of a circle leaves it by r (1 - cos(pi / n)); an ellipse is a circle drawn thinner.
    needed = 16 if longer <= SMOOTH else ceil(pi / acos(1 - SMOOTH / longer))
    return ellipse.ring(max(16, needed))


def rings_of(mask: Mask) -> list[Ring]:
    """The exact outlines of a mask along the edges of its pixels; holes wind the other way."""
    return traced(grid_of(mask), mask.left, mask.top)


def joined(polygon: Polygon) -> Ring:
    """One ring that covers what the polygon covers: its rings joined by lines of no width.

    Outer rings wind one way and holes the other, so the area stays the same.
    """
    return join(
        [_wound(ring, clockwise=place == 0) for part in polygon.parts for place, ring in enumerate(part)]
    )


def join(rings: Sequence[Ring]) -> Ring:
    """Rings joined into one at their nearest corners."""
    whole = list(rings[0])
    for ring in rings[1:]:
        here, there = _nearest(whole, ring)
        bridge = [*ring[there:], *ring[: there + 1], whole[here]]
        whole = [*whole[: here + 1], *bridge, *whole[here + 1 :]]
    return tuple(whole)


def _nearest(one: Sequence[Point], other: Sequence[Point]) -> tuple[int, int]:
    a = np.asarray(one)
    best, found = np.inf, (0, 0)
    for there, point in enumerate(other):
        distances = ((a - np.asarray(point)) ** 2).sum(axis=1)
        here = int(distances.argmin())
        if distances[here] < best:
            best, found = distances[here], (here, there)
    return found


def _wound(ring: Ring, *, clockwise: bool) -> Ring:
    doubled = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise((*ring, ring[0])))
    return ring if (doubled > 0) == clockwise else tuple(reversed(ring))


def clipped(ring: Ring, width: float, height: float) -> Ring:
    """What of a ring lies inside a picture (Sutherland and Hodgman, 1974); it may be too short for one."""
    points: list[Point] = list(ring)
    for axis, limit, keep_above in ((0, 0.0, True), (0, width, False), (1, 0.0, True), (1, height, False)):
        points = _clip(points, axis, limit, keep_above=keep_above)
    return tuple(points)


def _clip(points: list[Point], axis: int, limit: float, *, keep_above: bool) -> list[Point]:
    kept: list[Point] = []
    for a, b in pairwise([*points, *points[:1]]):
        a_in = a[axis] >= limit if keep_above else a[axis] <= limit
        b_in = b[axis] >= limit if keep_above else b[axis] <= limit
        if a_in:
            kept.append(a)
        if a_in != b_in:
            share = (limit - a[axis]) / (b[axis] - a[axis])
            across = a[1 - axis] + share * (b[1 - axis] - a[1 - axis])
            kept.append(Point(limit, across) if axis == 0 else Point(across, limit))
    return kept
