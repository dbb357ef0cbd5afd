"""Fatigue: whether mistakes or seconds rise with the minutes since a sitting began.

Answers belong to one sitting until a break. Within each sitting the value is held against the minutes since
its start; sittings are added up and never compared with one another, so neither a hard morning nor a slow
week looks like fatigue. The test is Mantel's for a trend in strata (Chi-Square Tests with One Degree of
Freedom, JASA 1963): covariance over all sittings against its mean and variance if the order within each were
chance. For seconds the values are ranks within the sitting, as in the seasonal test of Hirsch and Slack
(Water Resources Research 1984): a coffee break weighs no more than the slowest answer.
"""

from collections.abc import Sequence
from math import erfc, exp, log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BREAK = 30 * 60.0  # seconds without an answer that end a sitting
FEWEST = 30  # answers in all
LEVEL = 0.01

Floats = NDArray[np.float64]


class Trend(NamedTuple):
    """How a value goes with the time in a sitting: z above 0 is a rise.

    `per_hour` is the change in an hour: share of errors in points of 1, or seconds as a factor less 1.
    `p` is the one-sided chance of such a rise, or a greater one, without fatigue.
    """

    z: float
    p: float
    per_hour: float
    answers: int
    sittings: int
    tired: bool
    reason: str


def sittings(times: Sequence[float], pause: float = BREAK) -> list[slice]:
    """Where each sitting begins and ends, in times (seconds) in their order.

    >>> sittings([0, 60, 5000, 5060])
    [slice(0, 2, None), slice(2, 4, None)]
    """
    starts = [0] + [at for at in range(1, len(times)) if times[at] - times[at - 1] > pause]
    ends = [*starts[1:], len(times)]
    return [slice(start, end) for start, end in zip(starts, ends, strict=True) if end > start]


def fatigue_in_errors(
    times: Sequence[float], wrong: Sequence[float | None], pause: float = BREAK
) -> Trend | None:
    """Whether answers are wrong more often late in a sitting; `wrong` is each one's chance, or None.

    None for fewer than 30 answers with a reference, or where nothing varies.
    """
    known = [(time, value) for time, value in zip(times, wrong, strict=True) if value is not None]
    # Sittings are told from all answers, also from those without a reference.
    begun = _minutes(times, pause)
    kept = [at for at, value in enumerate(wrong) if value is not None]
    if len(known) < FEWEST:
        return None
    values = np.array([value for _, value in known])
    return _trend(begun[0][kept], begun[1][kept], values, values, "errors")


def fatigue_in_pace(times: Sequence[float], seconds: Sequence[float], pause: float = BREAK) -> Trend | None:
    """Whether answers take longer late in a sitting; None as above."""
    if len(times) < FEWEST:
        return None
    minutes, sitting = _minutes(times, pause)
    logs = np.array([log(max(value, 1e-3)) for value in seconds])
    ranks = np.zeros(len(logs))
    for part in np.unique(sitting):
        inside = np.flatnonzero(sitting == part)
        ranks[inside] = _ranks(logs[inside]) / len(inside)
    return _trend(minutes, sitting, ranks, logs, "seconds")


def _minutes(times: Sequence[float], pause: float) -> tuple[Floats, NDArray[np.int64]]:
    """Each answer's minutes since its sitting began, and the number of the sitting."""
    since, number = np.zeros(len(times)), np.zeros(len(times), np.int64)
    for place, part in enumerate(sittings(times, pause)):
        here = np.asarray(times[part], np.float64)
        since[part] = (here - here[0]) / 60
        number[part] = place
    return since, number


def _trend(
    minutes: Floats, sitting: NDArray[np.int64], tested: Floats, sized: Floats, what: str
) -> Trend | None:
    shared = variance = along = across = 0.0
    parts = 0
    for part in np.unique(sitting):
        here = sitting == part
        count = int(here.sum())
        if count < 2:
            continue
        t, y = minutes[here] - minutes[here].mean(), tested[here] - tested[here].mean()
        parts += 1
        shared += float(t @ y)
        variance += float(t @ t) * float(y @ y) / (count - 1)
        along += float(t @ (sized[here] - sized[here].mean()))
        across += float(t @ t)
    if variance <= 0 or across <= 0:
        return None
    z = shared / sqrt(variance)
    slope = along / across * 60
    chance = 0.5 * erfc(z / sqrt(2))
    tired = chance < LEVEL and slope > 0
    per_hour = slope if what == "errors" else exp(min(slope, 50.0)) - 1
    words = (
        f"errors go up by {per_hour * 100:.0f} points an hour"
        if what == "errors"
        else f"answers take {per_hour * 100:.0f} % longer with each hour"
    )
    return Trend(z, chance, per_hour, len(minutes), parts, tired, words if tired else "no sign of fatigue")


def _ranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share their mean rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts).astype(np.float64)
    return (last - (counts - 1) / 2)[place]
