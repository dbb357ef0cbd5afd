"""NanoDet: boxes of the 80 categories of COCO.

R. Lyu, *NanoDet-Plus: super fast and high accuracy lightweight anchor-free object detection model*, 2021
(its repository). For each cell of three grids the model gives scores, and the distance to each side as a
distribution over bins, of which the mean counts (X. Li et al., *Generalized Focal Loss*, 2020).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labelwright.assist.adapters.boxes import as_prediction, kept
from labelwright.assist.adapters.pixels import as_input, placed
from labelwright.assist.adapters.session import open_session
from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Options, Picture, Prediction
from labelwright.core.model_errors import ModelNonsense

MOST = 100


class NanoDet:
    """The detector. Its outputs are told apart by their widths: a score for each label, or the four sides."""

    def __init__(self, folder: Path, manifest: Manifest, threads: int = 0) -> None:
        self.manifest = manifest
        self._session = open_session(folder, manifest, threads)
        self._input = next(iter(self._session.inputs))

    def predict(self, pictures: Sequence[Picture], options: Options) -> list[Prediction]:
        """Boxes of each picture; the model takes one at a time."""
        return [self._one(picture, options) for picture in pictures]

    def _one(self, picture: Picture, options: Options) -> Prediction:
        manifest = self.manifest
        pixels, placing = placed(picture, manifest.input)
        answers = self._session.run({self._input: as_input([pixels], manifest.input)})
        boxes, scores = self._decoded(answers)
        least = manifest.least_score if options.least_score is None else options.least_score
        cells, labels = np.nonzero(scores >= least)
        chosen = scores[cells, labels]
        overlap = manifest.overlap if options.overlap is None else options.overlap
        stay = kept(boxes[cells], chosen, labels, overlap=overlap, most=options.most or MOST)
        return as_prediction(boxes[cells][stay], chosen[stay], labels[stay], manifest.labels, placing)

    def _decoded(self, answers: Sequence[NDArray[np.floating]]) -> tuple[NDArray[np.float32], ...]:
        count = len(self.manifest.labels)
        by_cells: dict[int, dict[str, NDArray[np.float32]]] = {}
        for answer in answers:
            part = np.asarray(answer, np.float32).reshape(-1, answer.shape[-1])
            kind = "scores" if part.shape[1] == count else "sides"
            by_cells.setdefault(len(part), {})[kind] = part
        boxes: list[NDArray[np.float32]] = []
        scores: list[NDArray[np.float32]] = []
        for cells, parts in sorted(by_cells.items(), reverse=True):
            side = round(cells**0.5)
            if set(parts) != {"scores", "sides"} or side * side != cells:
                raise ModelNonsense(self.manifest.name, "has outputs of other shapes than a NanoDet")
            boxes.append(_boxes_of(parts["sides"], side, self.manifest.input.width / side))
            scores.append(parts["scores"])
        return np.concatenate(boxes), np.concatenate(scores)


def _boxes_of(sides: NDArray[np.float32], side: int, stride: float) -> NDArray[np.float32]:
    bins = sides.shape[1] // 4
    logits = sides.reshape(-1, 4, bins)
    likely = np.exp(logits - logits.max(axis=2, keepdims=True))
    likely /= likely.sum(axis=2, keepdims=True)
    far = likely @ np.arange(bins, dtype=np.float32) * stride
    rows, columns = np.divmod(np.arange(side * side), side)
    x, y = (columns + 0.5) * stride, (rows + 0.5) * stride
    return np.stack([x - far[:, 0], y - far[:, 1], x + far[:, 2], y + far[:, 3]], axis=1).astype(np.float32)
