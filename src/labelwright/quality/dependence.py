"""Whether people err together: the one thing that models of annotators assume and that often is not so.

Methods that learn skill believe whoever agrees with the others. Where many share a mistake (a grebe taken for
a duck), the shared mistake becomes the truth and those who know better become the bad annotators. Without
references nobody can see that for certain, but it leaves two marks, and both are asked for:

- answers to one item stay alike beyond what the method's truth explains: the **correlation of residuals**
  of two people at an item, beside the same in data that the fitted model makes itself (a parametric
  bootstrap, Efron and Tibshirani, An introduction to the bootstrap, 1993, chapter 6; comparing so is the
  posterior predictive check of Gelman, Meng and Stern, Statistica Sinica 6, 1996);
- the method's categories have other **shares** than the votes have. Errors that people make each for
  themselves move shares a little; a shared mistake moves whole groups of items from one category to another.

Hard items leave the first mark alone: answers differ there, but towards all sides.
"""

from typing import NamedTuple

import numpy as np

from labelwright.quality.aggregation import Aggregate, in_order
from labelwright.quality.cells import Cells
from labelwright.quality.dawid_skene import hierarchical_dawid_skene
from labelwright.quality.statistic import Floats
from labelwright.quality.votes import Votes

DRAWS = 16
SIGMAS = 2.0
STRENGTH = 0.055  # bluebirds, where skill helps, have at most 0.05; ducks, where it harms, 0.06 to 0.20
FEWEST = 50  # pairs of answers below which nothing is said


class Dependence(NamedTuple):
    """`correlation` of two people's residuals at an item; `usual` is what the model alone gives, ± `spread`.

    `shift` is the share of items that would have to change category to get from the shares of the votes to
    those of the method (total variation).
    """

    correlation: float
    usual: float
    spread: float
    shift: float

    @property
    def excess(self) -> float:
        """How much more correlation there is than the model explains."""
        return self.correlation - self.usual

    @property
    def strength(self) -> float:
        """Both marks in one number, their geometric mean: 0 if one of them is missing."""
        return (max(self.excess, 0.0) * self.shift) ** 0.5

    @property
    def together(self) -> bool:
        """Whether people err together, as far as answers can tell."""
        return self.excess > SIGMAS * self.spread and self.strength > STRENGTH

    @property
    def words(self) -> str:
        """The figures in a sentence."""
        found = (
            f"Answers to one item are alike beyond the model by {self.excess:.2f} (correlation), and the "
            f"model moves {100 * self.shift:.0f} % of the items to other categories than the votes have."
        )
        verdict = "people seem to err together" if self.together else "no sign that people err together"
        return f"{found} Together: {verdict}."


def dependence(votes: Votes, generator: np.random.Generator, draws: int = DRAWS) -> Dependence | None:
    """The two marks of shared mistakes under the hierarchical Dawid–Skene model.

    None where nothing can be said: hardly any item has two answers, or there are too many categories or
    people for full confusion matrices.
    """
    votes = in_order(votes)
    size = np.bincount(votes.item, minlength=len(votes.items))
    if (size * (size - 1) / 2).sum() < FEWEST or len(votes.categories) < 2:
        return None
    fitted = hierarchical_dawid_skene(votes)
    if fitted.confusion is None:
        return None
    seen = _correlation(votes, fitted)
    believed = _shares(fitted)
    usual: list[float] = []
    for _ in range(draws):
        made = _made(votes, fitted.confusion, believed, generator)
        usual.append(_correlation(made, hierarchical_dawid_skene(made)))
    cells = Cells.of(votes)
    given = np.bincount(cells.category, cells.shares(), cells.categories)
    shift = float(np.abs(believed - given / given.sum()).sum() / 2)
    return Dependence(seen, float(np.mean(usual)), float(np.std(usual)), shift)


def _shares(fitted: Aggregate) -> Floats:
    table = fitted.posterior.table
    return table.sum(axis=0) / table.sum()


def _made(votes: Votes, confusion: Floats, shares: Floats, generator: np.random.Generator) -> Votes:
    """The same people at the same items, answering each for themselves as the model says."""
    truth = generator.choice(len(shares), len(votes.items), p=shares)
    steps = confusion[votes.annotator, truth[votes.item]].cumsum(axis=1)
    drawn = generator.random(len(votes))[:, None] * steps[:, -1:]
    return Votes(
        items=votes.items,
        annotators=votes.annotators,
        categories=votes.categories,
        item=votes.item,
        annotator=votes.annotator,
        answer=(drawn > steps).sum(axis=1).astype(np.int64),
    )


def _correlation(votes: Votes, fitted: Aggregate) -> float:
    """Of the residuals of two people at an item, given the method's answer there; all categories together."""
    from scipy.sparse import csr_array  # heavy, and not wanted when the server starts

    confusion = fitted.confusion
    if confusion is None or not len(votes):
        return 0.0
    chance = confusion[votes.annotator, fitted.answer[votes.item]]
    residual = -chance
    residual[np.arange(len(votes)), votes.answer] += 1
    usual = np.sqrt(np.clip(chance * (1 - chance), 0, None))
    items = (votes.item, np.arange(len(votes)))
    gather = csr_array((np.ones(len(votes)), items), shape=(len(votes.items), len(votes)))
    shared = float((np.asarray(gather @ residual) ** 2).sum() - (residual**2).sum())
    largest = float((np.asarray(gather @ usual) ** 2).sum() - (usual**2).sum())
    return shared / largest if largest > 0 else 0.0
