"""A running bound on the mean of values between 0 and 1, for a finite population drawn without replacement.

Missing annotations per item, losses of shapes, and anything else that is not just right or wrong. Against
each candidate mean a gambler bets that the next value is lower; the capital is a martingale if the candidate
is true, so it reaches 1/alpha with a chance of at most alpha (Waudby-Smith and Ramdas, “Estimating means of
bounded random variables by betting”, JRSS B 86, 2024, sections 4 and 5.1 for draws without replacement).
The bets are a fixed mixture of shares of the most that can be staked (their diversified Kelly): one stakes
everything, and weighs as much as it must so that as few clean audits as possible prove the claim; the others
survive values above the mean.

**Guesses sharpen it.** Where each unit has a guess known beforehand, the bet is on the value less a part of
the guess, and the mean of the guesses still to come is known exactly (a control variate; prediction-powered
inference, Angelopoulos and others, Science 382, 2023, with the part found from the verdicts before, as in
active and anytime-valid versions of it). Half of the capital bets without them, so useless guesses cost
little; none can break the bound, because the bet stays fair whatever they are.
"""

from collections import Counter
from collections.abc import Mapping
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from labelwright.core.errors import InvalidInput
from labelwright.quality.bounds import zero_error_size

Floats = NDArray[np.float64]
Seen = Mapping[float, int]
STAKES = np.array([1.0, 0.9, 0.75, 0.6, 0.45, 0.33, 0.25, 0.18, 0.12, 0.08, 0.05, 0.025])
LEAST_SURVIVING = 0.005  # weight of the bets that a single error does not end
_FIRM = 1 + 1e-9  # against rounding, on the side of not rejecting


class BoundedMean:
    """The running bounds on the mean of N values in [0, 1], each at one-sided confidence 1 - alpha.

    `guess_mean` is the mean of the guesses over the whole population; with it every value comes with its
    guess. The bounds are candidates of a grid, rounded outwards; `claim` is one of them.
    """

    def __init__(
        self,
        population: int,
        alpha: float = 0.05,
        claim: float | None = None,
        guess_mean: float | None = None,
    ) -> None:
        if population < 1:
            raise InvalidInput("There is nothing to audit: the population is empty.", place="population")
        if not 0 < alpha <= 0.5:
            raise InvalidInput(
                f"A chance of failing lies above 0 and up to 0.5, not at {alpha}.", place="alpha"
            )
        if not 0 <= (0.0 if claim is None else claim) <= 1 or not 0 <= (guess_mean or 0.0) <= 1:
            raise InvalidInput("A claimed mean and a guessed one lie from 0 to 1.", place="claim")
        self.population, self.alpha, self.claim, self.guess_mean = population, alpha, claim, guess_mean
        self.audited, self.total = 0, 0.0
        self.upper, self.lower = 1.0, 0.0
        candidates = _grid(claim)
        guided = guess_mean is not None
        self._high = _Bets(candidates, population, _weights(population, alpha, claim), guided)
        self._low = _Bets(1 - candidates[::-1], population, _weights(population, alpha, None), guided)
        self._seen: Counter[float] = Counter()
        self._slope = _Slope()
        self._guesses = 0.0

    def needed(self, clean: bool) -> int | None:
        """About how many more values prove the claim: all 0 if `clean`, else like those so far."""
        left = self.population - self.audited
        if self.claim is None or not left:
            return None
        seen = {0.0: 1} if clean or not self.audited else self._seen
        return self._high.needed(self.alpha, self.claim, self.total, left, seen)

    @property
    def estimate(self) -> float | None:
        """The mean of the values so far; None before the first."""
        return self.total / self.audited if self.audited else None

    def add(self, value: float, guess: float | None = None) -> None:
        """Take the next value, in the order of the draw."""
        if not 0 <= value <= 1 or not 0 <= (0.0 if guess is None else guess) <= 1:
            raise InvalidInput("A value and its guess lie from 0 to 1.", place="value")
        if (guess is None) != (self.guess_mean is None):
            raise InvalidInput("Guesses come with all values and their mean, or not at all.", place="guess")
        if self.audited == self.population:
            raise InvalidInput("All units of the population have been audited already.")
        left = self.population - self.audited
        part, own, mean = 0.0, 0.0, 0.0
        if guess is not None and self.guess_mean is not None:
            part, own = self._slope.value, guess
            mean = min(1.0, max(0.0, (self.population * self.guess_mean - self._guesses) / left))
            self._guesses += guess
            self._slope.add(value, guess)
        self._high.bet(value, self.total, left, part, own, mean)
        self._low.bet(1 - value, self.audited - self.total, left, part, 1 - own, 1 - mean)
        self.audited += 1
        self.total += value
        self._seen[value] += 1
        self.upper = min(self.upper, self._high.bound(self.alpha))
        self.lower = max(self.lower, round(1 - self._low.bound(self.alpha), 12))


