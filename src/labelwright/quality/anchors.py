"""Where models of annotators are held: to how often people agree, and to how often each answer is given.

With one or two votes an item, expectation–maximization is free to explain all answers by one category and
a strange crowd. What pairs of people tell without any model keeps it from that.
"""

import numpy as np

from labelwright.quality.cells import Cells
from labelwright.quality.statistic import Floats
from labelwright.quality.votes import Votes

UNKNOWN = 0.8  # mean skill where nobody answered what another did
PAIRS = 10.0  # weight of that, in pairs


def pair_agreement(cells: Cells, votes: Votes) -> tuple[float, float]:
    """The share of pairs of answers to an item that are the same, and how many pairs there are."""
    counts = np.bincount(cells.of_vote, minlength=len(cells.item)).astype(np.float64)
    pairs = float((cells.size * (cells.size - 1.0)).sum())
    same = float((counts * (counts - 1)).sum())
    return (same / pairs if pairs else 0.0), pairs / 2 if len(votes) else 0.0


def mean_skill(votes: Votes, cells: Cells) -> float:
    """How often people are right on the whole if they err each for themselves and over all categories alike.

    Two people with skill p agree in p² + (1 - p)² / (K - 1) of the cases.
    """
    if cells.categories < 2:
        return 1.0
    agreement, pairs = pair_agreement(cells, votes)
    wrong = cells.categories - 1
    usual = UNKNOWN**2 + (1 - UNKNOWN) ** 2 / wrong
    agreement = (agreement * pairs + usual * PAIRS) / (pairs + PAIRS)
    inside = max(0.0, agreement * (wrong + 1) / wrong - 1 / wrong)
    skill = (1 / wrong + inside**0.5) / (1 + 1 / wrong)
    return float(np.clip(skill, 1 / cells.categories + 0.05, 0.99))


def shares(votes: Votes, cells: Cells) -> Floats:
    """The share of each category in the votes, where every item counts the same; never quite 0."""
    each = 1 / np.maximum(cells.size, 1)[votes.item]
    found = np.bincount(votes.answer, each, cells.categories) + 1 / cells.categories
    return (found / found.sum()).astype(np.float64)
