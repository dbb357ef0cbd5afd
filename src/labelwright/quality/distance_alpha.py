"""Krippendorff's alpha with any distance between answers: shapes (1 − IoU), sets of tags, words.

1 − observed / expected, as in `alpha.py`, with the distance as it is given taking the place of the squared
difference. What to expect is the mean distance of any two answers: exact up to `MOST_PAIRS` pairs, and
beyond that from pairs that a generator draws, which the result says.

Krippendorff, Computing Krippendorff's Alpha-Reliability (2011); for shapes Braylan, Alonso and Lease,
Measuring annotator agreement generally across complex structured, multi-object, and free-text
annotation tasks (2022).
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import fsum
from typing import TypeVar

import msgspec
import numpy as np

from labelwright.core.errors import InvalidInput

MOST_PAIRS = 200_000

Answer = TypeVar("Answer")


class DistanceAlpha(msgspec.Struct, frozen=True, kw_only=True):
    """Alpha, and what it is made of.

    `items` and `answers` count what could be compared. `pairs` is how many pairs of answers told what to
    expect; `sampled` is true where they were drawn, not all of them. None: there is no value.
    """

    value: float | None
    observed: float | None
    expected: float | None
    items: int
    answers: int
    pairs: int
    sampled: bool


def alpha_by_distance(
    answers: Sequence[Sequence[Answer]],
    distance: Callable[[Answer, Answer], float],
    generator: np.random.Generator | None = None,
    *,
    most_pairs: int = MOST_PAIRS,
) -> DistanceAlpha:
    """Alpha of each item's answers with a distance (symmetric, 0 for the same).

    Raises `InvalidInput` where pairs must be drawn and there is no generator.
    """
    items = [list(given) for given in answers if len(given) > 1]
    pool = [answer for given in items for answer in given]
    count = len(pool)
    if not count:
        return DistanceAlpha(
            value=None, observed=None, expected=None, items=0, answers=0, pairs=0, sampled=False
        )
    observed = (
        fsum(
            2 * fsum(distance(a, b) for a, b in combinations(given, 2)) / (len(given) - 1) for given in items
        )
        / count
    )
    every = count * (count - 1) // 2
    sampled = every > most_pairs
    if not sampled:
        expected = fsum(distance(a, b) for a, b in combinations(pool, 2)) / every
    elif generator is None:
        raise InvalidInput(
            f"There are {every:,} pairs of answers, more than the {most_pairs:,} that are all compared.",
            remedy="Pass a random generator, so that some pairs can be drawn, or a higher limit.",
        )
    else:
        # The second is drawn from the others, so that no answer meets itself.
        first = generator.integers(0, count, most_pairs)
        second = (first + generator.integers(1, count, most_pairs)) % count
        places: tuple[list[int], list[int]] = (first.tolist(), second.tolist())
        pairs = zip(*places, strict=True)
        expected = fsum(distance(pool[a], pool[b]) for a, b in pairs) / most_pairs
    return DistanceAlpha(
        value=1 - observed / expected if expected > 0 else None,
        observed=observed,
        expected=expected,
        items=len(items),
        answers=count,
        pairs=most_pairs if sampled else every,
        sampled=sampled,
    )
