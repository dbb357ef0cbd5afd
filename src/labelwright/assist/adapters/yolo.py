"""What exports of the YOLO family answer: boxes, and with them masks, turned boxes or keypoints.

Each cell has a middle, a size and scores (and an objectness before them in v5 and v7), in pixels of the
input; what comes after the scores is told by `options["rest"]`: `masks` are weights of the prototypes in
the other output (D. Bolya et al., *YOLACT*, 2019), `angle` is radians clockwise, `keypoints` are rows of
x, y and, where there are three, how visible.
"""

from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labelwright.assist.adapters.boxes import LEAST_SIDE, as_mask, kept, labels_of
from labelwright.assist.adapters.pixels import Placing
from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Found, Options, Prediction
from labelwright.core.shapes import ABSENT, VISIBLE, Box, Keypoint, Mask, RotatedBox, Shape, Skeleton

Floats = NDArray[np.float32]
MOST = 300
SEEN = 0.5  # a keypoint below it is taken as absent


def yolo(manifest: Manifest, named: dict[str, Any], placing: Placing, options: Options) -> Prediction:
    """Boxes before suppression. Raises ValueError for other widths than the manifest's labels need."""
    cells = _rows(named)
    is_older = cells.shape[0] >= cells.shape[1]  # a cell a row, as v5 and v7 have it
    cells = cells if is_older else cells.T
    extra = int(manifest.options.get("extra", 0))
    room = cells.shape[1] - 4 - extra
    count = len(manifest.labels) or (room - 1 if is_older else room)
    if count < 1 or room not in (count, count + 1):
        raise ValueError("another number of labels")
    first = 5 if room == count + 1 else 4
    scores = cells[:, first : first + count]
    scores = scores * cells[:, 4:5] if first == 5 else scores
    least = max(options.least_score or 0, 1e-6)
    at, labels = np.nonzero(scores >= least)
    value, chosen, rest = scores[at, labels], cells[at], cells[at, first + count :]
    boxes = _corners(chosen, rest[:, 0] if manifest.options.get("rest") == "angle" else None)
    overlap = manifest.overlap if options.overlap is None else options.overlap
    stay = kept(boxes, value, labels, overlap=overlap, most=options.most or MOST)
    found = _Found(manifest, named, placing, labels_of(manifest, count))
    sides = chosen[stay, :4] if manifest.options.get("rest") == "angle" else boxes[stay]
    return found.all(sides, value[stay], labels[stay], rest[stay])


def yolo_end(manifest: Manifest, named: dict[str, Any], placing: Placing, options: Options) -> Prediction:
    """Boxes after suppression: left, top, right, bottom, score, label, and what else there is."""
    rows = _rows(named)
    rows = rows[rows[:, 4] >= (options.least_score or 0)]
    rows = rows[np.argsort(-rows[:, 4], kind="stable")][: options.most or MOST]
    labels = rows[:, 5].round().astype(np.int64)
    if labels.min(initial=0) < 0:
        raise ValueError("a label below zero")
    found = _Found(manifest, named, placing, labels_of(manifest, int(labels.max(initial=-1)) + 1))
    return found.all(rows[:, :4], rows[:, 4], labels, rows[:, 6:])


class _Found:
    """What rows of one picture are there."""

    def __init__(self, manifest: Manifest, named: dict[str, Any], placing: Placing, names: Any) -> None:  # noqa: ANN401
        self._manifest, self._placing, self._names = manifest, placing, names
        self._rest = manifest.options.get("rest")
        grids = [np.asarray(answer, np.float32)[0] for answer in named.values() if np.ndim(answer) == 4]
        self._prototypes: Floats | None = grids[0] if grids else None

    def all(self, boxes: Floats, scores: Floats, labels: NDArray[Any], rest: Floats) -> Prediction:
        found: list[Found] = []
        for place in range(len(boxes)):
            shape = self._shape(boxes[place], rest[place])
            if shape is not None:
                score = min(1.0, max(0.0, float(scores[place])))
                found.append(Found(label=self._names[int(labels[place])], score=score, shape=shape))
        return Prediction(found=tuple(found))

    def _shape(self, box: Floats, rest: Floats) -> Shape | None:
        placing = self._placing
        if self._rest == "angle":
            x, y = float(box[0] - placing.left), float(box[1] - placing.top)
            width, height = float(box[2]) / placing.scale_x, float(box[3]) / placing.scale_y
            if min(width, height) < LEAST_SIDE:
                return None
            return RotatedBox(x / placing.scale_x, y / placing.scale_y, width, height, float(rest[0]))
        (left, right), (top, bottom) = placing.to_picture(box[[0, 2]], box[[1, 3]])
        if right - left < LEAST_SIDE or bottom - top < LEAST_SIDE:
            return None
        upright = Box(float(left), float(top), float(right), float(bottom))
        if self._rest == "masks" and self._prototypes is not None:
            return self._mask(upright, rest)
        return self._skeleton(rest) if self._rest == "keypoints" else upright

    def _mask(self, box: Box, weights: Floats) -> Mask | None:
        """Where the weighted sum of the prototypes is above zero, inside the box."""
        prototypes, placing, wanted = self._prototypes, self._placing, self._manifest.input
        if prototypes is None or len(weights) != len(prototypes):
            raise ValueError("another number of prototypes")
        logits: Floats = np.einsum("k,khw->hw", weights, prototypes)
        across, down = logits.shape[1] / wanted.width, logits.shape[0] / wanted.height
        left, top = floor(box.left), floor(box.top)
        right, bottom = ceil(box.right), ceil(box.bottom)
        window = (
            max(0.0, (left * placing.scale_x + placing.left) * across),
            max(0.0, (top * placing.scale_y + placing.top) * down),
            min(logits.shape[1], (right * placing.scale_x + placing.left) * across),
            min(logits.shape[0], (bottom * placing.scale_y + placing.top) * down),
        )
        image = Image.fromarray(logits)
        size = right - left, bottom - top
        return as_mask(np.asarray(image.resize(size, Image.Resampling.BILINEAR, box=window)) > 0, left, top)

    def _skeleton(self, rest: Floats) -> Skeleton | None:
        rows = rest.reshape(len(self._manifest.keypoints), -1)
        x, y = self._placing.to_picture(rows[:, 0], rows[:, 1])
        is_seen = rows[:, 2] >= SEEN if rows.shape[1] > 2 else np.ones(len(rows), bool)
        if not is_seen.any():
            return None
        return Skeleton(
            tuple(
                Keypoint(float(x[place]), float(y[place]), VISIBLE if is_seen[place] else ABSENT)
                for place in range(len(rows))
            )
        )


def _rows(named: dict[str, Any]) -> Floats:
    return next(np.asarray(answer, np.float32)[0] for answer in named.values() if np.ndim(answer) == 3)


def _corners(cells: Floats, angles: Floats | None) -> Floats:
    """Left, top, right and bottom of cells; of turned ones, those of the upright box around them."""
    x, y, width, height = cells[:, :4].T
    if angles is not None:
        c, s = np.abs(np.cos(angles)), np.abs(np.sin(angles))
        width, height = width * c + height * s, width * s + height * c
    return np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)
