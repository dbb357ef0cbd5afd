"""Segmentation by prompts with an encoder and a decoder of one's own: SAM, what is made like it, and SAM 2.

A. Kirillov et al., *Segment Anything*, 2023; N. Ravi et al., *SAM 2: Segment Anything in Images and
Videos*, 2024. What the encoder gives is fed to the decoder by name, else by shape. Read are exports with
`point_coords` (the authors' own, and those for SAM 2) and with `input_points` (Transformers).
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labelwright.assist.adapters.minisam import CORNER, INSIDE, NOTHING, OTHER_CORNER, OUTSIDE, windowed
from labelwright.assist.adapters.pixels import Placing, as_input, placed
from labelwright.assist.adapters.session import Session, open_session
from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Picture, Prompt, Segmented
from labelwright.core.errors import InvalidInput
from labelwright.core.model_errors import ModelNonsense, UnfitModel

POINTS = ("point_coords", "input_points")
LABELS = ("point_labels", "input_labels")
ASKED = (*POINTS, *LABELS, "input_boxes", "mask_input", "has_mask_input", "orig_im_size")
MASKS, SCORES = ("masks", "pred_masks"), ("iou_predictions", "iou_scores")
LOW = 256  # the side of the logits that a prompt can go on from
_KINDS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(float16)": np.float16}
Arrays = dict[str, NDArray[Any]]
Shape = tuple[int | str | None, ...]


class Sam:
    """Encoder and decoder, each opened when first asked: who only decodes needs no encoder."""

    def __init__(self, folder: Path, manifest: Manifest, threads: int = 0) -> None:
        self.manifest = manifest
        self._folder, self._threads = folder, threads
        self._opened: dict[str, Session] = {}

    def look(self, picture: Picture) -> NDArray[Any]:
        """Everything the encoder gives, as float16, packed with names and shapes into bytes."""
        session, wanted = self._session("encoder"), self.manifest.input
        pixels, placing = placed(picture, wanted)
        batch = as_input([pixels], wanted)
        if wanted.fit == "corner" and wanted.kind.startswith("float"):  # the padding is zero after scaling
            rows, columns = _inner(placing)
            view = batch if wanted.layout == "nchw" else batch.transpose(0, 3, 1, 2)
            view[:, :, rows:, :] = 0
            view[:, :, :, columns:] = 0
        answers = session.run({next(iter(session.inputs)): batch})
        packed = io.BytesIO()
        # The sign before each name keeps it apart from the names of numpy's own arguments.
        named: dict[str, Any] = {
            f"+{name}": answer.astype(np.float16)
            for name, answer in zip(session.outputs, answers, strict=True)
        }
        np.savez(packed, **named)
        return np.frombuffer(packed.getvalue(), np.uint8)

    def prompt(self, looked: NDArray[Any], size: tuple[int, int], prompt: Prompt) -> Segmented:
        """The mask for points, a box or both."""
        if not prompt.points and prompt.box is None:
            raise UnfitModel(
                "A prompt needs a point or a box.", place="prompt", remedy="Click on the object."
            )
        session, name = self._session("decoder"), self.manifest.name
        placing = _placing(size, self.manifest)
        rows, columns = _inner(placing)
        # A larger answer than what the model sees would be no finer.
        asked = size if size[0] <= rows and size[1] <= columns else (rows, columns)
        feeds = self._asked(prompt, placing, asked)
        with np.load(io.BytesIO(looked.tobytes()), allow_pickle=False) as packed:
            seen: Arrays = {key[1:]: packed[key] for key in packed.files}
        for wanted, shape in features_of(session.inputs).items():
            source = fed_by(wanted, shape, {key: value.shape for key, value in seen.items()})
            if source is None:
                raise ModelNonsense(name, f"gave nothing for “{wanted}” of the decoder")
            feeds[wanted] = seen[source]
        given = {key: self._typed(key, value) for key, value in feeds.items() if key in session.inputs}
        answers: Arrays = dict(zip(session.outputs, session.run(given), strict=True))
        masks, scores = _named(answers, MASKS, name), _named(answers, SCORES, name).reshape(-1)
        masks = masks.reshape(-1, *masks.shape[-2:]).astype(np.float32)
        if not masks.size or len(masks) != len(scores):
            raise ModelNonsense(name, f"gave masks of the shape {masks.shape} and {len(scores)} scores")
        best = _best(scores, prompt)
        low = answers.get("low_res_masks", masks)
        low = low.reshape(-1, *low.shape[-2:])
        low = low[best if len(low) == len(masks) else 0].astype(np.float32)
        mask, left, top = windowed(self._at_size(masks[best], asked, placing), size)
        logits = low.tobytes() if low.shape == (LOW, LOW) else b""
        score = float(np.clip(scores[best], 0, 1))
        return Segmented(mask=mask, left=left, top=top, score=score, logits=logits)

    def _asked(self, prompt: Prompt, placing: Placing, asked: tuple[int, int]) -> Arrays:
        """The prompt under every name that exports give it."""
        session = self._session("decoder")
        points = [(point.x * placing.scale_x, point.y * placing.scale_y) for point in prompt.points]
        labels = [INSIDE if point.positive else OUTSIDE for point in prompt.points]
        if prompt.box is not None:
            left, top, right, bottom = prompt.box
            points.append((left * placing.scale_x, top * placing.scale_y))
            points.append((right * placing.scale_x, bottom * placing.scale_y))
            labels += [CORNER, OTHER_CORNER]
        elif "orig_im_size" in session.inputs and self.manifest.input.fit == "corner":
            points.append((0.0, 0.0))  # the exports of SAM's authors want it where there is no box
            labels.append(NOTHING)
        before = _before(prompt.previous)
        given: Arrays = {
            "input_boxes": np.zeros((1, 0, 4), np.float32),
            "mask_input": np.zeros((1, 1, LOW, LOW), np.float32) if before is None else before,
            "has_mask_input": np.array([before is not None], np.float32),
            "orig_im_size": np.array(asked, np.float32),
        }
        for name in POINTS:
            rank = len(session.inputs.get(name, ()))
            given[name] = np.array(points, np.float32).reshape((1,) * max(0, rank - 2) + (-1, 2))
        for name in LABELS:
            rank = len(session.inputs.get(name, ()))
            given[name] = np.array(labels, np.float32).reshape((1,) * max(0, rank - 1) + (-1,))
        return given

    def _at_size(
        self, mask: NDArray[np.float32], asked: tuple[int, int], placing: Placing
    ) -> NDArray[np.float32]:
        """The logits over the picture alone: what the decoder did not cut to it is cut here."""
        if mask.shape == asked and "orig_im_size" in self._session("decoder").inputs:
            return mask
        rows, columns = _inner(placing)
        across, down = mask.shape[1] / self.manifest.input.width, mask.shape[0] / self.manifest.input.height
        box = (0, 0, columns * across, rows * down)
        size = asked[1], asked[0]
        return np.asarray(Image.fromarray(mask).resize(size, Image.Resampling.BILINEAR, box=box), np.float32)

    def _typed(self, name: str, value: NDArray[Any]) -> NDArray[Any]:
        return value.astype(_KINDS.get(self._session("decoder").types[name], np.float32))

    def _session(self, role: str) -> Session:
        if role not in self._opened:
            self._opened[role] = open_session(self._folder, self.manifest, self._threads, role)
        return self._opened[role]


def features_of(inputs: Mapping[str, Any]) -> dict[str, Shape]:
    """The inputs of a decoder that an encoder gives, with their shapes."""
    return {name: tuple(shape) for name, shape in inputs.items() if name not in ASKED}


def fed_by(wanted: str, shape: Shape, given: Mapping[str, Shape]) -> str | None:
    """The output of an encoder that feeds an input of a decoder: of its name, else the only one that fits."""
    if wanted in given:
        return wanted
    fits = [
        name
        for name, sides in given.items()
        if len(sides) == len(shape)
        and all(
            not (isinstance(a, int) and isinstance(b, int)) or a == b
            for a, b in zip(sides, shape, strict=True)
        )
    ]
    return fits[0] if len(fits) == 1 else None


def _placing(size: tuple[int, int], manifest: Manifest) -> Placing:
    height, width = size
    wanted = manifest.input
    if wanted.fit == "stretch":
        return Placing(wanted.width / width, wanted.height / height, 0, 0, width, height)
    scale = min(wanted.width / width, wanted.height / height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    return Placing(inner[0] / width, inner[1] / height, 0, 0, width, height)


def _inner(placing: Placing) -> tuple[int, int]:
    """Rows and columns of what the model sees that the picture takes."""
    return round(placing.height * placing.scale_y), round(placing.width * placing.scale_x)


def _best(scores: NDArray[Any], prompt: Prompt) -> int:
    """Which of several masks: of four the first is meant for clear prompts, the others for a single point."""
    if len(scores) != 4:
        return int(scores.argmax())
    is_vague = prompt.box is None and prompt.previous is None and len(prompt.points) == 1
    return 1 + int(scores[1:].argmax()) if is_vague else 0


def _named(answers: Arrays, names: tuple[str, ...], model: str) -> NDArray[Any]:
    for name in names:
        if name in answers:
            return answers[name]
    raise ModelNonsense(model, f"answers no “{names[0]}”")


def _before(previous: bytes | None) -> NDArray[np.float32] | None:
    if not previous:
        return None
    if len(previous) != 4 * LOW * LOW:
        raise UnfitModel("The answer before has another size than this model's.", place="previous")
    logits = np.frombuffer(previous, np.float32).reshape(1, 1, LOW, LOW)
    if not np.isfinite(logits).all():
        raise InvalidInput("The answer before has values that are no numbers.", place="previous")
    return logits
