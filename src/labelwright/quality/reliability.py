"""Reliability: how often somebody is right, in all and in each category, with an interval.

**Skill** is Beta–Binomial. Somebody's right answers in all are drawn towards the crowd's share by as many
answers as the crowd's own spread asks for: strengths of the prior weigh by how likely they make all counts
(Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, section 5.3). In a category the
prior's mean is the person's skill in the other categories, moved by how much harder than others the
category is for everybody (added on the scale of log-odds), so three answers in one of a thousand categories
make nobody an expert or a fool. With `half_life_days` old answers count less and less.

**Gold and peers** are fused, and told apart: gold and reviews come from people who know, peers are equals
who may share a mistake, so a peer's row may be given less weight (`peer_trust`). Where both speak and
contradict each other the guideline is suspect, not the person; `discords` finds these.
"""

from collections.abc import Callable, Mapping, Sequence
from math import exp, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.quality.outcomes import CHECKED, Estimate, Outcome, beta_interval, faded, tallies

LEVEL = 0.95
STRENGTHS = np.geomspace(1, 500, 40)
STRENGTH = 10.0  # of the prior where fewer than three people tell nothing of the crowd's spread
FEWEST_GOLD = 5.0
LEAST_GAP = 0.1

Floats = NDArray[np.float64]
Tally = tuple[float, float]


class Skill(NamedTuple):
    """How reliable somebody is; `category` is None over all. None: no answer of that source.

    `fused` rests on everything, `gold` on gold and reviews alone, `peer` on peers alone. `crowd` is the
    share of right answers of everybody, which `fused` is drawn towards.
    """

    annotator: str
    category: str | None
    fused: Estimate
    gold: Estimate | None
    peer: Estimate | None
    crowd: float


class Discord(NamedTuple):
    """Gold and peers contradict each other; `annotator` None is everybody, `category` None all of them."""

    annotator: str | None
    category: str | None
    gold: Estimate
    peer: Estimate
    chance: float  # that the skills are the other way round, or the same
    reason: str


def skills(
    rows: Sequence[Outcome],
    *,
    half_life_days: float | None = None,
    now: float | None = None,
    peer_trust: float = 1.0,
    level: float = LEVEL,
) -> list[Skill]:
    """The skill of everybody in all and in each category they answered, by name and then category.

    Nobody without a row of a weight above 0 is listed. The order of the rows makes no difference but for
    the last digit.
    """
    seen = [
        row if row.source in CHECKED else row._replace(weight=row.weight * peer_trust)
        for row in faded(rows, half_life_days, now)
    ]
    seen = [row for row in seen if row.weight > 0]
    if not seen:
        return []
    checked = [row for row in seen if row.source in CHECKED]
    peers = [row for row in seen if row.source not in CHECKED]
    found = [_estimates(part, level) for part in (seen, checked, peers)]
    fused, gold, peer = found
    return [
        Skill(
            annotator,
            category,
            estimate,
            gold.get((annotator, category), (None, 0.0))[0],
            peer.get((annotator, category), (None, 0.0))[0],
            crowd,
        )
        for (annotator, category), (estimate, crowd) in sorted(
            fused.items(), key=lambda entry: (entry[0][0], entry[0][1] is not None, entry[0][1] or "")
        )
    ]


def discords(
    rows: Sequence[Outcome],
    *,
    level: float = 0.99,
    least_gap: float = LEAST_GAP,
    half_life_days: float | None = None,
    now: float | None = None,
) -> list[Discord]:
    """Where skill on gold and skill among peers differ by at least `least_gap`, beyond chance.

    Everybody together and each person are looked at, in all and in each category, if gold and peers have
    five answers each; only people who have both count, else two groups of people would be compared. The
    chance is divided among all these looks (Bonferroni). The widest gap comes first.
    """
    seen = [row for row in faded(rows, half_life_days, now) if row.weight > 0]
    checked = {row.annotator for row in seen if row.source in CHECKED}
    both = checked & {row.annotator for row in seen if row.source not in CHECKED}
    seen = [row for row in seen if row.annotator in both]
    looks: dict[tuple[str | None, str | None], tuple[Tally, Tally]] = {}
    for who in (_anybody, _annotator):
        for what in (_everything, _category):

            def key(
                row: Outcome,
                who: Callable[[Outcome], str | None] = who,
                what: Callable[[Outcome], str | None] = what,
            ) -> tuple[str | None, str | None]:
                return who(row), what(row)

            gold = tallies((row for row in seen if row.source in CHECKED), key)
            peer = tallies((row for row in seen if row.source not in CHECKED), key)
            for at in gold.keys() & peer.keys():
                if min(gold[at][1], peer[at][1]) >= FEWEST_GOLD:
                    looks[at] = (gold[at], peer[at])
    found: list[Discord] = []
    for (annotator, category), (gold_tally, peer_tally) in looks.items():
        on_gold, on_peers = (_plain(tally, LEVEL) for tally in (gold_tally, peer_tally))
        if abs(on_gold.value - on_peers.value) < least_gap:
            continue
        chance = _chance_of_order(gold_tally, peer_tally)
        if chance <= (1 - level) / len(looks):
            found.append(
                Discord(
                    annotator,
                    category,
                    on_gold,
                    on_peers,
                    chance,
                    _words(annotator, category, on_gold, on_peers),
                )
            )
    return sorted(
        found,
        key=lambda one: (-abs(one.gold.value - one.peer.value), one.annotator or "", one.category or ""),
    )


