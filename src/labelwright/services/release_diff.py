"""What changed between two releases: items, annotations, categories, attributes, splits and the ontology.

Items are compared by id, annotations by id; those of which only one side knows the id are paired by category
and IoU (0.5 and more, the best first), so that labels that were brought in again are found changed and not
replaced. Both releases are read side by side in the order of the items, so memory does not grow with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, select

from labelwright.core.document import EMPTY, Annotation, Document
from labelwright.core.errors import InvalidInput
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Shape
from labelwright.quality.iou import iou
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.releases import Entry, Releases
from labelwright.storage.schema import items, release_entries, releases

SAME_THING = 0.5  # IoU from which two annotations of one category are one thing
BATCH = 200
MOST_SHOWN = 200

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
Kind = Literal["added", "removed", "changed"]


class AnnotationChange(msgspec.Struct, frozen=True, kw_only=True):
    """One annotation that came, went, or is another; `what` names the fields that differ."""

    kind: Kind
    category: str
    what: tuple[str, ...] = ()
    iou: float | None = None
    before: Annotation | None = None
    after: Annotation | None = None


class ItemChange(msgspec.Struct, frozen=True, kw_only=True):
    """An item that came, went, or of which something is said otherwise."""

    item: str
    name: str
    width: int
    height: int
    kind: Kind
    split_before: str | None = None
    split_after: str | None = None
    annotations: tuple[AnnotationChange, ...] = ()
    position: int = 0


class Counts(msgspec.Struct, kw_only=True):
    """How many came, went and changed."""

    added: int = 0
    removed: int = 0
    changed: int = 0

    def add(self, kind: Kind, count: int = 1) -> None:
        """So many more of a kind."""
        setattr(self, kind, getattr(self, kind) + count)


class Difference(msgspec.Struct, kw_only=True):
    """The sum of all changes from one release to another; categories by their names."""

    before: str
    after: str
    items: Counts = msgspec.field(default_factory=Counts)
    annotations: Counts = msgspec.field(default_factory=Counts)
    categories: dict[str, Counts] = {}
    fields: dict[str, int] = {}
    moved: dict[str, int] = {}
    ontology: list[str] = []
    unchanged: int = 0


class ChangePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some changed items in order; `next` is where to go on, None at the end."""

    items: list[ItemChange]
    next: int | None


@dataclass(frozen=True)
class _Side:
    ontology: Ontology
    tag: str
    id: str


class ReleaseDiffs:
    """The service of differences between releases."""

    def __init__(self, context: Context, releases_service: Releases) -> None:
        self.context = context
        self._releases = releases_service

    def summary(self, actor: Actor, before: str, after: str) -> Difference:
        """All changes, counted. Raises NotFound, InvalidInput for releases of two projects."""
        old, new = self._sides(actor, before, after)
        made = Difference(
            before=old.tag, after=new.tag, ontology=_ontology_changes(old.ontology, new.ontology)
        )
        names = {category.id: category.name for one in (old, new) for category in one.ontology.categories}
        for change in self._walk(old, new):
            if change is None:
                made.unchanged += 1
                continue
            _count(made, change, names)
        return made

    def page(
        self,
        actor: Actor,
        before: str,
        after: str,
        *,
        start: int = 0,
        limit: int = 50,
        kind: str | None = None,
    ) -> ChangePage:
        """Changed items from a place on, with what changed on them; `kind` asks for one kind of change."""
        old, new = self._sides(actor, before, after)
        found: list[ItemChange] = []
        for change in self._walk(old, new, start):
            if change is None or not _is_of(change, kind):
                continue
            if len(found) == limit:
                return ChangePage(items=found, next=change.position)
            found.append(change)
        return ChangePage(items=found, next=None)

    def changes(self, actor: Actor, before: str, after: str) -> Iterator[ItemChange]:
        """Every changed item, in order."""
        old, new = self._sides(actor, before, after)
        return (change for change in self._walk(old, new) if change is not None)

    def _sides(self, actor: Actor, before: str, after: str) -> tuple[_Side, _Side]:
        old, new = self._releases.get(actor, before), self._releases.get(actor, after)
        if old.project != new.project:
            raise InvalidInput(
                "These are releases of two projects.",
                place="after",
                remedy="Compare releases of one project.",
            )
        return self._side(old.id), self._side(new.id)

    def _side(self, release_id: str) -> _Side:
        chosen = select(releases).where(releases.c.id == release_id)
        row = self.context.database.read(lambda tx: tx.execute(chosen).one())
        return _Side(msgspec.convert(row.ontology, Ontology), row.tag, row.id)

    def _walk(self, old: _Side, new: _Side, start: int = 0) -> Iterator[ItemChange | None]:
        """Every item of either release by its position in the project: what changed, or None."""
        last = start - 1
        while True:
            ids = self.context.database.read(lambda tx, last=last: _next_items(tx, old.id, new.id, last))
            if not ids:
                return
            listed = [item for item, _ in ids]
            before = self._releases.entries_of(old.id, listed)
            after = self._releases.entries_of(new.id, listed)
            for item, position in ids:
                yield _compared(before.get(item), after.get(item), position)
            last = ids[-1][1]


def _next_items(tx: Connection, old: str, new: str, last: int) -> list[tuple[str, int]]:
    among = select(release_entries.c.item_id).where(release_entries.c.release_id.in_((old, new)))
    rows = tx.execute(
        select(items.c.id, items.c.position)
        .where(items.c.id.in_(among), items.c.position > last)
        .order_by(items.c.position)
        .limit(BATCH)
    )
    return [(row.id, row.position) for row in rows]


