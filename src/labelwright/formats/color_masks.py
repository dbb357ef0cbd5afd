"""Masks out of a picture of colors, as several tools keep them: one color a class."""

from collections.abc import Mapping

import numpy as np

from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Mask
from labelwright.formats.folder import Source
from labelwright.formats.pictures import LARGEST
from labelwright.formats.rle import windowed
from labelwright.media.decode import ImageLimits, opened

Color = tuple[int, int, int]


def masks_by_color(
    source: Source, name: str, colors: Mapping[Color, str]
) -> tuple[tuple[int, int], list[tuple[str, Mask]]]:
    """The size of a picture, and the mask of each color that is in it, with the color's name.

    Raises UnreadableImage, UnreadableLabels if there are colors without a name.
    """
    with opened(source.read(name, LARGEST), name, ImageLimits()) as image:
        pixels = np.asarray(image.convert("RGB"), dtype=np.uint32)
    codes = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    present = set(np.unique(codes).tolist())
    known = {red << 16 | green << 8 | blue: word for (red, green, blue), word in colors.items()}
    masks = [(word, windowed(codes == code)) for code, word in known.items() if code in present]
    height, width = codes.shape
    if not masks and present - {0, 0xFFFFFF}:
        raise UnreadableLabels(name, "", "none of its colors is in the list of classes")
    return (width, height), masks
