"""GLAD: people of different ability, items of different difficulty.

Whitehill, Ruvolo, Wu, Bergsma and Movellan, Whose vote should count more: optimal integration of labels from
labelers of unknown expertise (NIPS 2009). An answer is right with probability 1 / (1 + exp(-ability × ease))
and otherwise wrong in all ways alike. Both have priors of mean and spread 1 (ease on a logarithmic scale),
as in the paper; each step climbs with Fisher scoring instead of a general optimizer.
"""

import numpy as np

from labelwright.quality.aggregation import Aggregate, merged
from labelwright.quality.cells import Cells
from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.votes import Votes

STEPS = 100
CLOSE = 1e-4
CLIMBS = 5
FARTHEST = 0.5  # a climb moves no number farther: abilities that overshoot would turn all answers round


def glad(
    votes: Votes,
    *,
    gold: Ints | None = None,
    probabilities: Floats | None = None,  # noqa: ARG001  # one signature for all methods
) -> Aggregate:
    """Abilities, eases and answers, in turns."""
    cells = Cells.of(votes, gold)
    ability = np.ones(len(votes.annotators))
    ease = np.ones(len(votes.items))  # logarithms
    wrong = np.log(max(cells.categories - 1, 1))
    chance = cells.shares()
    converged, step = cells.categories < 2, 0
    while step < STEPS and not converged:
        step += 1
        ability, ease = _climbed(votes, cells.right(chance), ability, ease)
        gain = ability[votes.annotator] * np.exp(ease[votes.item]) + wrong
        now, _ = cells.believed(gain)
        converged = bool(np.abs(now - chance).sum() < CLOSE * max(cells.items, 1))
        chance = now
    return merged(
        "glad",
        votes,
        cells.posterior(chance),
        cells.right(chance),
        gold=gold,
        iterations=step,
        converged=converged,
        parameters={"ability": ability, "ease": np.exp(ease)},
    )


def _climbed(votes: Votes, right: Floats, ability: Floats, ease: Floats) -> tuple[Floats, Floats]:
    """Abilities and logarithms of ease that explain better how surely each vote is right."""
    for _ in range(CLIMBS):
        slope = np.exp(ease[votes.item])
        sure = 1 / (1 + np.exp(-np.clip(ability[votes.annotator] * slope, -30, 30)))
        grade = np.bincount(votes.annotator, (right - sure) * slope, len(ability)) - (ability - 1)
        bend = np.bincount(votes.annotator, sure * (1 - sure) * slope**2, len(ability)) + 1
        ability = ability + np.clip(grade / bend, -FARTHEST, FARTHEST)
        steep = ability[votes.annotator] * slope
        sure = 1 / (1 + np.exp(-np.clip(steep, -30, 30)))
        grade = np.bincount(votes.item, (right - sure) * steep, len(ease)) - (ease - 1)
        bend = np.bincount(votes.item, sure * (1 - sure) * steep**2, len(ease)) + 1
        ease = np.clip(ease + np.clip(grade / bend, -FARTHEST, FARTHEST), -5, 5)
    return ability, ease
