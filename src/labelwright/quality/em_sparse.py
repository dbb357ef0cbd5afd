"""Counting and believing where there are too many categories for full matrices.

The truth of an item is sought among the answers that somebody gave to it. A confusion is kept only for
triples (annotator, truth, answer) that can then come up: with a thousand categories a handful for each vote.
"""

import numpy as np

from labelwright.quality.cells import Cells
from labelwright.quality.posterior import Posterior
from labelwright.quality.statistic import Floats
from labelwright.quality.votes import Votes

LEAST = 1e-9


class Sparse:
    """Votes beside all cells of their items; beliefs stand beside `Cells`, confusions beside triples."""

    def __init__(self, votes: Votes, cells: Cells) -> None:
        self.votes, self.cells = votes, cells
        self.categories = categories = cells.categories
        begins = np.searchsorted(cells.item, np.arange(cells.items + 1))
        width = np.diff(begins)[votes.item]
        vote = np.repeat(np.arange(len(votes)), width)
        step = np.arange(len(vote)) - np.repeat(np.cumsum(width) - width, width)
        self.cell = begins[votes.item[vote]] + step
        truth, answer = cells.category[self.cell], votes.answer[vote]
        seen = votes.annotator[vote] * categories + truth
        triples, place = np.unique(seen * categories + answer, return_inverse=True)
        self.triple = place.reshape(-1)
        self.answer = triples % categories
        self.truth = triples // categories % categories
        rows, of_row = np.unique(triples // categories, return_inverse=True)
        self.row, self.rows = of_row.reshape(-1), len(rows)
        pairs, of_pair = np.unique(self.truth * categories + self.answer, return_inverse=True)
        self.pair, self.pair_truth = of_pair.reshape(-1), pairs // categories
        self.is_right = self.pair_truth == pairs % categories

    def start(self) -> Floats:
        """The shares of the votes."""
        return self.cells.shares()

    def counted(self, belief: Floats) -> Floats:
        """How often each triple is believed to have come up."""
        return np.bincount(self.triple, belief[self.cell], len(self.answer)).astype(np.float64)

    def pooled(self, counts: Floats) -> Floats:
        """The same of all people together, for each pair of truth and answer."""
        return np.bincount(self.pair, counts, len(self.pair_truth)).astype(np.float64)

    def totals(self, counts: Floats) -> Floats:
        """How many answers everybody gave to each truth, beside `counts`."""
        return np.bincount(self.row, counts, self.rows)[self.row].astype(np.float64)

    def spread(self, pooled: Floats, mean: float, strength: float) -> Floats:
        """What people do on the whole, drawn towards a mean skill with mistakes that are all alike."""
        usual = np.where(self.is_right, mean, (1 - mean) / max(self.categories - 1, 1))
        total = np.bincount(self.pair_truth, pooled, self.categories)[self.pair_truth]
        return ((pooled + strength * usual) / (total + strength))[self.pair].astype(np.float64)

    def truths(self, belief: Floats) -> Floats:
        """How many items are of each category."""
        return np.bincount(self.cells.category, belief, self.categories).astype(np.float64)

    def left_out(self, drawn: Floats, totals: Floats, belief: Floats) -> Floats | None:
        """What it changes (beside cells) that each vote is judged by its author's other votes only."""
        own = belief[self.cell]
        counts, sums = drawn[self.triple], totals[self.triple]
        others = np.maximum(counts - own, LEAST) / np.maximum(sums - own, LEAST)
        return np.bincount(self.cell, np.log(others * sums / counts), len(belief)).astype(np.float64)

    def believed(self, logs: Floats, prior: Floats, extra: Floats | None) -> tuple[Floats, float]:
        """The posterior under logarithms of confusion, and the log likelihood of all answers."""
        item, items = self.cells.item, self.cells.items
        told = np.bincount(self.cell, logs[self.triple], len(item)) + np.log(prior)[self.cells.category]
        if extra is not None:
            told = told + extra
        most = np.full(items, -np.inf)
        np.maximum.at(most, item, told)
        most[~np.isfinite(most)] = 0
        chance = np.exp(told - most[item])
        sums = np.bincount(item, chance, items)
        sums[sums == 0] = 1
        return self.cells.clamped(chance / sums[item]), float((np.log(sums) + most).sum())

    def hardened(self, belief: Floats) -> Floats:
        """All belief on the likeliest category; between equals on the first."""
        best = self.cells.posterior(belief).best[0]
        return (best[self.cells.item] == self.cells.category).astype(np.float64)

    def right(self, belief: Floats) -> Floats:
        """How surely each vote is right."""
        return belief[self.cells.of_vote]

    def posterior(self, belief: Floats) -> Posterior:
        """The belief as a posterior."""
        return self.cells.posterior(belief)

    def matrix(self, confusion: Floats) -> Floats | None:  # noqa: ARG002  # as Dense
        """Too large to be given."""
        return None