def _compared(before: Entry | None, after: Entry | None, position: int) -> ItemChange | None:
    there = after or before
    if there is None:
        return None
    said = annotation_changes(
        EMPTY if before is None else before.document, EMPTY if after is None else after.document
    )
    kind: Kind = ADDED if before is None else REMOVED if after is None else CHANGED
    split_before = None if before is None else before.split
    split_after = None if after is None else after.split
    if kind == CHANGED and not said and split_before == split_after:
        return None
    return ItemChange(
        item=there.item.id,
        name=there.item.name,
        width=there.item.width,
        height=there.item.height,
        kind=kind,
        split_before=split_before,
        split_after=split_after,
        annotations=said,
        position=position,
    )


def annotation_changes(before: Document, after: Document) -> tuple[AnnotationChange, ...]:
    """What came, went and changed from one document to another."""
    old, new = before.by_id(), after.by_id()
    pairs = [(old[id_], new[id_]) for id_ in old if id_ in new]
    left = [entry for id_, entry in old.items() if id_ not in new]
    fresh = [entry for id_, entry in new.items() if id_ not in old]
    for one, other in _matched(left, fresh):
        pairs.append((one, other))
        left.remove(one)
        fresh.remove(other)
    made = [change for pair in pairs if (change := _change(*pair)) is not None]
    made += [AnnotationChange(kind=REMOVED, category=entry.category, before=entry) for entry in left]
    made += [AnnotationChange(kind=ADDED, category=entry.category, after=entry) for entry in fresh]
    return tuple(made)


def _matched(left: list[Annotation], fresh: list[Annotation]) -> list[tuple[Annotation, Annotation]]:
    found: list[tuple[float, int, int]] = []
    for a, one in enumerate(left):
        for b, other in enumerate(fresh):
            if one.category == other.category and one.kind == other.kind:
                alike = _alike(one.shape, other.shape)
                if alike is not None and alike >= SAME_THING:
                    found.append((-alike, a, b))
    taken: tuple[set[int], set[int]] = (set(), set())
    pairs: list[tuple[Annotation, Annotation]] = []
    for _, a, b in sorted(found):
        if a not in taken[0] and b not in taken[1]:
            taken[0].add(a)
            taken[1].add(b)
            pairs.append((left[a], fresh[b]))
    return pairs


def _alike(one: Shape | None, other: Shape | None) -> float | None:
    if one is None or other is None or one == other:
        return 1.0 if one == other else None
    return iou(one, other)


def _change(before: Annotation, after: Annotation) -> AnnotationChange | None:
    parts = ("category", "shape", "attributes", "group", "relations", "flags", "unsure")
    what = tuple(part for part in parts if getattr(before, part) != getattr(after, part))
    if not what:
        return None
    return AnnotationChange(
        kind=CHANGED,
        category=after.category,
        what=what,
        iou=_alike(before.shape, after.shape) if "shape" in what else None,
        before=before,
        after=after,
    )


def _is_of(change: ItemChange, kind: str | None) -> bool:
    if kind is None:
        return True
    if kind == "moved":
        return change.kind == CHANGED and change.split_before != change.split_after
    if kind.startswith("items."):
        return change.kind == kind.removeprefix("items.")
    return any(kind in (entry.kind, *entry.what) for entry in change.annotations)


def _count(made: Difference, change: ItemChange, names: dict[str, str]) -> None:
    made.items.add(change.kind)
    if change.kind == CHANGED and change.split_before != change.split_after:
        move = f"{change.split_before or '–'} → {change.split_after or '–'}"
        made.moved[move] = made.moved.get(move, 0) + 1
    for entry in change.annotations:
        made.annotations.add(entry.kind)
        name = names.get(entry.category, entry.category)
        made.categories.setdefault(name, Counts()).add(entry.kind)
        for part in entry.what:
            made.fields[part] = made.fields.get(part, 0) + 1


def _ontology_changes(before: Ontology, after: Ontology) -> list[str]:
    """The difference of two ontologies in sentences."""
    old = {category.id: category for category in before.categories}
    new = {category.id: category for category in after.categories}
    said = [f"“{new[id_].name}” is new" for id_ in new if id_ not in old]
    said += [f"“{old[id_].name}” is gone" for id_ in old if id_ not in new]
    for id_ in (id_ for id_ in new if id_ in old):
        one, other = old[id_], new[id_]
        if one.name != other.name:
            said.append(f"“{one.name}” is called “{other.name}” now")
        known = {spec.id: spec for spec in one.attributes}
        current = {spec.id: spec for spec in other.attributes}
        said += [
            f"“{other.name}” has the attribute “{current[key].name}” now"
            for key in current
            if key not in known
        ]
        said += [
            f"“{other.name}” lost the attribute “{known[key].name}”" for key in known if key not in current
        ]
        if one.shapes != other.shapes:
            said.append(f"“{other.name}” may be drawn as {', '.join(other.shapes)} now")
    if [*old] != [*new] and set(old) == set(new):
        said.append("the order of the categories is another")
    return said


def report_of(difference: Difference, changes: Iterator[ItemChange] | None = None) -> dict[str, Any]:
    """The difference as people keep it, with every change if those are given."""
    told: dict[str, Any] = msgspec.to_builtins(difference)
    if changes is not None:
        told["changes"] = [msgspec.to_builtins(change) for change in changes]
    return told
