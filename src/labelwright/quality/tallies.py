"""How often each item was given each answer, kept only where it was: 1,000 categories cost no more than 2."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from labelwright.quality.statistic import Floats, Ints

Distance = Callable[[Ints, Ints], Floats]
"""How far answers are apart, by their positions; element by element, 0 for the same."""

DENSE = 4  # cells a vote: below it a full table is counted faster than the votes are sorted


@dataclass(frozen=True, eq=False)
class Tallies:
    """The cells of the table of items × answers that are not 0, ordered by item and then by answer.

    `size` has the number of answers of every item, also of those that have none.
    """

    item: Ints
    answer: Ints
    count: Ints
    size: Ints
    answers: int

    @staticmethod
    def of(item: Ints, answer: Ints, items: int, answers: int) -> "Tallies":
        """The tallies of votes, given as two arrays of positions."""
        keys = item * answers + answer
        if items * answers <= DENSE * len(keys) + 1024:
            table = np.bincount(keys, minlength=items * answers)
            found = np.flatnonzero(table)
            count = table[found]
        else:
            found, count = np.unique(keys, return_counts=True)
        rows = found // max(answers, 1)
        return Tallies(
            item=rows.astype(np.int64),
            answer=(found - rows * answers).astype(np.int64),
            count=count.astype(np.int64),
            size=np.bincount(item, minlength=items).astype(np.int64),
            answers=answers,
        )

    @cached_property
    def paired(self) -> NDArray[np.bool_]:
        """Which items have two answers or more."""
        return self.size > 1

    def with_pairs(self) -> "Tallies":
        """Only the items that have two answers or more."""
        kept = self.paired[self.item]
        return Tallies(
            item=self.item[kept],
            answer=self.answer[kept],
            count=self.count[kept],
            size=np.where(self.paired, self.size, 0),
            answers=self.answers,
        )

    def same(self) -> Floats:
        """For each item, the ordered pairs of its answers that are the same."""
        each = self.count * (self.count - 1.0)
        return np.bincount(self.item, each, len(self.size)).astype(np.float64)

    def differing(self) -> tuple[Ints, Ints]:
        """The pairs of cells of one item (lower answer first), as two arrays of positions of cells."""
        begins = np.flatnonzero(np.diff(self.item, prepend=-1))
        lengths = np.diff(np.append(begins, len(self.item)))
        ends = np.repeat(begins + lengths, lengths)
        after = ends - np.arange(len(self.item)) - 1
        first = np.repeat(np.arange(len(self.item)), after)
        step = np.arange(len(first)) - np.repeat(np.cumsum(after) - after, after)
        return first, first + 1 + step

    def apart(self, distance: Distance) -> Floats:
        """For each item, the distances of all ordered pairs of its answers, summed."""
        first, second = self.differing()
        far = distance(self.answer[first], self.answer[second])
        each = 2.0 * self.count[first] * self.count[second] * far
        return np.bincount(self.item[first], each, len(self.size)).astype(np.float64)
