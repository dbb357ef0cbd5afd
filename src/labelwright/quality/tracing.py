"""Tracing: the outlines of a grid of pixels, and lines with fewer corners that stay close to them."""

from math import hypot

import numpy as np
from numpy.typing import NDArray

from labelwright.core.shapes import Point, Ring

Grid = NDArray[np.bool_]
Corner = tuple[int, int]
Steps = dict[Corner, list[Corner]]


def traced(grid: Grid, left: float = 0.0, top: float = 0.0, cell: float = 1.0) -> list[Ring]:
    """The exact outlines of set cells along their edges; holes wind the other way.

    `left` and `top` are where the grid begins, `cell` how large a cell is, in image points.
    """
    steps = _edges(np.pad(grid, 1))
    rings: list[Ring] = []
    while steps:
        path = _walk(steps)
        rings.append(tuple(Point(left + (x - 1.0) * cell, top + (y - 1.0) * cell) for x, y in path))
    return rings


def simplified(ring: Ring, tolerance: float) -> Ring:
    """The ring with only the corners it needs to stay within a tolerance of itself.

    Douglas and Peucker, Algorithms for the reduction of the number of points, 1973, on both halves of the
    ring between its first corner and the one farthest from it. A ring that would vanish stays as it is.
    """
    first = ring[0]
    far = max(range(len(ring)), key=lambda at: hypot(ring[at].x - first.x, ring[at].y - first.y))
    closed = (*ring, first)
    kept = {0, far, len(ring)}
    spans = [(0, far), (far, len(ring))]
    while spans:
        start, end = spans.pop()
        if end - start < 2:
            continue
        away = ((_away(closed[place], closed[start], closed[end]), -place) for place in range(start + 1, end))
        worst, at = max(away)
        if worst > tolerance:
            kept.add(-at)
            spans += [(start, -at), (-at, end)]
    chosen = tuple(closed[place] for place in sorted(kept) if place < len(ring))
    return chosen if len(chosen) >= 3 else ring


def _away(point: Point, start: Point, end: Point) -> float:
    dx, dy = end.x - start.x, end.y - start.y
    length = hypot(dx, dy)
    if length == 0:
        return hypot(point.x - start.x, point.y - start.y)
    return abs(dx * (point.y - start.y) - dy * (point.x - start.x)) / length


def _edges(grid: Grid) -> Steps:
    # Edges of set pixels, each with its pixel on the right hand, by the corner they start from.
    steps: Steps = {}
    for y, x in np.argwhere(grid[1:, :] != grid[:-1, :]).tolist():
        ends = ((x, y + 1), (x + 1, y + 1))
        start, stop = ends if grid[y + 1, x] else ends[::-1]
        steps.setdefault(start, []).append(stop)
    for y, x in np.argwhere(grid[:, 1:] != grid[:, :-1]).tolist():
        ends = ((x + 1, y + 1), (x + 1, y))
        start, stop = ends if grid[y, x + 1] else ends[::-1]
        steps.setdefault(start, []).append(stop)
    return steps


def _walk(steps: Steps) -> list[Corner]:
    start = next(iter(steps))
    at = _leave(steps, start, (0, 0))
    first = heading = (at[0] - start[0], at[1] - start[1])
    path = [start]
    while at != start:
        onward = _leave(steps, at, heading)
        turned = (onward[0] - at[0], onward[1] - at[1])
        if turned != heading:
            path.append(at)
        at, heading = onward, turned
    if heading == first:
        path = path[1:]  # the start lies in the middle of a straight line
    return path


def _leave(steps: Steps, at: Corner, heading: Corner) -> Corner:
    onward = steps[at]
    right = (at[0] - heading[1], at[1] + heading[0])  # keeps pixels apart that touch at a corner only
    taken = onward.pop(onward.index(right) if right in onward else 0)
    if not onward:
        del steps[at]
    return taken
