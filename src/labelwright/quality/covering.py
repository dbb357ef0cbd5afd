"""What shapes cover of one another, whether they touch, and whether a line crosses itself.

What two shapes cover together is summed over 64 to 256 level lines across their common height, each
exact from left to right (`figure.py`). Two boxes are exact.

`figure.ts` and `covering.ts` in `web/src/geometry` are the same method in TypeScript, line by line, so
that the studio and the server come to the same answer; `tests/golden/rules.json` holds both to it.
"""

from math import hypot

import numpy as np
from numpy.typing import NDArray

from labelwright.core.shapes import Bounds, Box, Point, Polygon, Polyline, Shape
from labelwright.quality.figure import Figure, Floats, measured

CHUNK = 128  # sides that are compared at once


def common_area(a: Figure, b: Figure) -> float:
    """What both cover, in square pixels."""
    return _together(a, b)[0]


def share_inside(a: Figure, b: Figure) -> float:
    """How much of one lies inside another, from 0 to 1: of its area, of its length, or of its points."""
    if not b.has_area:
        return 0.0
    if a.has_area:
        common, whole, _ = _together(a, b)
        return min(1.0, common / whole) if whole > 0 else 0.0
    return sum(1 for x, y in a.spots if b.holds(x, y)) / len(a.spots)


def overlap(a: Figure, b: Figure, of: str) -> float:
    """What is common as a share of the `smaller` or of the `union`; of a line, its share in the other."""
    if not (a.has_area and b.has_area):
        return share_inside(b, a) if a.has_area else share_inside(a, b)
    common, one, other = _together(a, b)
    whole = min(one, other) if of == "smaller" else one + other - common
    return min(1.0, common / whole) if whole > 0 else 0.0


def most_overlap(a: Figure, b: Figure, of: str) -> float:
    """What `overlap` cannot be more than, from the bounds alone: quick to know for pairs that hardly meet."""
    if not (a.has_area and b.has_area):
        return 1.0
    across = min(a.bounds.right, b.bounds.right) - max(a.bounds.left, b.bounds.left)
    down = min(a.bounds.bottom, b.bounds.bottom) - max(a.bounds.top, b.bounds.top)
    whole = min(a.covered, b.covered) if of == "smaller" else max(a.covered, b.covered)
    return max(0.0, across) * max(0.0, down) / whole if whole > 0 else 0.0


def gap(a: Bounds, b: Bounds) -> float:
    """The distance between two upright rectangles; 0 where they meet."""
    across = max(a.left - b.right, b.left - a.right, 0.0)
    down = max(a.top - b.bottom, b.top - a.bottom, 0.0)
    return hypot(across, down)


def touches(a: Figure, b: Figure, within: float) -> bool:
    """Whether two shapes come as near as `within` pixels, or one lies in the other."""
    if gap(a.bounds, b.bounds) > within:
        return False
    if isinstance(a.shape, Box) and isinstance(b.shape, Box):
        return True
    if any(a.holds(x, y) for x, y in b.spots) or any(b.holds(x, y) for x, y in a.spots):
        return True
    if common_area(a, b) > 0:
        return True
    near_a, near_b = _near(a.sides, b.bounds, within), _near(b.sides, a.bounds, within)
    for start in range(0, len(near_a), CHUNK):
        part = near_a[start : start + CHUNK]
        around = Bounds(
            float(min(part[:, 0].min(), part[:, 2].min())),
            float(min(part[:, 1].min(), part[:, 3].min())),
            float(max(part[:, 0].max(), part[:, 2].max())),
            float(max(part[:, 1].max(), part[:, 3].max())),
        )
        close = _near(near_b, around, within)
        for first in range(0, len(close), 4096):
            if _any_within(part, close[first : first + 4096], within):
                return True
    return False


