"""One report of how far people agree in a table of votes: overall, by category, by pair, by annotator.

It takes a million votes, where `agreement_report.py` takes documents with shapes, attributes and slices;
the measures and their intervals are the same ones. Measures that a table of votes has: percent agreement,
Fleiss' kappa, Gwet's AC1 (and AC2 for answers in order), Krippendorff's alpha, Cohen's kappa of pairs.
"""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from labelwright.core.errors import UnknownName
from labelwright.quality.agreement import (
    alpha_statistic,
    cohen_statistic,
    fleiss_statistic,
    gwet_statistic,
    percent_statistic,
    undefined,
)
from labelwright.quality.agreement_measures import Cast, CategoryAlphas
from labelwright.quality.agreement_methods import METHODS, Method
from labelwright.quality.agreement_report import NO_INTERVAL, Measure, Measures, PairAgreement
from labelwright.quality.alpha import Level
from labelwright.quality.bootstrap import LEVEL, RESAMPLES, Interval, Resamples, bootstrap, interval
from labelwright.quality.statistic import Ints, Statistic, ratio
from labelwright.quality.votes import Votes

MOST_DRAWN = 40_000_000  # items × draws; with more items there are fewer draws
MOST_PAIRS = 100  # pairs of people, those who met most often
MOST_CATEGORIES = 1000
LEAST_DRAWS = 100
OWN_DRAWS = 400  # for each pair and each person
WITH_OTHERS = "percent_agreement"

MEASURES: dict[str, Callable[[Votes, Level], Statistic]] = {
    "krippendorff_alpha": lambda votes, order: alpha_statistic(votes, order),
    "fleiss_kappa": lambda votes, _: fleiss_statistic(votes),
    "gwet_ac1": lambda votes, _: gwet_statistic(votes),
    "gwet_ac2": lambda votes, _: gwet_statistic(votes, "quadratic"),
    "percent_agreement": lambda votes, _: percent_statistic(votes),
}
"""The measures of all votes together, by the names of their methods."""


class AnnotatorAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """One person: answers, items with somebody else's answer too, and how often the others said the same."""

    annotator: str
    answers: int
    items: int
    with_others: Measure


class VoteAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """How far people agree. `compared` items have two answers or more; `repeated` answers did not count.

    `pairs` are those who met most often, of `pairs_met` in all. `reason` says why measures beyond chance
    have no value.
    """

    items: int
    compared: int
    annotators: int
    votes: int
    repeated: int
    order: str
    level: float
    resamples: int
    overall: Measures
    categories: dict[str, Measures]
    pairs: tuple[PairAgreement, ...]
    pairs_met: int
    people: tuple[AnnotatorAgreement, ...]
    methods: dict[str, Method]
    reason: str | None = None


def vote_agreement(
    votes: Votes,
    generator: np.random.Generator,
    *,
    measures: Sequence[str] = (),
    order: Level = "nominal",
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    most_pairs: int = MOST_PAIRS,
) -> VoteAgreement:
    """The report of a table of votes; `measures` chooses among `MEASURES`, all that fit if it is empty.

    With answers in `order` (ordinal, interval), alpha and AC2 count near answers as nearly the same.
    Raises UnknownName for a measure that is none.
    """
    for name in measures:
        if name not in MEASURES:
            raise UnknownName("measure of votes", name, MEASURES)
    wanted = measures or [name for name in MEASURES if name != "gwet_ac2" or order != "nominal"]
    reason = undefined(votes)
    draws = _draws(resamples, len(votes.items))
    drawn = Resamples.drawn(generator, len(votes.items), draws)

    def told(name: str, found: Interval) -> Measure:
        why = None
        if found.estimate is None:
            why = reason or METHODS[name].nothing
        elif found.low is None:
            why = NO_INTERVAL
        return Measure(
            method=name,
            value=found.estimate,
            low=found.low,
            high=found.high,
            level=level,
            n=found.n,
            reason=why,
        )

    def measure(name: str, statistic: Statistic) -> Measure:
        return told(name, interval(statistic, drawn, level=level))

    size = np.bincount(votes.item, minlength=len(votes.items))
    own_draws = min(OWN_DRAWS, _draws(resamples, len(votes)))
    few = Resamples(drawn.counts[:, : _draws(draws, len(votes.items) * len(votes.categories))])

    def own(name: str, statistic: Statistic) -> Measure:
        return told(name, bootstrap(statistic, generator, resamples=own_draws, level=level))

    overall = {name: measure(name, MEASURES[name](votes, order)) for name in wanted}
    pairs, met = _pairs(votes, most_pairs, own)
    people = tuple(
        AnnotatorAgreement(
            annotator=name,
            answers=answers,
            items=statistic.n,
            with_others=own(WITH_OTHERS, statistic),
        )
        for name, answers, statistic in _each(votes, size)
    )
    used = {*overall, "category_alpha", "cohen_kappa", WITH_OTHERS, "bootstrap"}
    return VoteAgreement(
        items=len(votes.items),
        compared=int(np.count_nonzero(size > 1)),
        annotators=len(votes.annotators),
        votes=len(votes),
        repeated=votes.repeated,
        order=order,
        level=level,
        resamples=draws,
        overall=overall,
        categories=_categories(
            votes, lambda name, statistic: told(name, interval(statistic, few, level=level))
        ),
        pairs=pairs,
        pairs_met=met,
        people=people,
        methods={name: METHODS[name] for name in METHODS if name in used},
        reason=reason,
    )


