"""Drift: from which answer on somebody makes more mistakes, works at another pace, or agrees less.

**Mistakes** are watched by a Bernoulli CUSUM (Reynolds and Stoumbos, A CUSUM Chart for Monitoring a
Proportion, Journal of Quality Technology 1999) on *soft* correctness. Each answer brings the chance that it
is wrong, by whatever it can be held against: 1 or 0 on gold, in between where the reference is a
consensus or a model that may be wrong itself. With q for that chance, an answer steps by
log((p1 q + (1 - p1)(1 - q)) / (p0 q + (1 - p0)(1 - q))), the log-likelihood ratio with q as virtual
evidence (Pearl, 1988, section 2.2.2); on gold it is the usual one, and at q = 1/2 it is 0: an answer
nobody knows anything about says nothing. The chance is that of the reference alone, made without the
answer itself: what others say, say a posterior of peers of 0.97 for another category, is 0.97, however
rarely this person errs. An answer without any reference is given as None.

**Pace and agreement** are watched by a CUSUM of Page on values put on the scale of the person's own past:
logarithm of seconds, or agreement itself, less the median, over 1.4826 MAD, held within ±3 so that one
coffee break is no drift.

Thresholds are computed for the average run length wanted (`run_length.py`), for the steps this person makes
while all is well. The change is dated to the last time the sum was 0, the maximum-likelihood estimate
(Pignatiello and Samuel, Estimation of the Change Point of a Normal Process Mean, JQT 2001). After an alarm
the sum begins again at 0.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from math import log, sqrt
from statistics import median
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.quality.run_length import threshold_for

RUN_LENGTH = 2_000.0
FEWEST = 100  # earlier values that tell what is usual for a person; with fewer, false alarms are too many
CLIP = 3.0
CAREFUL = 1.0  # standard errors
SHIFT = 1.0  # robust standard deviations that are watched for
STEPS = 40  # how finely chances of being wrong are told apart when the threshold is worked out
LEAST_ERROR, MOST_ERROR = 0.005, 0.9

Floats = NDArray[np.float64]
What = Literal["errors", "slower", "faster", "agreement"]


class Alarm(NamedTuple):
    """Something has changed: noticed at answer `at`, begun at answer `since` (positions from 0).

    `before` and `after` are shares of wrong answers, median seconds, or median agreement.
    """

    what: What
    at: int
    since: int
    before: float
    after: float
    threshold: float
    reason: str


class Watch(NamedTuple):
    """The sum after each answer, the threshold, and the alarms; the threshold is None if there is none."""

    sums: tuple[float, ...]
    threshold: float | None
    alarms: tuple[Alarm, ...]


def error_step(wrong: float, usual: float, worse: float) -> float:
    """What one answer adds that is wrong with chance `wrong`; `usual` and `worse` are shares of errors.

    >>> round(error_step(1.0, 0.05, 0.25), 4), error_step(0.5, 0.05, 0.25)
    (1.6094, 0.0)
    """
    bad = worse * wrong + (1 - worse) * (1 - wrong)
    good = usual * wrong + (1 - usual) * (1 - wrong)
    return log(bad / good)


def error_threshold(
    references: Sequence[tuple[float, float]], usual: float, worse: float, run_length: float = RUN_LENGTH
) -> float | None:
    """The threshold for one false alarm in `run_length` answers of somebody who errs as usual.

    `references` are pairs (how often this kind of reference is right, its share of the answers); shares
    below 1 in all leave answers without a reference, which count as answers too.
    """
    steps: list[float] = []
    chances: list[float] = []
    for right, share in references:
        seen = usual * right + (1 - usual) * (1 - right)
        steps += [error_step(right, usual, worse), error_step(1 - right, usual, worse)]
        chances += [share * seen, share * (1 - seen)]
    steps.append(0.0)
    chances.append(max(0.0, 1 - sum(share for _, share in references)))
    return threshold_for(steps, chances, run_length)


def usual_error(
    wrong: Sequence[float | None], crowd: float = 0.05, strength: float = 20.0, careful: float = 0.5
) -> float:
    """The usual share of errors in earlier answers, drawn towards the crowd's by `strength` answers.

    Chances of being wrong are no errors: many answers that are each wrong with a chance of 0.03 may all be
    right. So the share is the likeliest one, by EM with each chance as virtual evidence. `careful` standard
    errors are added: whoever is thought a little too good by chance would ring false alarms for ever. Half a
    one brings them back to about what was asked for, at the price of a few answers (`benchmarks/quality`).
    """
    known = [value for value in wrong if value is not None]
    share = _likeliest_share(known, crowd, strength)
    share += careful * sqrt(share * (1 - share) / (len(known) + strength))
    return min(MOST_ERROR, max(LEAST_ERROR, share))


def _likeliest_share(wrong: Sequence[float], crowd: float, strength: float) -> float:
    q = np.clip(np.asarray(wrong, np.float64), 1e-9, 1 - 1e-9)
    share = min(MOST_ERROR, max(LEAST_ERROR, crowd))
    for _ in range(200):
        blame = share * q / (share * q + (1 - share) * (1 - q))
        better = (float(blame.sum()) + strength * crowd) / (len(q) + strength)
        if abs(better - share) < 1e-6:
            return better
        share = better
    return share


def watch_errors(
    wrong: Sequence[float | None],
    usual: float,
    worse: float | None = None,
    run_length: float = RUN_LENGTH,
    threshold: float | None = None,
) -> Watch:
    """Whether errors became more, in a person's answers in the order of time.

    `wrong` is each answer's chance of being wrong, None without a reference. `worse` is the share of errors
    to be noticed, by default 20 points more than `usual`. Without a `threshold` it is worked out for the
    references these answers have; pass one when many people are watched alike.
    """
    usual = min(MOST_ERROR, max(LEAST_ERROR, usual))
    worse = min(0.95, usual + 0.2) if worse is None else worse
    if threshold is None:
        threshold = error_threshold(_references(wrong), usual, worse, run_length)
    if threshold is None:
        return Watch((0.0,) * len(wrong), None, ())
    steps = [0.0 if value is None else error_step(value, usual, worse) for value in wrong]
    sums, found = _cusum(steps, threshold)
    alarms: list[Alarm] = []
    for at, since in found:
        known = [value for value in wrong[since : at + 1] if value is not None]
        after = _likeliest_share(known, 0.5, 1.0)
        words = f"{_percent(after)} of the last {len(known)} answers are wrong, {_percent(usual)} is usual"
        alarms.append(Alarm("errors", at, since, usual, after, threshold, words))
    return Watch(sums, threshold, tuple(alarms))


def watch_pace(
    seconds: Sequence[float],
    past: Sequence[float],
    way: Literal["slower", "faster"],
    run_length: float = RUN_LENGTH,
) -> Watch:
    """Whether the seconds per object became more, or fewer, than they were in the `past`."""
    watch = _watch_level(
        [log(max(value, 1e-3)) for value in seconds],
        [log(max(value, 1e-3)) for value in past],
        1 if way == "slower" else -1,
        run_length,
    )
    alarms = tuple(
        _described(alarm._replace(what=way), past, seconds, lambda value: f"{value:.1f} s an object")
        for alarm in watch.alarms
    )
    return watch._replace(alarms=alarms)


def watch_agreement(
    agreement: Sequence[float], past: Sequence[float], run_length: float = RUN_LENGTH
) -> Watch:
    """Whether agreement with others (a share of peers, or an IoU, per answer) fell below the `past`."""
    watch = _watch_level(agreement, past, -1, run_length)
    alarms = tuple(
        _described(alarm, past, agreement, lambda value: f"{value:.2f} agreement with others")
        for alarm in watch.alarms
    )
    return watch._replace(alarms=alarms)


def _described(
    alarm: Alarm, past: Sequence[float], values: Sequence[float], show: Callable[[float], str]
) -> Alarm:
    since = values[alarm.since : alarm.at + 1]
    # The mean where the medians are the same: agreement is often all or nothing.
    before, after = median(past), median(since)
    if before == after:
        before, after = sum(past) / len(past), sum(since) / len(since)
    words = f"{show(after)} over the last {len(since)} answers, {show(before)} before"
    return alarm._replace(before=before, after=after, reason=words)


def _watch_level(values: Sequence[float], past: Sequence[float], sign: int, run_length: float) -> Watch:
    """A one-sided CUSUM on values over a person's own past; `sign` is 1 for more, -1 for less."""
    none = Watch((0.0,) * len(values), None, ())
    if len(past) < FEWEST:
        return none
    middle, spread = _scale(past)
    if spread <= 0:
        return none

    def levels(of: Sequence[float]) -> Floats:
        return np.clip(sign * (np.asarray(of, np.float64) - middle) / spread, -CLIP, CLIP)

    # Drift is measured from the mean of what is usual once it is held within bounds; a standard error is
    # added, since a short past may by chance lie low, and false alarms would have no end.
    usual = float(np.mean(levels(past)) + CAREFUL * np.std(levels(past)) / sqrt(len(past)))
    before = levels(past) - float(np.mean(levels(past))) - SHIFT / 2
    after = levels(values) - usual - SHIFT / 2
    threshold = threshold_for(before, np.ones(len(before)), run_length)
    if threshold is None:
        return none
    sums, found = _cusum([float(step) for step in after], threshold)
    alarms = [Alarm("agreement", at, since, 0.0, 0.0, threshold, "") for at, since in found]
    return Watch(sums, threshold, tuple(alarms))


def _scale(past: Sequence[float]) -> tuple[float, float]:
    middle = median(past)
    spread = 1.4826 * median(abs(value - middle) for value in past)
    if spread <= 1e-9:  # more than half are the same: the standard deviation about the mean
        middle = sum(past) / len(past)
        spread = float(np.std(past))
    return middle, spread if spread > 1e-9 else 0.0


def _cusum(steps: Sequence[float], threshold: float) -> tuple[tuple[float, ...], list[tuple[int, int]]]:
    """The sums, and for each alarm where it was and where the rise began."""
    total, start = 0.0, 0
    sums: list[float] = []
    alarms: list[tuple[int, int]] = []
    for at, step in enumerate(steps):
        if total + step <= 0:
            total, start = 0.0, at + 1
        else:
            total += step
        sums.append(total)
        if total >= threshold:
            alarms.append((at, start))
            total, start = 0.0, at + 1
    return tuple(sums), alarms


def _references(wrong: Sequence[float | None]) -> list[tuple[float, float]]:
    """The kinds of references that answers have: how sure each is, and its share."""
    sure = Counter(round(max(q, 1 - q) * STEPS) / STEPS for q in wrong if q is not None)
    return [(right, count / len(wrong)) for right, count in sorted(sure.items())]


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
