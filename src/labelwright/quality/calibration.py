"""Honest confidence: what a method believes, turned into how often it is right.

The posterior of a model of annotators is far too sure where people err together on hard items: off by ten to
thirty points on real crowds. Only references (gold) tell by how much. With enough of them the
confidence is recalibrated by logistic regression on its log-odds (Platt, 1999; with one parameter it is
temperature scaling, Guo et al., ICML 2017), or, with hundreds, by isotonic regression (Zadrozny and
Elkan, KDD 2002). With few or none it is flattened as far as held-out answers ask for, and is called what
it is: not calibrated.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from labelwright.quality.statistic import Floats

Kind = Literal["slope", "slope and offset", "isotonic"]

FEWEST = 20  # references below which nothing is called calibrated
ISOTONIC = 500  # references from which isotonic regression is used
SPREADS = (1.0, 1.0)  # of the priors of slope (around 1/2) and offset (around 0)
SLOPE = 0.5
FARTHEST = 6.0  # log-odds beyond which a belief says no more
STEPS = 50
BINS = 10


@dataclass(frozen=True, eq=False)
class Calibration:
    """A curve from belief to probability, made by `gold` references: straight on log-odds, or in steps."""

    kind: Kind
    gold: int
    slope: float = 1.0
    offset: float = 0.0
    steps: tuple[Floats, Floats] | None = None

    def __call__(self, belief: Floats) -> Floats:
        """The probabilities of beliefs."""
        if self.steps is not None:
            return np.interp(belief, *self.steps)
        return 1 / (1 + np.exp(-(self.slope * log_odds(belief) + self.offset)))

    @property
    def words(self) -> str:
        """What it is, in words."""
        return f"a probability, calibrated on {self.gold} references ({self.kind})"


def log_odds(belief: Floats) -> Floats:
    """Logarithms of odds, kept within what a belief can mean."""
    held = np.clip(belief, 1e-12, 1 - 1e-12)
    return np.clip(np.log(held / (1 - held)), -FARTHEST, FARTHEST)


def calibrate(belief: Floats, right: NDArray[np.bool_], kind: Kind | None = None) -> Calibration | None:
    """The curve that references ask for; None for fewer than 20 of them.

    `belief` is what a method that had not seen the references believed of its answers to them, `right`
    whether these were right. Without a `kind` it goes by their number.
    """
    if len(belief) < FEWEST:
        return None
    if kind is None:
        kind = "isotonic" if len(belief) >= ISOTONIC else "slope and offset"
    if kind == "isotonic":
        return Calibration(kind, len(belief), steps=_isotonic(belief, right))
    slope, offset = _logistic(log_odds(belief), right.astype(np.float64), kind == "slope and offset")
    return Calibration(kind, len(belief), slope, offset)


def _logistic(odds: Floats, right: Floats, with_offset: bool) -> tuple[float, float]:
    """Slope and offset by Newton's method, drawn towards half the belief's log-odds by normal priors."""
    columns = np.column_stack([odds, np.ones(len(odds))])
    start = np.array([SLOPE, 0.0])
    held = 1 / np.array(SPREADS) ** 2
    if not with_offset:
        held[1] = 1e9
    at = start.copy()
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-columns @ at))
        grade = columns.T @ (right - chance) - held * (at - start)
        bend = (columns * (chance * (1 - chance))[:, None]).T @ columns + np.diag(held)
        step = np.linalg.solve(bend, grade)
        at = at + np.clip(step, -1, 1)
        if float(np.abs(step).max()) < 1e-9:
            break
    return max(0.0, float(at[0])), float(at[1])


def _isotonic(belief: Floats, right: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Steps that never fall (pool adjacent violators), each drawn a little towards its middle."""
    places, of = np.unique(belief, return_inverse=True)
    of = of.reshape(-1)
    count = np.bincount(of).astype(np.float64)
    hits = np.bincount(of, right).astype(np.float64)
    blocks: list[list[float]] = []
    for place, size, sum_ in zip(places, count, hits, strict=True):
        blocks.append([float(size), float(sum_), float(place) * float(size)])
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][0] >= blocks[-1][1] * blocks[-2][0]:
            size_, hits_, sums_ = blocks.pop()
            blocks[-1] = [blocks[-1][0] + size_, blocks[-1][1] + hits_, blocks[-1][2] + sums_]
    made = np.array(blocks)
    return made[:, 2] / made[:, 0], (made[:, 1] + 0.5) / (made[:, 0] + 1)


def calibration_error(confidence: Floats, right: NDArray[np.bool_], bins: int = BINS) -> float | None:
    """ECE: how far confidence and the share of right answers are apart, over bins of equal width.

    Naeini, Cooper and Hauskrecht, AAAI 2015. None: there is nothing to compare.
    """
    if not len(confidence):
        return None
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(place, confidence - right, bins)
    return float(np.abs(gaps).sum() / len(confidence))
