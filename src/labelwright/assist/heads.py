"""Heads: small classifiers on vectors of pictures or crops, trained in seconds on the CPU.

Multinomial logistic regression with a ridge penalty, fitted by L-BFGS; where labels do not exclude one
another, one logistic regression for each. The loss is convex, so the same data gives the same head.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.core.errors import InvalidInput

Floats = NDArray[np.float64]
RIDGE = 3e-4
SCALE = 8.0  # of vectors of length 1, so that the penalty weighs as it does on scaled features
STEPS = 200


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A trained head. `weights` is (dimensions + 1, labels), the last row the bias.

    `exclusive`: each thing has one label; else any number of them.
    """

    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    exclusive: bool = True

    def probabilities(self, vectors: NDArray[Any]) -> Floats:
        """The probability of each label, (things, labels)."""
        scores = _with_bias(vectors) @ self.weights.astype(np.float64)
        if not self.exclusive:
            return 1 / (1 + np.exp(-np.clip(scores, -50, 50)))
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        return likely / likely.sum(axis=1, keepdims=True)

    def as_bytes(self) -> bytes:
        """The head as it is kept."""
        out = BytesIO()
        np.savez(out, weights=self.weights, exclusive=self.exclusive, labels=np.array(self.labels, np.str_))
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Head":
        """A kept head. Raises InvalidInput for bytes that are none."""
        try:
            with np.load(BytesIO(data), allow_pickle=False) as kept:
                labels = tuple(str(label) for label in kept["labels"])
                return cls(labels=labels, weights=kept["weights"], exclusive=bool(kept["exclusive"]))
        except (ValueError, KeyError, OSError, EOFError, BadZipFile) as error:
            raise InvalidInput("A trained head cannot be read.", remedy="Train it again.") from error


def fit(vectors: NDArray[Any], targets: NDArray[Any], labels: Sequence[str], *, ridge: float = RIDGE) -> Head:
    """The head for vectors (things, dimensions) and targets (things, labels) of 0 and 1.

    Where every row of the targets has one 1, the labels exclude one another. Raises InvalidInput for nothing.
    """
    if not len(vectors) or targets.shape != (len(vectors), len(labels)):
        raise InvalidInput("There is nothing to learn from yet.", remedy="Annotate a few items first.")
    exclusive = bool((targets.sum(axis=1) == 1).all())
    inputs = _with_bias(vectors)
    wanted = targets.astype(np.float64)
    weights = _minimized(inputs, wanted, ridge, exclusive=exclusive)
    return Head(labels=tuple(labels), weights=weights.astype(np.float32), exclusive=exclusive)


def _minimized(inputs: Floats, wanted: Floats, ridge: float, *, exclusive: bool) -> Floats:
    from scipy.optimize import minimize  # heavy

    count, shape = len(inputs), (inputs.shape[1], wanted.shape[1])

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(shape)
        scores = inputs @ weights
        if exclusive:
            scores -= scores.max(axis=1, keepdims=True)
            logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
            value, away = -(wanted * logs).sum(), np.exp(logs) - wanted
        else:
            value = (np.logaddexp(0, scores) - wanted * scores).sum()
            away = 1 / (1 + np.exp(-np.clip(scores, -50, 50))) - wanted
        slope = inputs.T @ away / count
        slope[:-1] += ridge * weights[:-1]
        return float(value / count + ridge * (weights[:-1] ** 2).sum() / 2), slope.ravel()

    start = np.zeros(shape[0] * shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return np.asarray(found.x, np.float64).reshape(shape)


def _with_bias(vectors: NDArray[Any]) -> Floats:
    scaled = np.asarray(vectors, np.float64) * SCALE
    return np.hstack([scaled, np.ones((len(scaled), 1))])
