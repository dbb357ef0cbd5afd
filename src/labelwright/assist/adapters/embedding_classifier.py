"""A classifier that also gives the vector before its last layer: tags of a picture, and what it is like."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labelwright.assist.adapters.pixels import as_input, placed
from labelwright.assist.adapters.session import open_session
from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Found, Options, Picture, Prediction
from labelwright.core.model_errors import ModelNonsense, UnfitModel

AT_ONCE = 16
MOST = 5


class EmbeddingClassifier:
    """Options of the manifest: `logits` and `embedding` name the outputs."""

    def __init__(self, folder: Path, manifest: Manifest, threads: int = 0) -> None:
        self.manifest = manifest
        self._session = open_session(folder, manifest, threads)
        self._input = next(iter(self._session.inputs))
        for output in ("logits", "embedding"):
            if self._name(output) not in self._session.outputs:
                raise UnfitModel(
                    f"The model “{manifest.name}” has no output “{self._name(output)}”.", place=output
                )

    def predict(self, pictures: Sequence[Picture], options: Options) -> list[Prediction]:
        """The likeliest tags of each picture."""
        logits = self._answers(pictures, self._name("logits"))
        labels = self.manifest.labels
        if logits.shape[1] != len(labels):
            raise ModelNonsense(
                self.manifest.name, f"gave {logits.shape[1]} values for its {len(labels)} labels"
            )
        likely = softmax(logits)
        least = self.manifest.least_score if options.least_score is None else options.least_score
        return [_tags(row, labels, least, options.most or MOST) for row in likely]

    def embed(self, pictures: Sequence[Picture]) -> NDArray[np.float32]:
        """A vector of length 1 for each picture."""
        vectors = self._answers(pictures, self._name("embedding"))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.maximum(lengths, 1e-12)

    def _answers(self, pictures: Sequence[Picture], output: str) -> NDArray[np.float32]:
        wanted = self.manifest.input
        parts: list[NDArray[np.float32]] = []
        for start in range(0, len(pictures), AT_ONCE):
            batch = [placed(picture, wanted)[0] for picture in pictures[start : start + AT_ONCE]]
            (answer,) = self._session.run({self._input: as_input(batch, wanted)}, [output])
            if answer.ndim != 2 or len(answer) != len(batch):
                raise ModelNonsense(self.manifest.name, f"gave an answer of the shape {answer.shape}")
            parts.append(answer.astype(np.float32))
        return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)

    def _name(self, output: str) -> str:
        return str(self.manifest.options.get(output, output))


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities along the last axis."""
    likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return likely / likely.sum(axis=-1, keepdims=True)


def _tags(likely: NDArray[np.float32], labels: Sequence[str], least: float, most: int) -> Prediction:
    order = np.argsort(-likely, kind="stable")[:most]
    best = (int(place) for place in order if likely[place] >= least)
    found = tuple(Found(label=labels[place], score=float(likely[place])) for place in best)
    return Prediction(found=found, probabilities=dict(zip(labels, map(float, likely), strict=True)))
