"""Adaptive overlap: ask one more person only where that is still worth it.

The policy is one pure function of what is known of an item. Where skills are known, it stops once the belief
in the leading answer reaches the target; that belief is kept up to date vote by vote (`Belief`), and is only
as good as the skills behind it. Where they are not, it stops once the leading answer is some votes ahead of
the next one: for people who err alike and each for themselves this is the sequential probability ratio
test (Wald, Annals of Mathematical Statistics 16, 1945), and nothing has to be known to follow it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from labelwright.core.errors import InvalidInput
from labelwright.quality.posterior import TIE
from labelwright.quality.statistic import Floats

FLOOR = 1e-4  # nobody's answer rules out a category altogether


@dataclass(frozen=True)
class OverlapPlan:
    """From `least` to `most` answers an item, and `budget` in all (None: no end).

    Where skills are known, until the answer is `target` sure; otherwise until it leads by `lead` votes.
    """

    least: int = 1
    most: int = 5
    target: float = 0.95
    lead: int = 2
    budget: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.most:
            raise InvalidInput(
                f"An item cannot have from {self.least} to {self.most} answers.",
                remedy="Ask for at least one, and at most for no fewer than that.",
            )
        if not 0 < self.target < 1:
            raise InvalidInput(
                f"Nobody can be {self.target:g} sure.", remedy="Choose a target between 0 and 1."
            )
        if self.lead < 1 or (self.budget is not None and self.budget < 0):
            raise InvalidInput("A lead is 1 vote or more, and a budget is not below 0.")


class Decision(NamedTuple):
    """Whether one more person is asked, and why."""

    more: bool
    reason: str


def wants_more(
    answers: Sequence[int], plan: OverlapPlan, *, sure: float | None = None, spent: int = 0
) -> Decision:
    """Whether an item with these answers (positions of categories) gets one more.

    `sure` is the belief in its leading answer; None, if nothing is known of the people. `spent` is the
    number of answers to all items so far.
    """
    given = len(answers)
    if plan.budget is not None and spent >= plan.budget:
        return Decision(False, f"The budget of {plan.budget:,} answers is spent.")
    if given >= plan.most:
        return Decision(False, f"It has {given}, the most that are asked for.")
    if given < plan.least:
        return Decision(True, f"It has {given} of at least {plan.least}.")
    if sure is not None:
        told = f"The answer is {100 * sure:.1f} % sure; {100 * plan.target:g} % are wanted."
        return Decision(sure < plan.target, told)
    ahead = lead_of(answers)
    return Decision(ahead < plan.lead, f"The answer leads by {ahead} of {plan.lead} votes.")


def lead_of(answers: Sequence[int]) -> int:
    """By how many votes the commonest answer is ahead of the next one."""
    counts = [count for _, count in Counter(answers).most_common(2)]
    return counts[0] - sum(counts[1:]) if counts else 0


@dataclass(frozen=True, eq=False)
class Belief:
    """What is believed of one item's category: logarithms of chances that need not sum to 1.

    One vote more costs one addition for each category. The order of votes makes no difference.
    """

    logs: Floats

    @staticmethod
    def of_shares(shares: Floats) -> "Belief":
        """Before anybody answers: the shares of the categories, or a model's probabilities for this item."""
        return Belief(np.log(np.clip(shares, FLOOR, None)))

    def after(self, likelihood: Floats) -> "Belief":
        """With one answer more, given how likely it is under each truth (`of_confusion`, `of_skill`)."""
        return Belief(self.logs + np.log(np.clip(likelihood, FLOOR, None)))

    @property
    def chances(self) -> Floats:
        """The chances of the categories."""
        chances = np.exp(self.logs - self.logs.max())
        return chances / chances.sum()

    @property
    def best(self) -> tuple[int, float]:
        """The likeliest category, between equals the first, and its chance."""
        chances = self.chances
        place = int(np.flatnonzero(chances >= chances.max() - TIE)[0])
        return place, float(chances[place])


def of_confusion(confusion: Floats, answer: int) -> Floats:
    """How likely somebody's answer is under each truth, by the confusion matrix (truths × answers)."""
    return confusion[:, answer]


def of_skill(skill: float, answer: int, categories: int) -> Floats:
    """The same by one number: right with this chance, and otherwise wrong in all ways alike."""
    likelihood = np.full(categories, (1 - skill) / max(categories - 1, 1))
    likelihood[answer] = skill
    return likelihood
