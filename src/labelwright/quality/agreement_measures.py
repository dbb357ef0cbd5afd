"""The measures of a report as sums over items, from its tables: all people, a pair, a category, an attribute.

Names are those of `METHODS`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labelwright.core.document import AttributeValue
from labelwright.quality.agreement import (
    alpha_statistic,
    cohen_statistic,
    gwet_statistic,
    percent_statistic,
)
from labelwright.quality.agreement_tables import Answers, Tables
from labelwright.quality.alpha import matrix_statistic, value_statistic
from labelwright.quality.shape_agreement import (
    ABSENT,
    AWAY,
    AWAY_BY,
    EDGE_IOU,
    EDGES,
    FIGURE_OKS,
    FIGURES,
    FOUND,
    GIVEN,
    IOU,
    PAIRS,
    SEGMENT_IOU,
    jaccard,
)
from labelwright.quality.statistic import Floats, Ints, Statistic, ratio
from labelwright.quality.tallies import Tallies
from labelwright.quality.votes import Votes

Chosen = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cast:
    """Votes on units, and the item that each unit is of."""

    votes: Votes
    item_of: Ints

    @staticmethod
    def of(answers: Answers, values: Iterable[str], people: tuple[str, ...]) -> "Cast":
        """The votes of answers, with values written as text."""
        units, unit = np.unique(np.array(answers.unit, np.int64), return_inverse=True)
        item_of = np.zeros(len(units), np.int64)
        item_of[unit] = np.array(answers.item, np.int64)
        known: dict[str, int] = {}
        codes = np.array([known.setdefault(value, len(known)) for value in values], np.int64)
        votes = Votes(
            items=tuple(map(str, range(len(units)))),
            annotators=people,
            categories=tuple(known),
            item=unit.reshape(-1).astype(np.int64),
            annotator=np.array(answers.person, np.int64),
            answer=codes,
        )
        return Cast(votes, item_of)

    def by_item(self, statistic: Statistic) -> Statistic:
        """A statistic of units as one of items."""
        return statistic.grouped(self.item_of)

    def of_people(self, people: tuple[int, int]) -> "Cast":
        """Only two people's votes. Of things, also those that only others found: there, both agree."""
        return Cast(self.votes.where(np.isin(self.votes.annotator, people)), self.item_of)

    @property
    def knows_no_absence(self) -> bool:
        """Whether nobody could agree that a thing is absent: at most two saw each, under one category.

        Then every thing is either in both or a disagreement, and alpha is never above 0 whatever people do.
        """
        names = set(self.votes.categories) - {ABSENT}
        most = int(np.bincount(self.votes.item).max(initial=0))
        return 0 < most <= 2 and len(names) == 1


def shape_measures(tables: Tables, chosen: Chosen | None = None) -> dict[str, Statistic]:
    """F1, IoU and outlines of chosen rows of the sums of pairs."""
    kept = slice(None) if chosen is None else chosen
    sums, rows = tables.sums[kept], tables.sum_of[kept, 0]
    over_ten = sums[:, FOUND].mean(axis=1) if len(sums) else np.empty(0)
    return {
        "f1": _share(2 * sums[:, PAIRS], sums[:, GIVEN], rows),
        "f1_mean": _share(2 * over_ten, sums[:, GIVEN], rows),
        "mean_iou": _share(sums[:, IOU], sums[:, PAIRS], rows),
        "panoptic_quality": _panoptic(sums, rows, tables.sum_of[kept, 2]),
        "boundary_iou": _share(sums[:, EDGE_IOU], sums[:, EDGES], rows),
        "hausdorff95": _share(sums[:, AWAY_BY], sums[:, AWAY], rows),
        "oks": _share(sums[:, FIGURE_OKS], sums[:, FIGURES], rows),
    }


def located_measure(tables: Tables, chosen: Chosen | None = None) -> Statistic:
    """F1 of what was found under any name."""
    kept = slice(None) if chosen is None else chosen
    return _share(tables.located[kept, 0], tables.located[kept, 1], tables.located_of[kept, 0])


def tag_measures(tags: Cast) -> dict[str, Statistic]:
    """Agreement about tags; a set of tags is one answer, and no tag is one too."""
    votes = tags.votes
    measures = {
        "tag_alpha": alpha_statistic(votes),
        "tag_agreement": percent_statistic(votes),
        "tag_ac1": gwet_statistic(votes),
        "tag_jaccard": _common_tags(votes),
    }
    if any(SEPARATOR in name for name in votes.categories):
        distances = set_distances([_set_of(name) for name in votes.categories])
        measures["tag_set_alpha"] = matrix_statistic(votes.item, votes.answer, len(votes.items), distances)
    return {name: tags.by_item(statistic) for name, statistic in measures.items()}


def kappa_of_pair(tags: Cast, people: tuple[int, int]) -> Statistic:
    """Cohen's kappa of two people's tags."""
    names = tags.votes.annotators
    return tags.by_item(cohen_statistic(tags.votes, names[people[0]], names[people[1]]))


