"""The Dawid–Skene family: everybody has a confusion matrix, learned together with the answers.

Dawid and Skene, Maximum likelihood estimation of observer error-rates using the EM algorithm (Applied
Statistics 28, 1979) is the first of them. With few answers a person its matrices are mostly noise. The others
draw them towards what all people do together, as in Bayesian classifier combination (Kim and Ghahramani,
AISTATS 2012), and the hierarchical one also holds the crowd's mean skill to how often pairs of people agree,
and the shares of the categories to those of the votes: at one or two answers an item nothing collapses. It
judges each vote by its author's other votes (collapsed variational Bayes of zeroth order, Asuncion, Welling,
Smyth and Teh, UAI 2009).
The fast one believes in one category at each step (Sinha, Rao and Balasubramanian, Fast Dawid–Skene,
2018).
"""

from dataclasses import dataclass

import numpy as np

from labelwright.quality.aggregation import Aggregate, merged
from labelwright.quality.anchors import mean_skill, shares
from labelwright.quality.cells import Cells
from labelwright.quality.em_dense import Dense, fits
from labelwright.quality.em_sparse import Sparse
from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.votes import Votes

CLOSE = 1e-3  # mean change of belief that counts as none


@dataclass(frozen=True)
class Recipe:
    """How a member of the family draws its numbers together; strengths are in answers.

    `own`: a person's row of confusion towards everybody's. `crowd`: everybody's towards the mean skill
    and mistakes that are all alike. `categories`: shares of the categories towards those of the votes.
    `pooled` False: rows are drawn towards nothing but even chances, as in the paper of 1979.
    `left_out`: each vote is judged by what its author's other votes tell (collapsed variational Bayes), so
    that no vote confirms itself and a person with few answers counts for less.
    """

    name: str
    own: float
    crowd: float = 0.0
    categories: float = 0.0
    pooled: bool = True
    left_out: bool = False
    hard: bool = False
    steps: int = 100


CLASSIC = Recipe("dawid_skene", own=0.01, pooled=False)
FAST = Recipe("fast_dawid_skene", own=0.01, pooled=False, hard=True)
POOLED = Recipe("pooled_dawid_skene", own=4.0, crowd=0.1)
HIERARCHICAL = Recipe("hierarchical_dawid_skene", own=2.0, crowd=200.0, categories=10_000.0, left_out=True)


def dawid_skene(
    votes: Votes,
    *,
    gold: Ints | None = None,
    probabilities: Floats | None = None,  # noqa: ARG001  # one signature for all methods
) -> Aggregate:
    """The method of 1979: every matrix for itself, from the shares of the votes on."""
    return fit(votes, CLASSIC, gold)


def fast_dawid_skene(
    votes: Votes,
    *,
    gold: Ints | None = None,
    probabilities: Floats | None = None,  # noqa: ARG001
) -> Aggregate:
    """The same with one category believed in at each step; it ends after a few."""
    return fit(votes, FAST, gold)


def pooled_dawid_skene(
    votes: Votes,
    *,
    gold: Ints | None = None,
    probabilities: Floats | None = None,  # noqa: ARG001
) -> Aggregate:
    """Matrices drawn towards everybody's common one."""
    return fit(votes, POOLED, gold)


def hierarchical_dawid_skene(
    votes: Votes,
    *,
    gold: Ints | None = None,
    probabilities: Floats | None = None,  # noqa: ARG001
) -> Aggregate:
    """Matrices drawn towards the common one, which is held to the agreement of pairs of people."""
    return fit(votes, HIERARCHICAL, gold)


def fit(votes: Votes, recipe: Recipe, gold: Ints | None = None) -> Aggregate:
    """Expectation–maximization after a recipe, until belief changes no more; deterministic."""
    cells = Cells.of(votes, gold)
    sheet = Dense(votes, cells) if fits(votes) else Sparse(votes, cells)
    if cells.categories > len(votes.categories) or not len(cells.item):
        return merged(recipe.name, votes, cells.posterior(cells.shares()), np.ones(len(votes)), gold=gold)
    mean, given = mean_skill(votes, cells), shares(votes, cells)
    belief = sheet.start()
    believed = sheet.hardened(belief) if recipe.hard else belief
    confusion = belief
    converged, step = False, 0
    while step < recipe.steps and not converged:
        step += 1
        counts = sheet.counted(believed)
        drawn, totals = _drawn(sheet, counts, recipe, mean)
        confusion = drawn / totals
        extra = sheet.left_out(drawn, totals, believed) if recipe.left_out else None
        prior = sheet.truths(believed) + recipe.categories * given + 1e-9
        belief, _ = sheet.believed(np.log(confusion), prior / prior.sum(), extra)
        now = sheet.hardened(belief) if recipe.hard else belief
        change = float(np.abs(now - believed).sum()) / max(cells.items, 1)
        converged = change == 0 if recipe.hard else change < CLOSE
        believed = now
    return merged(
        recipe.name,
        votes,
        sheet.posterior(belief),
        sheet.right(belief),
        gold=gold,
        confusion=sheet.matrix(confusion),
        iterations=step,
        converged=converged,
    )


def _drawn(sheet: Dense | Sparse, counts: Floats, recipe: Recipe, mean: float) -> tuple[Floats, Floats]:
    """Everybody's counts after the drawing together, and what their rows sum to."""
    if recipe.pooled:
        towards = recipe.own * sheet.spread(sheet.pooled(counts), mean, recipe.crowd)
    else:
        towards = np.array(recipe.own / sheet.categories)
    return counts + towards, sheet.totals(counts) + recipe.own
