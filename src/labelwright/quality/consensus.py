"""The front door of merging answers: one answer for each item, how sure that is, and how it came about.

    consensus(Votes.of(rows)).answers()

It chooses the method by evidence (`choosing.py`), merges, and says what its confidence is: a probability
where references calibrate it, and otherwise a share of votes or a flattened belief that is marked as not
calibrated. A raw posterior of a model of annotators is never given out as a probability.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from labelwright.core.errors import InvalidInput, UnknownName
from labelwright.quality.aggregation import METHODS, Aggregate, aggregate
from labelwright.quality.calibration import FEWEST, Calibration, calibrate, calibration_error
from labelwright.quality.choosing import NAMES, PLAIN, WITH_MODEL, Choice, choose, sample
from labelwright.quality.held_out import foretold
from labelwright.quality.identity import Identity, identity
from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.votes import Votes

AUTO = "auto"
SHARES = {
    PLAIN: "the share of the votes, not a probability",
    "weighted_majority": "the share of the votes, weighted by person, not a probability",
    WITH_MODEL: "a weighted mean of votes and a model's chances, not a calibrated probability",
}
MOST_BELIEVED = 0.75  # no posterior is given out without being flattened at least so far
FLATTENED = "a belief flattened until it foretells held-out answers, not a calibrated probability"


@dataclass(frozen=True, eq=False)
class Consensus:
    """One answer for each item of `votes`.

    `answer` is a position in `votes.categories`, -1 for an item that nobody answered; `confidence` is how
    sure it is, and `meaning` says in words what that is: a probability only if `calibrated`. Gold items have
    their reference and confidence 1. `error` is the calibration error (0 to 1) by five-fold cross-checks on
    the references. `choice` says which method was chosen and why, `ids` whether annotators' ids belong to
    the answers.
    """

    votes: Votes
    answer: Ints
    confidence: Floats
    calibrated: bool
    meaning: str
    choice: Choice
    aggregate: Aggregate
    error: float | None = None
    ids: Identity | None = None

    @property
    def method(self) -> str:
        """The name of the method."""
        return self.choice.method

    @property
    def why(self) -> str:
        """Why this method, in words."""
        return self.choice.why

    def answers(self) -> dict[str, tuple[str, float]]:
        """For each answered item its category and confidence, by names."""
        places: list[int] = self.answer.tolist()
        sure: list[float] = self.confidence.tolist()
        names = self.votes.categories
        rows = zip(self.votes.items, places, sure, strict=True)
        return {item: (names[place], share) for item, place, share in rows if place >= 0}

    def distribution(self, place: int) -> dict[str, int]:
        """How many people gave each answer to an item, the commonest first."""
        given = np.unique(self.votes.answer[self.votes.item == place], return_counts=True)
        counts: tuple[list[int], list[int]] = (given[0].tolist(), given[1].tolist())
        found = sorted(zip(*counts, strict=True), key=lambda pair: (-pair[1], pair[0]))
        return {self.votes.categories[at]: count for at, count in found}

    def notes(self) -> tuple[str, ...]:
        """What whoever reads the result should know, in sentences."""
        found = [self.choice.why, f"Confidence is {self.meaning}."]
        if self.error is not None:
            found.append(f"Its calibration error on references is {100 * self.error:.1f} points.")
        if self.ids is not None and self.ids.doubtful:
            found.append(self.ids.words)
        if self.votes.repeated:
            found.append(f"{self.votes.repeated:,} answers were given again; the last one counts.")
        return tuple(found)


def consensus(
    votes: Votes,
    gold: Mapping[str, str] | None = None,
    probabilities: Floats | None = None,
    method: str = AUTO,
    rng: np.random.Generator | None = None,
) -> Consensus:
    """One answer for each item. The same votes, and generator, give the same result.

    `gold` maps items to known categories: they are kept, people's skill is learned from them, and 20 or more
    calibrate the confidence. `probabilities` (items × categories) are a model's. Without `rng` a generator
    with seed 0 is made; only evidence is drawn with it. Raises UnknownName for a method that is none,
    InvalidInput for gold of no item that was answered.
    """
    if method != AUTO and method not in METHODS:
        raise UnknownName("method of consensus", method, (AUTO, *METHODS))
    rng = np.random.default_rng(0) if rng is None else rng
    votes, probabilities = _with_categories(votes, gold or {}, probabilities)
    known = _known(votes, gold or {})
    if method == AUTO:
        choice = choose(votes, rng, gold=known, probabilities=probabilities)
    else:
        choice = Choice(method, f"{_named(method)} was asked for.", "asked for")
    made = aggregate(votes, choice.method, gold=known, probabilities=probabilities)
    power = _power(votes, choice, rng)
    belief = _belief(made, choice.method, power)
    calibration, error = None, None
    if known is not None:
        places = np.flatnonzero((known >= 0) & (np.bincount(votes.item, minlength=len(known)) > 0))
        # What the references teach must not have been seen by the method that is calibrated.
        blind = aggregate(votes, choice.method, probabilities=probabilities)
        unseen = _belief(blind, choice.method, power)
        right = blind.answer == known
        calibration = calibrate(unseen[places], right[places], among=unseen)
        if calibration is not None:
            error = _checked(unseen, right, places, rng)
            # The references also taught people's skill; where that changes an answer, its own belief counts.
            is_same = made.answer == blind.answer
            belief = calibration(np.where(is_same, unseen, belief))
        belief = np.where(known >= 0, 1.0, belief)
    belief = np.where(made.answer >= 0, belief, 0.0)
    return Consensus(
        votes=votes,
        answer=made.answer,
        confidence=belief,
        calibrated=calibration is not None,
        meaning=_meaning(choice.method, calibration, 0 if known is None else int((known >= 0).sum())),
        choice=choice,
        aggregate=made,
        error=error,
        ids=identity(votes),
    )


def _with_categories(
    votes: Votes, gold: Mapping[str, str], probabilities: Floats | None
) -> tuple[Votes, Floats | None]:
    """Votes that know the categories of the references, too; a model gives new ones no chance."""
    there = set(votes.items)
    new = {name for item, name in gold.items() if item in there} - set(votes.categories)
    if not new:
        return votes, probabilities
    if probabilities is not None:
        probabilities = np.hstack([probabilities, np.zeros((len(probabilities), len(new)))])
    return replace(votes, categories=(*votes.categories, *sorted(new))), probabilities


def _known(votes: Votes, gold: Mapping[str, str]) -> Ints | None:
    if not gold:
        return None
    place = {name: at for at, name in enumerate(votes.categories)}
    known = np.array([place[gold[item]] if item in gold else -1 for item in votes.items], np.int64)
    if not (known >= 0).any():
        raise InvalidInput("None of the references is of an item in the votes.", remedy="Check the names.")
    return known


def _power(votes: Votes, choice: Choice, rng: np.random.Generator) -> float:
    """How far the method's belief is to be flattened so that it foretells held-out answers best."""
    found = choice.score(choice.method)
    if choice.method in SHARES:
        return 1.0
    if found is not None and found.power is not None:
        return min(found.power, MOST_BELIEVED)
    if len(votes) < 2 or len(votes.categories) < 2:
        return MOST_BELIEVED
    some, _ = sample(votes, rng)
    told = foretold(some, (choice.method,), rng)[choice.method]
    return min(told.power, MOST_BELIEVED)


