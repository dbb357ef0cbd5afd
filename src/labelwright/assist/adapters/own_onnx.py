"""Models of one's own, read by the signature of what they answer.

`options["reads"]` of the manifest says which signature it is; `recognition.py` finds it out.

- `classes`: (n, C) logits or probabilities.
- `yolo`: (1, 4 + C, cells) or (1, cells, 4 + C) of centers, sizes and scores (v8 and later), or
  (1, cells, 5 + C) with an objectness before the scores (v5, v7), in pixels of the input.
- `yolo-end`: (1, N, 6) of left, top, right, bottom, score, label, after their own suppression (v10).
- `detr`: (1, N, C or C + 1) logits and (1, N, 4) centers and sizes as shares (DETR, RT-DETR, RF-DETR).
- `regions`: (1, C, h, w) scores of each pixel.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labelwright.assist.adapters.boxes import as_prediction, kept
from labelwright.assist.adapters.embedding_classifier import softmax
from labelwright.assist.adapters.pixels import Placing, as_input, placed
from labelwright.assist.adapters.session import open_session
from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Found, Options, Picture, Prediction
from labelwright.core.model_errors import ModelNonsense
from labelwright.core.shapes import Mask

Floats = NDArray[np.float32]
MOST = 300
MOST_TAGS = 10


class OwnOnnx:
    """A model of one's own, asked one picture at a time."""

    def __init__(self, folder: Path, manifest: Manifest, threads: int = 0) -> None:
        self.manifest = manifest
        self._session = open_session(folder, manifest, threads)
        self._input = next(iter(self._session.inputs))
        self._read = _READERS[str(manifest.options.get("reads"))]

    def predict(self, pictures: Sequence[Picture], options: Options) -> list[Prediction]:
        """What is found in each picture."""
        return [self._one(picture, self._filled(options)) for picture in pictures]

    def _one(self, picture: Picture, options: Options) -> Prediction:
        pixels, placing = placed(picture, self.manifest.input)
        answers = self._session.run({self._input: as_input([pixels], self.manifest.input)})
        named = dict(zip(self._session.outputs, answers, strict=True))
        try:
            return self._read(self.manifest, named, placing, options)
        except (IndexError, KeyError, ValueError) as error:
            shapes = ", ".join(str(answer.shape) for answer in answers)
            raise ModelNonsense(self.manifest.name, f"answered in the shape {shapes}") from error

    def _filled(self, options: Options) -> Options:
        manifest = self.manifest
        return Options(
            least_score=manifest.least_score if options.least_score is None else options.least_score,
            overlap=manifest.overlap if options.overlap is None else options.overlap,
            most=options.most,
        )


def _classes(manifest: Manifest, named: dict[str, Any], _: Placing, options: Options) -> Prediction:
    row = np.asarray(next(iter(named.values())), np.float32).reshape(-1)
    is_likely = row.min() >= 0 and row.max() <= 1 and abs(float(row.sum()) - 1) < 1e-2
    likely = row if is_likely else softmax(row)
    labels = _labels(manifest, len(likely))
    best = [int(place) for place in np.argsort(-likely, kind="stable")[: options.most or MOST_TAGS]]
    found = tuple(
        Found(label=labels[place], score=min(1.0, float(likely[place])))
        for place in best
        if likely[place] >= (options.least_score or 0)
    )
    return Prediction(found=found, probabilities=dict(zip(labels, map(float, likely), strict=True)))


def _yolo(manifest: Manifest, named: dict[str, Any], placing: Placing, options: Options) -> Prediction:
    cells: Floats = np.asarray(next(iter(named.values())), np.float32)[0]
    if cells.shape[0] < cells.shape[1]:
        cells = cells.T
    extra = cells.shape[1] - 4
    count = len(manifest.labels) or extra
    objectness = extra == count + 1
    scores = cells[:, 5:] * cells[:, 4:5] if objectness else cells[:, 4 : 4 + count]
    if scores.shape[1] != count:
        raise ValueError("another number of labels")
    x, y, width, height = cells[:, 0], cells[:, 1], cells[:, 2], cells[:, 3]
    boxes = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)
    return _suppressed(manifest, boxes, scores, placing, options)


def _yolo_end(manifest: Manifest, named: dict[str, Any], placing: Placing, options: Options) -> Prediction:
    rows: Floats = np.asarray(next(iter(named.values())), np.float32)[0]
    stay = rows[:, 4] >= (options.least_score or 0)
    rows = rows[stay][: options.most or MOST]
    labels = rows[:, 5].round().astype(np.int64)
    names = _labels(manifest, int(labels.max(initial=-1)) + 1)
    return as_prediction(rows[:, :4], rows[:, 4], labels, names, placing)


