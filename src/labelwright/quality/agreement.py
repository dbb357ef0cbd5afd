"""How far people agree about tags: percent agreement, Cohen, Fleiss, Gwet and Krippendorff.

Each measure is 1 where all agree; all but percent agreement are 0 where people agree as chance would.
None means that a measure has no value; `undefined` says why. An item counts where it has two answers.
Each comes as a number and, by `…_statistic`, as sums over items for intervals and slices.

Percent agreement is of pairs: the share of pairs of answers to an item that are the same, averaged over
items. Fleiss' kappa and Gwet's AC1 and AC2 take it too, so they bear missing answers (Gwet, Handbook of
Inter-Rater Reliability, 4th ed., 2014, ch. 2 and 3); where every item has as many answers, that is Fleiss'
own formula of 1971. `alpha.py` holds Krippendorff's alpha, `distance_alpha.py` the one of any distance.

Cohen, A coefficient of agreement for nominal scales (1960); Weighted kappa (1968). Fleiss, Measuring nominal
scale agreement among many raters (1971). Gwet, Computing inter-rater reliability and its variance in
the presence of high agreement (2008).
"""

from typing import Literal

import numpy as np

from labelwright.core.errors import NotFound
from labelwright.quality.alpha import (
    LEVELS,
    Level,
    alpha_of_values,
    alpha_statistic,
    krippendorff_alpha,
)
from labelwright.quality.statistic import Floats, Formula, Ints, Statistic, ratio
from labelwright.quality.tallies import Tallies
from labelwright.quality.votes import Votes

__all__ = [
    "LEVELS", "WEIGHTS", "Level", "Weights", "alpha_of_values", "alpha_statistic", "cohen_kappa",
    "cohen_statistic", "fleiss_kappa", "fleiss_statistic", "gwet_ac1", "gwet_ac2", "gwet_statistic",
    "krippendorff_alpha", "percent_agreement", "percent_statistic", "undefined", "weight_matrix",
]  # fmt: skip

Weights = Literal["identity", "linear", "quadratic"]
WEIGHTS: tuple[Weights, ...] = ("identity", "linear", "quadratic")


def percent_agreement(votes: Votes) -> float | None:
    """The share of pairs of answers to an item that are the same, averaged over items with a pair."""
    return percent_statistic(votes).value


def cohen_kappa(votes: Votes, first: str, second: str, weights: Weights = "identity") -> float | None:
    """Cohen's kappa of two annotators over the items that both answered.

    With linear or quadratic weights, answers near one another in `votes.categories` agree in part.
    """
    return cohen_statistic(votes, first, second, weights).value


def fleiss_kappa(votes: Votes) -> float | None:
    """Fleiss' kappa of any number of annotators, who need not be the same for every item."""
    return fleiss_statistic(votes).value


def gwet_ac1(votes: Votes) -> float | None:
    """Gwet's AC1, which stays near percent agreement where one answer is far the commonest.

    Every category of `votes.categories` counts as one that could have been given.
    """
    return gwet_statistic(votes).value


def gwet_ac2(votes: Votes, weights: Weights = "quadratic") -> float | None:
    """Gwet's AC2: AC1 for answers in order, where near ones agree in part."""
    return gwet_statistic(votes, weights).value


def undefined(votes: Votes) -> str | None:
    """Why measures beyond chance have no value for these votes, in words; None if they have one."""
    if not len(votes):
        return "There is no answer."
    if len(np.unique(votes.annotator)) < 2:
        return "Only one person answered."
    paired = np.bincount(votes.item, minlength=len(votes.items)) > 1
    if not paired.any():
        return "No item has answers of two people."
    if len(np.unique(votes.answer[paired[votes.item]])) < 2:
        return "Everyone gave the same answer everywhere, so chance would agree as well."
    return None


def weight_matrix(answers: int, weights: Weights) -> Floats:
    """How far answers agree in part, from 1 for the same to 0 for the first and the last."""
    if weights == "identity" or answers < 2:
        return np.eye(answers)
    places = np.arange(answers) / (answers - 1)
    apart = np.abs(places[:, None] - places[None])
    return 1 - (apart if weights == "linear" else np.square(apart))


