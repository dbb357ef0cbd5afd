"""A bound on the share of errors in all strata together that holds after every verdict.

Scores say where errors are likely; units of like score form a stratum, and the verdicts in a stratum are a
random draw from it. For any division of K errors over the strata the chance of the verdicts is known, a
product over strata. The ratio of a mixture of such chances to that product is a martingale under the true
division, so the least ratio over all divisions of K is at most that: where even it reaches 1/alpha, K is
rejected. Union-intersection testing over strata: Ottoboni, Stark, Lindeman and McBurnett (SUITE, 2018),
Spertus and Stark, “Sweeter than SUITE” (2022); the ratio is the prior-posterior one of Waudby-Smith and
Ramdas (2020).

The chance of a stratum is log-concave in its errors, so the likeliest division for K comes from one
multiplier: every stratum stops where one error more is no longer worth it. Lagrange duality puts the value
found never below the true one, so the bound stays on the safe side.

The mixture says that the guessed rates, times some factor that is the same for all strata, are right; so
good guesses make it tight and bad ones only loose. How the draws were shared out does not matter, nor
whether they were: it also sharpens a simple draw whose strata were fixed beforehand.
"""

from collections.abc import Sequence
from math import ceil, exp, inf, lgamma, log

from labelwright.core.errors import InvalidInput
from labelwright.quality.confidence_sequence import log_chance

FACTORS = (0.15, 0.3, 0.6, 1.0, 2.0)
FIRMNESS = (0.7, 8.0)  # shape of the Beta around each guess: loose and firm
CLEAN = 0.1  # weight of “nothing is wrong”
_STEPS = 48
_SLACK = 1e-6


class StratifiedShare:
    """The running bounds on how many units are wrong in all strata, each at one-sided confidence 1 - alpha.

    `sizes` are those of the strata; `guesses` the guessed share of errors in each (scores averaged).
    """

    def __init__(self, sizes: Sequence[int], guesses: Sequence[float], alpha: float = 0.05) -> None:
        if len(sizes) != len(guesses) or not sizes or min(sizes) < 0 or sum(sizes) < 1:
            raise InvalidInput("Each stratum needs its size and a guessed share of errors.", place="strata")
        if not 0 < alpha <= 0.5:
            raise InvalidInput(
                f"The chance of failing lies above 0 and up to 0.5, not at {alpha}.", place="alpha"
            )
        if min(guesses) < 0 or max(guesses) > 1:
            raise InvalidInput("A guessed share of errors lies from 0 to 1.", place="guesses")
        self.sizes, self.alpha = tuple(sizes), alpha
        self.population = sum(sizes)
        self.wrong, self.right = [0] * len(sizes), [0] * len(sizes)
        self.upper_count, self.lower_count = self.population, 0
        self._parts = _mixture(guesses)

    @property
    def audited(self) -> int:
        return sum(self.wrong) + sum(self.right)

    @property
    def errors(self) -> int:
        return sum(self.wrong)

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
        """The errors expected in all strata as a share; None while a stratum has no verdict."""
        parts = list(zip(self.sizes, self.wrong, self.right, strict=True))
        if any(size and not wrong + right for size, wrong, right in parts):
            return None
        return sum(size * wrong / (wrong + right) for size, wrong, right in parts if size) / self.population

    def add(self, stratum: int, wrong: bool) -> None:
        """Take the next verdict from a stratum, in the order of the draws within it."""
        if not 0 <= stratum < len(self.sizes):
            raise InvalidInput(f"There is no stratum {stratum}.", place="stratum")
        if self.wrong[stratum] + self.right[stratum] == self.sizes[stratum]:
            raise InvalidInput(f"All units of stratum {stratum} have been audited already.", place="stratum")
        (self.wrong if wrong else self.right)[stratum] += 1
        threshold = self.log_mixture(self.wrong, self.right) + log(self.alpha) - _SLACK
        self.upper_count = min(self.upper_count, _most(self.sizes, self.wrong, self.right, threshold))
        fewest_right = _most(self.sizes, self.right, self.wrong, threshold)
        self.lower_count = max(self.lower_count, self.population - fewest_right)

    def log_mixture(self, wrong: Sequence[float], right: Sequence[float]) -> float:
        """The log chance of such verdicts under the mixture."""
        chances = [
            weight + sum(_spread(a, b, e, c) for (a, b), e, c in zip(betas, wrong, right, strict=True))
            for weight, betas in self._parts
        ]
        if sum(wrong) == 0:
            chances.append(log(CLEAN))
        top = max(chances)
        return top + log(sum(exp(chance - top) for chance in chances))

    def rejects(self, count: int, wrong: Sequence[float], right: Sequence[float]) -> bool:
        """Whether verdicts such as these would reject `count` errors and more, for forecasts."""
        threshold = self.log_mixture(wrong, right) + log(self.alpha) - _SLACK
        return _most(self.sizes, wrong, right, threshold) < count


