"""Items × categories where a vote is: for methods in which a wrong answer is as wrong as any other.

There an item's evidence for a category is what its answers say when wrong, plus, for the votes that gave
this category, how much likelier they are when right. Only categories that somebody gave need a cell; all
others of an item are alike and share what is left (`rest`).
"""

from dataclasses import dataclass

import numpy as np

from labelwright.quality.posterior import Posterior
from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.votes import Votes


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of items and given answers, ordered; `of_vote` is each vote's cell, `size` answers by item.

    `held` is the known category of each item, -1 where nothing is known; a known category that nobody gave
    has a cell too.
    """

    item: Ints
    category: Ints
    of_vote: Ints
    size: Ints
    held: Ints
    categories: int

    @staticmethod
    def of(votes: Votes, gold: Ints | None = None) -> "Cells":
        """The cells of votes and of known answers (category of each item, -1 for none)."""
        categories = max(len(votes.categories), 1)
        held = np.full(len(votes.items), -1, np.int64) if gold is None else gold
        known = np.flatnonzero(held >= 0)
        keys = np.concatenate([votes.item * categories + votes.answer, known * categories + held[known]])
        found, place = np.unique(keys, return_inverse=True)
        return Cells(
            item=found // categories,
            category=found % categories,
            of_vote=place.reshape(-1)[: len(votes)],
            size=np.bincount(votes.item, minlength=len(votes.items)),
            held=held,
            categories=categories,
        )

    @property
    def items(self) -> int:
        """How many items there are, answered or not."""
        return len(self.size)

    def shares(self) -> Floats:
        """The share of the item's votes that each cell has, with known items clamped."""
        counts = np.bincount(self.of_vote, minlength=len(self.item))
        chance = counts / np.maximum(self.size, 1)[self.item]
        return self.clamped(chance)

    def clamped(self, chance: Floats) -> Floats:
        """The same, with what is known set to 1 and the item's other cells to 0."""
        known = self.held[self.item]
        return np.where(known >= 0, known == self.category, chance).astype(np.float64)

    def believed(self, gain: Floats) -> tuple[Floats, Floats]:
        """The posterior of each cell, and what is left at each item for categories that nobody gave.

        `gain` is, for each vote, the logarithm of how much likelier it is when right than when wrong.
        """
        logs = np.bincount(self.of_vote, gain, len(self.item)).astype(np.float64)
        counted = np.bincount(self.item, minlength=self.items)
        others = self.categories - counted
        most = np.where(others > 0, 0.0, -np.inf)
        np.maximum.at(most, self.item, logs)
        most[~np.isfinite(most)] = 0
        chance = np.exp(logs - most[self.item])
        rest = others * np.exp(-most)
        total = np.bincount(self.item, chance, self.items) + rest
        total[total == 0] = 1
        known = self.held >= 0
        chance = self.clamped(chance / total[self.item])
        return chance, np.where(known, 0.0, rest / total)

    def posterior(self, chance: Floats) -> Posterior:
        """The cells as a posterior; categories that nobody gave are left out, their share with them."""
        return Posterior(self.item, self.category, chance, self.items, self.categories)

    def right(self, chance: Floats) -> Floats:
        """How surely each vote is right."""
        return chance[self.of_vote]


def mean_of(values: Floats, places: Ints, size: int, prior: tuple[float, float] = (0.0, 0.0)) -> Floats:
    """The mean value at each place, drawn towards a prior given as (sum, weight)."""
    sums = np.bincount(places, values, size) + prior[0]
    weights = np.bincount(places, minlength=size) + prior[1]
    return np.divide(sums, weights, out=np.zeros(size), where=weights > 0)
