"""One answer for each item out of many people's: the methods by name, and what each of them gives.

All take `Votes` and known answers, and give an `Aggregate`. Which one to use is a question of its own
(`choosing.py`), and how far its confidence may be believed is another (`calibration.py`): the posterior of
a model of annotators is far too sure on hard items, where people err together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol, cast

import numpy as np

from labelwright.core.errors import InvalidInput, UnknownName
from labelwright.quality.posterior import Posterior
from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.votes import Votes


@dataclass(frozen=True, eq=False)
class Aggregate:
    """What a method makes of votes.

    `answer` is the position of each item's category, -1 for an item that nobody answered. `skill` is, for
    each annotator, the expected share of right answers under this very result; None without an answer.
    `confusion` (annotators × truths × answers) is there for methods that have it, where it is no larger
    than memory allows. `parameters` has what else a method learns, by name.
    """

    method: str
    answer: Ints
    posterior: Posterior
    skill: tuple[float | None, ...]
    confusion: Floats | None = None
    iterations: int = 0
    converged: bool = True
    parameters: Mapping[str, Floats] = field(default_factory=dict[str, Floats])

    @property
    def confidence(self) -> Floats:
        """What the method believes of each answer; not a probability before it is calibrated."""
        return self.posterior.best[1]


class Method(Protocol):
    """A way of merging. `gold` is the known category of each item (-1: unknown), kept as it is.

    `probabilities` (items × categories) are a model's; methods that cannot use them do not look.
    """

    def __call__(
        self, votes: Votes, *, gold: Ints | None = None, probabilities: Floats | None = None
    ) -> Aggregate: ...


METHODS = {
    "majority": "majority:majority",
    "weighted_majority": "majority:weighted_majority",
    "dawid_skene": "dawid_skene:dawid_skene",
    "fast_dawid_skene": "dawid_skene:fast_dawid_skene",
    "pooled_dawid_skene": "dawid_skene:pooled_dawid_skene",
    "hierarchical_dawid_skene": "dawid_skene:hierarchical_dawid_skene",
    "one_coin": "one_coin:one_coin",
    "glad": "glad:glad",
    "mace": "mace:mace",
    "crowdlab": "crowdlab:crowdlab",
}
"""Each method and where it is; crowdlab needs a model's probabilities."""


def aggregate(
    votes: Votes, method: str, *, gold: Ints | None = None, probabilities: Floats | None = None
) -> Aggregate:
    """The result of one method. Raises UnknownName, and InvalidInput for arrays that do not fit the votes."""
    if method not in METHODS:
        raise UnknownName("method of consensus", method, METHODS)
    check_gold(votes, gold)
    check_probabilities(votes, probabilities)
    file, _, name = METHODS[method].partition(":")
    merge = cast("Method", getattr(import_module(f"labelwright.quality.{file}"), name))
    return merge(in_order(votes), gold=gold, probabilities=probabilities)


def in_order(votes: Votes) -> Votes:
    """The same votes ordered by item and annotator: sums of floats then do not depend on who came first."""
    keys = votes.item * max(len(votes.annotators), 1) + votes.annotator
    if bool((np.diff(keys) > 0).all()):
        return votes
    order = np.argsort(keys, kind="stable")
    return Votes(
        items=votes.items,
        annotators=votes.annotators,
        categories=votes.categories,
        item=votes.item[order],
        annotator=votes.annotator[order],
        answer=votes.answer[order],
        repeated=votes.repeated,
    )


def merged(
    method: str,
    votes: Votes,
    posterior: Posterior,
    right: Floats,
    *,
    gold: Ints | None = None,
    confusion: Floats | None = None,
    iterations: int = 0,
    converged: bool = True,
    parameters: Mapping[str, Floats] | None = None,
) -> Aggregate:
    """The result of a posterior; `right` is how surely each vote is right."""
    answer = posterior.best[0].copy()
    answered = np.zeros(len(votes.items), bool)
    answered[votes.item] = True
    answer[~answered] = -1
    if gold is not None:
        answer = np.where(gold >= 0, gold, answer)
    sums = np.bincount(votes.annotator, right, len(votes.annotators)).tolist()
    counts = np.bincount(votes.annotator, minlength=len(votes.annotators)).tolist()
    return Aggregate(
        method=method,
        answer=answer,
        posterior=posterior,
        skill=tuple(total / count if count else None for total, count in zip(sums, counts, strict=True)),
        confusion=confusion,
        iterations=iterations,
        converged=converged,
        parameters=parameters or {},
    )


def check_gold(votes: Votes, gold: Ints | None) -> None:
    """Raises InvalidInput unless `gold` has a category or -1 for each item."""
    if gold is None:
        return
    if gold.shape != (len(votes.items),):
        raise InvalidInput(
            f"Gold has {gold.shape[0] if gold.ndim else 0:,} rows for {len(votes.items):,} items.",
            remedy="Give one category for each item, -1 where nothing is known.",
        )
    if len(gold) and (gold.min() < -1 or gold.max() >= len(votes.categories)):
        raise InvalidInput("Gold names a category that the votes do not have.", remedy="Use -1 for unknown.")


def check_probabilities(votes: Votes, probabilities: Floats | None) -> None:
    """Raises InvalidInput unless there is a row for each item that sums to 1."""
    if probabilities is None:
        return
    expected = (len(votes.items), len(votes.categories))
    if probabilities.shape != expected:
        raise InvalidInput(
            f"The model's probabilities are a table of {probabilities.shape}, the votes need {expected}.",
            remedy="Give a row for each item and a column for each category, in the order of the votes.",
        )
    sums = probabilities.sum(axis=1)
    if not np.isfinite(probabilities).all() or (probabilities < 0).any() or (abs(sums - 1) > 1e-3).any():
        raise InvalidInput(
            "A model's probabilities must lie between 0 and 1, and those of an item sum to 1.",
            remedy="Give softmax outputs, not scores.",
        )
