"""How long a CUSUM runs until its first alarm, and the threshold that makes it run as long as wanted.

A CUSUM adds up steps, never below 0, and raises an alarm at its threshold (Page, Continuous Inspection
Schemes, Biometrika 1954). Its average run length while all is well is the mean number of steps from one
false alarm to the next. It is worked out, not simulated: the sum is put on a grid of cells, which makes a
Markov chain, and the mean time to its end solves one set of linear equations (Brook and Evans, An Approach
to the Probability Distribution of Cusum Run Length, Biometrika 1972). Steps that end between two cells are
shared out between both, so that their mean is kept.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CELLS = 240
MOST_STEPS = 400  # different steps that are told apart; more are put together by neighbors
ENDLESS = 1e12

Floats = NDArray[np.float64]


def average_run_length(
    steps: Sequence[float] | Floats, chances: Sequence[float] | Floats, threshold: float
) -> float | None:
    """The mean number of steps to the first alarm, begun at 0; None where none can ever come.

    `steps` are the values one step can have, and `chances` how likely each is (they are scaled to 1).

    A step of 1 every time is at 3 after three of them:

    >>> round(average_run_length([1.0], [1.0], 3.0), 6)
    3.0
    """
    values, weights = _steps(steps, chances)
    if not len(values) or threshold <= 0 or not np.any(values > 0):
        return None
    # The last cell lies one cell below the threshold; whoever passes it has raised the alarm.
    at = np.arange(CELLS) * (threshold / CELLS)
    to = np.maximum(at[:, None] + values[None, :], 0.0) / (threshold / CELLS)
    to = np.where(np.abs(to - np.rint(to)) < 1e-9, np.rint(to), to)
    lower = np.floor(to).astype(np.int64)
    part = to - lower
    rows = np.broadcast_to(np.arange(CELLS)[:, None], lower.shape)
    length = _first_length(rows, lower, weights * (1 - part), weights * part)
    return length if np.isfinite(length) and 0 < length < ENDLESS else None


def _first_length(rows: NDArray[np.int64], lower: NDArray[np.int64], here: Floats, next_one: Floats) -> float:
    """The mean time to the end from the first cell; infinite where there is no end.

    Sparse, not for its size: dense solvers start a thread a core, and those wait for one another on a busy
    machine a hundred times as long as they compute.
    """
    from scipy.sparse import csc_matrix
    from scipy.sparse.linalg import splu

    at = np.concatenate([rows.ravel(), rows.ravel(), np.arange(CELLS)])
    to = np.concatenate([lower.ravel(), lower.ravel() + 1, np.arange(CELLS)])
    values = np.concatenate([-here.ravel(), -next_one.ravel(), np.ones(CELLS)])
    inside = to < CELLS
    system = csc_matrix((values[inside], (at[inside], to[inside])), shape=(CELLS, CELLS))
    try:
        return float(splu(system).solve(np.ones(CELLS))[0])
    except RuntimeError:  # singular: nobody ever leaves
        return np.inf


def threshold_for(
    steps: Sequence[float] | Floats, chances: Sequence[float] | Floats, run_length: float
) -> float | None:
    """The lowest threshold with an average run length of at least `run_length` while all is well.

    None where no threshold has it: nothing can go up, or the sum goes up even while all is well.
    """
    values, weights = _steps(steps, chances)
    if not len(values) or not np.any(values > 0) or float(values @ weights) >= 0:
        return None
    low, high = 0.0, float(values.max())
    while not _reaches(values, weights, high, run_length):
        low, high = high, high * 2
        if high > 1e6:
            return None
    for _ in range(40):
        middle = (low + high) / 2
        if _reaches(values, weights, middle, run_length):
            high = middle
        else:
            low = middle
        if high - low < 1e-3 * high:
            break
    return high


def _reaches(values: Floats, weights: Floats, threshold: float, run_length: float) -> bool:
    length = average_run_length(values, weights, threshold)
    return length is None or length >= run_length


def _steps(steps: Sequence[float] | Floats, chances: Sequence[float] | Floats) -> tuple[Floats, Floats]:
    """Different values in order with their shares; very many are put together by neighbors."""
    values = np.asarray(steps, np.float64)
    weights = np.asarray(chances, np.float64)
    kept = weights > 0
    values, weights = values[kept], weights[kept]
    if not len(values):
        return values, weights
    values, place = np.unique(np.round(values, 12), return_inverse=True)
    weights = _sums(place, weights, len(values))
    weights /= weights.sum()
    if len(values) > MOST_STEPS:
        group = np.minimum((np.cumsum(weights) - weights / 2) * MOST_STEPS, MOST_STEPS - 1).astype(np.int64)
        joined = _sums(group, weights, MOST_STEPS)
        sums = _sums(group, weights * values, MOST_STEPS)
        values, weights = sums[joined > 0] / joined[joined > 0], joined[joined > 0]
    return values, weights


def _sums(place: NDArray[np.intp] | NDArray[np.int64], weights: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(place, weights, count), np.float64)
