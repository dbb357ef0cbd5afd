"""Forecast: when a target will be reached and what it will cost, as a range, from the days that were.

The future is played many times (bootstrap; Efron, 1979). Every play first draws the recent days anew, with
their week as blocks so that a slow week stays together (Künsch, The Jackknife and the Bootstrap for General
Stationary Observations, 1989), and takes from these the mean per day, the effect of each weekday and the
cost per item: so the doubt about the past is in the range too. Then it goes on day by day; what a day
brings is its weekday's mean times the ratio that some past day had to its own mean. An effect of a weekday is
drawn to none by two days' worth, for one strong Tuesday proves little. Whether an item is accepted is drawn
by a share that is itself drawn from its posterior.

Days on which nobody worked are days like others and belong into the list, with 0 done.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.core.errors import InvalidInput

FEWEST = 3  # days
PLAYS = 2_000
FURTHEST = 5 * 365
WEEK = 7
BELIEF = 2.0  # days' worth that an effect of a weekday is drawn to none

Floats = NDArray[np.float64]


class Day(NamedTuple):
    """What one day brought: items done, how many of them were accepted, active seconds and cost."""

    day: date
    done: int
    accepted: int | None = None  # None: not judged yet
    judged: int | None = None  # of how many; None: of all done
    seconds: float = 0.0
    cost: float = 0.0


class Range(NamedTuple):
    """The middle of all plays, and the bounds that leave out as many above as below."""

    low: float
    middle: float
    high: float


class Forecast(NamedTuple):
    """When the target is reached and what it will still take, beyond what was spent.

    Dates are None where that part of the plays does not reach the target within five years. `reached` is
    the share of plays that do. `per_day` is items done, `share` the share accepted (None: all count).
    """

    earliest: date | None
    middle: date | None
    latest: date | None
    cost: Range
    seconds: Range
    items: Range
    per_day: float
    share: float | None
    reached: float
    level: float


def forecast(
    days: Sequence[Day],
    left: int,
    rng: np.random.Generator,
    *,
    accepted: bool = False,
    recent: int = 28,
    plays: int = PLAYS,
    level: float = 0.8,
) -> Forecast | None:
    """When `left` more items will be done, or accepted, beginning with the day after the last one.

    Only the latest `recent` calendar days count; gaps between days are days without work. None where there
    are fewer than three days, or nothing was done on any: there is nothing to foretell from.
    Raises InvalidInput for a negative `left` or a day that stands twice.
    """
    if left < 0:
        raise InvalidInput("There cannot be fewer than no items left.", place="left")
    past = _every_day(days, recent)
    if len(past) < FEWEST or not any(day.done for day in past):
        return None
    last = past[-1].day
    done = np.array([day.done for day in past], np.float64)
    weekday = np.array([day.day.weekday() for day in past])
    costs, seconds = (
        np.array([getattr(day, name) for day in past], np.float64) for name in ("cost", "seconds")
    )
    good, judged = _judged(past)
    share = (good + 1) / (judged + 2) if accepted else None
    tail = (1 - level) / 2
    ends, money, time, items = (np.zeros(plays) for _ in range(4))
    for play in range(plays):
        drawn = _blocks(len(past), rng)
        lucky = float(rng.beta(good + 1, judged - good + 1)) if accepted else 1.0
        ends[play], items[play] = _played(done[drawn], weekday[drawn], left, lucky, last, rng)
        spent = max(float(done[drawn].sum()), 1.0)
        money[play] = items[play] * float(costs[drawn].sum()) / spent
        time[play] = items[play] * float(seconds[drawn].sum()) / spent
    arrive = [
        None if not np.isfinite(end) else last + timedelta(days=int(end))
        for end in np.quantile(ends, [tail, 0.5, 1 - tail], method="inverted_cdf")
    ]
    return Forecast(
        *arrive,
        cost=_range(money, tail),
        seconds=_range(time, tail),
        items=_range(items, tail),
        per_day=float(done.mean()),
        share=share,
        reached=float(np.mean(np.isfinite(ends))),
        level=level,
    )


def weekday_effects(done: Floats, weekday: NDArray[np.integer]) -> Floats:
    """How much more than the mean each weekday brings (7 factors from Monday), drawn towards 1."""
    mean = float(done.mean())
    factors = np.ones(WEEK)
    if mean <= 0:
        return factors
    for at in range(WEEK):
        mine = done[weekday == at]
        factors[at] = (float(mine.sum()) / mean + BELIEF) / (len(mine) + BELIEF)
    # Where nobody ever worked on a weekday that came twice, nobody will.
    never = [at for at in range(WEEK) if int((weekday == at).sum()) >= 2 and not done[weekday == at].any()]
    factors[never] = 0.0
    return factors


def _played(
    done: Floats, weekday: NDArray[np.integer], left: int, lucky: float, last: date, rng: np.random.Generator
) -> tuple[float, float]:
    """Days until the target in one play, infinite if it is too far, and the items done by then."""
    if left == 0:
        return 0.0, 0.0
    factors = weekday_effects(done, weekday)
    expected = factors[weekday] * float(done.mean())
    open_days = expected > 0
    if not open_days.any():
        return np.inf, left / lucky
    ratios = done[open_days] / expected[open_days]
    usual = float(done[open_days].sum()) / max(float(expected[open_days].sum()), 1e-12)
    # Ratios keep the mean of the days that were drawn.
    ratios = ratios * (usual / max(float(ratios.mean()), 1e-12))
    needed = left / lucky
    so_far, passed = 0.0, 0
    while passed < FURTHEST:
        coming = np.arange(passed + 1, passed + 1 + 16 * WEEK)
        on = factors[(last.weekday() + coming) % WEEK] * float(done.mean())
        brought = np.cumsum(on * rng.choice(ratios, len(coming))) + so_far
        if brought[-1] >= needed:
            return float(coming[int(np.searchsorted(brought, needed, side="left"))]), needed
        so_far, passed = float(brought[-1]), passed + len(coming)
    return np.inf, needed


def _blocks(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Places of days drawn anew, a week at a time; the list is a ring, so that each counts alike."""
    length = min(WEEK, max(1, count // 2))
    starts = rng.integers(0, count, -(-count // length))
    return ((starts[:, None] + np.arange(length)[None, :]).ravel()[:count] % count).astype(np.int64)


def _judged(days: Sequence[Day]) -> tuple[int, int]:
    known = [day for day in days if day.accepted is not None]
    of = sum(day.done if day.judged is None else day.judged for day in known)
    return min(sum(day.accepted or 0 for day in known), of), of


def _every_day(days: Sequence[Day], recent: int) -> list[Day]:
    """The latest days in order, those without work put in between."""
    known = {day.day: day for day in days}
    if len(known) < len(days):
        raise InvalidInput("A day stands twice in the list of days.", place="days")
    if not known:
        return []
    last = max(known)
    first = max(min(known), last - timedelta(days=recent - 1))
    every = (first + timedelta(days=at) for at in range((last - first).days + 1))
    return [known.get(day, Day(day, 0)) for day in every]


def _range(values: Floats, tail: float) -> Range:
    low, middle, high = (float(value) for value in np.quantile(values, [tail, 0.5, 1 - tail]))
    return Range(low, middle, high)
