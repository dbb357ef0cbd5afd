"""CenterFace: boxes of faces of any size (Y. Xu et al., *CenterFace: Joint Face Detection and Alignment Using
Face as Point*, 2019).

The model answers on a grid of cells of four pixels: how likely a face's middle lies there, the log of its
height and width in cells, and how far the middle lies from the cell.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from labelwright.assist.adapters.boxes import as_prediction, kept
from labelwright.assist.adapters.pixels import Placing
from labelwright.assist.adapters.session import open_session
from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Options, Picture, Prediction
from labelwright.core.model_errors import ModelNonsense

CELL = 4
STEP = 32  # sides are multiples of it
LONGEST = 1280  # of a side: faces are found on a smaller copy of larger pictures
MOST = 500


class CenterFace:
    """Answers heat map, sizes, offsets and landmarks; the landmarks are not used."""

    def __init__(self, folder: Path, manifest: Manifest, threads: int = 0) -> None:
        self.manifest = manifest
        self._session = open_session(folder, manifest, threads, any_size=True)
        self._input = next(iter(self._session.inputs))

    def predict(self, pictures: Sequence[Picture], options: Options) -> list[Prediction]:
        """Faces of each picture."""
        return [self._one(picture, options) for picture in pictures]

    def _one(self, picture: Picture, options: Options) -> Prediction:
        height, width = picture.shape[:2]
        shrink = min(1.0, LONGEST / max(height, width))
        inner = _multiple(width * shrink), _multiple(height * shrink)
        image = Image.fromarray(picture).resize(inner, Image.Resampling.BILINEAR)
        pixels = np.asarray(image, np.float32).transpose(2, 0, 1)[None]
        heat, sizes, offsets = self._session.run({self._input: np.ascontiguousarray(pixels)})[:3]
        if heat.shape[-2:] != (inner[1] // CELL, inner[0] // CELL) or sizes.shape[1] != 2:
            raise ModelNonsense(self.manifest.name, f"answered in the shape {heat.shape}")
        manifest = self.manifest
        least = manifest.least_score if options.least_score is None else options.least_score
        rows, columns = np.nonzero(heat[0, 0] >= max(least, 1e-3))
        tall, wide = (np.exp(np.clip(sizes[0, k, rows, columns], -10, 10)) * CELL for k in (0, 1))
        y = (rows + offsets[0, 0, rows, columns] + 0.5) * CELL
        x = (columns + offsets[0, 1, rows, columns] + 0.5) * CELL
        boxes = np.stack([x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2], axis=1)
        scores, labels = heat[0, 0, rows, columns], np.zeros(len(rows), np.int64)
        overlap = manifest.overlap if options.overlap is None else options.overlap
        stay = kept(boxes, scores, labels, overlap=overlap, most=options.most or MOST)
        placing = Placing(inner[0] / width, inner[1] / height, 0, 0, width, height)
        return as_prediction(boxes[stay], scores[stay], labels[stay], manifest.labels, placing)


def _multiple(side: float) -> int:
    return max(STEP, round(side / STEP) * STEP)
