"""When an audit may stop: after each verdict, whether its claim is proved, refuted, or still open.

The first decision stands. A claim that is true is refuted with a chance of at most alpha, one that is false
is proved with a chance of at most alpha, however often anybody looks (`confidence_sequence.py`).

Several claims in one certificate share alpha (`shared_alpha`): the chance that any one of them is wrongly
proved stays at most alpha (Bonferroni). All of them read the same verdicts: the draws that fall into a
category are a random draw from that category.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log
from typing import Literal

from labelwright.core.errors import InvalidInput
from labelwright.quality.bounds import whole_share
from labelwright.quality.confidence_sequence import ErrorShare, Tuning, log_chance

State = Literal["open", "proved", "refuted"]


@dataclass(frozen=True)
class Standing:
    """Where an audit of one claim stands. Shares of the population, each bound one-sided at 1 - alpha.

    `needed_if_clean` and `needed` say how many more verdicts prove it: if all are right, and if errors go on
    as they came so far (None: they then would not prove it). Both are 0 once the claim is decided.
    """

    state: State
    audited: int
    errors: int
    estimate: float | None
    upper: float
    lower: float
    decided_at: int | None
    needed_if_clean: int | None
    needed: int | None


class SequentialAudit:
    """An audit of “at most `claim` of these units are wrong” that can stop after any verdict.

    `reference_error` is the share of verdicts in which a wrong unit may pass as right: it is taken off the
    claim before the test, and added to the upper bound.
    """

    def __init__(
        self,
        population: int,
        claim: float,
        alpha: float = 0.05,
        tuning: Tuning = "clean",
        reference_error: float = 0.0,
    ) -> None:
        if not 0 <= reference_error <= claim:
            raise InvalidInput(
                f"A reference that errs in {reference_error:.3%} cannot prove errors of {claim:.3%}.",
                place="reference_error",
                remedy="Claim more than the reference's own error, or audit with a better reference.",
            )
        self.claim, self.reference_error = claim, reference_error
        self.tested = claim - reference_error
        self.share = ErrorShare(population, alpha, self.tested, tuning)
        self.allowed = whole_share(self.tested, population)
        self.decided_at: int | None = None
        self.state: State = "open"
        self._decide()

    def add(self, wrong: bool) -> None:
        """Take the next verdict, in the order of the draw; “cannot tell” counts as wrong."""
        self.share.add(wrong)
        self._decide()

    def _decide(self) -> None:
        if self.state != "open":
            return
        if self.share.upper_count <= self.allowed:
            self.state = "proved"
        elif self.share.lower_count > whole_share(self.claim, self.share.population):
            self.state = "refuted"
        if self.state != "open":
            self.decided_at = self.share.audited

    @property
    def standing(self) -> Standing:
        share = self.share
        decided = self.state != "open"
        return Standing(
            state=self.state,
            audited=share.audited,
            errors=share.errors,
            estimate=share.estimate,
            upper=min(1.0, share.upper + self.reference_error),
            lower=share.lower,
            decided_at=self.decided_at,
            needed_if_clean=0 if decided else self._needed(0.0),
            needed=0 if decided else self._needed(self._likely_rate()),
        )

    def _likely_rate(self) -> float:
        """The share of errors so far, drawn towards a quarter of the claim by as much as one clean audit."""
        weight = 1.0
        return (self.share.errors + weight * self.tested / 4) / (self.share.audited + weight)

    def _needed(self, rate: float) -> int | None:
        """The fewest further verdicts that prove the claim if this share of them is wrong."""
        low, high = 1, self.share.population - self.share.audited
        if rate >= self.tested > 0 or not self._proved_after(high, rate):
            return None
        while low < high:
            middle = (low + high) // 2
            if self._proved_after(middle, rate):
                high = middle
            else:
                low = middle + 1
        return low

    def _proved_after(self, more: int, rate: float) -> bool:
        share = self.share
        audited, errors = share.audited + more, share.errors + rate * more
        if errors > self.allowed:
            return False
        if audited - errors >= share.population - self.allowed:
            return True  # all that is left may be wrong
        null = log_chance(self.allowed + 1, share.population, errors, audited)
        # Past the most likely count the chance falls, so rejecting the first count not allowed rejects all.
        beyond = errors * (share.population + 1) <= (self.allowed + 1) * audited
        return beyond and share.log_mixture(errors, audited) - null >= log(1 / share.alpha)


def shared_alpha(alpha: float, weights: Sequence[float]) -> list[float]:
    """What each of several claims may fail with so that all hold at once; more weight, more of it."""
    if not weights or min(weights) <= 0:
        raise InvalidInput("Each claim needs a weight above 0.", place="weights")
    return [alpha * weight / sum(weights) for weight in weights]


def neyman_shares(sizes: Sequence[int], rates: Sequence[float], least: float = 0.1) -> list[float]:
    """Which share of an audit each stratum gets: its size times the spread of its verdicts (Neyman, 1934).

    `rates` are guesses of the share of errors in each, from scores. A guess may be wrong, so every stratum
    gets at least `least` of what its size alone would give it.
    """
    if len(sizes) != len(rates) or not sizes or min(sizes) < 1:
        raise InvalidInput("Each stratum needs a size of at least 1 and a guessed rate.", place="strata")
    spread = [
        size * (min(max(rate, 1e-4), 1 - 1e-4) * (1 - min(max(rate, 1e-4), 1 - 1e-4))) ** 0.5
        for size, rate in zip(sizes, rates, strict=True)
    ]
    total, whole = sum(spread), sum(sizes)
    floored = [max(part / total, least * size / whole) for part, size in zip(spread, sizes, strict=True)]
    return [part / sum(floored) for part in floored]


def strata_of(scores: Sequence[float], count: int = 6) -> list[int]:
    """The stratum of each unit, 0 the least suspect; scores are guesses of the chance that a unit is wrong.

    Cut where the cumulated square root of the score reaches equal steps (Dalenius and Hodges, JASA 54,
    1959): narrow strata where errors are likely. Equal scores stay together; there may be fewer than asked.
    """
    import numpy as np

    if count < 1:
        raise InvalidInput("There is at least one stratum.", place="count")
    values = np.asarray(scores, dtype=np.float64)
    if len(values) == 0:
        return []
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > 1:
        raise InvalidInput(
            "A score is the chance that a unit is wrong: a number from 0 to 1.", place="scores"
        )
    distinct, place, held = np.unique(values, return_inverse=True, return_counts=True)
    steps = np.cumsum(held * np.sqrt(distinct + 1e-6))
    stratum = np.minimum(count - 1, np.ceil(count * steps / steps[-1] - 1e-9).astype(int) - 1)
    _, close = np.unique(stratum, return_inverse=True)
    return [int(value) for value in close[place]]


def fewest_for_width(width: float, rate: float, confidence: float = 0.95) -> int:
    """How large a simple audit is whose interval is about so wide, for planning (normal approximation)."""
    from scipy.special import ndtri

    if not 0 < width <= 1 or not 0 <= rate <= 1:
        raise InvalidInput("A width lies above 0 and up to 1, a rate from 0 to 1.")
    z = float(ndtri(1 - (1 - confidence) / 2))
    return max(1, ceil(rate * (1 - rate) * (2 * z / width) ** 2))
