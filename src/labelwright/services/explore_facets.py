"""Facets: how the items that fit a filter spread over categories, counts, sizes, people, states.

Each facet is counted under the filter without its own part of it, so that what was chosen can be widened
again. Up to `EXACT` items all are counted. Of more, an even sample is (every so many-th position), and its
counts are scaled up, which the answer says: the time stays the same however large a project grows.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from labelwright.core.errors import InvalidInput
from labelwright.core.gold import WORK
from labelwright.core.item_terms import ATTRIBUTE, AUTHOR, BETWEEN, CATEGORY, REVIEWER, SCORE, SHAPE
from labelwright.core.ontology import Ontology
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.explore import Explore, count_of, filter_for
from labelwright.services.item_filter import IN_PLACE, NO_SPLIT, STORED, ItemFilter, condition
from labelwright.storage.schema import imports, item_tags, item_terms, items, members, tasks

EXACT = 6_000
MOST_VALUES = 200
BINS = 16

TERM_FACETS = {
    "categories": CATEGORY,
    "shapes": SHAPE,
    "attributes": ATTRIBUTE,
    "authors": AUTHOR,
    "reviewers": REVIEWER,
}
VALUES = ("states", "splits", "sources", "imports", "near_duplicates")
NUMBERS = ("annotations", "width", "height", "megapixels", "bytes", "aspect")
WHOLE = ("annotations", "width", "height", "bytes")
FACETS = (*TERM_FACETS, "tags", "score", *VALUES, *NUMBERS)
OF_REVIEWERS = ("shapes", "attributes", "authors", "reviewers", "score")


Columns = tuple[ColumnElement[Any], ...]
# The columns of ix_items_facts, and those for which the rows themselves are read.
COVERED: Columns = (
    items.c.annotations,
    items.c.width,
    items.c.height,
    items.c.bytes,
    items.c.state,
    items.c.split,
    items.c.near_duplicate_of.is_not(None).label("alike"),
)
RARE: dict[str, Columns] = {
    "imports": (items.c.import_id,),
    "sources": (or_(items.c.source_path.is_not(None), items.c.source_id.is_not(None)).label("in_place"),),
}


class FacetValue(msgspec.Struct, frozen=True, kw_only=True):
    """One value: how many items have it, and of a category how many annotations.

    `name` is that of a person or an import; `group` and `attribute` say of which category and attribute.
    """

    value: str
    items: int
    annotations: int = 0
    name: str | None = None
    group: str | None = None
    attribute: str | None = None


class FacetBin(msgspec.Struct, frozen=True, kw_only=True):
    """How many items lie in a range, both ends included."""

    min: float
    max: float
    items: int


class Facet(msgspec.Struct, frozen=True, kw_only=True):
    """The values or the bins of one facet. `sampled`: estimates; `more`: rarer values are left out."""

    name: str
    total: int
    sampled: bool
    values: list[FacetValue] = []
    bins: list[FacetBin] = []
    more: bool = False


class ExploreFacets:
    """The service of facets."""

    def __init__(self, context: Context, explore: Explore) -> None:
        self.context = context
        self._explore = explore

    def of(self, actor: Actor, project_id: str, wanted: ItemFilter, names: Sequence[str]) -> list[Facet]:
        """The named facets of the items that fit. Raises NotFound, Forbidden, InvalidInput."""
        for name in names:
            if name not in FACETS:
                raise InvalidInput(
                    f"There is no facet “{name}”.", place="of", remedy=f"Use {', '.join(FACETS)}."
                )

        def work(tx: Connection) -> list[Facet]:
            if any(name in OF_REVIEWERS for name in names):
                project_for(tx, actor, project_id, "item.history")
            samples: dict[ItemFilter, _Sample] = {}
            made: list[Facet] = []
            for name in names:
                own = without(wanted, name)
                if own not in samples:
                    samples[own] = self._sample(tx, actor, project_id, own)
                made.append(samples[own].facet(name))
            return made

        return self.context.database.read(work)

    def _sample(self, tx: Connection, actor: Actor, project_id: str, wanted: ItemFilter) -> "_Sample":
        _, ontology = filter_for(self.context, tx, actor, project_id, wanted)
        total, now = self._explore.count(tx, project_id, wanted, ontology), self.context.clock()
        every = max(1, -(-total // EXACT))
        fits = condition(wanted, project_id, ontology, now, every=every)
        whole = wanted == ItemFilter()
        return _Sample(tx, project_id, fits, ontology, now, total=total, every=every, whole=whole)


def without(wanted: ItemFilter, facet: str) -> ItemFilter:
    """The filter without the part of it that a facet shows."""
    empty: Any = () if isinstance(getattr(ItemFilter(), facet), tuple) else None
    return msgspec.structs.replace(wanted, **{facet: empty})


class _Sample:
    """The items that fit, or an even part of them."""

    def __init__(
        self,
        tx: Connection,
        project_id: str,
        fits: ColumnElement[bool],
        ontology: Ontology,
        now: int,
        *,
        total: int,
        every: int,
        whole: bool,
    ) -> None:
        self._tx, self._project, self._ontology, self._now = tx, project_id, ontology, now
        self._fits, self.total, self.sampled, self._whole = fits, total, every > 1, whole
        self._rows: dict[str, list[Any]] = {}
        self._scale = total / max(1, count_of(tx, fits)) if self.sampled else 1.0

    def facet(self, name: str) -> Facet:
        """One facet of it."""
        if name in TERM_FACETS:
            return self._terms(name, TERM_FACETS[name])
        if name == "tags":
            return self._tags()
        if name == "score":
            return self._score()
        if name in NUMBERS:
            values = np.array([_number(row, name) for row in self._items("numbers")], dtype=float)
            return self._bins(name, values)
        counts = Counter(_value(row, name) for row in self._items(name if name in RARE else "numbers"))
        if name == "states":
            held = self._held()
            counts["waiting"] -= held
            counts["annotating"] = held
        found = [FacetValue(value=value, items=self._scaled(n)) for value, n in counts.items() if n > 0]
        if name == "imports":
            found = [msgspec.structs.replace(one, name=self._import(one.value)) for one in found]
        return self._facet(name, found, sampled=self.sampled)

    def _items(self, what: str) -> list[Any]:
        if what not in self._rows:
            chosen: Any = select(*RARE.get(what, COVERED)).where(self._fits)
            rows: Any = self._tx.execute(chosen)
            self._rows[what] = list(rows)
        return self._rows[what]

    def _held(self) -> int:
        """How many of the waiting items somebody works on."""
        leased = and_(tasks.c.state == "waiting", tasks.c.purpose == WORK, tasks.c.lease_expires > self._now)
        held = select(tasks.c.item_id).where(tasks.c.project_id == self._project, leased)
        return count_of(self._tx, and_(self._fits, items.c.state == "waiting", items.c.id.in_(held)))

    def _scaled(self, count: int) -> int:
        return round(count * self._scale)

    def _read(self, table: Any, kind: str | None, *columns: Any) -> tuple[list[Any], bool]:  # noqa: ANN401
        """Columns of terms or tags of the sample, grouped by the first; and whether it is a part only."""
        of = [table.c.project_id == self._project, *([table.c.kind == kind] if kind else [])]
        grouped = [columns[0]] if len(columns) > 1 else []
        if self._whole and (table is item_tags or not self.sampled):  # an index says it by itself
            rows: Any = self._tx.execute(select(*columns).where(*of).group_by(*grouped))
            return list(rows), False
        chosen = select(items.c.position).where(self._fits).cte("chosen")
        # An outer join keeps the order: from the few items to their terms, not from all terms to the items.
        source = chosen.join(table, and_(table.c.position == chosen.c.position, *of), isouter=True)
        rows = self._tx.execute(select(*columns).select_from(source).group_by(*grouped))
        return [row for row in rows if row[0] is not None], self.sampled

    def _terms(self, name: str, kind: str) -> Facet:
        counts = (func.count().label("items"), func.sum(item_terms.c.n).label("n"))
        rows, sampled = self._read(item_terms, kind, item_terms.c.value, *counts)
        scale = self._scaled if sampled else int
        values = [
            FacetValue(value=row.value, items=scale(row.items), annotations=scale(row.n)) for row in rows
        ]
        if kind == CATEGORY:
            values = self._living(values)
        elif kind == ATTRIBUTE:
            values = self._attributes(values)
        elif kind in (AUTHOR, REVIEWER):
            names = _names(self._tx, [one.value for one in values])
            values = [msgspec.structs.replace(one, name=names.get(one.value, one.value)) for one in values]
        return self._facet(name, values, sampled=sampled)

    def _living(self, values: Sequence[FacetValue]) -> list[FacetValue]:
        """Categories as the ontology has them now; an item with two that were merged counts once for each."""
        found: dict[str, FacetValue] = {}
        for one in values:
            current = self._ontology.current_id(one.value)
            if current is None:
                continue
            known = found.get(current, FacetValue(value=current, items=0))
            found[current] = msgspec.structs.replace(
                known, items=known.items + one.items, annotations=known.annotations + one.annotations
            )
        return list(found.values())

    def _attributes(self, values: Sequence[FacetValue]) -> list[FacetValue]:
        found: dict[tuple[str, str, str], FacetValue] = {}
        for one in values:
            category, _, rest = one.value.partition(BETWEEN)
            spec, _, value = rest.partition(BETWEEN)
            current = self._ontology.current_id(category)
            if current is None:
                continue
            known = found.get((current, spec, value))
            before = known or FacetValue(value=value, items=0, group=current, attribute=spec)
            found[current, spec, value] = msgspec.structs.replace(
                before, items=before.items + one.items, annotations=before.annotations + one.annotations
            )
        return list(found.values())

    def _tags(self) -> Facet:
        rows, sampled = self._read(item_tags, None, item_tags.c.tag, func.count().label("items"))
        scale = self._scaled if sampled else int
        return self._facet(
            "tags", [FacetValue(value=row.tag, items=scale(row.items)) for row in rows], sampled=sampled
        )

    def _score(self) -> Facet:
        rows, sampled = self._read(item_terms, SCORE, item_terms.c.low)
        return self._bins("score", np.array([low for (low,) in rows], dtype=float), sampled=sampled)

    def _bins(self, name: str, values: "np.ndarray[Any, Any]", *, sampled: bool | None = None) -> Facet:
        told = self.sampled if sampled is None else sampled
        scale = self._scaled if told else int
        bins = [
            FacetBin(min=low, max=high, items=scale(n))
            for low, high, n in bins_of(values, whole=name in WHOLE)
        ]
        return Facet(name=name, total=self.total, sampled=told, bins=bins)

    def _facet(self, name: str, values: Sequence[FacetValue], *, sampled: bool) -> Facet:
        ordered = sorted(values, key=lambda one: (-one.items, one.name or one.value))
        return Facet(
            name=name,
            total=self.total,
            sampled=sampled,
            values=ordered[:MOST_VALUES],
            more=len(ordered) > MOST_VALUES,
        )

    def _import(self, import_id: str) -> str | None:
        row = self._tx.execute(select(imports.c.created_at).where(imports.c.id == import_id)).first()
        return None if row is None else str(row.created_at)


def bins_of(values: "np.ndarray[Any, Any]", *, whole: bool) -> list[tuple[float, float, int]]:
    """Ranges of round width over some numbers, with how many lie in each; empty ones included."""
    if not len(values):
        return []
    low, high = float(values.min()), float(values.max())
    if low == high:
        return [(low, high, len(values))]
    width = _round_width((high - low) / BINS)
    if whole:
        width = max(1.0, width)
    first = np.floor(low / width) * width
    count = int(np.floor((high - first) / width)) + 1
    places = np.minimum(((values - first) / width).astype(int), count - 1)
    counts = np.bincount(places, minlength=count)
    last = 1.0 if whole else 0.0
    return [
        (round(float(first + place * width), 9), round(float(first + (place + 1) * width - last), 9), int(n))
        for place, n in enumerate(counts)
    ]


def _round_width(width: float) -> float:
    power = 10.0 ** np.floor(np.log10(width))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= width))


def _number(row: Any, name: str) -> float:  # noqa: ANN401  # a row
    if name == "megapixels":
        return row.width * row.height / 1e6
    if name == "aspect":
        return row.width / row.height
    return float(getattr(row, name))


def _value(row: Any, name: str) -> str:  # noqa: ANN401  # a row
    if name == "near_duplicates":
        return "true" if row.alike else "false"
    if name == "splits":
        return row.split or NO_SPLIT
    if name == "imports":
        return row.import_id or ""
    if name == "sources":
        return IN_PLACE if row.in_place else STORED
    return str(row.state)


def _names(tx: Connection, ids: Sequence[str]) -> dict[str, str]:
    known = [one for one in ids if len(one) <= 36]
    return {
        row.id: row.name
        for row in tx.execute(select(members.c.id, members.c.name).where(members.c.id.in_(known)))
    }