def percent_statistic(votes: Votes) -> Statistic:
    """Percent agreement as sums over items."""
    agreed, rows = _pairwise(_tallies(votes), "identity")
    columns = np.column_stack([agreed, np.ones(len(agreed))])
    return Statistic.of_columns(columns, lambda totals: ratio(totals[:, 0], totals[:, 1]), rows)


def cohen_statistic(votes: Votes, first: str, second: str, weights: Weights = "identity") -> Statistic:
    """Cohen's kappa of two annotators as sums over items. Raises `NotFound` for a name without answers."""
    k = len(votes.categories)
    one, other = (_answers_of(votes, name) for name in (first, second))
    rows = np.flatnonzero((one >= 0) & (other >= 0))
    one, other = one[rows], other[rows]
    partly = weight_matrix(k, weights)

    def formula(totals: Floats) -> Floats:
        n = totals[:, 0]
        agreed = ratio(totals[:, 1], n)
        ours, theirs = totals[:, 2 : 2 + k], totals[:, 2 + k :]
        by_chance = ratio(np.einsum("bk,bk->b", ours @ partly, theirs), n * n)
        return _beyond(agreed, by_chance)

    ones = np.ones(len(rows))
    return Statistic(
        row=np.tile(rows, 4),
        column=np.concatenate([np.repeat([0, 1], len(rows)), one + 2, other + 2 + k]),
        amount=np.concatenate([ones, partly[one, other], ones, ones]),
        width=2 + 2 * k,
        formula=formula,
    )


def fleiss_statistic(votes: Votes) -> Statistic:
    """Fleiss' kappa as sums over items."""
    return _by_shares(votes, "identity", lambda shares: np.square(shares).sum(axis=1))


def gwet_statistic(votes: Votes, weights: Weights = "identity") -> Statistic:
    """Gwet's AC1 (identity) or AC2 as sums over items."""
    q = len(votes.categories)
    total = float(weight_matrix(q, weights).sum())
    scale = total / (q * (q - 1)) if q > 1 else np.nan
    return _by_shares(votes, weights, lambda shares: scale * (shares * (1 - shares)).sum(axis=1))


def _by_shares(votes: Votes, weights: Weights, by_chance: Formula) -> Statistic:
    """A measure whose chance agreement is told by the mean share of every category over items."""
    tallies = _tallies(votes)
    agreed, rows = _pairwise(tallies, weights)
    answered = np.flatnonzero(tallies.size)

    def formula(totals: Floats) -> Floats:
        shares = totals[:, 3:] / totals[:, 2:3]
        return _beyond(ratio(totals[:, 0], totals[:, 1]), by_chance(shares))

    places = np.repeat([0, 1, 2], [len(rows), len(rows), len(answered)])
    ones = np.ones(len(rows) + len(answered))
    return Statistic(
        row=np.concatenate([rows, rows, answered, tallies.item]),
        column=np.concatenate([places, tallies.answer + 3]),
        amount=np.concatenate([agreed, ones, tallies.count / tallies.size[tallies.item]]),
        width=3 + tallies.answers,
        formula=formula,
    )


def _beyond(agreed: Floats, by_chance: Floats) -> Floats:
    # Shares are summed in floats: what is 1 but for the last digits is 1, and then there is no value.
    left = np.where(np.abs(1 - by_chance) > 1e-12, 1 - by_chance, 0.0)
    return np.minimum(1.0, ratio(agreed - by_chance, left))


def _tallies(votes: Votes) -> Tallies:
    return Tallies.of(votes.item, votes.answer, len(votes.items), len(votes.categories))


def _pairwise(tallies: Tallies, weights: Weights) -> tuple[Floats, Ints]:
    """The mean agreement of the pairs of answers to each item that has some, and these items."""
    agreed = tallies.same()
    if weights != "identity":
        partly = weight_matrix(tallies.answers, weights)
        agreed = agreed + tallies.apart(lambda a, b: partly[a, b])
    rows = np.flatnonzero(tallies.paired).astype(np.int64)
    size = tallies.size[rows].astype(np.float64)
    return agreed[rows] / (size * (size - 1)), rows


def _answers_of(votes: Votes, name: str) -> Ints:
    """One person's answer to every item, -1 where there is none."""
    if name not in votes.annotators:
        raise NotFound("annotator", name)
    answers = np.full(len(votes.items), -1, np.int64)
    own = votes.annotator == votes.annotators.index(name)
    answers[votes.item[own]] = votes.answer[own]
    return answers
