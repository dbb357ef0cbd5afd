"""Strata of an audit: where they are cut, and how the draws are shared out among them."""

from collections.abc import Sequence
from math import ceil

from labelwright.core.errors import InvalidInput
from labelwright.quality.bounds import Interval


def neyman_shares(sizes: Sequence[int], rates: Sequence[float], least: float = 0.1) -> list[float]:
    """Which share of an audit each stratum gets: its size times the spread of its verdicts (Neyman, 1934).

    `rates` are guesses of the share of errors in each, from scores.

    A guess may be wrong: one above a half counts as a half, because scores near 1 are rarely that right, and
    every stratum gets at least `least` of what its size alone would give it.
    """
    if len(sizes) != len(rates) or not sizes or min(sizes) < 1:
        raise InvalidInput("Each stratum needs a size of at least 1 and a guessed rate.", place="strata")
    spread = [
        size * (min(max(rate, 1e-4), 0.5) * (1 - min(max(rate, 1e-4), 0.5))) ** 0.5
        for size, rate in zip(sizes, rates, strict=True)
    ]
    total, whole = sum(spread), sum(sizes)
    floored = [max(part / total, least * size / whole) for part, size in zip(spread, sizes, strict=True)]
    return [part / sum(floored) for part in floored]


def strata_of(scores: Sequence[float], count: int = 3) -> list[int]:
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


def stratified_interval(
    sizes: Sequence[int], audited: Sequence[int], errors: Sequence[int], confidence: float = 0.95
) -> Interval | None:
    """The interval for the share of errors in all strata after so many audits; None if one had none.

    Korn and Graubard, Survey Methodology 24 (1998): Clopper and Pearson's interval at the number of simple
    draws that would be as sure, at most those made where that number is not known. Near its level, not
    exact; proofs need `stratified.py`.
    """
    if not len(sizes) == len(audited) == len(errors) or not sizes:
        raise InvalidInput("Each stratum needs a size, a number of audits and one of errors.", place="strata")
    if min(audited) < 1:
        return None
    from scipy.special import betaincinv

    whole, count = sum(sizes), sum(audited)
    # A stratum without an error is not one without a doubt: half an error is added to its spread.
    rates = [(wrong + 0.5) / (n + 1) for wrong, n in zip(errors, audited, strict=True)]
    variance = sum(
        (size / whole) ** 2 * rate * (1 - rate) / n * (1 - n / size)
        for size, rate, n in zip(sizes, rates, audited, strict=True)
    )
    share = sum(size / whole * wrong / n for size, wrong, n in zip(sizes, errors, audited, strict=True))
    smooth = sum(size / whole * rate for size, rate in zip(sizes, rates, strict=True))
    draws = smooth * (1 - smooth) / variance if variance > 0 else float(count)
    found, tail = share * draws, (1 - confidence) / 2
    return Interval(
        float(betaincinv(found, draws - found + 1, tail)) if found > 0 else 0.0,
        float(betaincinv(found + 1, draws - found, 1 - tail)) if found < draws else 1.0,
    )