def _belief(made: Aggregate, method: str, power: float) -> Floats:
    """The share of the votes, or the flattened belief in each answer."""
    most = made.posterior.best[1]
    if method in SHARES:
        return most
    posterior = made.posterior
    cells = posterior.chance**power
    total = np.bincount(posterior.item, cells, posterior.items)
    lacking = np.clip(1 - np.bincount(posterior.item, posterior.chance, posterior.items), 0, None)
    return most**power / np.maximum(total + lacking**power * (lacking > 1e-12), 1e-300)


def _checked(
    belief: Floats, right: NDArray[np.bool_], places: Ints, rng: np.random.Generator
) -> float | None:
    """The calibration error on references that took no part in calibrating, five parts in turn."""
    part = rng.permutation(len(places)) % 5
    said: list[Floats] = []
    was: list[NDArray[np.bool_]] = []
    for fold in range(5):
        away = places[part == fold]
        curve = calibrate(belief[places[part != fold]], right[places[part != fold]], among=belief)
        if curve is None:
            return None
        said.append(curve(belief[away]))
        was.append(right[away])
    return calibration_error(np.concatenate(said), np.concatenate(was))


def _meaning(method: str, calibration: Calibration | None, gold: int) -> str:
    if calibration is not None:
        return calibration.words
    told = SHARES.get(method, FLATTENED)
    return f"{told} ({gold} references, {FEWEST} are needed)" if gold else told


def _named(method: str) -> str:
    name = NAMES.get(method, method)
    return name[0].upper() + name[1:]
