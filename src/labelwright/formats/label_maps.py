"""Label maps: pictures whose pixels say what they belong to, by a number or by a color.

A map holds numbers of 8 or 16 bits, with or without a palette, or colors. Its areas become masks, each cut to
its window; the work is that of the runs of equal pixels, however many areas there are. A pixel belongs to one
annotation, so what is painted later hides what lies below (`painting.py`).
"""

from collections.abc import Collection, Iterator, Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labelwright.core.errors import UnreadableImage, UnreadableLabels
from labelwright.core.shapes import Mask
from labelwright.formats.folder import Source
from labelwright.formats.pictures import LARGEST
from labelwright.media.decode import ImageLimits, opened

Codes = NDArray[np.uint32]
Color = tuple[int, int, int]
MOST_RUNS = 8_000_000  # of equal pixels in a row: far more than any labeled picture, little enough to hold
MOST_AREAS = 100_000
BLACK: Color = (0, 0, 0)


class LabelMap(NamedTuple):
    """The codes of a picture's pixels: numbers, or with `is_color` colors (`code_of`).

    `palette` has the color codes of the numbers, if the file has one.
    """

    codes: Codes
    is_color: bool
    palette: tuple[int, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """The width and height."""
        return self.codes.shape[1], self.codes.shape[0]

    def in_colors(self) -> Codes:
        """The colors of the pixels; numbers without a palette are grays."""
        if self.is_color:
            return self.codes
        if self.palette:
            table = np.zeros(256, dtype=np.uint32)
            table[: len(self.palette)] = self.palette[:256]
            return table[self.codes]
        return np.multiply(self.codes & 255, 0x010101, dtype=np.uint32)

    def in_numbers(self) -> Codes:
        """The numbers of the pixels; grays stored as colors are numbers too."""
        if not self.is_color:
            return self.codes
        red = np.right_shift(self.codes, 16, dtype=np.uint32)
        return red if bool((self.codes == red * np.uint32(0x010101)).all()) else self.codes


def code_of(color: Sequence[int]) -> int:
    """A color as one number."""
    red, green, blue = color[:3]
    return red << 16 | green << 8 | blue


def color_of(code: int) -> Color:
    """The color of a number."""
    return code >> 16 & 255, code >> 8 & 255, code & 255


def voc_color(number: int) -> Color:
    """The color that Pascal VOC's development kit gives a number; no two numbers have the same."""
    red = green = blue = 0
    for place in range(8):
        red |= (number >> 3 * place & 1) << 7 - place
        green |= (number >> 3 * place + 1 & 1) << 7 - place
        blue |= (number >> 3 * place + 2 & 1) << 7 - place
    return red, green, blue


def number_of_voc_color(code: int) -> int:
    """The number whose color this is: the other way round."""
    return sum(
        (code >> 8 * (2 - channel) + 7 - place & 1) << 3 * place + channel
        for place in range(8)
        for channel in range(3)
    )


def map_of(data: bytes, name: str) -> LabelMap:
    """The label map in a picture's bytes. Raises UnreadableImage, ImageTooLarge."""
    with opened(data, name, ImageLimits()) as image:
        if image.mode == "P":
            flat = image.getpalette("RGB") or []
            palette = tuple(code_of(flat[at : at + 3]) for at in range(0, len(flat), 3))
            return LabelMap(np.asarray(image).astype(np.uint32), is_color=False, palette=palette)
        if image.mode in ("1", "L", "LA"):
            return LabelMap(np.asarray(image.convert("L")).astype(np.uint32), is_color=False)
        if image.mode.startswith("I"):
            return LabelMap(_whole(np.asarray(image), name), is_color=False)
        if image.mode not in ("RGB", "RGBA", "RGBX", "PA"):
            raise UnreadableImage(name, f"its pixels are “{image.mode}”, which no label map is made of")
        pixels = np.asarray(image.convert("RGB"))
    codes = pixels[..., 0].astype(np.uint32)
    for channel in (1, 2):
        codes <<= 8
        codes |= pixels[..., channel]
    return LabelMap(codes, is_color=True)


def _whole(values: NDArray[Any], name: str) -> Codes:
    if values.min() < 0:
        raise UnreadableImage(name, "a label map has no numbers below zero")
    return values.astype(np.uint32)


def map_in(source: Source, name: str) -> LabelMap:
    """The label map of a file. Raises BadFile, UnreadableImage, ImageTooLarge."""
    return map_of(source.read(name, LARGEST), name)


def areas(codes: Codes, name: str, but: Collection[int] = ()) -> Iterator[tuple[int, Mask]]:
    """Each code that is in a map, but for some, with the mask of its pixels; in the order of the codes.

    Raises UnreadableLabels for a map in which nearly every pixel is its own area.
    """
    height, width = codes.shape
    is_edge = np.ones((height, width), dtype=np.bool_)
    np.not_equal(codes[:, 1:], codes[:, :-1], out=is_edge[:, 1:])
    starts = np.flatnonzero(is_edge)
    if len(starts) > MOST_RUNS:
        raise UnreadableLabels(name, "", f"it has more than {MOST_RUNS:,} runs of pixels: no label map")
    ends = np.append(starts[1:], height * width)
    values = codes.ravel()[starts]
    if len(but):
        kept = ~np.isin(values, np.array(list(but), dtype=np.uint32))
        starts, ends, values = starts[kept], ends[kept], values[kept]
    if not len(values):
        return
    order = np.argsort(values, kind="stable")
    starts, ends, values = starts[order], ends[order], values[order]
    cuts = np.flatnonzero(np.diff(values)) + 1
    if len(cuts) >= MOST_AREAS:
        raise UnreadableLabels(name, "", f"it has more than {MOST_AREAS:,} areas")
    bounds = [0, *cuts.tolist(), len(values)]
    for first, last in pairwise(bounds):
        yield int(values[first]), _mask(starts[first:last], ends[first:last], width)


def _mask(starts: NDArray[np.int64], ends: NDArray[np.int64], width: int) -> Mask:
    """The mask of runs of pixels that each lie in one row, in their order."""
    rows = starts // width
    lefts, rights = starts - rows * width, ends - rows * width
    left, right, top = int(lefts.min()), int(rights.max()), int(rows[0])
    wide, high = right - left, int(rows[-1]) + 1 - top
    offset = (rows - top) * wide - left
    begins, stops = lefts + offset, rights + offset
    apart = begins[1:] != stops[:-1]  # a row set to its end goes on in the next
    edges = np.column_stack((begins[np.r_[True, apart]], stops[np.r_[apart, True]])).ravel()
    runs = np.diff(np.concatenate(([0], edges, [wide * high]))).tolist()
    return Mask(left=left, top=top, width=wide, height=high, runs=tuple(runs if runs[-1] else runs[:-1]))


def png(pixels: NDArray[Any], palette: Sequence[Color] = ()) -> bytes:
    """A PNG of numbers of 8 or 16 bits, or of colors (rows × columns × 3); a palette is for 8 bits."""
    image = Image.fromarray(pixels)
    if palette and pixels.dtype == np.uint8 and pixels.ndim == 2:
        image.putpalette([value for color in palette[:256] for value in color])
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def numbered(owner: NDArray[Any], codes: Sequence[int], nothing: int = 0) -> NDArray[Any]:
    """A map of numbers, 8 bits if they fit, else 16: the code of a pixel's owner (from 1), or nothing."""
    largest = max((nothing, *codes))
    table = np.array([nothing, *codes], dtype=np.uint8 if largest < 256 else np.uint16)
    return table[owner]


def colored(owner: NDArray[Any], colors: Sequence[Color], nothing: Color = BLACK) -> NDArray[np.uint8]:
    """A map of colors: that of whoever owns a pixel (from 1), or nothing."""
    return np.array([nothing, *colors], dtype=np.uint8)[owner]
