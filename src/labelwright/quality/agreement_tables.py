"""Everything that people said about items, laid out as tables that measures are sums of.

Made once for a report: sums of pairs of people by category, the table of instances, tags, and attributes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from labelwright.core.document import Annotation, AttributeValue, Document
from labelwright.quality.matching import Matching
from labelwright.quality.shape_agreement import ABSENT, GIVEN, WIDTH, instances, pairing, tags_of
from labelwright.quality.statistic import Floats, Ints


@dataclass
class Answers:
    """Answers to units (things, items), each by a person and within an item."""

    unit: list[int] = field(default_factory=list[int])
    item: list[int] = field(default_factory=list[int])
    person: list[int] = field(default_factory=list[int])
    value: list[AttributeValue] = field(default_factory=list[AttributeValue])
    units: int = 0

    def add(self, unit: int, item: int, person: int, value: AttributeValue) -> None:
        """One person's answer."""
        self.unit.append(unit)
        self.item.append(item)
        self.person.append(person)
        self.value.append(value)


@dataclass(frozen=True)
class Tables:
    """The tables of a set of items; people and items by their positions.

    `sums` has a row for each item, pair of people and category that either used (`sum_of` holds the three);
    `located` for each item and pair: marks that both found, under any name, and marks given.
    """

    items: tuple[str, ...]
    people: tuple[str, ...]
    categories: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]
    met: Ints
    sums: Floats
    sum_of: Ints
    located: Floats
    located_of: Ints
    instances: Answers
    tags: Answers
    attributes: dict[tuple[str, str], Answers]
    confused: dict[tuple[str, str], int]

    @property
    def has_tags(self) -> bool:
        """Whether anybody gave a tag anywhere."""
        return any(self.tags.value)

    @property
    def has_shapes(self) -> bool:
        """Whether anybody drew a shape where several answered."""
        return len(self.sums) > 0


def gathered(
    items: Mapping[str, Mapping[str, Document]],
    *,
    sizes: Mapping[str, tuple[int, int]],
    threshold: float,
    null_cost: float,
    outlines: bool,
) -> Tables:
    """The tables of the documents of each item by each person; people and categories in order of name."""
    made = _Gatherer(
        people=tuple(sorted({name for documents in items.values() for name in documents})),
        threshold=threshold,
        null_cost=null_cost,
        outlines=outlines,
    )
    for row, (name, documents) in enumerate(items.items()):
        made.add(row, {person: documents[person] for person in sorted(documents)}, sizes.get(name))
    return made.tables(tuple(items))


class _Gatherer:
    """Goes through items one by one."""

    def __init__(self, people: tuple[str, ...], threshold: float, null_cost: float, outlines: bool) -> None:
        self.people = people
        self.place = {name: at for at, name in enumerate(people)}
        self.threshold, self.null_cost, self.outlines = threshold, null_cost, outlines
        self.categories: set[str] = set()
        self.pairs: dict[tuple[int, int], int] = {}
        self.met: list[int] = []
        self.sums: list[Floats] = []
        self.sum_of: list[tuple[int, int, str]] = []
        self.located: list[tuple[float, float]] = []
        self.located_of: list[tuple[int, int]] = []
        self.instances, self.tags = Answers(), Answers()
        self.attributes: dict[tuple[str, str], Answers] = {}
        self.confused: dict[tuple[str, str], int] = {}

    def add(self, row: int, documents: dict[str, Document], size: tuple[int, int] | None) -> None:
        """What people said about one item."""
        matchings = {
            (one, other): self._pair(row, (one, other), documents, size)
            for one, other in combinations(documents, 2)
        }
        if matchings:
            self._instances(row, documents, matchings)
        for person, document in documents.items():
            self.categories.update(entry.category for entry in document.annotations)
            self.tags.add(row, row, self.place[person], tuple(sorted(tags_of(document))))
            tags = {entry.category: entry for entry in document.annotations if entry.shape is None}
            for entry in tags.values():
                self._attributes(-1 - row, row, person, entry)

    def _pair(
        self,
        row: int,
        who: tuple[str, str],
        documents: dict[str, Document],
        size: tuple[int, int] | None,
    ) -> Matching:
        a, b = (documents[name].annotations for name in who)
        found = pairing(
            a,
            b,
            size=size,
            threshold=self.threshold,
            null_cost=self.null_cost,
            outlines=self.outlines,
        )
        at = self.pairs.setdefault((self.place[who[0]], self.place[who[1]]), len(self.pairs))
        if at == len(self.met):
            self.met.append(0)
        self.met[at] += 1
        for category, sums in found.sums.items():
            self.sums.append(sums)
            self.sum_of.append((row, at, category))
        given = sum(float(sums[GIVEN]) for sums in found.sums.values())
        if given:
            self.located.append((2.0 * len(found.located.matched), given))
            self.located_of.append((row, at))
        for match in found.located.matched:
            one, other = sorted((a[match.first].category, b[match.second].category))
            if one != other:
                self.confused[one, other] = self.confused.get((one, other), 0) + 1
        return found.located

    def _instances(
        self, row: int, documents: dict[str, Document], matchings: dict[tuple[str, str], Matching]
    ) -> None:
        for thing in instances(documents, threshold=self.threshold, located=matchings):
            unit = self.instances.units
            self.instances.units += 1
            for person, document in documents.items():
                if person not in thing:
                    self.instances.add(unit, row, self.place[person], ABSENT)
                    continue
                entry = document.annotations[thing[person]]
                self.instances.add(unit, row, self.place[person], entry.category)
                self._attributes(unit, row, person, entry)

    def _attributes(self, unit: int, row: int, person: str, entry: Annotation) -> None:
        # Units of shapes are instances; those of tags are items, counted down from -1.
        for spec, value in entry.attributes.items():
            answers = self.attributes.setdefault((entry.category, spec), Answers())
            answers.add(unit, row, self.place[person], value)

    def tables(self, items: tuple[str, ...]) -> Tables:
        """What was gathered, as arrays."""
        self.tags.units = len(items)
        categories = tuple(sorted(self.categories))
        number = {category: at for at, category in enumerate(categories)}
        rows = [(row, pair, number[category]) for row, pair, category in self.sum_of]
        return Tables(
            items=items,
            people=self.people,
            categories=categories,
            pairs=tuple(self.pairs),
            met=np.array(self.met, np.int64),
            sums=np.array(self.sums, np.float64).reshape(-1, WIDTH),
            sum_of=np.array(rows, np.int64).reshape(-1, 3),
            located=np.array(self.located, np.float64).reshape(-1, 2),
            located_of=np.array(self.located_of, np.int64).reshape(-1, 2),
            instances=self.instances,
            tags=self.tags,
            attributes=dict(sorted(self.attributes.items())),
            confused=dict(sorted(self.confused.items(), key=lambda pair: (-pair[1], pair[0]))),
        )
