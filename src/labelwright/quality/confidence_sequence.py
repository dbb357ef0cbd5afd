"""A bound on the share of errors that holds after every verdict, whenever the audit stops.

The population is finite (N units, K of them wrong) and drawn without replacement. For each K the chance of
the verdicts so far is known; the ratio of a mixture of such chances, fixed beforehand, to the chance under K
is a martingale that starts at 1 if K is true, so it reaches 1/alpha with a chance of at most alpha, however
long one looks (Ville 1939). The counts K that it has not rejected are the bound: the prior-posterior-ratio
sequence of Waudby-Smith and Ramdas, “Confidence sequences for sampling without replacement”, NeurIPS 2020.
It is exact for right and wrong; `bounded_mean.py` is for values in between.

The mixture decides for which data the bound is tight, never whether it holds. For a claim “at most c” it is

    (1 - e) · “no unit is wrong”  +  e · Beta(1, (1 - m) / m) on the share, m = c / 4.

The first part stakes everything on no error: it makes the audit prove the claim with as few clean audits as
any test needs for endless work (59 for 5 %, 149 for 2 %, 299 for 1 %; fewer in small populations), and is
lost at the first error. The second part lives on. `clean` takes the largest e that still allows so few (about
0.07 at 5 %, 0.02 at 1 %); `steady` takes e = 1/2: some 5 clean audits more at 5 %, but fewer where errors do
occur. That price is in the nature of things: 59 clean audits use up 0.0485 of the 0.05 that may fail.
"""

from dataclasses import dataclass
from math import exp, inf, lgamma, log, log1p
from typing import Literal

from labelwright.core.errors import InvalidInput
from labelwright.quality.bounds import whole_share, zero_error_size

Tuning = Literal["clean", "steady"]
AMPLE, SCANT = 0.05, 0.003  # weights of the part that survives an error: enough, and the least there may be
_SLACK = 1e-6  # room for rounding, kept on the side of not proving; lgamma of ten million is good to 1e-7


@dataclass(frozen=True)
class Mixture:
    """A belief about the share of wrong units: none at all, with weight `clean`; else Beta(a, b)."""

    clean: float
    a: float
    b: float

    def log_chance(self, errors: float, audited: float) -> float:
        """The log chance of one sequence of verdicts with so many errors, the same in any order."""
        spread = (
            _log_beta(self.a + errors, self.b + audited - errors) - _log_beta(self.a, self.b)
            if self.clean < 1
            else -inf
        )
        if errors > 0 or self.clean == 0:
            return spread + log1p(-self.clean) if self.clean < 1 else -inf
        if self.clean == 1:
            return 0.0
        return log(self.clean + (1 - self.clean) * exp(spread))


