"""Honest confidence: what a method believes, turned into how often it is right.

The posterior of a model of annotators is far too sure where people err together on hard items: off by ten to
thirty points on real crowds. Only references (gold) tell by how much. With enough of them the
confidence is recalibrated by isotonic regression over groups of items of like confidence (Zadrozny and Elkan,
KDD 2002), or by logistic regression on its log-odds (Platt, 1999; with one parameter it is temperature
scaling, Guo et al., ICML 2017). With few or none it is flattened as far as held-out answers ask for, and is
called what it is: not calibrated.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from labelwright.quality.statistic import Floats

Kind = Literal["slope", "slope and offset", "isotonic"]

FEWEST = 20  # references below which nothing is called calibrated
A_GROUP = 25  # references for each group of isotonic regression: smaller ones gave larger errors on real sets
MOST_GROUPS = 40
TOWARDS_ALL = 2.0  # references that a group's share is drawn towards that of all by
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
            ends, shares = self.steps
            return shares[np.searchsorted(ends, belief, "left")]
        return 1 / (1 + np.exp(-(self.slope * log_odds(belief) + self.offset)))

    @property
    def words(self) -> str:
        """What it is, in words."""
        return f"a probability, calibrated on {self.gold} references ({self.kind})"


def log_odds(belief: Floats) -> Floats:
    """Logarithms of odds, kept within what a belief can mean."""
    held = np.clip(belief, 1e-12, 1 - 1e-12)
    return np.clip(np.log(held / (1 - held)), -FARTHEST, FARTHEST)


def calibrate(
    belief: Floats, right: NDArray[np.bool_], kind: Kind = "isotonic", *, among: Floats | None = None
) -> Calibration | None:
    """The curve that references ask for; None for fewer than 20 of them.

    `belief` is what a method that had not seen the references believed of its answers to them, `right`
    whether these were right. `among` is the belief of all items, by which groups are made.
    """
    if len(belief) < FEWEST:
        return None
    if kind == "isotonic":
        steps = _isotonic(belief, right, belief if among is None else among)
        return Calibration(kind, len(belief), steps=steps)
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


def _isotonic(belief: Floats, right: NDArray[np.bool_], among: Floats) -> tuple[Floats, Floats]:
    """Upper ends of groups of like size and the share of right answers in each, which never falls.

    Each share is drawn towards that of all references by two of them, then groups that fall are pooled
    with the one before (pool adjacent violators).
    """
    groups = min(MOST_GROUPS, max(2, len(belief) // A_GROUP))
    ends = np.unique(np.quantile(among, np.arange(1, groups) / groups))
    place = np.searchsorted(ends, belief, "left")
    mean = (float(right.sum()) + 0.5) / (len(right) + 1)
    sizes = np.bincount(place, minlength=len(ends) + 1) + TOWARDS_ALL
    hits = np.bincount(place, right, len(ends) + 1) + TOWARDS_ALL * mean
    blocks: list[tuple[float, float, int]] = []
    for at in range(len(sizes)):
        block = (float(sizes[at]), float(hits[at]), 1)
        while blocks and blocks[-1][1] * block[0] >= block[1] * blocks[-1][0]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    shares = [hit / size for size, hit, count in blocks for _ in range(count)]
    return ends.astype(np.float64), np.array(shares)


def calibration_error(confidence: Floats, right: NDArray[np.bool_], bins: int = BINS) -> float | None:
    """ECE: how far confidence and the share of right answers are apart, over bins of equal width.

    Naeini, Cooper and Hauskrecht, AAAI 2015. None: there is nothing to compare.
    """
    if not len(confidence):
        return None
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(place, confidence - right, bins)
    return float(np.abs(gaps).sum() / len(confidence))
