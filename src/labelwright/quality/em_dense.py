"""Counting and believing with a full confusion matrix of everybody: for up to some dozens of categories.

Votes stand in a sparse table of items × (annotator, answer). One step of expectation–maximization is then
two products of it with small dense tables, whatever the number of votes at an item.
"""

import numpy as np

from labelwright.quality.cells import Cells
from labelwright.quality.posterior import TIE, Posterior, normalized
from labelwright.quality.statistic import Floats
from labelwright.quality.votes import Votes

LARGEST = 20_000_000  # numbers in all confusion matrices together
MOST_CATEGORIES = 64
MANY = 100  # answers a category, from which a person's one answer more or less makes no difference
LEAST = 1e-9


def fits(votes: Votes) -> bool:
    """Whether full matrices are small enough."""
    categories = len(votes.categories)
    size = categories * max(len(votes.annotators) * categories, len(votes.items))
    return categories <= MOST_CATEGORIES and size <= LARGEST


class Dense:
    """Votes as a sparse table; a belief is a table of items × categories."""

    def __init__(self, votes: Votes, cells: Cells) -> None:
        from scipy.sparse import csr_array  # heavy, and not wanted when the server starts

        self.votes, self.cells = votes, cells
        self.people, self.categories = len(votes.annotators), cells.categories
        column = votes.annotator * self.categories + votes.answer
        shape = (len(votes.items), self.people * self.categories)
        ones = np.ones(len(votes))
        self.table = csr_array((ones, (votes.item, column)), shape=shape)
        self.across = self.table.T.tocsr()
        self.known = np.flatnonzero(cells.held >= 0)
        answers = np.bincount(votes.annotator, minlength=self.people)
        self.few = np.flatnonzero(answers[votes.annotator] < MANY * self.categories)
        self.gather = None
        if len(self.few):
            places = (votes.item[self.few], np.arange(len(self.few)))
            ones = np.ones(len(self.few))
            self.gather = csr_array((ones, places), shape=(len(votes.items), len(self.few)))

    def start(self) -> Floats:
        """The shares of the votes."""
        belief = np.zeros((self.cells.items, self.categories))
        belief[self.cells.item, self.cells.category] = self.cells.shares()
        return belief

    def counted(self, belief: Floats) -> Floats:
        """How often everybody gave each answer to each truth (annotators × truths × answers)."""
        counts: Floats = np.asarray(self.across @ belief)
        counts = counts.reshape(self.people, self.categories, self.categories)
        return counts.transpose(0, 2, 1)

    def pooled(self, counts: Floats) -> Floats:
        """The same of all people together."""
        return counts.sum(axis=0)

    def totals(self, counts: Floats) -> Floats:
        """How many answers everybody gave to each truth, beside `counts`."""
        return counts.sum(axis=2, keepdims=True)

    def spread(self, pooled: Floats, mean: float, strength: float) -> Floats:
        """What people do on the whole, drawn towards a mean skill with mistakes that are all alike."""
        wrong = (1 - mean) / max(self.categories - 1, 1)
        usual = np.full((self.categories, self.categories), wrong)
        np.fill_diagonal(usual, mean)
        return (pooled + strength * usual) / (pooled.sum(axis=1, keepdims=True) + strength)

    def truths(self, belief: Floats) -> Floats:
        """How many items are of each category."""
        return belief.sum(axis=0)

    def left_out(self, drawn: Floats, totals: Floats, belief: Floats) -> Floats | None:
        """What it changes (items × categories) that each vote is judged by its author's other votes only.

        Left away for people with so many answers that one more or less makes no difference.
        """
        if self.gather is None:
            return None
        who, said, item = (
            array[self.few] for array in (self.votes.annotator, self.votes.answer, self.votes.item)
        )
        own = belief[item]
        counts, sums = drawn[who, :, said], totals[who, :, 0]
        others = np.maximum(counts - own, LEAST) / np.maximum(sums - own, LEAST)
        change: Floats = np.asarray(self.gather @ np.log(others * sums / counts))
        return change

    def believed(self, logs: Floats, prior: Floats, extra: Floats | None) -> tuple[Floats, float]:
        """The posterior under logarithms of confusion, and the log likelihood of all answers."""
        told: Floats = np.asarray(self.table @ logs.transpose(0, 2, 1).reshape(-1, self.categories))
        if extra is not None:
            told = told + extra
        belief, sums = normalized(told + np.log(prior))
        belief[self.known] = 0
        belief[self.known, self.cells.held[self.known]] = 1
        return belief, float(sums.sum())

    def hardened(self, belief: Floats) -> Floats:
        """All belief on the likeliest category; between equals on the first."""
        most = belief[:, 0].copy()
        for column in range(1, self.categories):
            np.maximum(most, belief[:, column], out=most)
        hard = np.zeros_like(belief)
        is_open = np.ones(len(belief), bool)
        for column in range(self.categories):
            chosen = is_open & (belief[:, column] >= most - TIE)
            hard[chosen, column] = 1
            is_open &= ~chosen
        return hard

    def right(self, belief: Floats) -> Floats:
        """How surely each vote is right."""
        return belief[self.votes.item, self.votes.answer]

    def posterior(self, belief: Floats) -> Posterior:
        """The belief as a posterior; nothing is believed of items that nobody answered and nobody knows."""
        nothing = (self.cells.size == 0) & (self.cells.held < 0)
        if nothing.any():
            belief = np.where(nothing[:, None], 0.0, belief)
        return Posterior.of_table(belief)

    def matrix(self, confusion: Floats) -> Floats | None:
        """Everybody's confusion matrix."""
        return confusion
