"""MoveNet: the 17 keypoints of one person (Google Research, 2021, TensorFlow Hub)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from labelwright.assist.adapters.pixels import as_input, placed
from labelwright.assist.adapters.session import open_session
from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Found, Options, Picture, Prediction
from labelwright.core.model_errors import ModelNonsense
from labelwright.core.shapes import ABSENT, VISIBLE, Keypoint, Skeleton

SURE = 0.2  # below it a keypoint is taken as absent


class MoveNet:
    """Answers rows of y, x and score, as shares of its square input."""

    def __init__(self, folder: Path, manifest: Manifest, threads: int = 0) -> None:
        self.manifest = manifest
        self._session = open_session(folder, manifest, threads)
        self._input = next(iter(self._session.inputs))

    def predict(self, pictures: Sequence[Picture], options: Options) -> list[Prediction]:
        """One person in each picture, or nobody."""
        return [self._one(picture, options) for picture in pictures]

    def _one(self, picture: Picture, options: Options) -> Prediction:
        manifest = self.manifest
        pixels, placing = placed(picture, manifest.input)
        (answer,) = self._session.run({self._input: as_input([pixels], manifest.input)})
        if answer.size != 3 * len(manifest.keypoints):
            raise ModelNonsense(manifest.name, f"answered in the shape {answer.shape}")
        rows = answer.reshape(-1, 3)
        x, y = placing.to_picture(rows[:, 1] * manifest.input.width, rows[:, 0] * manifest.input.height)
        sure = rows[:, 2] >= SURE
        score = float(np.clip(rows[:, 2].mean(), 0, 1))
        least = manifest.least_score if options.least_score is None else options.least_score
        if not sure.any() or score < least:
            return Prediction()
        points = tuple(
            Keypoint(float(x[place]), float(y[place]), VISIBLE if sure[place] else ABSENT)
            for place in range(len(rows))
        )
        return Prediction(found=(Found(label=manifest.labels[0], score=score, shape=Skeleton(points)),))
