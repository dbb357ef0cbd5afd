"""The values of deep gray pictures (16-bit, 32-bit, float): their range, and how they travel in 16 bits.

Integers whose range fits into 16 bits travel exactly; others are spread evenly over 65,536 steps.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvips

from labelwright.media.levels import BRIGHTEST, DARKEST, SAMPLED

STEPS = 65_535
ROWS = 256  # rows looked at together

_BITS = {"uchar": 8, "char": 8, "ushort": 16, "short": 16}
_FLOATS = ("float", "double")


@dataclass(frozen=True, kw_only=True)
class Depth:
    """The range of a deep picture. `low` and `high` are the values first shown as black and as white.

    A value is `zero + step × what travels`, which is 0 to 65,535. `bits` are the file's own.
    """

    bits: int
    minimum: float
    maximum: float
    low: float
    high: float
    zero: float = 0.0
    step: float = 1.0


def depth_of(image: "pyvips.Image") -> Depth:
    """The range of a picture of one band, from one look at every pixel. What is not finite is left out."""
    step = max(1, int((image.width * image.height / SAMPLED) ** 0.5))
    minimum, maximum, sample = np.inf, -np.inf, list[np.ndarray[Any, Any]]()
    for number, values in enumerate(_rows(image)):
        finite = values[np.isfinite(values)] if image.format in _FLOATS else values.ravel()
        if finite.size:
            minimum, maximum = min(minimum, float(finite.min())), max(maximum, float(finite.max()))
        part = values[(-number * ROWS) % step :: step, ::step].astype(np.float64).ravel()
        sample.append(part[np.isfinite(part)])
    if minimum > maximum:  # nothing finite at all
        minimum = maximum = 0.0
    low, high = _shown_first(np.concatenate(sample), minimum, maximum)
    form = str(image.format)
    zero, span = _travels(form, minimum, maximum)
    bits = _BITS.get(form, 64 if form == "double" else 32)
    return Depth(bits=bits, minimum=minimum, maximum=maximum, low=low, high=high, zero=zero, step=span)


def as_steps(image: "pyvips.Image", depth: Depth) -> "pyvips.Image":
    """The values in 16 bits, as they travel; what is not a number becomes 0."""
    if image.format == "ushort" and depth.step == 1 and depth.zero == 0:
        return image
    scaled = (_numbers(image, depth.minimum) - depth.zero) / depth.step
    return scaled.rint().cast("ushort").copy(interpretation="grey16")  # the cast clips


def windowed(image: "pyvips.Image", depth: Depth) -> "pyvips.Image":
    """The values in 8 bits, as they are first shown."""
    if depth.high <= depth.low:
        return (_numbers(image, 0) * 0).cast("uchar").copy(interpretation="b-w")
    scaled = (_numbers(image, depth.low) - depth.low) * (255 / (depth.high - depth.low)) + 0.5
    return scaled.cast("uchar").copy(interpretation="b-w")


def _numbers(image: Any, instead: float) -> Any:  # noqa: ANN401  # pyvips has no useful types
    if image.format in _FLOATS:
        image = (image == image).ifthenelse(image, instead)  # only what is no number differs from itself
    return image.cast("double")


def _rows(image: "pyvips.Image") -> Iterator["np.ndarray[Any, Any]"]:
    region = pyvips.Region.new(image)
    kind = np.dtype(
        {"uchar": "u1", "char": "i1", "ushort": "u2", "short": "i2", "uint": "u4", "int": "i4",
         "float": "f4", "double": "f8"}[str(image.format)]
    )  # fmt: skip
    for top in range(0, image.height, ROWS):
        high = min(ROWS, image.height - top)
        yield np.frombuffer(region.fetch(0, top, image.width, high), kind).reshape(high, image.width)


def _shown_first(sample: "np.ndarray[Any, Any]", minimum: float, maximum: float) -> tuple[float, float]:
    if not sample.size:
        return minimum, maximum
    low, high = (float(value) for value in np.percentile(sample, (DARKEST, BRIGHTEST)))
    return (low, high) if high > low else (minimum, maximum)


def _travels(form: str, minimum: float, maximum: float) -> tuple[float, float]:
    if form == "ushort":
        return 0.0, 1.0
    if form not in _FLOATS and maximum - minimum <= STEPS:
        return minimum, 1.0
    return minimum, (maximum - minimum) / STEPS if maximum > minimum else 1.0
