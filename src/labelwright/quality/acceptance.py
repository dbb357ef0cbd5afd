"""Plans for taking over delivered work: what they let through, the smallest that will do, and Wald's test.

Two shares say what is wanted: work with `good` (the AQL) wrong should nearly always be accepted, work with
`bad` (the limiting quality, LTPD) nearly never. `producer_risk` is the chance to refuse good work,
`consumer_risk` that to accept bad work.

Wald, Sequential Analysis (1947): judging one after another needs far fewer on average, and keeps both risks
nearly. Unlike the audit of a certificate its risks hold for work produced at those two shares, not for any.
"""

from dataclasses import dataclass
from math import ceil, floor, inf, log
from typing import Literal

import numpy as np

from labelwright.core.errors import InvalidInput

_GONE = 1e-12  # the chance of going on still, where a sequential test is as good as over


def acceptance_chance(size: int, accept: int, share: float, lot: int | None = None) -> float:
    """The chance that a plan accepts work of which this share is wrong: its operating characteristic.

    With `lot`, of a lot of that size with the nearest whole number wrong (type A, hypergeometric); without,
    of work produced at that share (type B, binomial).
    """
    from scipy.stats import binom, hypergeom

    if size < 0 or accept < 0 or not 0 <= share <= 1 or (lot is not None and size > lot):
        raise InvalidInput("A plan judges no more than the lot, and a share lies from 0 to 1.")
    if lot is None:
        return float(binom.cdf(accept, size, share))
    return float(hypergeom.cdf(accept, lot, round(share * lot), size))


def count_acceptance_chance(size: int, accept: int, per_unit: float) -> float:
    """The chance that a plan accepts work with so many faults per unit; one unit can have several."""
    from scipy.stats import poisson

    if size < 0 or accept < 0 or per_unit < 0:
        raise InvalidInput("Sizes, acceptance numbers and rates are not negative.")
    return float(poisson.cdf(accept, size * per_unit))


def smallest_plan(
    good: float, bad: float, producer_risk: float = 0.05, consumer_risk: float = 0.05, most: int = 100_000
) -> tuple[int, int]:
    """The smallest size, and how many of it may be wrong, so that both risks are kept.

    InvalidInput where even `most` judgements do not tell the two shares apart.

    >>> smallest_plan(0.01, 0.05)
    (181, 4)
    """
    _risks(good, bad, producer_risk, consumer_risk)
    accept = 0
    while True:
        low, high = accept + 1, most
        if acceptance_chance(most, accept, bad) > consumer_risk:
            raise InvalidInput(
                f"{good:.3%} and {bad:.3%} are too near one another to be told apart by {most} judgements.",
                remedy="Allow larger risks, or move the two shares apart.",
            )
        while low < high:
            middle = (low + high) // 2
            if acceptance_chance(middle, accept, bad) <= consumer_risk:
                high = middle
            else:
                low = middle + 1
        if acceptance_chance(low, accept, good) >= 1 - producer_risk:
            return low, accept
        accept += 1


@dataclass(frozen=True)
class Run:
    """What a sequential test does with work of a given share: accept it with this chance, after so many."""

    accepts: float
    average: float


class WaldTest:
    """Wald's sequential probability ratio test of `good` against `bad`."""

    def __init__(
        self, good: float, bad: float, producer_risk: float = 0.05, consumer_risk: float = 0.05
    ) -> None:
        _risks(good, bad, producer_risk, consumer_risk)
        if good == 0:
            raise InvalidInput("With no error allowed at all the first one decides: claim a share above 0.")
        unit = log(bad * (1 - good) / (good * (1 - bad)))
        self.slope = log((1 - good) / (1 - bad)) / unit
        self._accept = log((1 - producer_risk) / consumer_risk) / unit
        self._refuse = log((1 - consumer_risk) / producer_risk) / unit
        self.judged = self.wrong = 0
        self.state: Literal["open", "accepted", "refused"] = "open"

    def accept_up_to(self, judged: int) -> int:
        """How many wrong ones accept the work after so many; below 0 none can yet."""
        return floor(self.slope * judged - self._accept + 1e-9)

    def refuse_from(self, judged: int) -> int:
        """From how many wrong ones on the work is refused after so many."""
        return ceil(self.slope * judged + self._refuse - 1e-9)

    def add(self, wrong: bool) -> None:
        """Take the next verdict; after the decision they change nothing."""
        if self.state != "open":
            return
        self.judged += 1
        self.wrong += bool(wrong)
        if self.wrong <= self.accept_up_to(self.judged):
            self.state = "accepted"
        elif self.wrong >= self.refuse_from(self.judged):
            self.state = "refused"

    def run(self, share: float) -> Run:
        """What the test does with work of this share: summed over all courses, not Wald's approximation."""
        if not 0 <= share <= 1:
            raise InvalidInput("A share lies from 0 to 1.", place="share")
        chance = np.array([1.0])  # of each number of wrong ones, while the test goes on
        accepts = average = 0.0
        judged = 0
        while (going := float(chance.sum())) > _GONE and judged < 1_000_000:
            average += going
            judged += 1
            chance = np.append(chance * (1 - share), 0.0) + np.append(0.0, chance * share)
            low, high = self.accept_up_to(judged), self.refuse_from(judged)
            if low >= 0:
                accepts += float(chance[: low + 1].sum())
                chance[: low + 1] = 0
            chance[high:] = 0
            chance = chance[: max(1, high)]
        return Run(accepts, average if going <= _GONE else inf)


def _risks(good: float, bad: float, producer_risk: float, consumer_risk: float) -> None:
    if not 0 <= good < bad < 1:
        raise InvalidInput("The good share lies from 0 to below the bad one, and the bad one below 1.")
    if not 0 < producer_risk < 0.5 or not 0 < consumer_risk < 0.5:
        raise InvalidInput("A risk lies between 0 and 0.5.")
