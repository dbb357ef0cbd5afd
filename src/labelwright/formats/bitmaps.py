"""Pictures of one bit: masks as PNG files, set where they are not black."""

from io import BytesIO

import numpy as np
from PIL import Image

from labelwright.core.shapes import Mask
from labelwright.formats.folder import Source
from labelwright.formats.pictures import LARGEST
from labelwright.formats.rle import Grid, grid_of, windowed
from labelwright.media.decode import ImageLimits, opened


def pixels_of(data: bytes, name: str) -> Grid:
    """Which pixels of a picture are not black. Raises UnreadableImage, or ImageTooLarge."""
    with opened(data, name, ImageLimits()) as image:
        return np.asarray(image.convert("L")) > 0


def mask_in(source: Source, name: str, width: int = 0, height: int = 0) -> tuple[Mask, int, int]:
    """The mask in a picture, which is stretched to a size if one is given, and the size of that.

    Raises BadFile, UnreadableImage, ImageTooLarge, or InvalidShape if nothing is set.
    """
    pixels = pixels_of(source.read(name, LARGEST), name)
    if width and height and pixels.shape != (height, width):
        rows = np.arange(height) * pixels.shape[0] // height
        columns = np.arange(width) * pixels.shape[1] // width
        pixels = pixels[rows[:, None], columns]
    return windowed(pixels), pixels.shape[1], pixels.shape[0]


def png_of(mask: Mask, width: int, height: int) -> bytes:
    """A mask as a PNG of one bit a pixel, as large as its picture; what lies outside is cut off."""
    left, top = max(0, mask.left), max(0, mask.top)
    inside = grid_of(mask)[
        top - mask.top : max(0, height - mask.top), left - mask.left : max(0, width - mask.left)
    ]
    pixels = np.zeros((height, width), dtype=np.uint8)
    pixels[top : top + inside.shape[0], left : left + inside.shape[1]] = inside * np.uint8(255)
    out = BytesIO()
    Image.fromarray(pixels).convert("1").save(out, "PNG")
    return out.getvalue()