def self_crossing(shape: Shape) -> Point | None:
    """A place where the outline of a polygon, or a polyline, crosses itself; None if it does not.

    Named is the first side, in the order they were drawn, that crosses a later one. Stretches of sides
    are compared where their bounds meet, so a long outline that stays in its place costs little.
    """
    if not isinstance(shape, Polygon | Polyline):
        return None
    sides = Figure(shape).sides
    starts = np.arange(0, len(sides), CHUNK)
    xs, ys = sides[:, [0, 2]], sides[:, [1, 3]]
    left, right = np.minimum.reduceat(xs.min(axis=1), starts), np.maximum.reduceat(xs.max(axis=1), starts)
    top, bottom = np.minimum.reduceat(ys.min(axis=1), starts), np.maximum.reduceat(ys.max(axis=1), starts)
    for k, first in enumerate(starts.tolist()):
        meets = (left <= right[k]) & (right >= left[k]) & (top <= bottom[k]) & (bottom >= top[k])
        meets[:k] = False
        others = np.flatnonzero(np.repeat(meets, CHUNK)[: len(sides)])
        own = np.arange(first, min(first + CHUNK, len(sides)))
        crossing = _crosses(sides[own][:, None], sides[others][None]) & (others[None] > own[:, None])
        found = np.argwhere(crossing)
        if len(found):
            pair: list[int] = found[0].tolist()
            return _meeting(sides[own[pair[0]]], sides[others[pair[1]]])
    return None


def _together(a: Figure, b: Figure) -> tuple[float, float, float]:
    """The areas that both cover, and each alone.

    An area is taken from the same lines as the common one where they span it, so that what lies in
    another does so to the last digit.
    """
    left, right = max(a.bounds.left, b.bounds.left), min(a.bounds.right, b.bounds.right)
    top, bottom = max(a.bounds.top, b.bounds.top), min(a.bounds.bottom, b.bounds.bottom)
    if right <= left or bottom <= top or not (a.has_area and b.has_area):
        return 0.0, a.covered, b.covered
    if isinstance(a.shape, Box) and isinstance(b.shape, Box):
        return (right - left) * (bottom - top), a.covered, b.covered
    common, one, other = measured(a, b, top, bottom)
    return (
        common,
        one if (top, bottom) == (a.bounds.top, a.bounds.bottom) else a.covered,
        other if (top, bottom) == (b.bounds.top, b.bounds.bottom) else b.covered,
    )


def _near(sides: Floats, bounds: Bounds, within: float) -> Floats:
    ax, ay, bx, by = sides.T
    close = (
        (np.minimum(ax, bx) <= bounds.right + within)
        & (np.maximum(ax, bx) >= bounds.left - within)
        & (np.minimum(ay, by) <= bounds.bottom + within)
        & (np.maximum(ay, by) >= bounds.top - within)
    )
    return sides[close]


def _any_within(a: Floats, b: Floats, within: float) -> bool:
    one, other = a[:, None], b[None]
    if bool(np.any(_crosses(one, other))):
        return True
    nearest = np.minimum.reduce(
        [
            _to_side(one[..., 0], one[..., 1], other),
            _to_side(one[..., 2], one[..., 3], other),
            _to_side(other[..., 0], other[..., 1], one),
            _to_side(other[..., 2], other[..., 3], one),
        ]
    )
    return bool(np.any(nearest <= within))


def _to_side(x: Floats, y: Floats, side: Floats) -> Floats:
    ax, ay, bx, by = side[..., 0], side[..., 1], side[..., 2], side[..., 3]
    dx, dy = bx - ax, by - ay
    squared = dx * dx + dy * dy
    t = np.clip(((x - ax) * dx + (y - ay) * dy) / np.where(squared == 0, 1, squared), 0, 1)
    return np.hypot(x - (ax + t * dx), y - (ay + t * dy))


def _crosses(one: Floats, other: Floats) -> NDArray[np.bool_]:
    """Whether sides cross in their middle; ends that only touch do not count."""
    ax, ay, bx, by = one[..., 0], one[..., 1], one[..., 2], one[..., 3]
    cx, cy, dx, dy = other[..., 0], other[..., 1], other[..., 2], other[..., 3]
    c_side = np.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))
    d_side = np.sign((bx - ax) * (dy - ay) - (by - ay) * (dx - ax))
    a_side = np.sign((dx - cx) * (ay - cy) - (dy - cy) * (ax - cx))
    b_side = np.sign((dx - cx) * (by - cy) - (dy - cy) * (bx - cx))
    return (c_side * d_side < 0) & (a_side * b_side < 0)


def _meeting(one: Floats, other: Floats) -> Point:
    ax, ay, bx, by = (float(value) for value in one)
    cx, cy, dx, dy = (float(value) for value in other)
    across = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    t = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / across
    return Point(ax + t * (bx - ax), ay + t * (by - ay))
