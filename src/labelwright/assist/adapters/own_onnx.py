"""Models of one's own, read by the signature of what they answer.

`options["reads"]` of the manifest says which signature it is; `recognition.py` finds it out.

- `classes`: (n, C) logits or probabilities.
- `yolo`: (1, 4 + C, cells) or (1, cells, 4 + C) of centers, sizes and scores (v8 and later), or
  (1, cells, 5 + C) with an objectness before the scores (v5, v7), in pixels of the input.
- `yolo-end`: (1, N, 6) of left, top, right, bottom, score, label, after their own suppression (v10).
  Both may have masks, turned boxes or keypoints (`yolo.py`).
- `detr`: (1, N, C or C + 1) logits and (1, N, 4) centers and sizes as shares (DETR, RT-DETR, RF-DETR).
- `boxes`: outputs named boxes, scores and labels, after their own suppression, in pixels of the input.
- `regions`: (1, C, h, w) scores of each pixel.
- `map`: (1, h, w) the number of each pixel's label.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labelwright.assist.adapters.boxes import as_mask, as_prediction, labels_of
from labelwright.assist.adapters.embedding_classifier import softmax
from labelwright.assist.adapters.pixels import Placing, as_input, placed
from labelwright.assist.adapters.session import open_session
from labelwright.assist.adapters.yolo import yolo, yolo_end
from labelwright.assist.manifest import Input, Manifest
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
        wanted = self.manifest.input
        feeds = {self._input: as_input([pixels], wanted).reshape(self._shape_of(wanted))}
        for name in self._session.inputs:
            if name != self._input:  # of whatever size the picture is, boxes come back in that of the input
                feeds[name] = np.array([[wanted.width, wanted.height]], np.int64)
        answers = self._session.run(feeds)
        named = dict(zip(self._session.outputs, answers, strict=True))
        try:
            return self._read(self.manifest, named, placing, options)
        except (IndexError, KeyError, ValueError) as error:
            shapes = ", ".join(str(answer.shape) for answer in answers)
            raise ModelNonsense(self.manifest.name, f"answered in the shape {shapes}") from error

    def _shape_of(self, wanted: Input) -> tuple[int, ...]:
        sides = (
            (3, wanted.height, wanted.width) if wanted.layout == "nchw" else (wanted.height, wanted.width, 3)
        )
        return sides if len(self._session.inputs[self._input]) == 3 else (1, *sides)

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
    labels = labels_of(manifest, len(likely))
    best = [int(place) for place in np.argsort(-likely, kind="stable")[: options.most or MOST_TAGS]]
    found = tuple(
        Found(label=labels[place], score=min(1.0, float(likely[place])))
        for place in best
        if likely[place] >= (options.least_score or 0)
    )
    return Prediction(found=found, probabilities=dict(zip(labels, map(float, likely), strict=True)))


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
    names = labels_of(manifest, count)
    return as_prediction(corners[order], value[order], best[order], names, placing)


def _boxes(manifest: Manifest, named: dict[str, Any], placing: Placing, options: Options) -> Prediction:
    boxes = np.asarray(named["boxes"], np.float32).reshape(-1, 4)
    scores = np.asarray(named["scores"], np.float32).reshape(len(boxes))
    labels = np.asarray(named["labels"]).reshape(len(boxes)).astype(np.int64)
    if labels.min(initial=0) < 0:
        raise ValueError("a label below zero")
    order = [p for p in np.argsort(-scores, kind="stable") if scores[p] >= (options.least_score or 0)]
    order = np.asarray(order[: options.most or MOST], np.intp)
    names = labels_of(manifest, int(labels.max(initial=-1)) + 1)
    return as_prediction(boxes[order], scores[order], labels[order], names, placing)


def _map(manifest: Manifest, named: dict[str, Any], placing: Placing, options: Options) -> Prediction:
    winner = np.asarray(next(iter(named.values())))
    winner = winner.reshape(winner.shape[-2:]).astype(np.int64)
    labels = labels_of(manifest, int(winner.max(initial=-1)) + 1)
    found: list[Found] = []
    present: list[int] = np.unique(winner[winner >= 0]).tolist()
    for place in present:
        mask = None if labels[place] in _nothing(manifest) else _mask(winner == place, manifest, placing)
        if mask is not None:  # such a model says nothing of how sure it is
            found.append(Found(label=labels[place], score=1.0, shape=mask))
    return Prediction(found=tuple(found[: options.most or MOST]))


def _nothing(manifest: Manifest) -> set[str]:
    return {str(name) for name in manifest.options.get("nothing", ["background"])}


def _regions(manifest: Manifest, named: dict[str, Any], placing: Placing, options: Options) -> Prediction:
    scores: Floats = np.asarray(next(iter(named.values())), np.float32)[0]
    count = scores.shape[0]
    likely = softmax(scores.transpose(1, 2, 0)) if count > 1 else 1 / (1 + np.exp(-scores.transpose(1, 2, 0)))
    labels = labels_of(manifest, count)
    winner = likely.argmax(axis=2) if count > 1 else np.where(likely[..., 0] > 0.5, 0, -1)
    found: list[Found] = []
    for place, label in enumerate(labels):
        region = winner == place
        if label in _nothing(manifest) or not region.any():
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
    return as_mask(grid, 0, 0)


_Reader = Callable[[Manifest, dict[str, Any], Placing, Options], Prediction]
_READERS: dict[str, _Reader] = {
    "classes": _classes,
    "yolo": yolo,
    "yolo-end": yolo_end,
    "detr": _detr,
    "boxes": _boxes,
    "regions": _regions,
    "map": _map,
}
