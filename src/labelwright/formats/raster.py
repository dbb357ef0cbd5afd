"""Polygons as masks: the pixels whose centers lie inside."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor

import numpy as np

from labelwright.core.errors import InvalidShape
from labelwright.core.shapes import Mask, Polygon, Ring
from labelwright.formats.rle import MOST_PIXELS, Grid, windowed

BOUND = 0.71  # pixels: half a pixel's diagonal, the farthest an outline moves when it is drawn


def mask_of_polygon(polygon: Polygon) -> Mask:
    """The mask of a polygon with its holes; a pixel is set if its center is inside.

    Raises InvalidShape if that holds for none, or the polygon spans too many pixels.
    """
    bounds = polygon.bounds
    left, top = floor(bounds.left), floor(bounds.top)
    width, height = max(1, ceil(bounds.right) - left), max(1, ceil(bounds.bottom) - top)
    if width * height > MOST_PIXELS:
        raise InvalidShape(f"The polygon spans more than {MOST_PIXELS:,} pixels.")
    drawn = np.zeros((height, width), dtype=np.bool_)
    for part in polygon.parts:
        drawn |= _inside(part, left, top, drawn.shape)
    return windowed(drawn, left, top)


def _inside(rings: Sequence[Ring], left: int, top: int, shape: tuple[int, ...]) -> Grid:
    # Even-odd rule: each crossing of an outline with the middle of a row turns all pixels to its right.
    turns = np.zeros((shape[0], shape[1] + 1), dtype=np.int32)
    for ring in rings:
        for a, b in pairwise((*ring, ring[0])):
            upper, lower = (a, b) if a[1] <= b[1] else (b, a)
            first, last = ceil(upper[1] - top - 0.5), ceil(lower[1] - top - 0.5)
            rows = np.arange(max(0, first), min(shape[0], last))
            if not rows.size:
                continue
            share = (rows + top + 0.5 - upper[1]) / (lower[1] - upper[1])
            crossings = upper[0] + share * (lower[0] - upper[0]) - left
            turns[rows, np.clip(np.ceil(crossings - 0.5).astype(int), 0, shape[1])] += 1
    return np.cumsum(turns[:, :-1], axis=1) % 2 == 1
