"""What masks have in common, from their runs alone: the size of their windows makes no difference."""

from functools import cached_property

import numpy as np

from labelwright.core.shapes import Bounds, Mask
from labelwright.quality.figure import Figure
from labelwright.quality.statistic import Floats

ROW = 1e8  # longer than any row of pixels, so that rows follow one another on one line


class MaskSpans:
    """A mask as stretches on one line that leads through all rows of the picture."""

    def __init__(self, mask: Mask) -> None:
        figure = Figure(mask)
        self.bounds: Bounds = figure.tight
        self.area = mask.area
        self._stretches = figure.stretches

    @cached_property
    def ends(self) -> Floats:
        """Where stretches begin and end, one after the other."""
        y, start, end = self._stretches.T
        return np.column_stack([y * ROW + start, y * ROW + end]).ravel()

    @cached_property
    def covered(self) -> Floats:
        """How many pixels are set up to each of `ends`."""
        lengths = np.diff(self.ends)
        lengths[1::2] = 0
        return np.concatenate([[0.0], np.cumsum(lengths)])

    def iou(self, other: "MaskSpans") -> float:
        """Pixels in both over pixels in either; exact."""
        up_to = np.interp(self.ends, other.ends, other.covered)
        common = float((up_to[1::2] - up_to[::2]).sum())
        return common / (self.area + other.area - common)
