"""Large pictures read in strips by libvips: upright, in colors of a screen or as deep gray, never whole.

Only baseline JPEG, PNG without interlacing, and TIFF in tiles or small strips can be read this way;
the others need memory for every pixel at once, so for them the lower limit of `ImageLimits` counts.
"""

import re
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyvips
from PIL import Image

from labelwright.core.errors import UnreadableImage
from labelwright.media.levels import DEEP_MODES

SHRUNK_BY = (8, 4, 2)  # what a JPEG decoder can shrink by while it reads

pyvips.cache_set_max(0)  # it would keep files open that are long gone

_LOADERS = {"JPEG": "jpegload", "MPO": "jpegload", "PNG": "pngload", "TIFF": "tiffload"}
_MODES = frozenset(("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK")) | DEEP_MODES
_TURNS = {
    1: (),
    2: ("fliphor",),
    3: ("rot180",),
    4: ("flipver",),
    5: ("rot90", "fliphor"),
    6: ("rot90",),
    7: ("rot270", "fliphor"),
    8: ("rot270",),
}
_SAME_ROWS = (1, 2)  # orientations whose rows come in the order of the file


def vips_format(image: Image.Image) -> str | None:
    """The name of libvips' reader for an opened picture, or None where Pillow has to read it."""
    return _LOADERS.get(image.format or "") if image.mode in _MODES else None


def opened_in_strips(
    source: Path | bytes, name: str, loader: str, orientation: int, *, once: bool = True, shrink: int = 1
) -> "pyvips.Image":
    """The upright picture, not decoded yet. With `once` it is read a single time, from top to bottom.

    Damage is found while it is read. Raises UnreadableImage.
    """
    by_rows = once and orientation in _SAME_ROWS
    # What libtiff cannot decode it only warns of; a JPEG's warnings may be harmless.
    fail_on = "warning" if loader == "tiffload" else "error"
    options: dict[str, Any] = {"access": "sequential" if by_rows else "random", "fail_on": fail_on}
    if shrink > 1:
        options["shrink"] = shrink
    try:
        if isinstance(source, bytes):
            image = getattr(pyvips.Image, f"{loader}_buffer")(source, **options)
        else:
            image = getattr(pyvips.Image, loader)(str(source), **options)
        return turned(image, orientation)
    except pyvips.Error as error:
        raise UnreadableImage(name, reason_of(error, source)) from error


def turned(image: "pyvips.Image", orientation: int) -> "pyvips.Image":
    """The picture turned by an EXIF orientation."""
    for turn in _TURNS[orientation]:
        image = getattr(image, turn)()
    return image


def from_pillow(image: Image.Image) -> "pyvips.Image":
    """A decoded picture of Pillow, in mode L, RGB, RGBA or a deep one, for libvips."""
    values: np.ndarray[Any, Any] = np.ascontiguousarray(np.asarray(image))
    if values.dtype.byteorder == ">":
        values = values.astype(values.dtype.newbyteorder("="))
    return pyvips.Image.new_from_array(values)


def on_screen(image: "pyvips.Image") -> "pyvips.Image":
    """The picture in eight bits, gray or RGB (sRGB), with white behind what is transparent."""
    profile = _profile_name(image)
    if profile is not None and "sRGB" not in profile:
        try:
            image = image.icc_transform("srgb", embedded=True, intent="relative")
        except pyvips.Error:
            image = image.colourspace("srgb")
    elif image.interpretation not in ("b-w", "srgb"):
        wanted = "b-w" if image.interpretation == "grey16" else "srgb"
        image = image.colourspace(wanted)
    if image.hasalpha():
        image = image.flatten(background=[255.0])
    return image if image.format == "uchar" else image.cast("uchar")


def strip_memory(image: Image.Image) -> int:
    """Pixels that a reader of this opened picture must hold at once."""
    width, height = image.size
    whole = width * height
    if vips_format(image) is None:
        return whole
    if image.format == "PNG":
        return whole if image.info.get("interlace") else width
    if image.format != "TIFF":
        return whole if image.info.get("progressive") or image.info.get("progression") else 16 * width
    tags = cast("Any", image).tag_v2
    if tags.get(322) and tags.get(323):
        return width * int(tags[323])
    return width * min(height, int(tags.get(278, height)))


_READERS = re.compile(r"\b(?:Vips\w+|\w+2vips|\w+load(?:_\w+)?|libpng|libspng): ")


_SHORT = ("premature end of jpeg image", "truncated", "end of file", "not enough data")


def reason_of(error: "pyvips.Error", source: Path | bytes) -> str:
    """Why libvips could not read a file, in one line without the server's path."""
    text = " ".join(str(error.detail or error.message).split())
    if isinstance(source, Path):
        text = text.replace(str(source), source.name)
    text = _READERS.sub("", text)
    low = text.lower()
    if any(sign in low for sign in _SHORT):
        return f"the file ends before the picture does (truncated: {text[:120]})"
    if any(sign in low for sign in ("read error", "bad seek")):
        return f"the file is cut short or damaged ({text[:120]})"
    return f"the file is damaged ({text[:200]})"


_FULL = ("write failed", "write error", "no space", "file too large", "tiff write", "quota")


def is_full(error: Exception) -> bool:
    """Whether an error of writing means that there is no room left."""
    text = str(error).lower()
    return any(sign in text for sign in _FULL)


def _profile_name(image: "pyvips.Image") -> str | None:
    if "icc-profile-data" not in image.get_fields():
        return None
    data = cast("bytes", image.get("icc-profile-data"))
    # Profiles name themselves in plain or 16-bit letters; a profile of sRGB changes nothing.
    return "sRGB" if b"sRGB" in data or "sRGB".encode("utf-16-be") in data else "another"
