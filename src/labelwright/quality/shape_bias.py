"""Everybody's bias in drawing boxes, found without gold, so that it can be taken off.

Somebody who always draws three pixels too wide at the bottom is told by the others' boxes of the same
things. In turns the true boxes are taken as the weighted median of everybody's, corrected by what is known
of their bias, and the bias as the median distance from those, edge by edge, as a share of the box's width
or height. The more a person's distances scatter, the more the bias is drawn towards none, and where a
whole crowd errs alike nothing can be seen: only differences between people are.

Alternating medians in the manner of Dawid and Skene's EM (1979); the shrinkage is empirical Bayes
(Efron and Morris, Stein's estimation rule and its competitors, 1973).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.core.shapes import Box
from labelwright.quality.shape_merge import weighted_median

ROUNDS = 12
FEWEST = 5  # boxes before anything is said of a person
MAD = 1.4826  # a median absolute deviation as a standard deviation
SPREAD = 0.02  # of a size: what careful people differ by
LEAST_SPREAD = 0.003
EDGES = ("left", "top", "right", "bottom")

Floats = NDArray[np.float64]


class Bias(NamedTuple):
    """How far a person's edges lie from the merged ones, as shares of width or height.

    `offset` has left, top, right and bottom, x to the right and y down; `spread` is the standard deviation
    of what remains; `pixels` is the median offset in pixels; `boxes` is how many it rests on.
    """

    offset: tuple[float, float, float, float]
    spread: float
    pixels: tuple[float, float, float, float]
    boxes: int

    @property
    def words(self) -> str | None:
        """What the person should know, such as “3.1 px too low at the bottom”; None: nothing stands out."""
        told: list[str] = []
        for edge, share, pixels in zip(EDGES, self.offset, self.pixels, strict=True):
            if abs(share) < 0.01 or abs(pixels) < 1:
                continue
            outward = (pixels < 0) == (edge in ("left", "top"))
            told.append(f"{abs(pixels):.1f} px too {'wide' if outward else 'tight'} at the {edge}")
        return ", ".join(told) or None


NO_BIAS = Bias((0.0, 0.0, 0.0, 0.0), SPREAD, (0.0, 0.0, 0.0, 0.0), 0)


def box_biases(things: Sequence[Mapping[str, Box]]) -> dict[str, Bias]:
    """Everybody's bias from boxes of the same things by several people (at least two each)."""
    things = [thing for thing in things if len(thing) > 1]
    people = sorted({who for thing in things for who in thing})
    if not people:
        return {}
    place = {who: at for at, who in enumerate(people)}
    who = [np.array([place[name] for name in thing]) for thing in things]
    edges = [np.array([(b.left, b.top, b.right, b.bottom) for b in thing.values()]) for thing in things]
    offset, spread = np.zeros((len(people), 4)), np.full(len(people), SPREAD)
    rest = np.zeros((0, 4))
    flat = np.concatenate(who)
    sizes = np.zeros((0, 4))
    for _ in range(ROUNDS):
        rows: list[Floats] = []
        scale: list[Floats] = []
        for names, drawn in zip(who, edges, strict=True):
            size = _sizes(drawn)
            weights = 1 / np.maximum(spread[names], LEAST_SPREAD) ** 2
            truth = weighted_median(drawn - offset[names] * size, weights)
            rows.append((drawn - truth) / size)
            scale.append(np.broadcast_to(size, drawn.shape))
        rest, sizes = np.concatenate(rows), np.concatenate(scale)
        before = offset
        offset, spread = _estimated(rest, flat, len(people))
        if np.abs(offset - before).max() < 1e-5:
            break
    found: dict[str, Bias] = {}
    for name, at in place.items():
        mine = flat == at
        pixels = offset[at] * np.median(sizes[mine], axis=0)
        found[name] = Bias(_four(offset[at]), float(spread[at]), _four(pixels), int(mine.sum()))
    return found


def corrected(box: Box, bias: Bias) -> Box:
    """The box without a person's bias; a box that would vanish stays as it is."""
    width, height = box.right - box.left, box.bottom - box.top
    left, top, right, bottom = bias.offset
    edges = (
        box.left - left * width,
        box.top - top * height,
        box.right - right * width,
        box.bottom - bottom * height,
    )
    if edges[2] <= edges[0] or edges[3] <= edges[1]:
        return box
    return Box(left=edges[0], top=edges[1], right=edges[2], bottom=edges[3])


def _sizes(drawn: Floats) -> Floats:
    middle = np.median(drawn, axis=0)
    width, height = max(middle[2] - middle[0], 1e-6), max(middle[3] - middle[1], 1e-6)
    return np.array([width, height, width, height])


def _estimated(rest: Floats, who: NDArray[np.int64], people: int) -> tuple[Floats, Floats]:
    offset, spread = np.zeros((people, 4)), np.full(people, SPREAD)
    error = np.full((people, 4), np.inf)
    for at in range(people):
        mine = rest[who == at]
        if len(mine) < FEWEST:
            continue
        offset[at] = np.median(mine, axis=0)
        scatter = MAD * np.median(np.abs(mine - offset[at]), axis=0)
        spread[at] = max(float(np.median(scatter)), LEAST_SPREAD)
        error[at] = 1.2533 * np.maximum(scatter, LEAST_SPREAD) / np.sqrt(len(mine))  # of a median
    known = np.isfinite(error[:, 0])
    if known.sum() < 2:
        return np.zeros((people, 4)), spread
    # How much people truly differ, edge by edge: what their offsets differ by beyond their errors.
    between = np.maximum(offset[known].var(axis=0) - (error[known] ** 2).mean(axis=0), 0.0)
    with np.errstate(invalid="ignore"):
        trust = np.where(known[:, None], between / (between + error**2), 0.0)
    shrunk = offset * np.nan_to_num(trust)
    # Only differences can be seen: together the people are taken to be right.
    return np.where(known[:, None], shrunk - np.median(shrunk[known], axis=0), 0.0), spread


def _four(row: Floats) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(value) for value in row)
    return (left, top, right, bottom)
