"""COCO's run-length masks: column-major, over the whole picture, plain or packed as text.

The packing is COCO's own (Lin et al., Microsoft COCO, 2014; its mask API): runs as differences to the
run two before, five bits a character. Our masks are row-major in a window; both ways are exact.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from labelwright.core.shapes import Mask

MOST_PIXELS = 400_000_000
LONGEST_NUMBER = 8  # characters of five bits: far more than any picture has pixels
Grid = NDArray[np.bool_]


def unpack(text: str) -> list[int]:
    """The runs packed in a text. Raises ValueError for a text that is none."""
    runs: list[int] = []
    at = 0
    while at < len(text):
        value, shift, more = 0, 0, True
        while more:
            if at >= len(text):
                raise ValueError("the packed mask ends in the middle of a number")
            if shift >= LONGEST_NUMBER:
                raise ValueError("the packed mask has a number beyond any picture")
            code = ord(text[at]) - 48
            if not 0 <= code < 64:
                raise ValueError(f"“{text[at]}” is no character of a packed mask")
            value |= (code & 0x1F) << (5 * shift)
            more = bool(code & 0x20)
            at, shift = at + 1, shift + 1
            if not more and code & 0x10:
                value |= -1 << (5 * shift)
        runs.append(value + runs[-2] if len(runs) > 2 else value)
    return runs


def pack(runs: Sequence[int]) -> str:
    """Runs as COCO's text."""
    characters: list[str] = []
    for index, run in enumerate(runs):
        value = run - runs[index - 2] if index > 2 else run
        more = True
        while more:
            code = value & 0x1F
            value >>= 5
            more = value != (-1 if code & 0x10 else 0)
            characters.append(chr((code | 0x20 if more else code) + 48))
    return "".join(characters)


def mask_of(height: int, width: int, runs: Sequence[int]) -> Mask:
    """Our mask of column-major runs over a picture; the window is cut to what is set.

    Raises ValueError if the runs do not cover the picture, InvalidShape if nothing is set.
    """
    if height <= 0 or width <= 0 or height * width > MOST_PIXELS:
        raise ValueError(f"a mask of {width} × {height} pixels is none")
    if any(run < 0 for run in runs) or sum(runs) != height * width:
        raise ValueError(f"the runs cover {sum(runs)} pixels, the picture has {height * width}")
    ends = np.cumsum(np.asarray(runs, dtype=np.int64))
    starts, stops = ends[0:-1:2], ends[1::2]
    is_set = stops > starts
    if not is_set.any():
        return windowed(np.zeros((1, 1), dtype=np.bool_))  # raises: it sets no pixel
    starts, stops = starts[is_set], stops[is_set]
    left, right = int(starts[0]) // height, (int(stops[-1]) - 1) // height + 1
    steps = np.zeros((right - left) * height + 1, dtype=np.int8)
    np.add.at(steps, starts - left * height, 1)
    np.add.at(steps, stops - left * height, -1)
    columns = np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_).reshape(right - left, height)
    return windowed(columns.T, left, 0)


def runs_of(mask: Mask, height: int, width: int) -> list[int]:
    """Column-major runs over the whole picture; what lies outside of it is cut off."""
    left, top = max(0, mask.left), max(0, mask.top)
    inside = grid_of(mask)[
        top - mask.top : max(0, height - mask.top), left - mask.left : max(0, width - mask.left)
    ]
    if not inside.any():
        return [height * width]
    steps = np.diff(np.pad(inside.T, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    start_x, start_y = np.nonzero(steps == 1)
    stop_x, stop_y = np.nonzero(steps == -1)
    starts = (start_x + left) * height + start_y + top
    stops = (stop_x + left) * height + stop_y + top
    apart = starts[1:] != stops[:-1]  # a column set to its end goes on at the top of the next
    starts, stops = starts[np.r_[True, apart]], stops[np.r_[apart, True]]
    edges = np.column_stack((starts, stops)).ravel()
    runs: list[int] = np.diff(np.concatenate(([0], edges, [height * width]))).tolist()
    return runs if runs[-1] else runs[:-1]


def grid_of(mask: Mask) -> Grid:
    """The pixels of the mask's window, as rows."""
    values = np.arange(len(mask.runs)) % 2 == 1
    return np.repeat(values, mask.runs).reshape(mask.height, mask.width)


def windowed(pixels: NDArray[np.bool_], x: int = 0, y: int = 0) -> Mask:
    """The mask of a picture of pixels whose corner lies at x, y; its window holds just what is set."""
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    if not len(rows):
        return Mask(left=0, top=0, width=1, height=1, runs=(1,))  # raises: it sets no pixel
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    window = pixels[top:bottom, left:right]
    runs = _runs(window.reshape(-1))
    return Mask(left=left + x, top=top + y, width=right - left, height=bottom - top, runs=tuple(runs))


def _runs(flat: NDArray[np.bool_]) -> list[int]:
    edges = np.flatnonzero(np.diff(flat.view(np.int8))) + 1
    runs = np.diff(np.concatenate(([0], edges, [len(flat)]))).tolist()
    return [0, *runs] if len(flat) and flat[0] else runs
