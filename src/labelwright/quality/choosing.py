"""Which method to merge by: chosen by evidence in the votes, and said in words.

No method wins everywhere. The rule, in order:

1. No item has answers of two people: nothing is known of anybody, so the votes stand as they are (majority).
2. People seem to err together (`dependence.py`): methods that learn skill would believe the shared mistake,
   so the majority decides.
3. Otherwise hierarchical Dawid–Skene, unless another method foretells held-out answers better by more than
   twice the standard error of the difference, and by more than half a percent (`held_out.py`).
4. References overrule: a method that has more of them right than the chosen one, by a sign test at 5 %, is
   taken instead. The methods are compared before they have seen the references.

Classic and pooled Dawid–Skene foretell well even where they have taken one category for another, as nothing
holds them to the votes, so they are not among the candidates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from labelwright.quality.aggregation import aggregate
from labelwright.quality.dependence import Dependence, dependence
from labelwright.quality.held_out import Foretold, foretold
from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.votes import Votes

DEFAULT = "hierarchical_dawid_skene"
PLAIN = "majority"
CANDIDATES = (DEFAULT, PLAIN, "weighted_majority", "one_coin", "glad", "mace")
WITH_MODEL = "crowdlab"
MOST_VOTES = 40_000  # of a larger table so many votes are looked at
SIGMAS = 2.0
LEAST_GAIN = 0.005  # in the mean log chance: less is no reason to leave the method that is held best
LEVEL = 0.05
FEWEST_GOLD = 20


@dataclass(frozen=True)
class Score:
    """One candidate: the mean log chance it gave to held-out answers, and how many references it has right.

    `behind` is by how much it foretells worse than the chosen method (below 0: better), ± `error`.
    """

    method: str
    foretold: float | None = None
    power: float | None = None
    behind: float | None = None
    error: float | None = None
    gold_right: int | None = None


@dataclass(frozen=True)
class Choice:
    """The method, why in words, and the evidence. `basis` is the evidence that decided."""

    method: str
    why: str
    basis: str
    scores: tuple[Score, ...] = ()
    dependence: Dependence | None = None
    gold: int = 0

    def score(self, method: str) -> Score | None:
        """The score of a candidate."""
        return next((score for score in self.scores if score.method == method), None)


def choose(
    votes: Votes,
    generator: np.random.Generator,
    *,
    gold: Ints | None = None,
    probabilities: Floats | None = None,
    candidates: Sequence[str] = CANDIDATES,
) -> Choice:
    """The method for these votes. `gold` (category of each item, -1 unknown) is used to compare."""
    some, kept = sample(votes, generator)
    known = np.full(len(some.items), -1, np.int64) if gold is None else gold[kept]
    model = None if probabilities is None else probabilities[kept]
    size = np.bincount(some.item, minlength=len(some.items))
    names = (*candidates, WITH_MODEL) if model is not None else tuple(candidates)
    if not (size > 1).any() and model is None:
        return Choice(
            PLAIN, "No item has answers of two people, so nothing tells who is right more often.", "votes"
        )
    if len(some.categories) < 2:
        return Choice(PLAIN, "There is one category only.", "votes")
    told = foretold(some, names, generator, probabilities=model)
    ties = dependence(some, generator)
    method, why, basis = _by_votes(some, told, ties, names)
    right = _on_gold(some, names, known, model)
    checked = int((known >= 0).sum())
    if right and checked >= FEWEST_GOLD:
        better = _better_on_gold(method, right)
        if better is not None:
            why = (
                f"{_plain(better)} has {int(right[better].sum())} of {checked} references right, "
                f"{_plain(method)}, which the votes alone speak for, {int(right[method].sum())}."
            )
            method, basis = better, "gold"
    scores = tuple(_score(some, name, method, told, right) for name in names)
    return Choice(method, why, basis, scores, ties, checked)


def sample(votes: Votes, generator: np.random.Generator) -> tuple[Votes, Ints]:
    """At most so many votes, of whole items, and the places of these items; annotators are renumbered."""
    kept = np.arange(len(votes.items))
    if len(votes) > MOST_VOTES:
        share = MOST_VOTES / len(votes)
        kept = np.sort(generator.permutation(len(votes.items))[: max(1, int(share * len(votes.items)))])
    place = np.full(len(votes.items), -1, np.int64)
    place[kept] = np.arange(len(kept))
    chosen = place[votes.item] >= 0
    people, whom = np.unique(votes.annotator[chosen], return_inverse=True)
    left: tuple[list[int], list[int]] = (kept.tolist(), people.tolist())
    return Votes(
        items=tuple(votes.items[at] for at in left[0]),
        annotators=tuple(votes.annotators[at] for at in left[1]),
        categories=votes.categories,
        item=place[votes.item[chosen]],
        annotator=whom.reshape(-1).astype(np.int64),
        answer=votes.answer[chosen],
    ), kept


def _by_votes(
    votes: Votes, told: dict[str, Foretold], ties: Dependence | None, names: Sequence[str]
) -> tuple[str, str, str]:
    """Method, reason and basis by the votes alone."""
    if ties is not None and ties.together:
        return PLAIN, f"{ties.words} Methods that learn skill would believe them.", "dependence"
    start = DEFAULT if DEFAULT in names else names[0]
    best = max(names, key=lambda name: told[name].mean)
    behind, error = difference(votes, told[best], told[start])
    if best != start and behind > max(SIGMAS * error, LEAST_GAIN):
        why = (
            f"{_plain(best)} foretells answers that were held out better than {_plain(start)}: "
            f"{behind:.3f} ± {error:.3f} in the mean logarithm of their chance."
        )
        return best, why, "held-out answers"
    why = f"No other method foretells answers that were held out clearly better than {_plain(start)}."
    if ties is not None:
        why += " There is no sign that people err together."
    return start, why, "held-out answers"


def difference(votes: Votes, one: Foretold, other: Foretold) -> tuple[float, float]:
    """By how much one foretells better, and its standard error; answers to one item count as one draw."""
    gaps = np.bincount(np.sort(votes.item), one.logs - other.logs, len(votes.items))
    return float(gaps.sum() / len(votes)), float(np.std(gaps) * len(gaps) ** 0.5 / len(votes))


def _on_gold(
    votes: Votes, names: Sequence[str], known: Ints, probabilities: Floats | None
) -> dict[str, np.ndarray]:
    """For each method which references it has right without having seen them."""
    places = np.flatnonzero((known >= 0) & (np.bincount(votes.item, minlength=len(known)) > 0))
    if not len(places):
        return {}
    return {
        name: aggregate(votes, name, probabilities=probabilities).answer[places] == known[places]
        for name in names
    }


def _better_on_gold(method: str, right: dict[str, np.ndarray]) -> str | None:
    """The method with most references right, if that is clearly more than the chosen one has."""
    best = max(right, key=lambda name: int(right[name].sum()))
    won = int((right[best] & ~right[method]).sum())
    lost = int((right[method] & ~right[best]).sum())
    if won <= lost:
        return None
    chance = sum(comb(won + lost, more) for more in range(won, won + lost + 1)) / 2 ** (won + lost)
    return best if chance <= LEVEL else None


def _score(
    votes: Votes, name: str, method: str, told: dict[str, Foretold], right: dict[str, np.ndarray]
) -> Score:
    behind, error = difference(votes, told[method], told[name])
    return Score(
        method=name,
        foretold=told[name].mean,
        power=told[name].power,
        behind=behind,
        error=error,
        gold_right=int(right[name].sum()) if name in right else None,
    )


def _plain(name: str) -> str:
    """A method's name in words."""
    return NAMES.get(name, name)


NAMES = {
    "majority": "the majority",
    "weighted_majority": "the weighted majority",
    "dawid_skene": "Dawid–Skene",
    "fast_dawid_skene": "fast Dawid–Skene",
    "pooled_dawid_skene": "pooled Dawid–Skene",
    "hierarchical_dawid_skene": "hierarchical Dawid–Skene",
    "one_coin": "one coin a person",
    "glad": "GLAD",
    "mace": "MACE",
    "crowdlab": "CROWDLAB",
}
