"""Krippendorff's alpha: how far people agree, beyond what chance would bring, for any kind of answer.

Alpha is 1 − observed / expected disagreement. Disagreement is the mean squared distance of two answers:
observed between answers to one item (each answer weighs the same, so an item of m answers counts m
times), expected between any two answers of all. Any number of people, any answers missing; items with
a single answer say nothing and are left out. 1 always agree, 0 as chance would, below 0 less than chance.

Distances: nominal 0 or 1; ordinal by how many answers lie between two in rank; interval a − b; ratio
(a − b) / (a + b). It has no value where nothing can be compared or everyone gave one same answer.

Krippendorff, Computing Krippendorff's Alpha-Reliability (2011); Content Analysis, 4th ed. (2018), ch. 12.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from labelwright.core.errors import InvalidInput
from labelwright.quality.statistic import Floats, Formula, Ints, Statistic, ratio
from labelwright.quality.tallies import Tallies
from labelwright.quality.votes import Votes

Level = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")
NOTHING = 1e-12  # of the pooled squares: what rounding leaves where all values are one


def krippendorff_alpha(votes: Votes, level: Level = "nominal") -> float | None:
    """Alpha of votes; None where it has no value.

    Ordinal takes the categories in the order of `votes.categories`; interval and ratio read their names
    as numbers and raise `InvalidInput` for one that is none.

    >>> rows = [("a", "Ann", "cat"), ("a", "Bo", "cat"), ("b", "Ann", "cat"), ("b", "Bo", "dog")]
    >>> krippendorff_alpha(Votes.of(rows))
    0.0
    """
    return alpha_statistic(votes, level).value


def alpha_of_values(item: Ints, values: ArrayLike, level: Level = "interval") -> float | None:
    """Alpha of numeric answers: to what each was given (positions of items), and the number itself.

    One person's answers to one item are taken as several people's. NaN counts as no answer.
    """
    return value_statistic(np.asarray(item, np.int64), np.asarray(values, np.float64), level).value


def alpha_statistic(votes: Votes, level: Level = "nominal") -> Statistic:
    """Alpha of votes as sums over items (see `krippendorff_alpha`)."""
    items = len(votes.items)
    if level in ("interval", "ratio"):
        numbers = np.array([_number(name) for name in votes.categories], np.float64)
        return value_statistic(votes.item, numbers[votes.answer], level, items)
    return code_statistic(votes.item, votes.answer, items, len(votes.categories), level)


def value_statistic(item: Ints, values: Floats, level: Level, items: int | None = None) -> Statistic:
    """Alpha of numeric answers as sums over items."""
    known = np.isfinite(values)
    item, values = item[known], values[known]
    count = items if items is not None else int(item.max(initial=-1)) + 1
    if level == "interval":
        return _interval(item, values, count)
    distinct, codes = np.unique(values, return_inverse=True)
    codes = codes.reshape(-1).astype(np.int64)
    if level == "ratio":
        return matrix_statistic(item, codes, count, _ratio_distances(distinct))
    return code_statistic(item, codes, count, len(distinct), level)


def code_statistic(item: Ints, answer: Ints, items: int, answers: int, level: Level) -> Statistic:
    """Nominal or ordinal alpha of votes as sums over items, given as positions."""
    tallies = Tallies.of(item, answer, items, answers).with_pairs()
    return _ordinal(tallies) if level == "ordinal" else _nominal(tallies)


def matrix_statistic(item: Ints, answer: Ints, items: int, distances: Floats) -> Statistic:
    """Alpha of votes with a table of squared distances between answers (symmetric, 0 on its diagonal)."""
    tallies = Tallies.of(item, answer, items, len(distances)).with_pairs()
    apart = tallies.apart(lambda a, b: distances[a, b])

    def formula(totals: Floats) -> Floats:
        given = totals[:, 1:]
        return _alpha(totals[:, 0], np.einsum("bk,bk->b", given @ distances, given), given.sum(axis=1))

    return _with_counts(tallies, apart, formula)


def _nominal(tallies: Tallies) -> Statistic:
    same = tallies.same()

    def formula(totals: Floats) -> Floats:
        given = totals[:, 1:]
        count = given.sum(axis=1)
        return _alpha(count - totals[:, 0], count * count - (given * given).sum(axis=1), count)

    return _with_counts(tallies, same, formula)


def _with_counts(tallies: Tallies, each: Floats, formula: Formula) -> Statistic:
    """One sum of what pairs within items make, a share of (answers − 1), and one for each answer."""
    paired = np.flatnonzero(tallies.paired)
    return Statistic(
        row=np.concatenate([paired, tallies.item]),
        column=np.concatenate([np.zeros(len(paired), np.int64), tallies.answer + 1]),
        amount=np.concatenate([each[paired] / (tallies.size[paired] - 1), tallies.count.astype(np.float64)]),
        width=tallies.answers + 1,
        formula=formula,
    )


def _ordinal(tallies: Tallies) -> Statistic:
    # Ranks are those of the answers at hand, so a resample has its own: the sums are of pairs of answers.
    k = tallies.answers
    first, second = tallies.differing()
    pairs, which = np.unique(tallies.answer[first] * k + tallies.answer[second], return_inverse=True)
    low, high = pairs // max(k, 1), pairs % max(k, 1)
    rows = tallies.item[first]
    amounts = 2.0 * tallies.count[first] * tallies.count[second] / (tallies.size[rows] - 1)

    def formula(totals: Floats) -> Floats:
        given, met = totals[:, :k], totals[:, k:]
        ranks = np.cumsum(given, axis=1) - given / 2
        between = np.square(ranks[:, high] - ranks[:, low])
        count = given.sum(axis=1)
        middle = ratio((given * ranks).sum(axis=1), count)[:, None]
        spread = 2 * count * (given * np.square(ranks - middle)).sum(axis=1)
        return _alpha((met * between).sum(axis=1), spread, count)

    return Statistic(
        row=np.concatenate([tallies.item, rows]),
        column=np.concatenate([tallies.answer, which.reshape(-1) + k]),
        amount=np.concatenate([tallies.count.astype(np.float64), amounts]),
        width=k + len(pairs),
        formula=formula,
    )


def _interval(item: Ints, values: Floats, items: int) -> Statistic:
    size = np.bincount(item, minlength=items)
    kept = size[item] > 1
    item, values = item[kept], values[kept]
    size = np.where(size > 1, size, 0)
    if len(values):  # differences are the same from any zero; from the middle, squares lose no digits
        values = values - float(np.median(values))
    total = np.bincount(item, values, items)
    away = values - (total / np.maximum(size, 1))[item]
    inside = 2 * size * np.bincount(item, away * away, items) / np.maximum(size - 1, 1)
    paired = np.flatnonzero(size)
    squares_each = np.bincount(item, values * values, items)
    columns = np.column_stack([inside, size, total, squares_each])[paired].astype(np.float64)

    def formula(totals: Floats) -> Floats:
        apart, count, first, squares = totals.T
        spread = 2 * (count * squares - first * first)
        return _alpha(apart, np.where(spread > NOTHING * count * squares, spread, 0.0), count)

    return Statistic.of_columns(columns, formula, paired.astype(np.int64))


def _alpha(observed: Floats, expected: Floats, count: Floats) -> Floats:
    """Alpha of summed distances: `observed` over (answers − 1) within items, `expected` over all pairs."""
    return np.minimum(1.0, 1 - ratio(observed * (count - 1), expected))


def _ratio_distances(values: Floats) -> Floats:
    if len(values) and values[0] < 0:
        raise InvalidInput(
            f"Ratio alpha wants numbers of 0 and above, and there is a {values[0]:g}.",
            remedy="Use interval alpha.",
        )
    apart, together = values[:, None] - values[None], values[:, None] + values[None]
    return np.square(np.divide(apart, together, out=np.zeros_like(apart), where=together != 0))


def _number(name: str) -> float:
    try:
        return float(name)
    except ValueError:
        raise InvalidInput(
            f"Interval and ratio alpha want numbers, and “{name}” is none.",
            remedy="Use nominal or ordinal alpha.",
        ) from None
