"""Turned boxes of corners: exactly where the corners make one, else the smallest around them."""

from collections.abc import Sequence
from itertools import pairwise
from math import atan2, cos, hypot, sin

from labelwright.core.shapes import (
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
from labelwright.formats.outlines import rings_of

STRAIGHT = 1e-4  # of a side: how far corners may be off and still make a rectangle


def turned_box(corners: Sequence[Point]) -> RotatedBox | None:
    """The box whose four corners these are, first the top-left of it unturned; None if they make none.

    Corners may go round either way.
    """
    a, b, c, d = corners
    if (b[0] - a[0]) * (d[1] - a[1]) - (b[1] - a[1]) * (d[0] - a[0]) < 0:
        b, d = d, b
    across, down = (b[0] - a[0], b[1] - a[1]), (d[0] - a[0], d[1] - a[1])
    width, height = hypot(*across), hypot(*down)
    slack = STRAIGHT * (width + height)
    is_even = hypot(a[0] + c[0] - b[0] - d[0], a[1] + c[1] - b[1] - d[1]) <= slack
    is_square = abs(across[0] * down[0] + across[1] * down[1]) <= slack * min(width, height)
    if not (is_even and is_square and width > 0 and height > 0):
        return None
    x, y = (a[0] + b[0] + c[0] + d[0]) / 4, (a[1] + b[1] + c[1] + d[1]) / 4
    return RotatedBox(x=x, y=y, width=width, height=height, angle=atan2(across[1], across[0]))


def smallest_around(points: Sequence[Point]) -> RotatedBox | None:
    """The turned box of the smallest area around points; None if they lie on a line.

    One of its sides lies along a side of the convex hull (Freeman and Shapira, 1975).
    """
    ring = hull(tuple(points))
    if len(ring) < 3:
        return None
    boxes = (_along(ring, atan2(b[1] - a[1], b[0] - a[0])) for a, b in pairwise((*ring, ring[0])))
    _, best = min(boxes, key=lambda entry: entry[0])
    return best


def _along(ring: Sequence[Point], angle: float) -> tuple[float, RotatedBox]:
    ax, ay = cos(angle), sin(angle)
    along = [x * ax + y * ay for x, y in ring]
    across = [y * ax - x * ay for x, y in ring]
    width, height = max(along) - min(along), max(across) - min(across)
    u, v = (max(along) + min(along)) / 2, (max(across) + min(across)) / 2
    box = RotatedBox(x=u * ax - v * ay, y=u * ay + v * ax, width=width, height=height, angle=angle)
    return width * height, box


def turned_around(shape: Shape) -> tuple[RotatedBox | None, bool]:
    """The smallest turned box around a shape, and whether it is the shape itself."""
    match shape:
        case RotatedBox():
            return shape, True
        case Box():
            x, y = (shape.left + shape.right) / 2, (shape.top + shape.bottom) / 2
            width, height = shape.right - shape.left, shape.bottom - shape.top
            return RotatedBox(x=x, y=y, width=width, height=height), True
        case Ellipse():
            width, height = shape.rx * 2, shape.ry * 2
            box = RotatedBox(x=shape.x, y=shape.y, width=width, height=height, angle=shape.angle)
            return box, False
        case Polygon():
            return smallest_around([point for part in shape.parts for point in part[0]]), False
        case Cuboid():
            return smallest_around((*shape.front, *shape.back)), False
        case Mask():
            return smallest_around([point for ring in rings_of(shape) for point in ring]), False
        case Polyline() | Points():
            return smallest_around(shape.points), False
        case Skeleton():
            return smallest_around(shape.present()), False
