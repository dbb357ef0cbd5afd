"""Spam: people whose answers do not depend on what they see, each finding with its figures.

**Constant answers**: one answer so often that the others, on the same items, would not give it so often by
chance. **Random clicking**: answers that tell nothing of what the others saw. It is measured by chance-
corrected agreement with the other people (1 is full, 0 is what shuffling the person's own answers over the
same items would give, after Cohen's kappa, 1960), with a standard error from that shuffling, worked out
exactly. A spammer is one whose answers carry no information (Raykar and Yu, Eliminating Spammers and Ranking
Annotators, JMLR 2012); somebody who is merely often wrong still agrees more than chance, and somebody who
answers the wrong way round agrees less. **Too fast and unskilled**: neither alone. Fast people who are
right are the best there are.

Copying has a file of its own (`copying.py`). Nothing here punishes: what follows is for people to decide.
"""

from collections.abc import Mapping, Sequence
from math import erfc, sqrt
from statistics import median
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.quality.outcomes import Estimate
from labelwright.quality.votes import Votes

Floats = NDArray[np.float64]

FEWEST = 20  # answers that are also others'
LEVEL = 1e-3
MOSTLY = 0.9  # one answer in so many is constant
INFORMED = 0.4  # the crowd's median agreement from which on a lack of it means something
UNINFORMED = 0.2  # agreement that a random clicker stays below
TOO_FAST = 0.01  # percentile of other people's seconds
OFTEN = 0.2  # share of answers below it

Rule = Literal["constant", "random", "too_fast"]


class Finding(NamedTuple):
    """Somebody's answers look like spam: by which rule, how strong (0 to 1), and why in words and figures."""

    annotator: str
    rule: Rule
    strength: float
    reason: str


class Agreement(NamedTuple):
    """Chance-corrected agreement with others: 1 full, 0 chance, with its standard error under chance."""

    value: float
    error: float
    answers: int


def peer_agreement(votes: Votes) -> dict[str, Agreement | None]:
    """For everybody the agreement with the other people on the same items; None where it has no value.

    It has none for fewer than 20 answers that somebody else gave, too, or where chance agrees fully.
    """
    found: dict[str, Agreement | None] = {}
    for who, name in enumerate(votes.annotators):
        mine = votes.annotator == who
        found[name] = _agreement(votes, votes.item[mine], votes.answer[mine])
    return found


def random_clickers(votes: Votes) -> list[Finding]:
    """People whose answers tell nothing of what others saw, where others see much alike."""
    agreements = peer_agreement(votes)
    known = [one.value for one in agreements.values() if one is not None]
    if len(known) < 3:
        return []
    usual = median(known)
    if usual < INFORMED:
        return []  # nobody agrees with anybody: a fault of the question
    found: list[Finding] = []
    for name, one in agreements.items():
        # Without any spread all answers are one: that is `constant_answers`.
        if (
            one is None
            or not one.error
            or one.value + 1.645 * one.error >= UNINFORMED
            or one.value < -2 * one.error
        ):
            continue
        words = (
            f"agrees with others by {one.value:.2f} ± {1.96 * one.error:.2f} beyond chance "
            f"on {one.answers} items; {usual:.2f} is usual"
        )
        strength = min(1.0, max(0.0, 1 - max(one.value, 0.0) / usual))
        found.append(Finding(name, "random", strength, words))
    return sorted(found, key=lambda one: (-one.strength, one.annotator))


