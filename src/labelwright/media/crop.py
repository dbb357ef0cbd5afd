"""Crops: the part of a picture around an object, for a grid of many; and a vector of how it looks.

A crop shows exact pixels. One that is smaller than what was asked for is sent as it is, to be
enlarged where it is shown; one that is larger is shrunk. Nothing is ever sent outside of the picture.
"""

from io import BytesIO
from math import ceil, floor
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import pyvips
from numpy.typing import NDArray
from PIL import Image

from labelwright.core.errors import UnreadableImage
from labelwright.core.shapes import Bounds
from labelwright.media.decode import ImageLimits
from labelwright.media.depth import Depth, windowed
from labelwright.media.reading import reading

CROP_TYPE = "image/webp"
MARGIN = 0.3  # of the object's longer side, on each side of it
SMALLEST = 24  # pixels of a side, so that a tiny object is seen in its surroundings
SHOWN_EXACT = 96  # pixels of a side up to which a crop is sent without any loss

COLORS, CELLS, DIRECTIONS, DRAWN = 8, 4, 8, 32
LOOK_LENGTH = 3 * COLORS * COLORS + CELLS * CELLS * DIRECTIONS

Look = NDArray[np.float32]


class Window(NamedTuple):
    """A rectangle of whole pixels in a picture; right and bottom are the first ones outside."""

    left: int
    top: int
    right: int
    bottom: int


def window_around(
    bounds: Bounds, width: int, height: int, margin: float = MARGIN, smallest: int = SMALLEST
) -> Window:
    """The window that shows an object with its surroundings: a square where the picture has room for one.

    At a border it is moved inwards; an object outside of the picture shows what is nearest to it.
    """
    side = max(bounds.width, bounds.height)
    side = max(smallest, ceil(side + 2 * margin * side))
    left, right = _span((bounds.left + bounds.right) / 2, side, width)
    top, bottom = _span((bounds.top + bounds.bottom) / 2, side, height)
    return Window(left, top, right, bottom)


def _span(middle: float, side: int, length: int) -> tuple[int, int]:
    side = min(side, length)
    start = min(max(0, floor(middle - side / 2 + 0.5)), length - side)
    return start, start + side


def read_part(
    source: Path, name: str, limits: ImageLimits, window: Window, size: int, depth: Depth | None = None
) -> Image.Image:
    """A part of a large picture in RGB, read in strips, no larger than `size` needs.

    Raises UnreadableImage, ImageTooLarge.
    """
    with reading(source, name, limits) as read:
        return _from_vips(_cut(read.eight_bits(depth=depth), window, size))


def part_of_pyramid(path: Path, name: str, window: Window, size: int, depth: Depth | None) -> Image.Image:
    """As `read_part`, from the tiles of the picture, from the level that is just fine enough.

    Raises UnreadableImage if they are damaged.
    """
    level, longest = 0, max(window.right - window.left, window.bottom - window.top)
    try:
        while longest >> (level + 1) >= size:
            level += 1
        image: Any = pyvips.Image.tiffload(str(path), page=level, access="random")
        if depth is not None:
            # Values travel as steps from zero; the window is said in the file's own values.
            image = windowed(image[0].linear(depth.step, depth.zero), depth)
        scaled = Window(*(value >> level for value in window[:2]), *(-(-v >> level) for v in window[2:]))
        return _from_vips(_cut(image, scaled, size))
    except pyvips.Error as error:
        raise UnreadableImage(name, "its tiles are damaged; they are made anew") from error


def part_of(image: Image.Image, window: Window, size: int) -> Image.Image:
    """A part of a decoded picture, no larger than `size` a side."""
    part = image.crop(window)
    if max(part.size) > size:
        part.thumbnail((size, size), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return part


def encoded(part: Image.Image) -> bytes:
    """A crop as it is sent: without loss where it is small, so that enlarged pixels are true ones."""
    out = BytesIO()
    if max(part.size) <= SHOWN_EXACT:
        part.save(out, "WEBP", lossless=True, quality=0, method=0)
    else:
        part.save(out, "WEBP", quality=88, method=0)
    return out.getvalue()


def look_of(part: Image.Image) -> Look:
    """How a picture looks, as a vector of length one: 8 × 8 colors, then gradients in 4 × 4 cells.

    Colors are CIE L*a*b*; gradients are histograms of eight directions without regard to sign, weighed
    by their strength, after Dalal and Triggs (Histograms of Oriented Gradients, 2005). Each half makes up
    half of the vector, so that a picture of one color is told by its color alone.
    """
    small = part.convert("RGB").resize((DRAWN, DRAWN), Image.Resampling.BOX)
    values = np.asarray(small, dtype=np.float32) / 255
    blocks = DRAWN // COLORS
    means = values.reshape(COLORS, blocks, COLORS, blocks, 3).mean(axis=(1, 3))
    look = np.concatenate([_unit(_lab(means).ravel()), _unit(_gradients(values.mean(axis=2)))])
    return cast("Look", (look / np.sqrt(2)).astype(np.float32))


def _gradients(gray: Look) -> Look:
    down, across = np.gradient(gray)
    strength = np.hypot(across, down)
    turns = (np.arctan2(down, across) % np.pi) / np.pi * DIRECTIONS
    bins = np.minimum(turns.astype(np.int64), DIRECTIONS - 1)
    cell = np.arange(DRAWN) * CELLS // DRAWN
    places = (cell[:, None] * CELLS + cell[None, :]) * DIRECTIONS + bins
    counted = np.bincount(places.ravel(), weights=strength.ravel(), minlength=CELLS * CELLS * DIRECTIONS)
    return np.sqrt(counted).astype(np.float32)


def _lab(rgb: Look) -> Look:
    """CIE L*a*b* (1976) of sRGB from 0 to 1, D65, in hundreds, with L* about 50 as zero."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    matrix = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = linear @ matrix.T / np.array([0.95047, 1.0, 1.08883])
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    light = 1.16 * root[..., 1] - 0.16 - 0.5
    a, b = 5 * (root[..., 0] - root[..., 1]), 2 * (root[..., 1] - root[..., 2])
    return np.stack([light, a, b], axis=-1).astype(np.float32)


def _unit(vector: Look) -> Look:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 1e-6 else vector


def _cut(image: Any, window: Window, size: int) -> Any:  # noqa: ANN401  # pyvips has no useful types
    left, top = min(window.left, image.width - 1), min(window.top, image.height - 1)
    wide, high = min(window.right, image.width) - left, min(window.bottom, image.height) - top
    part = image.crop(left, top, max(1, wide), max(1, high))
    longest = max(part.width, part.height)
    if longest > size:
        part = part.resize(size / longest)
    return part


def _from_vips(image: Any) -> Image.Image:  # noqa: ANN401
    values = np.frombuffer(image.write_to_memory(), np.uint8)
    shape = (image.height, image.width) if image.bands == 1 else (image.height, image.width, image.bands)
    return Image.fromarray(values.reshape(shape)).convert("RGB")
