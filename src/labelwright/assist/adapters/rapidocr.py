"""Printed text: where its lines are, and what they say (PP-OCR by PaddlePaddle, as RapidOCR packs it).

One model finds lines (`text_areas.py`), another reads each as a row of characters (A. Graves et al.,
*Connectionist Temporal Classification*, 2006). What is read badly is read again turned by half a turn, and
the better reading stays.
"""

from collections.abc import Sequence
from math import ceil, cos, degrees, pi, sin
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labelwright.assist.adapters.pixels import as_input
from labelwright.assist.adapters.session import open_session
from labelwright.assist.adapters.text_areas import Turned, text_areas
from labelwright.assist.manifest import Input, Manifest
from labelwright.assist.predictor import Found, Options, Picture, Prediction
from labelwright.core.errors import InvalidShape
from labelwright.core.model_errors import ModelNonsense, UnfitModel
from labelwright.core.shapes import Box, RotatedBox

SHORTEST, LONGEST, STEP = 736, 2016, 32  # sides of what the finder sees
ROW, ROW_WIDTH = 48, 320  # pixels: height of a line that is read, and its least width
WIDEST = 3200  # of a line that is read
BATCH = 6
TALL = 1.5  # a box so much higher than wide holds text that runs downwards
UPRIGHT = 1.0  # degrees: what is turned less is given as an upright box
SURE = 0.8  # readings below are tried the other way up


class RapidOcr:
    """Two models by their roles: `detector` and `reader`, whose metadata holds its characters."""

    def __init__(self, folder: Path, manifest: Manifest, threads: int = 0) -> None:
        self.manifest = manifest
        self._finder = open_session(folder, manifest, threads, "detector")
        self._reader = open_session(folder, manifest, threads, "reader")
        listed = self._reader.metadata.get("character", "")
        if not listed:
            raise UnfitModel("The model that reads does not say its characters.", place="character")
        # The first answer is “nothing”, the last one a space; other line breaks are characters.
        self._characters = ["", *listed.removesuffix("\n").replace("\r", "").split("\n"), " "]

    def predict(self, pictures: Sequence[Picture], options: Options) -> list[Prediction]:
        """Lines of text of each picture; the attribute `text` is what they say."""
        return [self._one(picture, options) for picture in pictures]

    def _one(self, picture: Picture, options: Options) -> Prediction:
        areas = [_along_text(area) for area in self._areas(picture)]
        lines = [_cut(picture, area) for area in areas]
        said = self._read(lines)
        again = [place for place, (_, score) in enumerate(said) if score < SURE]
        turned = self._read([lines[place][::-1, ::-1] for place in again])
        for place, other in zip(again, turned, strict=True):
            if other[1] > said[place][1]:
                said[place] = other
                areas[place] = areas[place]._replace(angle=areas[place].angle + pi)
        least = self.manifest.least_score if options.least_score is None else options.least_score
        label = self.manifest.labels[0] if self.manifest.labels else "text"
        found: list[Found] = []
        for area, (text, score) in zip(areas, said, strict=True):
            shape = _shape(area, picture.shape[1], picture.shape[0])
            if text.strip() and score >= least and shape is not None:
                found.append(Found(label=label, score=score, shape=shape, attributes={"text": text.strip()}))
        return Prediction(found=tuple(sorted(found, key=lambda one: -one.score)[: options.most]))

    def _areas(self, picture: Picture) -> list[Turned]:
        height, width = picture.shape[:2]
        scale = min(max(1.0, SHORTEST / min(height, width)), LONGEST / max(height, width))
        inner = _multiple(width * scale), _multiple(height * scale)
        pixels = np.asarray(Image.fromarray(picture).resize(inner, Image.Resampling.BILINEAR), np.uint8)
        (answer,) = self._finder.run({next(iter(self._finder.inputs)): as_input([pixels], _input(*inner))})
        if answer.shape != (1, 1, inner[1], inner[0]):
            raise ModelNonsense(self.manifest.name, f"answered in the shape {answer.shape}")
        across, down = width / inner[0], height / inner[1]
        return [_stretched(area, across, down) for area in text_areas(answer[0, 0].astype(np.float32))]

    def _read(self, lines: Sequence[NDArray[np.uint8]]) -> list[tuple[str, float]]:
        """What each line says, and the mean probability of its characters."""
        said: list[tuple[str, float]] = [("", 0.0)] * len(lines)
        # Lines of like lengths are read together, so that little of a batch is padding.
        order = sorted(range(len(lines)), key=lambda place: lines[place].shape[1] / lines[place].shape[0])
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            rows = [_row(lines[place]) for place in places]
            widest = max(ROW_WIDTH, *(row.shape[2] for row in rows))
            batch = np.zeros((len(rows), 3, ROW, widest), np.float32)
            for place, row in enumerate(rows):
                batch[place, :, :, : row.shape[2]] = row
            (answer,) = self._reader.run({next(iter(self._reader.inputs)): batch})
            if answer.ndim != 3 or answer.shape[0] != len(rows) or answer.shape[2] != len(self._characters):
                raise ModelNonsense(self.manifest.name, f"answered in the shape {answer.shape}")
            for place, steps in zip(places, answer, strict=True):
                said[place] = spelled(steps, self._characters)
        return said