def _draws(wanted: int, numbers: int) -> int:
    """How many draws to make of so many numbers: fewer of very many, whose intervals are narrow."""
    return min(wanted, max(LEAST_DRAWS, MOST_DRAWN // max(1, numbers)))


Measured = Callable[[str, Statistic], Measure]


def _categories(votes: Votes, measure: Measured) -> dict[str, Measures]:
    """Alpha of each category against all else; the commonest ones where there are very many."""
    cast = Cast(votes, np.arange(len(votes.items), dtype=np.int64))
    alphas = CategoryAlphas(cast, [frozenset([name]) for name in votes.categories])
    given = np.bincount(votes.answer, minlength=len(votes.categories))
    chosen: list[int] = np.sort(np.argsort(-given, kind="stable")[:MOST_CATEGORIES]).tolist()
    found: dict[str, Measures] = {}
    for at in chosen:
        statistic, items = alphas.of(votes.categories[at])
        made = measure("category_alpha", statistic)
        found[votes.categories[at]] = {"category_alpha": msgspec.structs.replace(made, n=items)}
    return found


def _pairs(votes: Votes, most: int, measure: Measured) -> tuple[tuple[PairAgreement, ...], int]:
    """The pairs who answered most items in common, and how many pairs met at all."""
    from scipy.sparse import csr_array, triu  # heavy, and not wanted when the server starts

    shape = (len(votes.annotators), len(votes.items))
    table = csr_array((np.ones(len(votes), np.int64), (votes.annotator, votes.item)), shape=shape)
    common = triu(table @ table.T, k=1, format="coo")
    met = np.asarray(common.data)
    ranked = np.lexsort((np.asarray(common.col), np.asarray(common.row), -met))[:most]
    own = _by_annotator(votes)
    found: list[PairAgreement] = []
    places: list[int] = ranked.tolist()
    for at in places:
        a, b = int(common.row[at]), int(common.col[at])
        first, second = votes.annotators[a], votes.annotators[b]
        two = _of_two(votes, own[a], own[b])
        measures = {
            "cohen_kappa": measure("cohen_kappa", cohen_statistic(two, first, second)),
            "percent_agreement": measure("percent_agreement", percent_statistic(two)),
        }
        pair = PairAgreement(first=first, second=second, items=int(met[at]), measures=measures)
        found.append(pair)
    return tuple(found), int(common.nnz)


def _by_annotator(votes: Votes) -> list[Ints]:
    """The positions of each annotator's votes."""
    order = np.argsort(votes.annotator, kind="stable")
    bounds = np.searchsorted(votes.annotator[order], np.arange(1, len(votes.annotators)))
    return [part.astype(np.int64) for part in np.split(order, bounds)] if len(votes.annotators) else []


def _of_two(votes: Votes, one: Ints, other: Ints) -> Votes:
    """Two people's votes on the items that both answered, which are counted anew."""
    both = np.intersect1d(votes.item[one], votes.item[other])
    chosen = np.concatenate([one, other])
    chosen = chosen[np.isin(votes.item[chosen], both)]
    places: list[int] = both.tolist()
    return Votes(
        items=tuple(votes.items[at] for at in places),
        annotators=votes.annotators,
        categories=votes.categories,
        item=np.searchsorted(both, votes.item[chosen]).astype(np.int64),
        annotator=votes.annotator[chosen],
        answer=votes.answer[chosen],
    )


def _each(votes: Votes, size: Ints) -> list[tuple[str, int, Statistic]]:
    """For each annotator the share of the others' answers that are the same, averaged over items."""
    key = votes.item * len(votes.categories) + votes.answer
    _, place, same = np.unique(key, return_inverse=True, return_counts=True)
    others = size[votes.item] - 1
    shares = (same[place.reshape(-1)] - 1) / np.maximum(others, 1)
    found: list[tuple[str, int, Statistic]] = []
    for name, own in zip(votes.annotators, _by_annotator(votes), strict=True):
        met = own[others[own] > 0]
        columns = np.column_stack([shares[met], np.ones(len(met))])
        statistic = Statistic.of_columns(columns, lambda totals: ratio(totals[:, 0], totals[:, 1]))
        found.append((name, len(own), statistic))
    return found