def _words(annotator: str | None, category: str | None, gold: Estimate, peer: Estimate) -> str:
    who = "everybody is" if annotator is None else f"{annotator} is"
    where = "" if category is None else f" in {category}"
    said = f"{who} right in {_percent(gold.value)} of gold but {_percent(peer.value)} by peers{where}"
    if gold.value < peer.value:
        return f"{said}: the crowd shares a reading that gold does not; look at the guideline and the gold"
    return f"{said}: gold is easier than the work, or the peers are wrong; look at the guideline and the gold"


def _estimates(rows: Sequence[Outcome], level: float) -> dict[tuple[str, str | None], tuple[Estimate, float]]:
    """By person and category (None: all): the estimate, and the crowd's share."""
    if not rows:
        return {}
    people = tallies(rows, _annotator)
    crowd = _share((sum(right for right, _ in people.values()), sum(total for _, total in people.values())))
    strength = prior_strength(list(people.values()), crowd)
    by_category = tallies(rows, _category)
    cells = tallies(rows, lambda row: (row.annotator, row.category))
    # A category's own difficulty is drawn towards the crowd's, too.
    harder = {
        name: _logit((right + STRENGTH * crowd) / (total + STRENGTH)) - _logit(crowd)
        for name, (right, total) in by_category.items()
    }
    # What is expected of a person in a category comes from the person's answers in the others.
    elsewhere = {
        (who, category): (people[who][0] - right, people[who][1] - total)
        for (who, category), (right, total) in cells.items()
    }
    expected = {
        cell: _expit(_logit((right + strength * crowd) / (total + strength)) + harder[cell[1]])
        for cell, (right, total) in elsewhere.items()
    }
    narrow = _cell_strength(cells, expected)
    # It is itself as uncertain as those answers are few: variances add, so strengths add as resistors do.
    worth = [1 / (1 / narrow + 1 / (total + strength)) for _, total in elsewhere.values()]
    keys: list[tuple[str, str | None]] = [*((name, None) for name in people), *cells]
    counts = np.array([*people.values(), *cells.values()])
    means = np.array([crowd] * len(people) + list(expected.values()))
    strengths = np.array([strength] * len(people) + worth)
    a, b = counts[:, 0] + strengths * means, counts[:, 1] - counts[:, 0] + strengths * (1 - means)
    low, high = beta_interval(a, b, level)
    shares = {name: _share(tally) for name, tally in by_category.items()}
    return {
        key: (
            Estimate(float(a[at] / (a[at] + b[at])), float(low[at]), float(high[at]), float(counts[at, 1])),
            crowd if key[1] is None else shares[key[1]],
        )
        for at, key in enumerate(keys)
    }


def prior_strength(counts: Sequence[Tally], mean: float) -> float:
    """How many answers the crowd's share weighs as, by how much the counts of its people differ."""
    if len(counts) < 3:
        return STRENGTH
    return _strength(np.array(counts), np.full(len(counts), _inside(mean)))


def _cell_strength(
    cells: Mapping[tuple[str, str], Tally], expected: Mapping[tuple[str, str], float]
) -> float:
    if len(cells) < 3:
        return STRENGTH
    return _strength(np.array(list(cells.values())), np.array([_inside(expected[cell]) for cell in cells]))


def _strength(counts: Floats, means: Floats) -> float:
    from scipy.special import betaln

    right, wrong = counts[:, 0], counts[:, 1] - counts[:, 0]
    fits = np.zeros(len(STRENGTHS))
    for at, s in enumerate(STRENGTHS):
        before = np.asarray(betaln(s * means, s * (1 - means)), np.float64)
        after = np.asarray(betaln(right + s * means, wrong + s * (1 - means)), np.float64)
        fits[at] = float(np.sum(after - before))
    # Not the likeliest strength but the mean variance over all, each as likely as it makes the counts: a few
    # people who happen to be alike prove no crowd without differences. The prior is Gelman's (ibid., 5.3).
    chances = np.exp(fits - fits.max()) / np.sqrt(STRENGTHS)
    spread = float((chances / (1 + STRENGTHS)).sum() / chances.sum())
    return 1 / spread - 1


def _plain(tally: Tally, level: float) -> Estimate:
    """An estimate from these answers alone, with Jeffreys' prior."""
    right, total = tally
    a, b = np.array([right + 0.5]), np.array([total - right + 0.5])
    low, high = beta_interval(a, b, level)
    return Estimate(float(a[0] / (a[0] + b[0])), float(low[0]), float(high[0]), total)


def _chance_of_order(one: Tally, other: Tally) -> float:
    """The lesser chance of one true share lying above the other, of two Beta posteriors (Jeffreys)."""
    from scipy.special import betainc, betaincinv

    # The first posterior is cut into slices of the same chance; the second is asked at the middle of each.
    slices = (np.arange(2_000) + 0.5) / 2_000
    places = betaincinv(one[0] + 0.5, one[1] - one[0] + 0.5, slices)
    below = float(np.mean(betainc(other[0] + 0.5, other[1] - other[0] + 0.5, places)))
    return min(below, 1 - below)


def _annotator(row: Outcome) -> str:
    return row.annotator


def _category(row: Outcome) -> str:
    return row.category


def _anybody(_: Outcome) -> None:
    return None


def _everything(_: Outcome) -> None:
    return None


def _share(tally: Tally) -> float:
    """A crowd's share, kept off 0 and 1 by half an answer each way."""
    return (tally[0] + 0.5) / (tally[1] + 1)


def _inside(share: float) -> float:
    return min(0.999, max(0.001, share))


def _logit(share: float) -> float:
    share = _inside(share)
    return log(share / (1 - share))


def _expit(value: float) -> float:
    return _inside(1 / (1 + exp(-value)))


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
