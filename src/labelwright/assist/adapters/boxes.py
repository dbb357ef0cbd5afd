"""Boxes and masks as models give them: which of them stay, and what is said of each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from labelwright.assist.adapters.pixels import Placing
from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Found, Prediction
from labelwright.core.shapes import Box, Mask

LEAST_SIDE = 1e-3  # of a box, in pixels: what is narrower lies outside of the picture


def kept(
    boxes: NDArray[np.floating],
    scores: NDArray[np.floating],
    labels: NDArray[np.integer],
    *,
    overlap: float,
    most: int,
) -> NDArray[np.intp]:
    """Places of the boxes that stay, best first: greedy, within each label, ties by order.

    `boxes` is (n, 4): left, top, right, bottom. A box goes if a better one of its label overlaps it by
    an IoU above `overlap`.
    """
    order = np.argsort(-scores, kind="stable")
    areas = np.maximum(boxes[:, 2] - boxes[:, 0], 0) * np.maximum(boxes[:, 3] - boxes[:, 1], 0)
    alive = np.ones(len(boxes), bool)
    chosen: list[int] = []
    for place in order:
        if not alive[place]:
            continue
        chosen.append(int(place))
        if len(chosen) == most:
            break
        shared = _shared(boxes[place], boxes)
        union = areas[place] + areas - shared
        iou = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
        alive &= ~((iou > overlap) & (labels == labels[place]))
    return np.asarray(chosen, np.intp)


def as_prediction(
    boxes: NDArray[np.floating],
    scores: NDArray[np.floating],
    labels: NDArray[np.integer],
    names: Sequence[str],
    placing: Placing,
) -> Prediction:
    """Boxes of the model as what was found in the picture; those outside of it are left out."""
    left, top = placing.to_picture(boxes[:, 0], boxes[:, 1])
    right, bottom = placing.to_picture(boxes[:, 2], boxes[:, 3])
    found: list[Found] = []
    for place in range(len(boxes)):
        if right[place] - left[place] < LEAST_SIDE or bottom[place] - top[place] < LEAST_SIDE:
            continue
        shape = Box(float(left[place]), float(top[place]), float(right[place]), float(bottom[place]))
        score = min(1.0, max(0.0, float(scores[place])))
        found.append(Found(label=names[int(labels[place])], score=score, shape=shape))
    return Prediction(found=tuple(found))


def as_mask(grid: NDArray[np.bool_], left: int, top: int) -> Mask | None:
    """Set pixels of a window of the picture as a mask, trimmed to them; None without any."""
    if not grid.any():
        return None
    rows, columns = np.flatnonzero(grid.any(axis=1)), np.flatnonzero(grid.any(axis=0))
    window = np.ascontiguousarray(grid[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    flat = window.reshape(-1)
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs: list[int] = np.diff(np.concatenate(([0], edges, [flat.size]))).tolist()
    starts = [0] if flat[0] else []
    height, width = window.shape
    return Mask(left + int(columns[0]), top + int(rows[0]), width, height, (*starts, *runs))


def labels_of(manifest: Manifest, count: int) -> Sequence[str]:
    """The labels of a model that answers for so many; numbers where it names none. Raises ValueError."""
    if not manifest.labels:
        return [str(place) for place in range(count)]
    if len(manifest.labels) < count:
        raise ValueError("more labels than the manifest names")
    return manifest.labels[:count] if manifest.options.get("reads") == "classes" else manifest.labels


def _shared(box: NDArray[np.floating], boxes: NDArray[np.floating]) -> NDArray[np.floating]:
    width = np.minimum(box[2], boxes[:, 2]) - np.maximum(box[0], boxes[:, 0])
    height = np.minimum(box[3], boxes[:, 3]) - np.maximum(box[1], boxes[:, 1])
    return np.maximum(width, 0) * np.maximum(height, 0)
