"""One coin for everybody: right with one probability, and otherwise wrong in all ways alike.

The simplest model of skill (Zheng et al., Truth inference in crowdsourcing: is the problem solved?, VLDB
2017, call it worker probability). It asks for few answers a person, works alike for two categories and for a
thousand, and fails where a mistake depends on the category.
"""

import numpy as np

from labelwright.quality.aggregation import Aggregate, merged
from labelwright.quality.anchors import mean_skill
from labelwright.quality.cells import Cells, mean_of
from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.votes import Votes

STRENGTH = 4.0  # answers that everybody's skill is drawn towards the crowd's mean by
STEPS = 100
CLOSE = 1e-5


def one_coin(
    votes: Votes,
    *,
    gold: Ints | None = None,
    probabilities: Floats | None = None,  # noqa: ARG001  # one signature for all methods
) -> Aggregate:
    """Skill of everybody and answers, in turns; the mean skill is held to the agreement of pairs."""
    cells = Cells.of(votes, gold)
    mean = mean_skill(votes, cells)
    wrong = max(cells.categories - 1, 1)
    chance = cells.shares()
    skill = np.full(len(votes.annotators), mean)
    converged, step = cells.categories < 2, 0
    while step < STEPS and not converged:
        step += 1
        right = cells.right(chance)
        skill = mean_of(right, votes.annotator, len(votes.annotators), (STRENGTH * mean, STRENGTH))
        gain = np.log(skill * wrong / (1 - skill))
        now, _ = cells.believed(gain[votes.annotator])
        converged = bool(np.abs(now - chance).sum() < CLOSE * max(cells.items, 1))
        chance = now
    return merged(
        "one_coin",
        votes,
        cells.posterior(chance),
        cells.right(chance),
        gold=gold,
        iterations=step,
        converged=converged,
        parameters={"skill": skill},
    )
