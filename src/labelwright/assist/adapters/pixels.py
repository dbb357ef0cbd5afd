"""Pictures as models take them, and the way back from a model's points to the picture's.

Resizing is Pillow's bilinear filter, which averages when it shrinks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labelwright.assist.manifest import Input
from labelwright.assist.predictor import Picture
from labelwright.core.model_errors import UnfitModel


@dataclass(frozen=True)
class Placing:
    """How a picture lies in what the model sees: model = picture * scale + offset."""

    scale_x: float
    scale_y: float
    left: float
    top: float
    width: int
    height: int

    def to_picture(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> tuple[NDArray[np.float64], ...]:
        """Points of the model as image points, kept inside the picture."""
        back_x = (np.asarray(x, np.float64) - self.left) / self.scale_x
        back_y = (np.asarray(y, np.float64) - self.top) / self.scale_y
        return np.clip(back_x, 0, self.width), np.clip(back_y, 0, self.height)


def placed(picture: Picture, wanted: Input) -> tuple[NDArray[np.uint8], Placing]:
    """The picture in the model's size, still uint8 RGB (height, width, 3), and how it lies there."""
    height, width = picture.shape[:2]
    if wanted.fit == "stretch":
        scale_x, scale_y = wanted.width / width, wanted.height / height
        return _resized(picture, wanted.width, wanted.height), Placing(scale_x, scale_y, 0, 0, width, height)
    if wanted.fit == "crop":
        return _cropped(picture, wanted)
    if wanted.fit not in ("letterbox", "corner"):
        raise UnfitModel(f"Pictures cannot be fitted in the way “{wanted.fit}”.", place="input.fit")
    scale = min(wanted.width / width, wanted.height / height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    left = (wanted.width - inner[0]) // 2 if wanted.fit == "letterbox" else 0
    top = (wanted.height - inner[1]) // 2 if wanted.fit == "letterbox" else 0
    canvas = np.full((wanted.height, wanted.width, 3), wanted.pad, np.uint8)
    canvas[top : top + inner[1], left : left + inner[0]] = _resized(picture, *inner)
    return canvas, Placing(inner[0] / width, inner[1] / height, left, top, width, height)


def as_input(pictures: Sequence[NDArray[np.uint8]], wanted: Input) -> NDArray[np.generic]:
    """Pictures of one size as the array that the model takes."""
    batch = np.stack(pictures)
    if wanted.order == "bgr":
        batch = batch[..., ::-1]
    if wanted.kind in ("uint8", "int32"):
        values = batch.astype(wanted.kind)
    else:
        mean = np.asarray(wanted.mean, np.float32)
        gain = 1 / np.asarray(wanted.scale, np.float32)
        values = batch.astype(np.float32)
        if wanted.divide != 1:
            values *= np.float32(1 / wanted.divide)
        values -= mean
        values *= gain
        values = values.astype(wanted.kind, copy=False)
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2) if wanted.layout == "nchw" else values)


def _cropped(picture: Picture, wanted: Input) -> tuple[NDArray[np.uint8], Placing]:
    height, width = picture.shape[:2]
    scale = max(wanted.width / width, wanted.height / height)
    inner = max(wanted.width, round(width * scale)), max(wanted.height, round(height * scale))
    left, top = (inner[0] - wanted.width) // 2, (inner[1] - wanted.height) // 2
    whole = _resized(picture, *inner)[top : top + wanted.height, left : left + wanted.width]
    return whole, Placing(inner[0] / width, inner[1] / height, -left, -top, width, height)


def _resized(picture: Picture, width: int, height: int) -> NDArray[np.uint8]:
    if picture.shape[1] == width and picture.shape[0] == height:
        return picture
    image = Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(image, np.uint8)
