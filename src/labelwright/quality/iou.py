"""IoU: how much two shapes cover one another (Jaccard index; Jaccard, 1912).

Boxes are exact. Other shapes are drawn on a grid of at most `GRID` cells a side over their common
bounds, so their value is exact to about one cell along the outlines.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from labelwright.core.shapes import Bounds, Box, Mask, Polygon, Shape

GRID = 1024


def iou(a: Shape, b: Shape) -> float:
    """The area both cover over the area either covers, from 0 to 1; symmetric.

    >>> iou(Box(0, 0, 2, 2), Box(1, 0, 3, 2))
    0.3333333333333333
    """
    shared = _intersection(a.bounds, b.bounds)
    if shared is None:
        return 0.0
    if isinstance(a, Box) and isinstance(b, Box):
        common = shared.width * shared.height
        return common / (a.area + b.area - common)
    return _drawn_iou(a, b)


def _intersection(a: Bounds, b: Bounds) -> Bounds | None:
    left, top = max(a.left, b.left), max(a.top, b.top)
    right, bottom = min(a.right, b.right), min(a.bottom, b.bottom)
    return Bounds(left, top, right, bottom) if right > left and bottom > top else None


def _drawn_iou(a: Shape, b: Shape) -> float:
    frame = Bounds(
        min(a.bounds.left, b.bounds.left),
        min(a.bounds.top, b.bounds.top),
        max(a.bounds.right, b.bounds.right),
        max(a.bounds.bottom, b.bounds.bottom),
    )
    one, other = _drawn(a, frame), _drawn(b, frame)
    either = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / either if either else 0.0


def _drawn(shape: Shape, frame: Bounds) -> NDArray[np.bool_]:
    across = max(1, min(GRID, round(frame.width * 4)))
    down = max(1, min(GRID, round(frame.height * 4)))
    picture = Image.new("1", (across, down))
    pen = ImageDraw.Draw(picture)

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            (x - frame.left) / frame.width * across - 0.5,
            (y - frame.top) / frame.height * down - 0.5,
        )

    match shape:
        case Box():
            pen.polygon([place(x, y) for x, y in _corners(shape)], fill=1)
        case Polygon():
            for part in shape.parts:
                for index, ring in enumerate(part):
                    pen.polygon([place(x, y) for x, y in ring], fill=0 if index else 1)
        case Mask():
            return _drawn_mask(shape, frame, across, down)
    return np.asarray(picture, dtype=np.bool_)


def _corners(box: Box) -> tuple[tuple[float, float], ...]:
    return (
        (box.left, box.top),
        (box.right, box.top),
        (box.right, box.bottom),
        (box.left, box.bottom),
    )


def _drawn_mask(mask: Mask, frame: Bounds, across: int, down: int) -> NDArray[np.bool_]:
    values = np.arange(len(mask.runs)) % 2 == 1
    pixels = np.repeat(values, mask.runs).reshape(mask.height, mask.width)
    xs = np.floor(frame.left + (np.arange(across) + 0.5) / across * frame.width).astype(int) - mask.left
    ys = np.floor(frame.top + (np.arange(down) + 0.5) / down * frame.height).astype(int) - mask.top
    inside_x, inside_y = (xs >= 0) & (xs < mask.width), (ys >= 0) & (ys < mask.height)
    drawn = np.zeros((down, across), dtype=np.bool_)
    drawn[np.ix_(inside_y, inside_x)] = pixels[np.ix_(ys[inside_y], xs[inside_x])]
    return drawn
