"""What a method believes of each item: a probability for every category that is possible there.

With few categories it is a full table (items × categories). With many, only cells that are not 0 are kept:
a thousand categories and a million votes need a few million cells, not a table of hundreds of millions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from labelwright.core.errors import InvalidInput
from labelwright.quality.statistic import Floats, Ints

TIE = 1e-9  # sums of the same numbers in another order differ by less
LARGEST_TABLE = 50_000_000  # cells


@dataclass(frozen=True, eq=False)
class Posterior:
    """Cells of the table of items × categories, ordered by item and then by category; the others are 0.

    An item that nobody answered has no cells.
    """

    item: Ints
    category: Ints
    chance: Floats
    items: int
    categories: int

    @staticmethod
    def of_table(table: Floats) -> "Posterior":
        """The cells of a full table."""
        items, categories = table.shape
        answered = np.flatnonzero(table.any(axis=1))
        made = Posterior(
            item=np.repeat(answered, categories),
            category=np.tile(np.arange(categories, dtype=np.int64), len(answered)),
            chance=table[answered].reshape(-1),
            items=items,
            categories=categories,
        )
        made.__dict__["table"] = table
        return made

    @cached_property
    def table(self) -> Floats:
        """The full table (items × categories). Raises InvalidInput where it has over 50 million cells."""
        if self.items * self.categories > LARGEST_TABLE:
            raise InvalidInput(
                f"A table of {self.items:,} items and {self.categories:,} categories is too large.",
                remedy="Read the cells: item, category and chance.",
            )
        table = np.zeros((self.items, self.categories))
        table[self.item, self.category] = self.chance
        return table

    @cached_property
    def best(self) -> tuple[Ints, Floats]:
        """For each item the likeliest category (-1: none) and its chance; between equals the first."""
        most = np.zeros(self.items)
        begins = np.flatnonzero(np.diff(self.item, prepend=-1))
        if len(begins):
            most[self.item[begins]] = np.maximum.reduceat(self.chance, begins)
        rivals = np.flatnonzero(self.chance >= most[self.item] - TIE)
        first = rivals[np.flatnonzero(np.diff(self.item[rivals], prepend=-1))]
        answer = np.full(self.items, -1, np.int64)
        answer[self.item[first]] = self.category[first]
        return answer, most

    def of_item(self, place: int, names: Sequence[str]) -> dict[str, float]:
        """One item's categories by name, the likeliest first; those below one in a million left out."""
        begin, end = np.searchsorted(self.item, [place, place + 1])
        cells = range(int(begin), int(end))
        found = [(names[int(self.category[at])], float(self.chance[at])) for at in cells]
        return dict(sorted((pair for pair in found if pair[1] >= 1e-6), key=lambda pair: -pair[1]))


def normalized(logs: Floats) -> tuple[Floats, Floats]:
    """Rows of a table of logarithms as chances that sum to 1; and of each row's sum the logarithm.

    Rows are short and many, so the work goes column by column: numpy is slow at reducing short rows.
    """
    most = logs[:, 0].copy()
    for column in range(1, logs.shape[1]):
        np.maximum(most, logs[:, column], out=most)
    chances: NDArray[np.float64] = np.exp(logs - most[:, None])
    sums = chances @ np.ones(logs.shape[1])
    chances /= sums[:, None]
    return chances, np.log(sums) + most