class CategoryAlphas:
    """Alpha of each category against all else, from one table of units × answers."""

    def __init__(self, cast: Cast, members: list[frozenset[str]]) -> None:
        votes = cast.votes
        self.item_of = cast.item_of
        tallies = Tallies.of(votes.item, votes.answer, len(votes.items), len(votes.categories)).with_pairs()
        self.size = tallies.size.astype(np.float64)
        self.paired = np.flatnonzero(tallies.size)
        self.cells: dict[str, list[tuple[int, int]]] = {}
        units: list[int] = tallies.item.tolist()
        answers: list[int] = tallies.answer.tolist()
        counts: list[int] = tallies.count.tolist()
        for unit, answer, count in zip(units, answers, counts, strict=True):
            for category in members[answer]:
                self.cells.setdefault(category, []).append((unit, count))

    def of(self, category: str) -> tuple[Statistic, int]:
        """The statistic by items, and how many items anyone gave the category to."""
        given = np.array(self.cells.get(category, []), np.int64).reshape(-1, 2)
        units, which = np.unique(given[:, 0], return_inverse=True)
        count = np.bincount(which.reshape(-1), given[:, 1], len(units)).astype(np.float64)
        size = self.size[units]
        apart = 2 * count * (size - count) / np.maximum(size - 1, 1)

        def formula(totals: Floats) -> Floats:
            every, differing, of_it = totals.T
            return np.minimum(1.0, 1 - ratio(differing * (every - 1), 2 * of_it * (every - of_it)))

        columns = np.repeat([0, 1, 2], [len(self.paired), len(units), len(units)])
        statistic = Statistic(
            row=self.item_of[np.concatenate([self.paired, units, units])],
            column=columns.astype(np.int64),
            amount=np.concatenate([self.size[self.paired], apart, count]),
            width=3,
            formula=formula,
        )
        return statistic, len(np.unique(self.item_of[units]))


def attribute_measures(answers: Answers, people: tuple[str, ...]) -> dict[str, Statistic]:
    """Agreement about one attribute: numbers, sets of options, and all else as same or not."""
    cast = Cast.of(answers, (written(value) for value in answers.value), people)
    votes = cast.votes
    units = len(votes.items)
    if all(isinstance(value, float | int) and not isinstance(value, bool) for value in answers.value):
        numbers = np.array(answers.value, np.float64)
        alpha = value_statistic(votes.item, numbers, "interval", units)
    elif all(isinstance(value, tuple | list) for value in answers.value):
        alpha = matrix_statistic(
            votes.item, votes.answer, units, set_distances([_set_of(name) for name in votes.categories])
        )
    else:
        alpha = alpha_statistic(votes)
    return {
        "attribute_alpha": cast.by_item(alpha),
        "attribute_agreement": cast.by_item(percent_statistic(votes)),
    }


SEPARATOR = "\x1f"


def written(value: AttributeValue) -> str:
    """A value as text, so that equal ones are the same; a set of options whatever their order."""
    if isinstance(value, tuple | list):
        return SEPARATOR.join(sorted(value))
    return value if isinstance(value, str) else repr(value)


def set_distances(sets: list[frozenset[str]]) -> Floats:
    """1 − what two sets share of all they have; two empty ones are the same (Jaccard)."""
    apart = [[1 - (1.0 if a == b else jaccard(a, b) or 0.0) for b in sets] for a in sets]
    return np.array(apart, np.float64).reshape(len(sets), len(sets))


def _set_of(name: str) -> frozenset[str]:
    return frozenset(name.split(SEPARATOR)) if name else frozenset()


def sets_of(votes: Votes) -> list[frozenset[str]]:
    """The sets of tags that the votes' categories stand for."""
    return [_set_of(name) for name in votes.categories]


def _common_tags(votes: Votes) -> Statistic:
    """The mean of tags in common over pairs of people of whom either gave one."""
    tallies = Tallies.of(votes.item, votes.answer, len(votes.items), len(votes.categories)).with_pairs()
    sets = sets_of(votes)
    apart = set_distances(sets)
    pairs = tallies.size * (tallies.size - 1.0)
    empty = np.array([not one for one in sets], np.bool_)
    bare = np.where(empty[tallies.answer], tallies.count * (tallies.count - 1.0), 0.0)
    pairs = pairs - np.bincount(tallies.item, bare, len(pairs))
    near = pairs - tallies.apart(lambda a, b: apart[a, b])
    rows = np.flatnonzero(pairs > 0).astype(np.int64)
    return _share(near[rows], pairs[rows], rows)


def _share(above: Floats, below: Floats, rows: Ints) -> Statistic:
    kept = below > 0
    return Statistic.of_columns(
        np.column_stack([above[kept], below[kept]]),
        lambda totals: ratio(totals[:, 0], totals[:, 1]),
        rows[kept],
    )


def _panoptic(sums: Floats, rows: Ints, category: Ints) -> Statistic:
    """The mean over categories of 2 Σ IoU / marks given, pairs counting above an IoU of one half."""
    used, place = np.unique(category, return_inverse=True)
    place = place.reshape(-1).astype(np.int64)
    count = len(used)

    def formula(totals: Floats) -> Floats:
        given = totals[:, count:]
        each = np.divide(2 * totals[:, :count], given, out=np.zeros_like(given), where=given > 0)
        return ratio(each.sum(axis=1), np.count_nonzero(given > 0, axis=1).astype(np.float64))

    return Statistic(
        row=np.tile(rows, 2),
        column=np.concatenate([place, place + count]),
        amount=np.concatenate([sums[:, SEGMENT_IOU], sums[:, GIVEN]]),
        width=2 * count,
        formula=formula,
    )
