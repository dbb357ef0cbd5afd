"""Bootstrap intervals: how far a number could be off if other items had been answered.

Items are drawn again, as many as there are, with replacement, and the number is worked out anew for each
draw. People are taken as given; what would change with other people isn't in the interval. Because a
`Statistic` is sums over items, a draw is a count of how often each item came, and all draws are one
product of matrices.

*Percentile* takes the quantiles of the values drawn, *basic* mirrors them about the estimate, *bca* shifts
them for bias and skew with the help of leaving each item out once. Efron and Tibshirani, An Introduction
to the Bootstrap (1993), ch. 13 and 14; Davison and Hinkley, Bootstrap Methods and their Application (1997).

There is no interval with fewer than two items, or where more than one draw in ten has no value.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.quality.statistic import Floats, Ints, Statistic, defined

BootstrapMethod = Literal["percentile", "basic", "bca"]
RESAMPLES, LEVEL = 1000, 0.95
ROOM = 20_000_000  # numbers held at once
FEW_SUMS = 32  # up to so many, a full table is faster
LEAST_DEFINED = 0.9

Counts = NDArray[np.uint8]


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its bootstrap interval. `n` is of items; None stands for what has no value."""

    estimate: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    method: BootstrapMethod
    resamples: int


@dataclass(frozen=True, eq=False)
class Resamples:
    """How often each item came in each draw (items × draws). Drawn once, it serves every statistic."""

    counts: Counts

    @staticmethod
    def drawn(generator: np.random.Generator, items: int, resamples: int = RESAMPLES) -> "Resamples":
        """Draws of `items` items with replacement. Takes items × resamples bytes."""
        counts = np.empty((resamples, items), np.uint8)
        for at in range(resamples):
            places = generator.integers(0, items, items) if items else np.empty(0, np.int64)
            counts[at] = np.minimum(np.bincount(places, minlength=items), 255)
        return Resamples(np.ascontiguousarray(counts.T))

    def values(self, statistic: Statistic) -> Floats:
        """The statistic's value in each draw, NaN where it has none."""
        return values_of_draws(statistic, self.counts)


def bootstrap(
    statistic: Statistic,
    generator: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    method: BootstrapMethod = "percentile",
) -> Interval:
    """The statistic with its interval, from draws of its own among the items that have something to say."""
    items = statistic.items
    place = np.zeros(int(items.max(initial=-1)) + 1, np.int64)
    place[items] = np.arange(len(items))
    own = statistic.grouped(place)
    drawn: list[Floats] = []
    step = max(1, 10 * ROOM // max(len(items), 1))
    for begin in range(0, resamples if len(items) > 1 else 0, step):
        part = Resamples.drawn(generator, len(items), min(step, resamples - begin))
        drawn.append(part.values(own))
    values = np.concatenate(drawn) if drawn else np.empty(0)
    return interval_of(own, values, level=level, method=method)


def interval(
    statistic: Statistic,
    resamples: Resamples,
    *,
    level: float = LEVEL,
    method: BootstrapMethod = "percentile",
) -> Interval:
    """The statistic with its interval, from draws that several statistics share."""
    values = resamples.values(statistic) if statistic.n > 1 else np.empty(0)
    return interval_of(statistic, values, level=level, method=method)


def interval_of(
    statistic: Statistic, values: Floats, *, level: float = LEVEL, method: BootstrapMethod = "percentile"
) -> Interval:
    """The interval that values of draws make around a statistic's value."""
    estimate = statistic.value
    low = high = None
    known = values[np.isfinite(values)]
    if estimate is not None and len(known) and len(known) >= LEAST_DEFINED * len(values):
        tail = (1 - level) / 2
        tails = _bca_tails(statistic, known, estimate, tail) if method == "bca" else (tail, 1 - tail)
        low, high = (float(value) for value in np.quantile(known, tails))
        if method == "basic":
            low, high = 2 * estimate - high, 2 * estimate - low
    return Interval(
        estimate=estimate,
        low=low,
        high=high,
        level=level,
        n=statistic.n,
        method=method,
        resamples=len(values),
    )


def values_of_draws(statistic: Statistic, counts: Counts) -> Floats:
    """The values for given counts of items (items × draws)."""
    items = statistic.items
    place = np.searchsorted(items, statistic.row)
    step = max(1, ROOM // max(len(items), statistic.width, 1))
    found = [
        statistic.evaluated(totals)
        for totals in _totals(statistic, items, place, counts, range(0, counts.shape[1], step), step)
    ]
    return np.concatenate(found) if found else np.empty(0)


def _totals(
    statistic: Statistic, items: Ints, place: Ints, counts: Counts, begins: range, step: int
) -> Iterator[Floats]:
    width = statistic.width
    if width <= FEW_SUMS:
        flat = np.bincount(place * width + statistic.column, statistic.amount, len(items) * width)
        table = flat.reshape(len(items), width).T
        for begin in begins:
            yield (table @ counts[items, begin : begin + step].astype(np.float64)).T
        return
    from scipy.sparse import csr_array  # heavy, and not wanted when the server starts

    sparse = csr_array((statistic.amount, (statistic.column, place)), shape=(width, len(items)))
    for begin in begins:
        product = sparse @ counts[items, begin : begin + step].astype(np.float64)
        yield np.asarray(product, np.float64).T


def _bca_tails(statistic: Statistic, known: Floats, estimate: float, tail: float) -> tuple[float, float]:
    normal = NormalDist()
    below = (np.count_nonzero(known < estimate) + np.count_nonzero(known == estimate) / 2) / len(known)
    if not 0 < below < 1:
        return tail, 1 - tail
    bias = normal.inv_cdf(float(below))
    speed = _acceleration(statistic)

    def moved(share: float) -> float:
        z = bias + normal.inv_cdf(share)
        scale = 1 - speed * z
        return normal.cdf(bias + z / scale) if scale > 0 else share

    return moved(tail), moved(1 - tail)


def _acceleration(statistic: Statistic) -> float:
    """The skew of the values with each item left out once (Efron and Tibshirani, 1993, eq. 14.15)."""
    items = statistic.items
    place = np.searchsorted(items, statistic.row)
    order = np.argsort(place, kind="stable")
    place, column, amount = place[order], statistic.column[order], statistic.amount[order]
    step = max(1, ROOM // max(statistic.width, 1))
    found: list[Floats] = []
    for begin in range(0, len(items), step):
        size = min(step, len(items) - begin)
        part = slice(*np.searchsorted(place, [begin, begin + size]))
        totals = np.tile(statistic.totals, (size, 1))
        np.subtract.at(totals, (place[part] - begin, column[part]), amount[part])
        found.append(statistic.evaluated(totals))
    left_out = np.concatenate(found)
    left_out = left_out[np.isfinite(left_out)]
    away = left_out.mean() - left_out if len(left_out) else left_out
    spread = float(np.square(away).sum()) ** 1.5
    speed = float((away**3).sum()) / (6 * spread) if spread > 0 else 0.0
    return defined(speed) or 0.0