def _mixture(guesses: Sequence[float]) -> list[tuple[float, list[tuple[float, float]]]]:
    """Log weights and a Beta for each stratum: every factor, loose and firm."""
    each = log((1 - CLEAN) / (len(FACTORS) * len(FIRMNESS)))
    parts: list[tuple[float, list[tuple[float, float]]]] = []
    for factor in FACTORS:
        means = [min(0.9, max(1e-4, factor * guess)) for guess in guesses]
        parts += [(each, [(firm, firm * (1 - mean) / mean) for mean in means]) for firm in FIRMNESS]
    return parts


def _spread(a: float, b: float, wrong: float, right: float) -> float:
    if not wrong + right:
        return 0.0
    return (
        lgamma(a + wrong)
        - lgamma(a)
        + lgamma(b + right)
        - lgamma(b)
        - lgamma(a + b + wrong + right)
        + lgamma(a + b)
    )


def _most(sizes: Sequence[int], wrong: Sequence[float], right: Sequence[float], threshold: float) -> int:
    """The most errors not rejected: the multiplier is halved in on until the counts beside it are known."""

    def at(multiplier: float) -> tuple[int, float]:
        counts = [_errors_at(multiplier, size, e, c) for size, e, c in zip(sizes, wrong, right, strict=True)]
        chance = sum(
            log_chance(count, size, e, e + c)
            for count, size, e, c in zip(counts, sizes, wrong, right, strict=True)
        )
        return sum(counts), chance

    held, rejected = log(1e-14), log(60.0)
    count, chance = at(-exp(rejected))
    if chance > threshold:
        return count
    least, _ = at(-exp(held))
    for _ in range(_STEPS):
        if count - least <= 1:
            break
        middle = (held + rejected) / 2
        here, chance = at(-exp(middle))
        if chance > threshold:
            held, least = middle, here
        else:
            rejected, count = middle, here
    return max(least, count - 1)


def _errors_at(multiplier: float, size: int, wrong: float, right: float) -> int:
    """The count from which on one error more gains less than the (negative) multiplier, in one stratum."""
    low, high = ceil(wrong), int(size - right)
    if low >= high or _gain(high - 1, size, wrong, right) > multiplier:
        return high
    if _gain(low, size, wrong, right) <= multiplier:
        return low
    root = _root(multiplier, size, wrong, right)
    guess = min(high, max(low + 1, root))
    if _gain(guess, size, wrong, right) <= multiplier < _gain(guess - 1, size, wrong, right):
        return guess
    while high - low > 1:  # low gains more than the multiplier, high does not
        middle = (low + high) // 2
        if _gain(middle, size, wrong, right) > multiplier:
            low = middle
        else:
            high = middle
    return high


def _gain(count: int, size: int, wrong: float, right: float) -> float:
    """By how much the log chance grows with one error more than `count`."""
    if size - count - right <= 0:
        return -inf
    return log((count + 1) / (count + 1 - wrong)) + log((size - count - right) / (size - count))


def _root(multiplier: float, size: int, wrong: float, right: float) -> int:
    """Where the gain equals the multiplier, from its quadratic equation; rounding may put it beside."""
    ratio = exp(multiplier)
    a = 1 - ratio
    b = (size - right - 1) - ratio * (size - 1 + wrong)
    c = (size - right) - ratio * size * (1 - wrong)
    inside = b * b + 4 * a * c
    if a <= 0 or inside < 0:
        return 0
    return int((b + inside**0.5) / (2 * a)) + 1
