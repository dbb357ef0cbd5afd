"""A number made of sums over items, so that it can be worked out again for any selection of them.

Nearly every measure of agreement is a formula of sums: how many pairs agree, how often each category was
given. A `Statistic` keeps what each item adds to each sum, apart from the formula. Its value, its value
in a slice of the items, and its values in a thousand resamples then all come from one formula.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Formula = Callable[[Floats], Floats]
"""Values (b) of totals (b × width); NaN where the formula has no value."""


@dataclass(frozen=True, eq=False)
class Statistic:
    """What items add to sums, as three arrays of one length, and the formula of the sums.

    `row` is the position of an item, `column` the position of a sum, `amount` what the item adds to it.
    An item that is named in `row`, be it with an amount of 0, has something to say.
    """

    row: Ints
    column: Ints
    amount: Floats
    width: int
    formula: Formula

    @staticmethod
    def of_columns(columns: Floats, formula: Formula, rows: Ints | None = None) -> "Statistic":
        """The statistic of a full table (items × sums); `rows` names its items where they are not 0, 1, …"""
        count, width = columns.shape
        places: Ints = np.arange(count, dtype=np.int64) if rows is None else rows
        return Statistic(
            row=np.repeat(places, width),
            column=np.tile(np.arange(width, dtype=np.int64), count),
            amount=columns.ravel().astype(np.float64),
            width=width,
            formula=formula,
        )

    @cached_property
    def items(self) -> Ints:
        """The items that have something to say, in order."""
        return np.unique(self.row)

    @property
    def n(self) -> int:
        """How many items have something to say."""
        return len(self.items)

    @cached_property
    def totals(self) -> Floats:
        """Each sum over all items."""
        return np.bincount(self.column, self.amount, self.width).astype(np.float64)

    @cached_property
    def value(self) -> float | None:
        """The formula's value over all items; None where it has none."""
        return defined(self.evaluated(self.totals[None])[0])

    def evaluated(self, totals: Floats) -> Floats:
        """The formula's values of totals (b × width), NaN where there is none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            values = self.formula(totals)
        return np.where(np.isfinite(values), values, np.nan)

    def only(self, chosen: NDArray[np.bool_]) -> "Statistic":
        """The same of some items alone (a boolean an item)."""
        kept = chosen[self.row]
        return replace(self, row=self.row[kept], column=self.column[kept], amount=self.amount[kept])

    def grouped(self, group: Ints) -> "Statistic":
        """The same with items put together: `group` gives each item's place among the new ones."""
        return replace(self, row=group[self.row])


def defined(value: float | np.floating) -> float | None:
    """A number, or None for NaN and the infinite."""
    return float(value) if np.isfinite(value) else None


def ratio(above: Floats, below: Floats) -> Floats:
    """One through the other, NaN where the other is 0."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0)
