"""CROWDLAB: people's answers and a model's probabilities, each with a weight that it has earned.

Goh, Tkachenko and Mueller, CROWDLAB: supervised learning to infer consensus labels and quality scores for
data with multiple annotators (NeurIPS workshop on human in the loop learning, 2022). An answer becomes a row
of chances by how often people are with the consensus; people weigh by their agreement with others beyond
always giving the commonest answer, the model by its agreement with the consensus, and more so the more
answers stand behind that.
"""

import numpy as np

from labelwright.core.errors import InvalidInput
from labelwright.quality.aggregation import Aggregate, merged
from labelwright.quality.cells import Cells
from labelwright.quality.posterior import Posterior
from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.votes import Votes

LEAST = 1e-6


def crowdlab(votes: Votes, *, gold: Ints | None = None, probabilities: Floats | None = None) -> Aggregate:
    """Weighted means of people's and the model's chances. Raises InvalidInput without a model's.

    Where no item has two answers, nothing tells what anybody is worth: all people weigh alike then.
    """
    if probabilities is None:
        raise InvalidInput(
            "CROWDLAB merges people's answers with a model's probabilities, and there are none.",
            remedy="Give probabilities, or choose another method.",
        )
    cells = Cells.of(votes, gold)
    items, categories = probabilities.shape
    first = _majority(cells, probabilities)
    person, model, agreed = _weights(votes, cells, first, probabilities)
    each = person[votes.annotator]
    wrong = (1 - agreed) / max(categories - 1, 1)
    table = model * probabilities
    table += (np.bincount(votes.item, each, items) * wrong)[:, None]
    gain = np.bincount(cells.of_vote, each * (agreed - wrong), len(cells.item))
    table[cells.item, cells.category] += gain
    table[(cells.size == 0) & (cells.held < 0)] = 0
    sums = table.sum(axis=1, keepdims=True)
    table = np.divide(table, sums, out=np.zeros_like(table), where=sums > 0)
    known = np.flatnonzero(cells.held >= 0)
    table[known] = 0
    table[known, cells.held[known]] = 1
    right = table[votes.item, votes.answer]
    parameters = {"weight": person, "model_weight": np.array([model])}
    posterior = Posterior.of_table(table)
    return merged("crowdlab", votes, posterior, right, gold=gold, parameters=parameters)


def _majority(cells: Cells, probabilities: Floats) -> Ints:
    """The commonest answer; between equals the one that the model holds for likelier."""
    lean = cells.shares() + LEAST * probabilities[cells.item, cells.category]
    return cells.posterior(lean).best[0]


def _weights(votes: Votes, cells: Cells, first: Ints, probabilities: Floats) -> tuple[Floats, float, float]:
    """Everybody's weight, the model's, and how often an answer is the consensus."""
    shared = cells.size > 1
    if not shared.any():
        return np.ones(len(votes.annotators)), 1.0, 1 - LEAST
    agrees = np.bincount(votes.item, votes.answer == first[votes.item], cells.items)
    agreed = float(np.clip((agrees[shared] / cells.size[shared]).mean(), LEAST, 1 - LEAST))
    counts = np.bincount(cells.of_vote, minlength=len(cells.item))
    same = np.bincount(votes.annotator, counts[cells.of_vote] - 1, len(votes.annotators))
    others = np.bincount(votes.annotator, cells.size[votes.item] - 1, len(votes.annotators))
    crowd = same.sum() / others.sum()
    agreement = np.divide(same, others, out=np.full(len(others), crowd), where=others > 0)
    commonest = np.bincount(first[shared], minlength=probabilities.shape[1]).max() / shared.sum()
    chance = max(1 - commonest, LEAST)
    accuracy = float((probabilities.argmax(axis=1)[shared] == first[shared]).mean())
    depth = float(cells.size[cells.size > 0].mean()) ** 0.5
    person = np.clip(1 - (1 - agreement) / chance, LEAST, None)
    model = max(1 - (1 - accuracy) / chance, LEAST) * depth
    return person, model, agreed
