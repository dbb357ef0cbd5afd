"""Boxes that may hold something, whatever it is: where new categories are looked for.

Two sources together: what a detector finds at any score, its labels left aside; and regions that stand
out from the background's color, found by Otsu's threshold (N. Otsu, 1979) at several levels, with the
peaks of the distance transform where things touch.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labelwright.assist.predictor import Found, Picture
from labelwright.core.shapes import Box

Floats = NDArray[np.float64]

WORKING_SIDE = 320  # of the copy on which regions are looked for
LEVELS = (0.7, 1.0, 1.5, 2.2)  # of Otsu's threshold
LEAST_SIDE = 8.0  # pixels of the picture
SAME = 0.8  # IoU from which two proposals are one
MOST = 110
MARGIN = 0.15  # of a crop around its box


def proposals(picture: Picture, found: Sequence[Found]) -> Floats:
    """Boxes (n, 4) of left, top, right, bottom in image points: the detector's first, then regions."""
    detected = np.array([one.shape.bounds for one in found if isinstance(one.shape, Box)], np.float64)
    every = np.concatenate([detected.reshape(-1, 4), regions(picture)])
    sides = every[:, 2:] - every[:, :2]
    return _apart(every[(sides >= LEAST_SIDE).all(axis=1)])


def regions(picture: Picture) -> Floats:
    """Boxes (n, 4) around what differs in color from the background."""
    from scipy import ndimage  # heavy

    height, width = picture.shape[:2]
    shrink = max(1.0, max(height, width) / WORKING_SIDE)
    size = max(1, round(width / shrink)), max(1, round(height / shrink))
    small = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR), np.float64)
    smooth = ndimage.gaussian_filter(small, (1.5, 1.5, 0))
    away = np.sqrt(((smooth - _background(smooth)) ** 2).sum(axis=2))
    level = otsu(away)
    boxes: list[tuple[float, float, float, float]] = []
    if level is None:
        return np.zeros((0, 4))
    for share in LEVELS:
        solid: Any = ndimage.binary_fill_holes(away > level * share)
        solid = ndimage.binary_opening(solid, iterations=2)
        labeled: Any = ndimage.label(solid)[0]  # pyright: ignore[reportUnknownMemberType]
        for rows, columns in ndimage.find_objects(labeled):
            boxes.append((columns.start, rows.start, columns.stop, rows.stop))
        depth: Any = ndimage.gaussian_filter(ndimage.distance_transform_edt(solid), 2)
        peaks = (depth == ndimage.maximum_filter(depth, 15)) & (depth > 4)
        for y, x in np.argwhere(peaks):
            reach = float(depth[y, x]) * 1.08
            boxes.append((x - reach, y - reach, x + reach, y + reach))
    scale = np.array([width / size[0], height / size[1]] * 2)
    back = np.array(boxes, np.float64).reshape(-1, 4) * scale
    back[:, [0, 2]] = back[:, [0, 2]].clip(0, width)
    back[:, [1, 3]] = back[:, [1, 3]].clip(0, height)
    return back


def otsu(values: Floats) -> float | None:
    """The threshold that parts values best in two; None where all are alike."""
    counts, edges = np.histogram(values, 128)
    middles = (edges[:-1] + edges[1:]) / 2
    below, sums = np.cumsum(counts), np.cumsum(counts * middles)
    total, mean = below[-1], sums[-1]
    weights = below * (total - below)
    between = np.divide(
        (mean * below / total - sums) ** 2, weights, out=np.zeros(len(counts)), where=weights > 0
    )
    return float(edges[int(between.argmax())]) if between.any() else None


def crops(picture: Picture, boxes: Floats, side: int = 224) -> list[Picture]:
    """Each box with a margin, stretched to a square."""
    image = Image.fromarray(picture)
    height, width = picture.shape[:2]
    made: list[Picture] = []
    for left, top, right, bottom in boxes.tolist():
        x, y = MARGIN * (right - left), MARGIN * (bottom - top)
        window = max(0.0, left - x), max(0.0, top - y), min(width, right + x), min(height, bottom + y)
        made.append(np.asarray(image.resize((side, side), Image.Resampling.BILINEAR, box=window), np.uint8))
    return made


def with_sizes(vectors: NDArray[Any], boxes: Floats, picture: tuple[int, int]) -> Floats:
    """Vectors of crops with the logarithms of their boxes' sides as shares of the picture's diagonal."""
    diagonal = float(np.hypot(*picture))
    sides = np.log(np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-3) / (0.06 * diagonal)) / 8
    return np.hstack([np.asarray(vectors, np.float64), sides])


def ious(a: Floats, b: Floats) -> Floats:
    """The IoU of every box of one list with every one of another."""
    left, right = np.maximum(a[:, None, 0], b[None, :, 0]), np.minimum(a[:, None, 2], b[None, :, 2])
    top, bottom = np.maximum(a[:, None, 1], b[None, :, 1]), np.minimum(a[:, None, 3], b[None, :, 3])
    shared = np.maximum(right - left, 0) * np.maximum(bottom - top, 0)
    areas = [(each[:, 2] - each[:, 0]) * (each[:, 3] - each[:, 1]) for each in (a, b)]
    union = areas[0][:, None] + areas[1][None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _background(smooth: Floats) -> Floats:
    flat = smooth.reshape(-1, 3)
    bright = flat.sum(axis=1)
    return np.median(flat[bright >= np.percentile(bright, 80)], axis=0)


def _apart(boxes: Floats) -> Floats:
    kept: list[int] = []
    same = ious(boxes, boxes)
    for place in range(len(boxes)):
        if len(kept) == MOST:
            break
        if not kept or same[place, kept].max() < SAME:
            kept.append(place)
    return boxes[kept]
