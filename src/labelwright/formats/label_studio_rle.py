"""Label Studio's packed brush masks: runs of the bytes of an RGBA picture, as a stream of bits.

The stream says how many values there are (32 bits), how wide one is (5 bits, less one) and four widths of
lengths (4 bits each, less one). Then come blocks: a bit that says whether it is one value again and again or
a value for each place, two bits that choose the width of the length, the length less one, and the value or
values. The values are those of red, green, blue and alpha of every pixel, row by row; set is where alpha is
not 0. Written are 8-bit values and the widths 3, 4, 8 and 16, as Label Studio's own converter does, to the
byte. The layout: Label Studio's documentation of brush masks, after the package `rle-pack` by K. Schmidt.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from labelwright.core.shapes import Mask
from labelwright.formats.rle import MOST_PIXELS, grid_of, windowed

WIDTHS = (3, 4, 8, 16)
CHANNELS, ALPHA, OPAQUE = 4, 3, 255
HEAD = 32 + 5 + 4 * len(WIDTHS)  # bits


def pack(mask: Mask, width: int, height: int) -> list[int]:
    """The bytes of a mask over a picture; what lies outside of the picture is cut off."""
    bits: list[str] = [f"{width * height * CHANNELS:032b}{8 - 1:05b}"]
    bits.extend(f"{size - 1:04b}" for size in WIDTHS)
    value = 0
    for run in _runs(mask, width, height):
        left = run * CHANNELS
        while left:
            length = min(left, 1 << WIDTHS[-1])
            choice = next(place for place, size in enumerate(WIDTHS) if length <= 1 << size)
            bits.append(f"1{choice:02b}{length - 1:0{WIDTHS[choice]}b}{value:08b}")
            left -= length
        value = OPAQUE - value
    text = "".join(bits)
    text += "0" * (
        8 - len(text) % 8
    )  # a whole byte of nothing where it would fit, as the converter writes it
    return list(int(text, 2).to_bytes(len(text) // 8, "big"))


def _runs(mask: Mask, width: int, height: int) -> list[int]:
    # Row-major runs over the whole picture, beginning with what is clear.
    left, top = max(0, mask.left), max(0, mask.top)
    inside = grid_of(mask)[
        top - mask.top : max(0, height - mask.top), left - mask.left : max(0, width - mask.left)
    ]
    steps = np.diff(np.pad(inside, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, columns = np.nonzero(steps)
    edges = (rows + top) * width + columns + left
    apart = np.ones(len(edges), dtype=np.bool_)
    met = np.flatnonzero(edges[1:-1:2] == edges[2::2]) * 2 + 1  # the end of a row is the start of the next
    apart[met], apart[met + 1] = False, False
    runs: list[int] = np.diff(np.concatenate(([0], edges[apart], [width * height]))).tolist()
    return runs if runs[-1] else runs[:-1]


def unpack(packed: Sequence[int], width: int, height: int) -> Mask:
    """The mask of packed bytes. Raises ValueError if they are none, InvalidShape if nothing is set."""
    if width <= 0 or height <= 0 or width * height > MOST_PIXELS:
        raise ValueError(f"a mask of {width} × {height} pixels is none")
    spans = list(_spans(_Bits(bytes(packed)), width * height * CHANNELS))
    if not spans:
        return windowed(np.zeros((1, 1), dtype=np.bool_))  # raises: it sets no pixel
    top, bottom = spans[0][0] // width, (spans[-1][1] - 1) // width + 1
    rows = np.zeros((bottom - top) * width, dtype=np.bool_)
    for start, stop in spans:
        rows[start - top * width : stop - top * width] = True
    return windowed(rows.reshape(bottom - top, width), 0, top)


def _spans(bits: "_Bits", wanted: int) -> Iterator[tuple[int, int]]:
    # The first and the last but one pixel of every block whose alpha is not 0.
    count = bits.take(32)
    if count != wanted:
        raise ValueError(f"the packed mask has {count} values, its picture {wanted}")
    word = bits.take(5) + 1
    widths = [bits.take(4) + 1 for _ in WIDTHS]
    at = 0
    while at < count:
        is_run = bits.take(1)
        end = at + 1 + bits.take(widths[bits.take(2)])
        if end > count:
            raise ValueError("the packed mask is longer than its picture")
        if is_run:
            pixels = (at + CHANNELS - 1 - ALPHA) // CHANNELS, (end - 1 - ALPHA) // CHANNELS + 1
            if bits.take(word) and pixels[1] > pixels[0]:
                yield pixels
            at = end
        for place in range(at, end):
            if bits.take(word) and place % CHANNELS == ALPHA:
                yield place // CHANNELS, place // CHANNELS + 1
        at = end


class _Bits:
    """Takes numbers of some bits from bytes."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, size: int) -> int:
        """The next number. Raises ValueError where the bytes end."""
        end = self._at + size
        if end > len(self._data) * 8:
            raise ValueError("the packed mask ends too early")
        chunk = int.from_bytes(self._data[self._at >> 3 : (end + 7) >> 3], "big")
        self._at = end
        return (chunk >> (-end & 7)) & ((1 << size) - 1)
