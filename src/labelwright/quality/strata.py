"""Strata of an audit: where they are cut, and how the draws are shared out among them."""

from collections.abc import Sequence
from math import ceil

from labelwright.core.errors import InvalidInput


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
