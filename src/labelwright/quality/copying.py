"""Copying: two people who make the same mistakes, or draw the same coordinates, far beyond chance.

**Same mistakes.** Two people who are both right agree, and that says nothing. If they worked apart, each errs
on an item with a chance that grows with the person's errors and with the item's difficulty (the others'
errors on it), and both land on the same wrong answer as often as others choose it. The sums of such chances
are the means of two Poisson–binomial counts: same mistakes, of which copiers have too many, and differing
answers, of which they have too few. Their tails are bounded by Chernoff's inequality (Hagerup and Rüb, A
Guided Tour of Chernoff Bounds, 1990); the lesser one counts, times all looks (Bonferroni), so that an
accusation errs on the careful side. Crowds share misreadings that no independence foresees: where pairs in
general have more mistakes in common than expected, every deviance is divided by how much more (quasi-
likelihood; McCullagh and Nelder, Generalized Linear Models, 1989, section 4.5), and a pair must have most
mistakes of the two in common. What is left is two people unlike the rest, not two of one school. So are two
who differ in hardly anything where twenty differences or more would be chance, ten robust standard
deviations (Iglewicz and Hoaglin, 1993) from all other pairs; `chance` is then not what speaks.

**Same coordinates.** Two hands never set four edges within half a pixel again and again. What share of
shapes two people draw so is held against the share of all other pairs.
"""

from collections.abc import Mapping, Sequence
from math import exp, log
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.core.shapes import Bounds
from labelwright.quality.suspicion import modified_z_scores
from labelwright.quality.votes import Votes

LEVEL = 0.05  # that anybody at all is accused by chance
FEWEST = 5  # mistakes, or shapes, in common
SAME_EDGE = 0.5  # pixels
LONG, OUTLYING = 20.0, 10.0  # differences expected by chance; robust standard deviations from other pairs
ENOUGH_PAIRS = 20  # from which on the crowd's own spread is known

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Copying(NamedTuple):
    """Two people too much alike: `seen` things in common where `expected` would be by chance."""

    one: str
    other: str
    seen: int
    of: int  # items both answered, or shapes both drew
    mistakes: int  # of either on these items; of shapes: the same as `of`
    expected: float
    chance: float  # at most; over all pairs
    reason: str


class _Pair(NamedTuple):
    """Two people, on how many items they differ, and on how many they would by chance."""

    copying: Copying
    differing: int
    expected: float


def shared_mistakes(
    votes: Votes, references: Mapping[str, str] | None = None, level: float = LEVEL
) -> list[Copying]:
    """Pairs of people who err together on the same answers, the least likely by chance first.

    `references` gives items' right answers; where it has none an item's is the strict majority of the
    *other* people who answered it, of at least two, so that a pair cannot vote itself right.
    """
    table = np.full((len(votes.annotators), len(votes.items)), -1, np.int64)
    table[votes.annotator, votes.item] = votes.answer
    known = np.full(len(votes.items), -1, np.int64)
    places = {name: at for at, name in enumerate(votes.categories)}
    for at, item in enumerate(votes.items):
        if references is not None and item in references:
            known[at] = places.get(references[item], len(places))
    together = (table >= 0).astype(np.float32)
    both = np.rint(together @ together.T).astype(np.int64)
    ones, others = np.nonzero(np.triu(both >= FEWEST, 1))
    usual = _error_rates(table, votes.counts, known)
    found = [
        _compared(votes, table, known, usual, int(one), int(other))
        for one, other in zip(ones, others, strict=True)
    ]
    held = [pair for pair in found if pair is not None]
    alike = _spread([(pair.copying.seen, pair.copying.expected) for pair in held])
    unlike = _spread([(pair.differing, pair.expected) for pair in held])
    sheets = _same_sheets(held)
    kept: list[Copying] = []
    for at, (pair, differing, expected) in enumerate(held):
        chances = _above(pair.expected, pair.seen, alike), _below(expected, differing, unlike)
        chance = min(1.0, 2 * len(held) * min(chances))
        enough = pair.seen >= FEWEST and 2 * pair.seen >= pair.mistakes
        if enough and (chance <= level or at in sheets):
            kept.append(pair._replace(chance=chance))
    return sorted(kept, key=lambda pair: (pair.chance, pair.one, pair.other))


def same_coordinates(
    drawn: Sequence[tuple[str, str, Bounds]], level: float = LEVEL, share: float = 0.2
) -> list[Copying]:
    """Pairs of people who drew the same bounds on the same items, to half a pixel on every edge.

    `drawn` holds item, annotator and bounds. Leave out what was taken over from a prediction unchanged: it
    is the same for everybody, and rightly. At least five shapes and a `share` of the fewer ones must agree.
    """
    by_item: dict[str, dict[str, list[Bounds]]] = {}
    for item, who, bounds in drawn:
        by_item.setdefault(item, {}).setdefault(who, []).append(bounds)
    same: dict[tuple[str, str], int] = {}
    both: dict[tuple[str, str], int] = {}
    for people in by_item.values():
        names = sorted(people)
        for at, one in enumerate(names):
            for other in names[at + 1 :]:
                fewer = min(len(people[one]), len(people[other]))
                both[one, other] = both.get((one, other), 0) + fewer
                same[one, other] = same.get((one, other), 0) + _equal_bounds(people[one], people[other])
    every, shared = sum(both.values()), sum(same.values())
    found: list[Copying] = []
    for pair, seen in sorted(same.items()):
        of = both[pair]
        if seen < FEWEST or seen < share * of:
            continue
        rate = (shared - seen + 0.5) / (every - of + 1)
        expected = rate * of
        chance = min(1.0, _above(expected, seen) * len(both))
        if chance <= level:
            words = f"{seen} of {of} shapes lie on the same pixels, where {expected:.1f} would by chance"
            found.append(Copying(*pair, seen, of, of, expected, chance, words))
    return sorted(found, key=lambda pair: (pair.chance, pair.one, pair.other))


