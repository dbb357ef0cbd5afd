"""What somebody takes for what, and how fast: confusion with intervals, and seconds per object.

**Confusion**: each row of the matrix (one true category) is a Dirichlet–multinomial whose prior is the
crowd's own row, worth `STRENGTH` answers; the interval of a cell is that of its Beta marginal. Only cells
that somebody filled are listed, so a thousand categories make no million numbers.

**Speed**: the median of seconds per object with its distribution-free interval from order statistics
(Conover, Practical Nonparametric Statistics, 3rd ed. 1999, section 3.2), and the pace beside others at the
same categories: the exponential of the median of log(seconds over the category's median), so that whoever
got the long polygons is not called slow.
"""

from collections.abc import Sequence
from math import exp, log
from statistics import median
from typing import NamedTuple

import numpy as np

from labelwright.quality.outcomes import Estimate, Outcome, beta_interval

STRENGTH = 5.0
LEVEL = 0.95
FEWEST = 6  # times for which an interval of 95 % exists


class Confusion(NamedTuple):
    """A cell of somebody's matrix: of `of` (weighted) answers to `reference`, `times` were `answered`."""

    annotator: str
    reference: str | None
    answered: str | None
    times: float
    of: float
    share: Estimate


class Speed(NamedTuple):
    """Seconds per object: median with interval (None for fewer than six), tenth and ninetieth percentile.

    `pace` above 1 is slower than others at the same categories; None where nobody else was timed there.
    """

    annotator: str
    median: float
    low: float | None
    high: float | None
    p10: float
    p90: float
    objects: int
    pace: float | None


def confusions(rows: Sequence[Outcome], level: float = LEVEL) -> list[Confusion]:
    """The cells of everybody's confusion matrix, by annotator, reference and the greatest count first."""
    cells: dict[tuple[str, str | None, str | None], float] = {}
    lines: dict[tuple[str, str | None], float] = {}
    crowd: dict[tuple[str | None, str | None], float] = {}
    totals: dict[str | None, float] = {}
    for who, _, answered, reference, _, weight, _, _ in rows:
        if weight <= 0:
            continue
        cells[who, reference, answered] = cells.get((who, reference, answered), 0.0) + weight
        lines[who, reference] = lines.get((who, reference), 0.0) + weight
        crowd[reference, answered] = crowd.get((reference, answered), 0.0) + weight
        totals[reference] = totals.get(reference, 0.0) + weight
    if not cells:
        return []
    keys = sorted(cells, key=lambda key: (key[0], key[1] or "", -cells[key], key[2] or ""))
    count = np.array([cells[key] for key in keys])
    of = np.array([lines[key[0], key[1]] for key in keys])
    prior = np.array([(crowd[key[1], key[2]] + 0.5) / (totals[key[1]] + 1) for key in keys])
    a, b = count + STRENGTH * prior, of - count + STRENGTH * (1 - prior)
    low, high = beta_interval(a, b, level)
    return [
        Confusion(
            *key,
            cells[key],
            float(of[at]),
            Estimate(float(a[at] / (a[at] + b[at])), float(low[at]), float(high[at]), float(of[at])),
        )
        for at, key in enumerate(keys)
    ]


def speeds(rows: Sequence[Outcome], level: float = LEVEL) -> list[Speed]:
    """How fast everybody is who was timed, by name; rows without a time, or of no seconds, are left out."""
    timed = [row for row in rows if row.seconds is not None and row.seconds > 0]
    by_person: dict[str, list[tuple[str, float]]] = {}
    by_category: dict[str, list[tuple[str, float]]] = {}
    for row in timed:
        taken = row.seconds or 0.0
        by_person.setdefault(row.annotator, []).append((row.category, taken))
        by_category.setdefault(row.category, []).append((row.annotator, taken))
    usual = {
        category: median(taken for _, taken in times)
        for category, times in by_category.items()
        if len({who for who, _ in times}) > 1
    }
    found: list[Speed] = []
    for who, times in sorted(by_person.items()):
        seconds = sorted(taken for _, taken in times)
        low, high = median_interval(seconds, level)
        beside = [log(taken / usual[category]) for category, taken in times if category in usual]
        p10, p90 = (float(np.quantile(seconds, at)) for at in (0.1, 0.9))
        pace = exp(median(beside)) if beside else None
        found.append(Speed(who, median(seconds), low, high, p10, p90, len(seconds), pace))
    return found


def median_interval(ordered: Sequence[float], level: float = LEVEL) -> tuple[float | None, float | None]:
    """The interval of a median from values in order; None twice for too few.

    >>> median_interval([1, 2, 3, 4, 5, 6])
    (1, 6)
    """
    from scipy.special import bdtr

    count = len(ordered)
    if count < 1 or 2 * 0.5**count > 1 - level + 1e-12:
        return None, None
    # The greatest k for which fewer than k values lie below the median with a chance of at most a tail.
    tail = (1 - level) / 2
    low, high = 1, count // 2 + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if float(bdtr(middle - 1, count, 0.5)) <= tail else (low, middle)

    return ordered[low - 1], ordered[count - low]
