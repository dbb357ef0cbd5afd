"""One report of how far people agree: overall, by category, attribute, pair of people, and slice.

Each number stands with its interval (percentile bootstrap over items), the number of items behind it, and the
name of its method, which `METHODS` explains. A number without a value is None with the reason in words,
never 0 or 1.

A slice is the items that share a fact (`facts`: camera = night, stage = review). Items that only one person
answered count in `items` and in nothing else.
"""

from collections.abc import Mapping

import msgspec
import numpy as np

from labelwright.core.document import Document
from labelwright.quality.agreement_measures import (
    Cast,
    CategoryAlphas,
    attribute_measures,
    kappa_of_pair,
    located_measure,
    sets_of,
    shape_measures,
    tag_measures,
    written,
)
from labelwright.quality.agreement_methods import METHODS, Method
from labelwright.quality.agreement_tables import Tables, gathered
from labelwright.quality.alpha import alpha_statistic
from labelwright.quality.bootstrap import LEVEL, RESAMPLES, BootstrapMethod, Resamples, interval
from labelwright.quality.statistic import Statistic

__all__ = ["METHODS", "AgreementReport", "Confusion", "Measure", "Method", "PairAgreement", "SliceAgreement",
           "agreement_report"]  # fmt: skip

HEADLINES = ("instance_alpha", "f1", "tag_alpha", "tag_agreement")  # the first that has a value
MOST_DRAWN = 400_000_000  # items × draws; with more items there are fewer draws
NO_INTERVAL = "No interval: fewer than two items, or no value in many draws."
ONE_PERSON = "Only one person answered."
NO_ABSENCE = (
    "At most two people and one category: nobody can agree that a thing is absent, so there is no chance to "
    "compare with. Look at matched F1."
)
NOBODY_TWICE = "No item was answered by two people."


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A number, its interval, and how many items it is of. `reason` says why something is None."""

    method: str
    value: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    reason: str | None = None


Measures = dict[str, Measure]
"""Measures by the names of their methods."""


class PairAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """Two people, and the number of items that both answered."""

    first: str
    second: str
    items: int
    measures: Measures


class SliceAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """The items where a fact has a value."""

    fact: str
    value: str
    items: int
    measures: Measures


class Confusion(msgspec.Struct, frozen=True, kw_only=True):
    """How often two people marked one thing under these two categories, in order of name."""

    first: str
    second: str
    count: int


class AgreementReport(msgspec.Struct, frozen=True, kw_only=True):
    """How far people agree. `compared` items were answered by two people or more.

    `headline` names the measure of `overall` to be shown first. `attributes` are by `CATEGORY/SPEC`, ids
    both. `methods` explains every measure that occurs.
    """

    people: tuple[str, ...]
    items: int
    compared: int
    threshold: float
    level: float
    resamples: int
    headline: str | None
    overall: Measures
    categories: dict[str, Measures]
    attributes: dict[str, Measures]
    pairs: tuple[PairAgreement, ...]
    slices: tuple[SliceAgreement, ...]
    confusions: tuple[Confusion, ...]
    methods: dict[str, Method]
    reason: str | None = None


def agreement_report(
    items: Mapping[str, Mapping[str, Document]],
    generator: np.random.Generator,
    *,
    facts: Mapping[str, Mapping[str, str]] | None = None,
    sizes: Mapping[str, tuple[int, int]] | None = None,
    threshold: float = 0.5,
    null_cost: float = 1.0,
    outlines: bool = True,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    method: BootstrapMethod = "percentile",
) -> AgreementReport:
    """The report of each item's documents by person.

    `facts` (item: fact: value) make slices; `sizes` (item: width, height) are needed for boundary IoU.
    `threshold` is the IoU from which two shapes may be of one thing, `null_cost` what it costs to leave
    two apart (see `matching.py`). Without `outlines`, which take the most time, boundary IoU and Hausdorff
    distance are left out.
    """
    tables = gathered(items, sizes=sizes or {}, threshold=threshold, null_cost=null_cost, outlines=outlines)
    draws = min(resamples, MOST_DRAWN // max(1, len(items)))
    made = _Reporter(tables, Resamples.drawn(generator, len(items), draws), level, method)
    overall = made.overall()
    wide = made.told(overall)
    report = AgreementReport(
        people=tables.people,
        items=len(items),
        compared=sum(len(documents) > 1 for documents in items.values()),
        threshold=threshold,
        level=level,
        resamples=draws,
        headline=next((name for name in HEADLINES if name in wide and wide[name].value is not None), None),
        overall=wide,
        categories=made.categories(),
        attributes=made.attributes(),
        pairs=made.pairs(),
        slices=made.slices(overall, facts or {}, items),
        confusions=tuple(
            Confusion(first=one, second=other, count=count) for (one, other), count in tables.confused.items()
        ),
        methods={},
        reason=made.reason,
    )
    parts = [report.overall, *report.categories.values(), *report.attributes.values()]
    parts.extend(part.measures for part in (*report.pairs, *report.slices))
    used = {name for part in parts for name in part}
    methods = {name: entry for name, entry in METHODS.items() if name in used or name == "bootstrap"}
    return msgspec.structs.replace(report, methods=methods)


class _Reporter:
    """Turns tables into measures with intervals, all of the same draws."""

    def __init__(self, tables: Tables, resamples: Resamples, level: float, method: BootstrapMethod) -> None:
        self.tables, self.resamples, self.level = tables, resamples, level
        self.method: BootstrapMethod = method
        self.things = Cast.of(tables.instances, map(str, tables.instances.value), tables.people)
        self.tags = Cast.of(tables.tags, map(written, tables.tags.value), tables.people)
        self.no_absence = self.things.knows_no_absence
        self.reason: str | None = None
        if not tables.pairs:
            self.reason = ONE_PERSON if len(tables.people) == 1 else NOBODY_TWICE

    def overall(self) -> dict[str, Statistic]:
        """The measures of all items and people."""
        found: dict[str, Statistic] = {}
        if self.tables.has_shapes:
            found["instance_alpha"] = self.things.by_item(alpha_statistic(self.things.votes))
            found |= shape_measures(self.tables)
            found["located_f1"] = located_measure(self.tables)
        if self.tables.has_tags:
            found |= tag_measures(self.tags)
        return found

    def categories(self) -> dict[str, Measures]:
        """The measures of each category, of shapes and of tags."""
        names = [frozenset([name]) for name in self.things.votes.categories]
        shapes = CategoryAlphas(self.things, names)
        tags = CategoryAlphas(self.tags, sets_of(self.tags.votes))
        by_category = self.tables.sum_of[:, 2]
        found: dict[str, Measures] = {}
        for at, category in enumerate(self.tables.categories):
            chosen = by_category == at
            used = tags if category in tags.cells and category not in shapes.cells else shapes
            alpha, n = used.of(category)
            measures = {"category_alpha": self.measure("category_alpha", alpha, n, used is shapes)}
            if chosen.any():
                measures |= self.told(shape_measures(self.tables, chosen))
            found[category] = measures
        return found

    def attributes(self) -> dict[str, Measures]:
        """The measures of each attribute of each category."""
        return {
            f"{category}/{spec}": self.told(attribute_measures(answers, self.tables.people))
            for (category, spec), answers in self.tables.attributes.items()
        }

    def pairs(self) -> tuple[PairAgreement, ...]:
        """The measures of each two people who answered an item in common, by their names."""
        found: list[PairAgreement] = []
        for at, people in enumerate(self.tables.pairs):
            measures: dict[str, Statistic] = {}
            if self.tables.has_shapes:
                things = self.things.of_people(people)
                measures["instance_alpha"] = things.by_item(alpha_statistic(things.votes))
                measures |= shape_measures(self.tables, self.tables.sum_of[:, 1] == at)
                measures["located_f1"] = located_measure(self.tables, self.tables.located_of[:, 1] == at)
            if self.tables.has_tags:
                measures["tag_kappa"] = kappa_of_pair(self.tags, people)
                measures |= tag_measures(self.tags.of_people(people))
            first, second = (self.tables.people[person] for person in people)
            pair = PairAgreement(
                first=first, second=second, items=int(self.tables.met[at]), measures=self.told(measures)
            )
            found.append(pair)
        return tuple(sorted(found, key=lambda pair: (pair.first, pair.second)))

    def slices(
        self,
        overall: dict[str, Statistic],
        facts: Mapping[str, Mapping[str, str]],
        items: Mapping[str, Mapping[str, Document]],
    ) -> tuple[SliceAgreement, ...]:
        """The overall measures of the items that share a fact, by fact and value."""
        kept: dict[tuple[str, str], list[int]] = {}
        for at, name in enumerate(items):
            for fact, value in facts.get(name, {}).items():
                kept.setdefault((fact, value), []).append(at)
        found: list[SliceAgreement] = []
        for (fact, value), places in sorted(kept.items()):
            chosen = np.zeros(len(items), np.bool_)
            chosen[places] = True
            parts = {name: statistic.only(chosen) for name, statistic in overall.items()}
            measures = self.told(parts)
            found.append(SliceAgreement(fact=fact, value=value, items=len(places), measures=measures))
        return tuple(found)

    def told(self, statistics: Mapping[str, Statistic]) -> Measures:
        """The measures in the order of `METHODS`."""
        return {
            name: self.measure(name, statistics[name], of_things=name == "instance_alpha")
            for name in METHODS
            if name in statistics
        }

    def measure(
        self, name: str, statistic: Statistic, n: int | None = None, of_things: bool = False
    ) -> Measure:
        """A statistic with its interval, or why it has none; `of_things`: it is an alpha of instances."""
        if self.no_absence and of_things:
            return Measure(
                method=name,
                value=None,
                low=None,
                high=None,
                level=self.level,
                n=0,
                reason=self.reason or NO_ABSENCE,
            )
        found = interval(statistic, self.resamples, level=self.level, method=self.method)
        reason = None
        if found.estimate is None:
            reason = self.reason or METHODS[name].nothing
        elif found.low is None:
            reason = NO_INTERVAL
        return Measure(
            method=name,
            value=found.estimate,
            low=found.low,
            high=found.high,
            level=found.level,
            n=found.n if n is None else n,
            reason=reason,
        )
