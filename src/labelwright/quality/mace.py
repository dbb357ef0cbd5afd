"""MACE: everybody either looks, and then is right, or answers by a habit that does not depend on the item.

Hovy, Berg-Kirkpatrick, Vaswani and Hovy, Learning whom to trust with MACE (NAACL 2013), with the variational
updates of that paper (Beta priors of 1/2 on how often somebody looks). It starts from the shares of
the votes instead of many random places, so the same votes give the same result.
"""

import numpy as np

from labelwright.quality.aggregation import Aggregate, merged
from labelwright.quality.cells import Cells
from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.votes import Votes

STEPS = 100
CLOSE = 1e-5
HALF = 0.5  # both numbers of the Beta prior
HABIT = 10.0  # strength of the prior of a habit: even chances


def mace(
    votes: Votes,
    *,
    gold: Ints | None = None,
    probabilities: Floats | None = None,  # noqa: ARG001  # one signature for all methods
) -> Aggregate:
    """How often everybody looks, their habits and the answers, in turns."""
    from scipy.special import digamma  # heavy, and not wanted when the server starts

    cells = Cells.of(votes, gold)
    people, categories = len(votes.annotators), cells.categories
    keys, place = np.unique(votes.annotator * categories + votes.answer, return_inverse=True)
    habit_of, own = place.reshape(-1), keys // categories
    answers = np.bincount(votes.annotator, minlength=people)
    chance = cells.shares()
    looks = cells.right(chance) / 2
    trust = np.full(people, 0.5)
    converged, step = categories < 2, 0
    while step < STEPS and not converged:
        step += 1
        seen = np.bincount(votes.annotator, looks, people)
        trust = (seen + HALF) / (answers + 2 * HALF)
        guessed = np.bincount(habit_of, 1 - looks, len(keys)) + HABIT / categories
        total = np.bincount(votes.annotator, 1 - looks, people) + HABIT
        habit = np.exp(digamma(guessed) - digamma(total)[own])
        knows = np.exp(digamma(seen + HALF) - digamma(answers + 2 * HALF))
        spams = np.exp(digamma(answers - seen + HALF) - digamma(answers + 2 * HALF))
        wrong = spams[votes.annotator] * habit[habit_of]
        right = wrong + knows[votes.annotator]
        now, _ = cells.believed(np.log(right / wrong))
        looks = cells.right(now) * knows[votes.annotator] / right
        converged = bool(np.abs(now - chance).sum() < CLOSE * max(cells.items, 1))
        chance = now
    return merged(
        "mace",
        votes,
        cells.posterior(chance),
        cells.right(chance),
        gold=gold,
        iterations=step,
        converged=converged,
        parameters={"looks": trust},
    )
