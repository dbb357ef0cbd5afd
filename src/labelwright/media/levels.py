"""Pixels of any depth and color space as eight-bit gray, RGB or RGBA, as a screen shows them."""

from io import BytesIO
from typing import Any, cast

import numpy as np
from PIL import Image, ImageCms

DEEP_MODES = frozenset(("I", "I;16", "I;16L", "I;16B", "I;16N", "F"))
"""Modes whose values need a window before a screen can show them."""

SHOWN_MODES = frozenset(("L", "RGB", "RGBA"))
DARKEST, BRIGHTEST = 0.1, 99.9  # percentiles of the values that become black and white
SAMPLED = 1_000_000  # pixels that are looked at to find them
ROWS = 512  # rows turned at a time, which bounds the memory of the floats


def shown(image: Image.Image) -> Image.Image:
    """The picture in mode L, RGB or RGBA.

    Deep gray (16-bit, 32-bit, float) is spread from its own darkest to its own brightest values;
    CMYK goes through its color profile where it carries one that works.
    """
    if image.mode in DEEP_MODES:
        return _spread(image)
    if image.mode == "CMYK":
        return _from_print(image)
    if "transparency" in image.info or image.mode in ("LA", "PA", "La", "RGBa"):
        return image.convert("RGBA")
    if image.mode in SHOWN_MODES:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def on_white(image: Image.Image) -> Image.Image:
    """The picture in RGB, with white behind what is transparent."""
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    return image if image.mode == "RGB" else image.convert("RGB")


def _spread(image: Image.Image) -> Image.Image:
    values: np.ndarray[Any, Any] = np.asarray(image)
    low, high = _window(values)
    gray = np.empty(values.shape, np.uint8)
    scale = 255.0 / (high - low) if high > low else 0.0
    for row in range(0, values.shape[0], ROWS):
        part = values[row : row + ROWS].astype(np.float64)
        part = np.nan_to_num(part, nan=low, posinf=high, neginf=low)
        gray[row : row + ROWS] = np.clip((part - low) * scale + 0.5, 0, 255).astype(np.uint8)
    return Image.fromarray(gray)


def _window(values: "np.ndarray[Any, Any]") -> tuple[float, float]:
    step = max(1, int((values.size / SAMPLED) ** 0.5))
    sample = values[::step, ::step].astype(np.float64)
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return 0.0, 0.0
    low, high = (float(value) for value in np.percentile(sample, (DARKEST, BRIGHTEST)))
    if high <= low:
        low, high = float(sample.min()), float(sample.max())
    return low, high


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(cast("Any", ImageCms).createProfile("sRGB"))


def _from_print(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, _srgb(), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            turned = None
        if turned is not None:
            turned.info.pop("icc_profile", None)
            return turned
    plain = image.convert("RGB")
    plain.info.pop("icc_profile", None)  # it described the inks
    return plain
