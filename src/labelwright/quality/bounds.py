"""Bounds on a share from a draw of fixed size: for all units, or out of a population of known size.

They hold when the size of the audit was fixed beforehand. Who looks after each verdict and stops when it
suits needs the bounds of `confidence_sequence.py`.

Exact are Clopper and Pearson, Biometrika 26 (1934), for draws from without end, and the hypergeometric
ones of a finite population: Buonaccorsi, The American Statistician 41 (1987). They err on the safe side.
Wilson, JASA 22 (1927), is nearer the nominal level on average, but not always above it: for display only.
"""

from dataclasses import dataclass
from math import ceil, exp, lgamma, log, log1p, sqrt

from labelwright.core.errors import InvalidInput


@dataclass(frozen=True)
class Interval:
    """From `lower` to `upper`, both shares between 0 and 1."""

    lower: float
    upper: float

    @property
    def width(self) -> float:
        return self.upper - self.lower


def clopper_pearson(errors: int, audited: int, confidence: float = 0.95) -> Interval | None:
    """The exact two-sided interval for a share; None where nothing was audited."""
    tail = (1 - _level(confidence)) / 2
    lower, upper = (
        clopper_pearson_lower(errors, audited, 1 - tail),
        clopper_pearson_upper(errors, audited, 1 - tail),
    )
    return None if lower is None or upper is None else Interval(lower, upper)


def clopper_pearson_upper(errors: int, audited: int, confidence: float = 0.95) -> float | None:
    """The share that the true one does not exceed, with this confidence; one-sided.

    >>> round(clopper_pearson_upper(0, 59), 4)
    0.0495
    """
    from scipy.special import betaincinv

    _counts(errors, audited)
    if audited == 0:
        return None
    return 1.0 if errors == audited else float(betaincinv(errors + 1, audited - errors, _level(confidence)))


def clopper_pearson_lower(errors: int, audited: int, confidence: float = 0.95) -> float | None:
    """The share that the true one does not fall below, with this confidence; one-sided."""
    from scipy.special import betaincinv

    _counts(errors, audited)
    if audited == 0:
        return None
    return 0.0 if errors == 0 else float(betaincinv(errors, audited - errors + 1, 1 - _level(confidence)))


def hypergeometric_upper(errors: int, audited: int, population: int, confidence: float = 0.95) -> int:
    """The most units that can be wrong out of `population`, with this confidence; one-sided and exact.

    It is the largest count under which so few errors are not rarer than 1 - confidence.
    """
    from scipy.stats import hypergeom

    _counts(errors, audited, population)
    alpha = 1 - _level(confidence)
    low, high = errors, population - (audited - errors)
    while low < high:
        middle = (low + high + 1) // 2
        if float(hypergeom.cdf(errors, population, middle, audited)) > alpha:
            low = middle
        else:
            high = middle - 1
    return low


def hypergeometric_lower(errors: int, audited: int, population: int, confidence: float = 0.95) -> int:
    """The fewest units that can be wrong out of `population`, with this confidence; one-sided and exact."""
    return population - hypergeometric_upper(audited - errors, audited, population, confidence)


def hypergeometric(errors: int, audited: int, population: int, confidence: float = 0.95) -> Interval | None:
    """The exact two-sided interval for the share of a finite population; None where nothing was audited."""
    _counts(errors, audited, population)
    if audited == 0:
        return None
    side = 1 - (1 - _level(confidence)) / 2
    return Interval(
        hypergeometric_lower(errors, audited, population, side) / population,
        hypergeometric_upper(errors, audited, population, side) / population,
    )


def wilson(errors: float, audited: float, confidence: float = 0.95) -> Interval | None:
    """The score interval, for display; the counts may be effective ones, not whole. None without any."""
    from scipy.special import ndtri

    _level(confidence)
    if audited <= 0:
        return None
    z = float(ndtri(1 - (1 - confidence) / 2))
    share = errors / audited
    middle = (share + z * z / (2 * audited)) / (1 + z * z / audited)
    half = z / (1 + z * z / audited) * sqrt(share * (1 - share) / audited + z * z / (4 * audited * audited))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def zero_error_size(below: float, confidence: float = 0.95, population: int | None = None) -> int:
    """How many audits without an error prove that the share of errors is not more than `below`.

    Without `population`, for draws without end; with it, drawn without replacement, which needs fewer.
    `below` of 1 needs none.

    >>> [zero_error_size(share) for share in (0.05, 0.02, 0.01, 0.005)]
    [59, 149, 299, 598]
    """
    alpha = 1 - _level(confidence)
    if not 0 <= below <= 1 or (population is not None and population < 1):
        raise InvalidInput("A claimed share lies from 0 to 1, and a population has at least one unit.")
    if below == 1:
        return 0
    if population is None:
        if below == 0:
            raise InvalidInput("No number of audits proves that there is no error at all in endless work.")
        size = max(1, ceil(log(alpha) / log1p(-below)) - 1)
        while (1 - below) ** size > alpha:
            size += 1
        return size
    fewest_wrong = whole_share(below, population) + 1
    low, high = 1, population - fewest_wrong + 1
    while low < high:
        middle = (low + high) // 2
        if _clean_chance(population, fewest_wrong, middle) <= alpha:
            high = middle
        else:
            low = middle + 1
    return low


def whole_share(share: float, population: int) -> int:
    """The most whole units that are not more than `share` of all: 0.07 of 100 is 7, in spite of rounding."""
    return min(population, int(share * population + 1e-9 * max(1.0, share * population)))


def _clean_chance(population: int, wrong: int, drawn: int) -> float:
    right = population - wrong
    if drawn > right:
        return 0.0
    return exp(
        lgamma(right + 1)
        - lgamma(right - drawn + 1)
        - lgamma(population + 1)
        + lgamma(population - drawn + 1)
    )


def _level(confidence: float) -> float:
    if not 0.5 <= confidence < 1:
        raise InvalidInput(f"A confidence lies from 0.5 to below 1, not at {confidence}.", place="confidence")
    return confidence


def _counts(errors: int, audited: int, population: int | None = None) -> None:
    if not 0 <= errors <= audited or (population is not None and audited > population):
        of = "" if population is None else f" of {population}"
        raise InvalidInput(f"{errors} errors in {audited} audits{of} is not a count that can be.")
