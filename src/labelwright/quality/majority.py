"""The answer of most people, and of most people weighted by how often they are with the majority.

The majority is the baseline that every other method has to beat. The weighted one is the simplest method
that knows people (“worker agreement with aggregate”).
"""

import numpy as np

from labelwright.quality.aggregation import Aggregate, merged
from labelwright.quality.cells import Cells, mean_of
from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.votes import Votes

PRIOR = (0.5, 1.0)  # half a vote for, half a vote against: nobody's weight is 0 for one answer


def majority(
    votes: Votes,
    *,
    gold: Ints | None = None,
    probabilities: Floats | None = None,  # noqa: ARG001  # one signature for all methods
) -> Aggregate:
    """The commonest answer; between equals the first of `votes.categories`. Confidence is its share."""
    cells = Cells.of(votes, gold)
    chance = cells.shares()
    return merged("majority", votes, cells.posterior(chance), cells.right(chance), gold=gold)


def weighted_majority(
    votes: Votes,
    *,
    gold: Ints | None = None,
    probabilities: Floats | None = None,  # noqa: ARG001
) -> Aggregate:
    """The commonest answer where everybody weighs as often as they gave the commonest answer."""
    cells = Cells.of(votes, gold)
    first = cells.posterior(cells.shares()).best[0]
    agrees = (votes.answer == first[votes.item]).astype(np.float64)
    weight = mean_of(agrees, votes.annotator, len(votes.annotators), PRIOR)
    chance = np.bincount(cells.of_vote, weight[votes.annotator], len(cells.item)).astype(np.float64)
    total = np.bincount(cells.item, chance, cells.items)
    total[total == 0] = 1
    chance = cells.clamped(chance / total[cells.item])
    return merged("weighted_majority", votes, cells.posterior(chance), cells.right(chance), gold=gold)
