"""Likeness: an order in which pictures that look alike stand side by side, so that the odd one is seen.

The looks are vectors of any one length, such as `media/crop.py` makes of pixels.
"""

import numpy as np
from numpy.typing import NDArray

MOST_CHAINED = 2_000  # the chain takes the square of the number; more are ordered along one axis


def by_likeness(looks: NDArray[np.float32]) -> list[int]:
    """The rows of `looks` (n × d) in an order of likeness, as positions from 0.

    Up to 2,000 rows make a chain: it begins with the row nearest to the mean, the most usual one, and
    goes on each time to the nearest row that is left (Rosenkrantz, Stearns and Lewis, 1977, nearest
    neighbor). What is like nothing else is left over, so it gathers at the end. More rows are ordered by
    their first principal component (Pearson, 1901). Ties go to the lower position.
    """
    count = len(looks)
    if count < 3:
        return list(range(count))
    centered = looks - looks.mean(axis=0, keepdims=True)
    if count > MOST_CHAINED:
        return _along_axis(centered)
    return _chained(centered)


def _chained(looks: NDArray[np.float32]) -> list[int]:
    squares = (looks * looks).sum(axis=1)
    at = int(np.argmin(squares))
    order, left = [at], np.ones(len(looks), dtype=np.bool_)
    left[at] = False
    for _ in range(len(looks) - 1):
        away = squares - 2 * (looks @ looks[at])
        at = int(np.argmin(np.where(left, away, np.inf)))
        left[at] = False
        order.append(at)
    return order


def _along_axis(looks: NDArray[np.float32]) -> list[int]:
    # A few steps of the power method are enough to tell the widest axis.
    axis = np.ones(looks.shape[1], dtype=np.float32)
    for _ in range(24):
        axis = looks.T @ (looks @ axis)
        axis /= max(float(np.linalg.norm(axis)), 1e-12)
    return [int(place) for place in np.argsort(looks @ axis, kind="stable")]
