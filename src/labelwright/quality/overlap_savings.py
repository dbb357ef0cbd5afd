"""What adaptive overlap would have saved: a plan played on recorded votes, beside fixed overlap.

Items get their recorded answers in a random order, a round at a time. It shows what would have happened with
these people and items; where the crowd itself is wrong, no overlap helps.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from labelwright.quality.aggregation import aggregate, in_order
from labelwright.quality.overlap import OverlapPlan, wants_more
from labelwright.quality.plurality import plurality
from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.votes import Votes

Rule = Literal["lead", "belief"]
METHOD = "hierarchical_dawid_skene"


@dataclass(frozen=True)
class Played:
    """Answers an item on average, and the share of items that are right; None without a truth to compare."""

    answers: float
    right: float | None


@dataclass(frozen=True)
class Savings:
    """The plan beside fixed overlaps of 1, 2, 3 … answers merged by majority.

    `needed` is how many answers an item a fixed overlap needs for the same share of right ones, between two
    whole numbers by a straight line; None where it never gets there. `saved` is the share of answers
    that the plan does without.
    """

    adaptive: Played
    fixed: tuple[Played, ...]
    needed: float | None

    @property
    def saved(self) -> float | None:
        """The share of the answers of a fixed overlap of the same quality that are not needed."""
        return None if not self.needed else 1 - self.adaptive.answers / self.needed


def savings(
    votes: Votes,
    plan: OverlapPlan,
    generator: np.random.Generator,
    *,
    truth: Ints | None = None,
    rule: Rule = "lead",
    deepest: int = 10,
) -> Savings:
    """What the plan would have saved on these votes.

    Without `truth` (a category for each item, -1 unknown) the plurality of all votes stands for it. With
    the rule "belief" skills are learned anew after each round, as a service would in the background.
    """
    votes, turn = shuffled(votes, generator)
    known = plurality(votes).answer if truth is None else truth
    used = played(votes, turn, plan, rule)
    kept = votes.where(turn < used[votes.item])
    answer = plurality(kept).answer if rule == "lead" else aggregate(kept, METHOD).answer
    adaptive = Played(_mean(used), _right(answer, known, used))
    fixed: list[Played] = []
    for depth in range(1, deepest + 1):
        few = votes.where(turn < depth)
        size = np.bincount(few.item, minlength=len(votes.items))
        fixed.append(Played(_mean(size), _right(plurality(few).answer, known, size)))
    return Savings(adaptive, tuple(fixed), _needed(fixed, adaptive.right))


def shuffled(votes: Votes, generator: np.random.Generator) -> tuple[Votes, Ints]:
    """The votes in a random order within each item, and each one's turn there (0 is the first)."""
    votes = in_order(votes)
    order = np.lexsort((generator.random(len(votes)), votes.item))
    mixed = replace(
        votes, item=votes.item[order], annotator=votes.annotator[order], answer=votes.answer[order]
    )
    begins = np.searchsorted(mixed.item, np.arange(len(votes.items)))
    return mixed, np.arange(len(votes)) - begins[mixed.item]


def played(votes: Votes, turn: Ints, plan: OverlapPlan, rule: Rule = "lead") -> Ints:
    """How many of its votes each item gets to use under a plan; rounds go on while somebody is asked."""
    size = np.bincount(votes.item, minlength=len(votes.items))
    begins = np.searchsorted(votes.item, np.arange(len(votes.items)))
    used = np.zeros(len(votes.items), np.int64)
    open_ = size > 0
    spent = 0
    while open_.any():
        sure = _sure(votes, turn, used) if rule == "belief" and used.any() else None
        asked: list[int] = np.flatnonzero(open_).tolist()
        for item in asked:
            answers: list[int] = votes.answer[begins[item] : begins[item] + used[item]].tolist()
            # One answer confirms itself in any model of annotators: only two tell something of people.
            known = None if sure is None or used[item] < 2 else float(sure[item])
            if used[item] < size[item] and wants_more(answers, plan, sure=known, spent=spent).more:
                used[item] += 1
                spent += 1
            else:
                open_[item] = False
    return used


def _sure(votes: Votes, turn: Ints, used: Ints) -> Floats:
    return aggregate(votes.where(turn < used[votes.item]), METHOD).confidence


def _mean(used: Ints) -> float:
    answered = used > 0
    return float(used[answered].mean()) if answered.any() else 0.0


def _right(answer: Ints, known: Ints, used: Ints) -> float | None:
    judged = (known >= 0) & (used > 0)
    return float((answer[judged] == known[judged]).mean()) if judged.any() else None


def _needed(fixed: list[Played], right: float | None) -> float | None:
    if right is None:
        return None
    before: Played | None = None
    for now in fixed:
        if now.right is not None and now.right >= right:
            if before is None or before.right is None or now.right == before.right:
                return now.answers
            part = (right - before.right) / (now.right - before.right)
            return before.answers + part * (now.answers - before.answers)
        before = now
    return None
