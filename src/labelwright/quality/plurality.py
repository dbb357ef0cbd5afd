"""The answer that most people gave to each item, and which share of them gave it."""

from typing import NamedTuple

import numpy as np

from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.tallies import Tallies
from labelwright.quality.votes import Votes


class Plurality(NamedTuple):
    """For each item the answer's position (-1: nobody answered), its share of the votes, and their number."""

    answer: Ints
    share: Floats
    votes: Ints


def plurality(votes: Votes) -> Plurality:
    """The commonest answer of each item; between equals the one that comes first in `votes.categories`.

    >>> rows = [("a", "1", "cat"), ("a", "2", "dog"), ("b", "1", "dog")]
    >>> plurality(Votes.of(rows)).answer.tolist()
    [0, 1]
    """
    tallies = Tallies.of(votes.item, votes.answer, len(votes.items), len(votes.categories))
    order = np.lexsort((tallies.answer, -tallies.count, tallies.item))
    items, first = np.unique(tallies.item[order], return_index=True)
    best = order[first]
    answer = np.full(len(votes.items), -1, np.int64)
    share = np.zeros(len(votes.items))
    answer[items] = tallies.answer[best]
    share[items] = tallies.count[best] / tallies.size[items]
    return Plurality(answer, share, tallies.size)