def _detr(manifest: Manifest, named: dict[str, Any], placing: Placing, options: Options) -> Prediction:
    arrays = [np.asarray(answer, np.float32)[0] for answer in named.values() if np.ndim(answer) == 3]
    boxes = next(array for array in arrays if array.shape[1] == 4)
    logits = next(array for array in arrays if array is not boxes)
    count = len(manifest.labels) or logits.shape[1]
    if logits.shape[1] == count + 1:  # the last one is “nothing”
        scores = softmax(logits)[:, :-1]
    else:
        scores = 1 / (1 + np.exp(-np.clip(logits, -50, 50)))
    side = np.array([manifest.input.width, manifest.input.height] * 2, np.float32)
    x, y, width, height = (boxes * side).T
    corners = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)
    best = scores.argmax(axis=1)
    value = scores[np.arange(len(best)), best]
    order = [p for p in np.argsort(-value, kind="stable") if value[p] >= (options.least_score or 0)]
    order = np.asarray(order[: options.most or MOST], np.intp)
    names = _labels(manifest, count)
    return as_prediction(corners[order], value[order], best[order], names, placing)


def _regions(manifest: Manifest, named: dict[str, Any], placing: Placing, options: Options) -> Prediction:
    scores: Floats = np.asarray(next(iter(named.values())), np.float32)[0]
    count = scores.shape[0]
    likely = softmax(scores.transpose(1, 2, 0)) if count > 1 else 1 / (1 + np.exp(-scores.transpose(1, 2, 0)))
    labels = _labels(manifest, count)
    nothing = {str(name) for name in manifest.options.get("nothing", ["background"])}
    winner = likely.argmax(axis=2) if count > 1 else np.where(likely[..., 0] > 0.5, 0, -1)
    found: list[Found] = []
    for place, label in enumerate(labels):
        region = winner == place
        if label in nothing or not region.any():
            continue
        score = float(likely[..., place][region].mean())
        mask = _mask(region, manifest, placing)
        if mask is not None and score >= (options.least_score or 0):
            found.append(Found(label=label, score=min(1.0, score), shape=mask))
    return Prediction(found=tuple(sorted(found, key=lambda one: -one.score)[: options.most or MOST]))


def _mask(region: NDArray[np.bool_], manifest: Manifest, placing: Placing) -> Mask | None:
    """A region of the output as a mask of the picture: nearest pixel, the padding left out."""
    height, width = region.shape
    across, down = manifest.input.width / width, manifest.input.height / height
    box = (
        max(0.0, placing.left / across),
        max(0.0, placing.top / down),
        min(width, (placing.left + placing.width * placing.scale_x) / across),
        min(height, (placing.top + placing.height * placing.scale_y) / down),
    )
    image = Image.fromarray(region.astype(np.uint8) * 255)
    grid = np.asarray(image.resize((placing.width, placing.height), Image.Resampling.BILINEAR, box=box)) > 127
    if not grid.any():
        return None
    rows, columns = np.flatnonzero(grid.any(axis=1)), np.flatnonzero(grid.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    window = grid[top : rows[-1] + 1, left : columns[-1] + 1]
    edges = np.flatnonzero(np.diff(window.reshape(-1).view(np.int8))) + 1
    runs = np.diff(np.concatenate(([0], edges, [window.size]))).tolist()
    starts = [0] if window.reshape(-1)[0] else []
    size = window.shape
    return Mask(left=left, top=top, width=size[1], height=size[0], runs=(*starts, *runs))


def _suppressed(
    manifest: Manifest, boxes: NDArray[Any], scores: NDArray[Any], placing: Placing, options: Options
) -> Prediction:
    cells, labels = np.nonzero(scores >= (options.least_score or 1e-6))
    value = scores[cells, labels]
    overlap = manifest.overlap if options.overlap is None else options.overlap
    stay = kept(boxes[cells], value, labels, overlap=overlap, most=options.most or MOST)
    names = _labels(manifest, scores.shape[1])
    return as_prediction(boxes[cells][stay], value[stay], labels[stay], names, placing)


def _labels(manifest: Manifest, count: int) -> Sequence[str]:
    if not manifest.labels:
        return [str(place) for place in range(count)]
    if len(manifest.labels) < count:
        raise ValueError("more labels than the manifest names")
    return manifest.labels[:count] if manifest.options.get("reads") == "classes" else manifest.labels


_Reader = Callable[[Manifest, dict[str, Any], Placing, Options], Prediction]
_READERS: dict[str, _Reader] = {
    "classes": _classes,
    "yolo": _yolo,
    "yolo-end": _yolo_end,
    "detr": _detr,
    "regions": _regions,
}