def constant_answers(votes: Votes, level: float = LEVEL) -> list[Finding]:
    """People who give nearly one answer only, where others would not on the same items."""
    found: list[Finding] = []
    for who, name in enumerate(votes.annotators):
        mine = votes.annotator == who
        items, answers = votes.item[mine], votes.answer[mine]
        others, said = _others(votes, items, answers)
        shared = said > 0
        if int(shared.sum()) < FEWEST:
            continue
        chosen = np.bincount(answers[shared], minlength=len(votes.categories))
        answer = int(np.argmax(chosen))
        count, of = int(chosen[answer]), int(shared.sum())
        if count < MOSTLY * of:
            continue
        # Each item's chance of that answer, drawn a little to the mean; a Poisson–binomial as a normal.
        share = float((others[shared, answer] / said[shared]).mean())
        chance = (others[shared, answer] + share) / (said[shared] + 1)
        z = (count - 0.5 - float(chance.sum())) / sqrt(max(float((chance * (1 - chance)).sum()), 1e-9))
        if 0.5 * erfc(z / sqrt(2)) > level / len(votes.annotators):
            continue
        words = (
            f"answered {votes.categories[answer]} in {count} of {of} items, "
            f"where others did so in {share:.0%}"
        )
        found.append(Finding(name, "constant", count / of, words))
    return sorted(found, key=lambda one: (-one.strength, one.annotator))


def too_fast(
    seconds: Mapping[str, Sequence[float]], skills: Mapping[str, Estimate], crowd: float
) -> list[Finding]:
    """People who are often faster than nearly everybody, and surely less skilled than the crowd.

    `seconds` holds everybody's seconds per answer, `skills` their skill in all (`reliability.skills`), and
    `crowd` the crowd's share of right answers. Fast is below the first percentile of the times of the
    middle one of the others, so that several who rush do not hide one another.
    """
    found: list[Finding] = []
    floors = {
        name: float(np.quantile(times, TOO_FAST)) for name, times in seconds.items() if len(times) >= FEWEST
    }
    for name, mine in sorted(seconds.items()):
        others = [floor for who, floor in floors.items() if who != name]
        skill = skills.get(name)
        if len(mine) < FEWEST or len(others) < 3 or skill is None or skill.high >= crowd:
            continue
        bound = median(others)
        share = sum(value < bound for value in mine) / len(mine)
        if share < OFTEN:
            continue
        words = (
            f"{share:.0%} of answers took less than {bound:.1f} s, as 1 % of others' do; "
            f"right in {skill.value:.0%} (at most {skill.high:.0%}), the crowd in {crowd:.0%}"
        )
        found.append(Finding(name, "too_fast", min(1.0, share), words))
    return found


def answer_entropy(votes: Votes) -> dict[str, float]:
    """How varied everybody's answers are, in bits; 0 is one answer only (Shannon, 1948)."""
    found: dict[str, float] = {}
    for who, name in enumerate(votes.annotators):
        counts = np.bincount(votes.answer[votes.annotator == who], minlength=1)
        shares = counts[counts > 0] / max(int(counts.sum()), 1)
        found[name] = max(0.0, float(-(shares * np.log2(shares)).sum()))
    return found


def _agreement(votes: Votes, items: NDArray[np.int64], answers: NDArray[np.int64]) -> Agreement | None:
    others, said = _others(votes, items, answers)
    shared = said > 0
    count = int(shared.sum())
    if count < FEWEST:
        return None
    shares = others[shared] / said[shared][:, None]
    mine = answers[shared]
    observed = float(shares[np.arange(count), mine].mean())
    # Shuffled over the items, an answer meets each item's shares alike: the mean over items.
    own = np.bincount(mine, minlength=shares.shape[1]) / count
    expected = float(own @ shares.mean(axis=0))
    if expected > 1 - 1e-9:
        return None
    # The variance of a sum over a random pairing (Hoeffding 1951): doubly centered squares.
    pairs = shares[:, own > 0]
    weights = own[own > 0]
    centered = pairs - pairs.mean(axis=0, keepdims=True)
    centered = centered - (centered @ weights)[:, None]
    variance = float(((centered**2) @ weights).sum()) / (count - 1) / count
    return Agreement((observed - expected) / (1 - expected), sqrt(max(variance, 0.0)) / (1 - expected), count)


def _others(votes: Votes, items: NDArray[np.int64], answers: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """What the others answered to these items (rows × categories), and how many they were."""
    others = votes.counts[items].astype(np.float64)
    others[np.arange(len(items)), answers] -= 1
    return others, np.asarray(others.sum(axis=1), np.float64)