class _Bets:
    """The capitals against all candidates. Each grows with the candidate, so a bound splits them in two."""

    def __init__(self, candidates: Floats, population: int, weights: Floats, guided: bool) -> None:
        self._candidates, self._population = candidates, population
        ways = 2 if guided else 1
        self._guided = np.repeat(np.arange(ways), len(STAKES))[:, None]
        self._stakes = np.tile(STAKES, ways)[:, None]
        self._capital = np.tile((np.tile(weights, ways) / ways)[:, None], (1, len(candidates)))

    def bet(self, value: float, total: float, left: int, part: float, own: float, mean: float) -> None:
        """Bet that the next value lies below what is left of each candidate, and settle."""
        ahead = (self._population * self._candidates - total) / left
        cannot = ahead > 1 + 1e-9
        ahead = np.clip(ahead, 0, 1)
        used = part * self._guided
        most = np.maximum(1 - ahead + used * mean, 1e-12)
        gain = (ahead - value + used * (own - mean)) / most
        # Rounding may leave a lost stake a hair below nothing.
        self._capital *= np.maximum(1 + self._stakes * gain, 0)
        self._capital[:, cannot] = np.inf
        np.minimum(self._capital, 1e200, out=self._capital)

    def needed(self, alpha: float, claim: float, total: float, left: int, seen: Seen) -> int | None:
        """About how many more values like those seen take the capital against the claim to 1/alpha."""
        ahead = (self._population * claim - total) / left
        count = sum(seen.values())
        if not 0 < ahead < 1 or not count:
            return None
        capital = self._capital[: len(STAKES), int(np.searchsorted(self._candidates, claim))]
        with np.errstate(divide="ignore", invalid="ignore"):
            growth = sum(
                number / count * np.log(np.maximum(1 + STAKES * (ahead - value) / (1 - ahead), 0))
                for value, number in seen.items()
            )
            times = (-log(alpha) - np.log(capital)) / growth
        hopeful = times[(growth > 0) & np.isfinite(times)]
        return min(left, max(1, ceil(hopeful.min()))) if len(hopeful) else None

    def bound(self, alpha: float) -> float:
        """The smallest candidate from which on all are rejected; 1 where the largest is not."""
        held = self._capital.sum(axis=0) * alpha < _FIRM
        last = int(np.flatnonzero(held)[-1]) if held.any() else -1
        return float(self._candidates[last + 1]) if last + 1 < len(self._candidates) else 1.0


class _Slope:
    """The part of a guess that explains the value, by those before; drawn to 0 while little is known."""

    def __init__(self) -> None:
        self._count = 0
        self._sums = np.zeros(4)

    def add(self, value: float, guess: float) -> None:
        self._count += 1
        self._sums += (value, guess, value * guess, guess * guess)

    @property
    def value(self) -> float:
        if self._count < 2:
            return 0.0
        values, guesses, products, squares = self._sums / self._count
        spread = squares - guesses * guesses
        return float(min(1.0, max(0.0, (products - values * guesses) / (spread + 1 / self._count))))


def _weights(population: int, alpha: float, claim: float | None) -> Floats:
    """Of the stakes: the one that stakes all weighs what the fewest clean audits ask for, at least half."""
    whole = 0.5
    if claim and claim < 1:
        ahead = (
            population * claim / (population - np.arange(min(population, zero_error_size(claim, 1 - alpha))))
        )
        ahead = ahead[ahead < 1]
        capital = np.prod(1 + STAKES[:, None] * ahead / (1 - ahead), axis=1)
        others = float(capital[1:].mean())
        if capital[0] > others:
            whole = ((1 + 1e-6) / alpha - others) / (float(capital[0]) - others)
    whole = min(1 - LEAST_SURVIVING, max(0.5, whole))
    return np.array([whole] + [(1 - whole) / (len(STAKES) - 1)] * (len(STAKES) - 1))


def _grid(claim: float | None) -> Floats:
    parts = [np.linspace(0, 1, 401), np.linspace(0, 0.1, 401)]
    if claim is not None:
        parts += [np.linspace(0, min(1.0, 4 * claim), 321), np.array([claim])]
    return np.unique(np.concatenate(parts))