def _equal_bounds(first: Sequence[Bounds], second: Sequence[Bounds]) -> int:
    left = list(second)
    count = 0
    for bounds in first:
        match = next(
            (
                at
                for at, b in enumerate(left)
                if all(abs(x - y) <= SAME_EDGE for x, y in zip(bounds, b, strict=True))
            ),
            None,
        )
        if match is not None:
            left.pop(match)
            count += 1
    return count


def _error_rates(table: NDArray[np.int64], counts: NDArray[np.int64], known: NDArray[np.int64]) -> Floats:
    """Each person's share of mistakes, drawn to the crowd's; against the reference, else the most voted."""
    leader = np.where(known >= 0, known, np.argmax(counts, axis=1)) if counts.size else known
    answered = table >= 0
    wrong = answered & (table != leader[None, :])
    crowd = (wrong.sum() + 0.5) / (answered.sum() + 1)
    rates: Floats = (wrong.sum(axis=1) + 5 * crowd) / (answered.sum(axis=1) + 5)
    return rates


def _compared(
    votes: Votes,
    table: NDArray[np.int64],
    known: NDArray[np.int64],
    usual: Floats,
    one: int,
    other: int,
) -> _Pair | None:
    items = np.flatnonzero((table[one] >= 0) & (table[other] >= 0))
    a, b = table[one, items], table[other, items]
    others = votes.counts[items].astype(np.float64)
    rows = np.arange(len(items))
    others[rows, a] -= 1
    others[rows, b] -= 1
    said = others.sum(axis=1)
    leader = np.argmax(others, axis=1)
    clear = (said >= 2) & (others[rows, leader] * 2 > said)
    right = np.where(known[items] >= 0, known[items], np.where(clear, leader, -1))
    held = right >= 0
    if int(held.sum()) < FEWEST:
        return None
    a, b, right, others, said = a[held], b[held], right[held], others[held], said[held]
    mistakes = (a == b) & (a != right)
    seen = int(mistakes.sum())
    either = int(((a != right) | (b != right)).sum())
    rows = np.arange(len(right))
    within = right < others.shape[1]
    of_right = np.where(within, others[rows, np.minimum(right, others.shape[1] - 1)], 0.0)
    crowd = float(usual.mean())
    # How hard each item is for others, drawn to the mean by two answers, beside the mean.
    hard = (said - of_right + 2 * crowd) / (said + 2) / crowd
    errs_one, errs_other = (np.clip(usual[who] * hard, 0, 1) for who in (one, other))
    # The chance of the same mistake: others' wrong answers, one more for each category.
    wrong = others + 1.0 / max(others.shape[1] - 1, 1)
    wrong[rows[within], right[within]] = 0.0
    shares = wrong / np.maximum(wrong.sum(axis=1, keepdims=True), 1e-12)
    both = errs_one * errs_other * (shares**2).sum(axis=1)
    same = (1 - errs_one) * (1 - errs_other) + both
    expected = float(both.sum())
    words = (
        f"{seen} of {either} mistakes on {len(right)} items are the same, "
        f"where {expected:.1f} would be by chance"
    )
    names = votes.annotators[one], votes.annotators[other]
    pair = Copying(*names, seen, len(right), either, expected, 1.0, words)
    return _Pair(pair, int((a != b).sum()), float((1 - same).sum()))


def _same_sheets(held: Sequence[_Pair]) -> set[int]:
    """Pairs that differ in hardly anything, and are in this like no other pair of the crowd."""
    long = [at for at, pair in enumerate(held) if pair.expected >= LONG]
    scores = modified_z_scores([log((held[at].differing + 1) / (held[at].expected + 1)) for at in long]) or []
    return {
        at
        for at, score in zip(long, scores, strict=False)
        if score <= -OUTLYING and held[at].differing <= 0.05 * held[at].copying.of
    }


def _spread(counts: Sequence[tuple[int, float]]) -> float:
    """How much further than chance counts lie from their means, at least 1; 1 for few pairs."""
    excess = [(seen - expected) ** 2 / expected for seen, expected in counts if expected > 0.5]
    # The median of chi-square with one degree of freedom is 0.4549; two copiers among many do not move it.
    return max(1.0, median(excess) / 0.4549) if len(excess) >= ENOUGH_PAIRS else 1.0


def _above(expected: float, seen: int, spread: float = 1.0) -> float:
    """The chance of `seen` or more where `expected` are, at most (Chernoff); for any independent events."""
    if seen <= expected:
        return 1.0
    if expected <= 0:
        return 0.0
    return exp((seen - expected - seen * log(seen / expected)) / spread)


def _below(expected: float, seen: int, spread: float) -> float:
    """The chance of `seen` or fewer, likewise."""
    if seen >= expected:
        return 1.0
    return exp((seen - expected - (seen * log(seen / expected) if seen else 0.0)) / spread)