class ErrorShare:
    """The running bounds on how many of N units are wrong, each at one-sided confidence 1 - alpha.

    `upper_count` never rises and `lower_count` never falls: what was rejected once stays rejected.
    `expected` is a share where the bounds should be tight; it replaces the claim in an audit without one.
    """

    def __init__(
        self,
        population: int,
        alpha: float = 0.05,
        claim: float | None = None,
        tuning: Tuning = "clean",
        expected: float = 0.05,
    ) -> None:
        if population < 1:
            raise InvalidInput("There is nothing to audit: the population is empty.", place="population")
        if not 0 < alpha <= 0.5:
            raise InvalidInput(
                f"The chance of failing lies above 0 and up to 0.5, not at {alpha}.", place="alpha"
            )
        if claim is not None and not 0 <= claim <= 1:
            raise InvalidInput(f"A claimed share lies from 0 to 1, not at {claim}.", place="claim")
        self.population, self.alpha, self.claim = population, alpha, claim
        self.audited = self.errors = 0
        self.upper_count, self.lower_count = population, 0
        self._above = (
            mixture_below(population, alpha, claim, tuning) if claim is not None else _around(expected)
        )
        self._below = mixture_above(claim) if claim is not None else _around(expected)

    @property
    def upper(self) -> float:
        """The share that the errors do not exceed."""
        return self.upper_count / self.population

    @property
    def lower(self) -> float:
        """The share that the errors do not fall below."""
        return self.lower_count / self.population

    @property
    def estimate(self) -> float | None:
        """The share of errors among those audited; None before the first."""
        return self.errors / self.audited if self.audited else None

    def add(self, wrong: bool) -> None:
        """Take the next verdict, in the order of the draw."""
        if self.audited == self.population:
            raise InvalidInput("All units of the population have been audited already.")
        self.audited += 1
        self.errors += bool(wrong)
        highest, lowest = self._highest(), self._lowest()
        self.upper_count = min(self.upper_count, highest)
        self.lower_count = max(self.lower_count, lowest)

    def log_mixture(self, errors: float, audited: float) -> float:
        """The log chance of such verdicts under the mixture against high counts, for forecasts."""
        return self._above.log_chance(errors, audited)

    def log_capital(self, count: int) -> float:
        """The log of the martingale against “at least `count` are wrong”; log(1/alpha) rejects it."""
        return self._above.log_chance(self.errors, self.audited) - log_chance(
            count, self.population, self.errors, self.audited
        )

    def _highest(self) -> int:
        """The largest count not rejected now; the chance falls off on both sides of its top."""
        threshold = self._above.log_chance(self.errors, self.audited) + log(self.alpha) - _SLACK
        low, high = self._top(), self.population - self.audited + self.errors
        while low < high:
            middle = (low + high + 1) // 2
            if log_chance(middle, self.population, self.errors, self.audited) > threshold:
                low = middle
            else:
                high = middle - 1
        return low

    def _lowest(self) -> int:
        threshold = self._below.log_chance(self.errors, self.audited) + log(self.alpha) - _SLACK
        low, high = self.errors, self._top()
        while low < high:
            middle = (low + high) // 2
            if log_chance(middle, self.population, self.errors, self.audited) > threshold:
                high = middle
            else:
                low = middle + 1
        return low

    def _top(self) -> int:
        """The most likely count, which is never rejected: no mixture of chances is above the largest."""
        likeliest = self.errors * (self.population + 1) // self.audited
        return min(max(likeliest, self.errors), self.population - self.audited + self.errors)


def log_chance(count: float, population: int, errors: float, audited: float) -> float:
    """The log chance of one sequence of verdicts when `count` of the population are wrong.

    Concave in `count`; it takes any number, not only whole ones, for forecasts and relaxations.
    """
    right, clean = population - count, audited - errors
    if count < errors or right < clean:
        return -inf
    return (
        lgamma(count + 1)
        - lgamma(count - errors + 1)
        + lgamma(right + 1)
        - lgamma(right - clean + 1)
        - lgamma(population + 1)
        + lgamma(population - audited + 1)
    )


def mixture_below(population: int, alpha: float, claim: float, tuning: Tuning = "clean") -> Mixture:
    """The mixture that proves “at most `claim`” soonest; the module says how it is chosen."""
    mean = max(claim / 4, 1 / (4 * population))
    a, b = 1.0, (1 - mean) / mean
    if claim >= 1:
        return Mixture(0.5, a, b)
    if tuning == "steady":
        return Mixture(0.5, a, b)
    fewest = zero_error_size(claim, 1 - alpha, population)
    most = zero_error_size(claim, 1 - alpha) if claim > 0 else population
    room = 0.0
    for size in range(fewest, max(fewest, min(most + 2, population)) + 1):
        null = log_chance(whole_share(claim, population) + 1, population, 0, size)
        if null == -inf:
            return Mixture(
                0.5, a, b
            )  # nothing but auditing nearly all can prove it, and that proves it anyway
        spread = exp(_log_beta(a, b + size) - _log_beta(a, b) - null)
        room = (exp(-null) - (1 + 4 * _SLACK) / alpha) / (exp(-null) - spread)
        if room >= (AMPLE if size < most else SCANT):
            break
    return Mixture(1 - min(0.5, max(room, SCANT)), a, b)


def mixture_above(claim: float) -> Mixture:
    """The mixture that refutes “at most `claim`” soonest when the truth is some twice that, or more."""
    mean = min(0.5, max(2.5 * claim, 1e-3))
    return Mixture(0.0, 1.0, (1 - mean) / mean)


def _around(expected: float) -> Mixture:
    mean = min(0.5, max(expected, 1e-4))
    return Mixture(0.0, 0.5, 0.5 * (1 - mean) / mean)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
