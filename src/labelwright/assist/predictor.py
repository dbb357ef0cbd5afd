"""The contract of models: what goes in, what comes out.

A picture is an array of uint8 of shape (height, width, 3): RGB, upright, row by row from the top. What
is found lies in image points of that picture (x right, y down, (0, 0) the top-left corner of the
top-left pixel), whatever size the model itself looks at.

A model does one or more of the tasks in `TASKS`; an adapter is a class that does them for models of one
kind. `predict` answers tag, detect, segment, keypoints and text; `embed` and `prompt` have methods of
their own. What a model cannot do raises UnfitModel.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.assist.manifest import Manifest
from labelwright.core.document import AttributeValue
from labelwright.core.shapes import Shape

TASKS = ("tag", "detect", "segment", "keypoints", "text", "prompt", "embed")
"""Tags of the picture; boxes; masks; skeletons; printed text; masks by prompt; a vector of the picture."""

Picture = NDArray[np.uint8]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a model says is there.

    `label` is the model's own word, `score` what it says of itself (0 to 1), `shape` None for a tag.
    `attributes` are by the model's own names: `text` holds what is read.
    """

    label: str
    score: float
    shape: Shape | None = None
    attributes: Mapping[str, AttributeValue] = {}


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """What a model says of one picture, best scores first.

    `probabilities` has the probability of every label where a model gives one (tags only), so that
    thresholds and selection need not ask again.
    """

    found: tuple[Found, ...] = ()
    probabilities: Mapping[str, float] = {}


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller may ask of `predict`. None: as the manifest says.

    `least_score` leaves out what scores below; `most` is the most that is found in a picture;
    `overlap` is the IoU above which the weaker of two boxes of a label is left out.
    """

    least_score: float | None = None
    most: int | None = None
    overlap: float | None = None


class PromptPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A place, in image points, that belongs to the object or does not."""

    x: float
    y: float
    positive: bool = True


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: points, a box (left, top, right, bottom), and the logits of the answer before.

    `previous` are the low-resolution logits that came with the answer before, as bytes of float32.
    """

    points: tuple[PromptPoint, ...] = ()
    box: tuple[float, float, float, float] | None = None
    previous: bytes | None = None


class Segmented(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a prompt: a mask, its score, and logits for the next prompt.

    `mask` is bool of shape (height, width) over a window of the picture whose corner is `left`, `top`;
    outside of it nothing is set. It has no pixel where nothing was found.
    """

    mask: NDArray[np.bool_]
    left: int
    top: int
    score: float
    logits: bytes


class Predictor(Protocol):
    """A loaded model. It is asked by one thread at a time."""

    manifest: Manifest

    def predict(self, pictures: Sequence[Picture], options: Options) -> list[Prediction]:
        """What is found in each picture. Raises UnfitModel, ModelFailure."""
        ...


class Embedder(Protocol):
    """A loaded model that gives vectors."""

    manifest: Manifest

    def embed(self, pictures: Sequence[Picture]) -> NDArray[np.float32]:
        """A vector of length 1 for each picture, shape (pictures, dimensions)."""
        ...


class Segmenter(Protocol):
    """A loaded model that answers prompts. What it works out of a picture once can be kept and given back."""

    manifest: Manifest

    def look(self, picture: Picture) -> NDArray[Any]:
        """What the model makes of a picture, to be kept by picture and model."""
        ...

    def prompt(self, looked: NDArray[Any], size: tuple[int, int], prompt: Prompt) -> Segmented:
        """The mask for a prompt, on a picture of (height, width) that was looked at."""
        ...