def spelled(steps: NDArray[np.floating[Any]], characters: list[str]) -> tuple[str, float]:
    """The likeliest text of steps (steps, characters): repeats are one, the first character is none.

    With it comes the mean probability of the characters that stay, 0 without any.
    """
    best = steps.argmax(axis=1)
    new = np.concatenate(([True], best[1:] != best[:-1])) & (best != 0)
    if not new.any():
        return "", 0.0
    score = float(np.clip(steps.max(axis=1)[new].mean(), 0, 1))
    chosen: list[int] = best[new].tolist()
    return "".join(characters[place] for place in chosen), score


def _multiple(side: float) -> int:
    return max(STEP, round(side / STEP) * STEP)


def _input(width: int, height: int) -> Input:
    half = (0.5, 0.5, 0.5)
    return Input(width=width, height=height, order="bgr", divide=255.0, mean=half, scale=half)


def _stretched(area: Turned, across: float, down: float) -> Turned:
    """An area of the map on the picture; both are nearly of one form, so it stays a rectangle."""
    along = np.hypot(cos(area.angle) * across, sin(area.angle) * down)
    beside = np.hypot(sin(area.angle) * across, cos(area.angle) * down)
    angle = float(np.arctan2(sin(area.angle) * down, cos(area.angle) * across))
    width, height = float(area.width * along), float(area.height * beside)
    return Turned(area.x * across, area.y * down, width, height, angle)


def _along_text(area: Turned) -> Turned:
    """The same rectangle, its width along the text."""
    if area.height < TALL * area.width:
        return area
    return Turned(area.x, area.y, area.height, area.width, area.angle + pi / 2)


def _cut(picture: Picture, area: Turned) -> NDArray[np.uint8]:
    """The pixels of an area, upright; beyond the picture its border goes on."""
    width, height = max(1, round(area.width)), max(1, round(area.height))
    c, s = cos(area.angle), sin(area.angle)
    # Pillow asks where each middle of a pixel of the result comes from.
    x0 = area.x - c * width / 2 + s * height / 2
    y0 = area.y - s * width / 2 - c * height / 2
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    x = x0 + c * columns - s * rows - 0.5
    y = y0 + s * columns + c * rows - 0.5
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    part_x, part_y = (x - left)[..., None], (y - top)[..., None]

    def at(row: NDArray[np.intp], column: NDArray[np.intp]) -> NDArray[np.uint8]:
        return picture[row.clip(0, picture.shape[0] - 1), column.clip(0, picture.shape[1] - 1)]

    upper = at(top, left) * (1 - part_x) + at(top, left + 1) * part_x
    lower = at(top + 1, left) * (1 - part_x) + at(top + 1, left + 1) * part_x
    return np.rint(upper * (1 - part_y) + lower * part_y).astype(np.uint8)


def _row(line: NDArray[np.uint8]) -> NDArray[np.float32]:
    width = min(WIDEST, max(1, ceil(ROW * line.shape[1] / line.shape[0])))
    image = Image.fromarray(np.ascontiguousarray(line)).resize((width, ROW), Image.Resampling.BILINEAR)
    return np.asarray(as_input([np.asarray(image, np.uint8)], _input(width, ROW))[0], np.float32)


def _shape(area: Turned, width: int, height: int) -> Box | RotatedBox | None:
    """The area as a shape, upright ones kept inside the picture; None where nothing is left."""
    turn = (degrees(area.angle) + 180) % 360 - 180
    try:
        if abs(turn) > UPRIGHT:
            return RotatedBox(area.x, area.y, area.width, area.height, turn * pi / 180)
        across, down = area.width / 2, area.height / 2
        left, top = max(0.0, area.x - across), max(0.0, area.y - down)
        return Box(left, top, min(float(width), area.x + across), min(float(height), area.y + down))
    except InvalidShape:
        return None
