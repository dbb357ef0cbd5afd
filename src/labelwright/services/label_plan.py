"""What an import of labels will do, item by item, before anything is done."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

import msgspec
from sqlalchemy import Connection, Row, select

from labelwright.core.document import EMPTY, Annotation, AttributeValue, Document, Evidence, decode
from labelwright.core.errors import InvalidShape
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Point, Polygon, Shape
from labelwright.formats.format import LabeledItem, Reading, attributes_by_id
from labelwright.formats.report import Fault
from labelwright.services import label_categories
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.ontologies import read_ontology
from labelwright.storage.schema import documents, import_entries, items, tasks

if TYPE_CHECKING:
    from labelwright.services.label_import import LabelArgs

MOST_LISTED = 1000
BATCH = 200
HELD = "somebody works on it right now"


@dataclass(frozen=True)
class PlannedEntry:
    """One record: the item it belongs to and the annotations it brings."""

    name: str
    item_id: str
    item_name: str
    annotations: tuple[Annotation, ...]
    replace: bool


@dataclass
class Plan:
    """Everything that will be done, and what will not."""

    format: str
    recognized: str
    author: str
    model: str | None
    entries: list[PlannedEntry] = field(default_factory=list[PlannedEntry])
    in_file: int = 0
    unmatched: list[str] = field(default_factory=list[str])
    ambiguous: list[str] = field(default_factory=list[str])
    by_category: Counter[str] = field(default_factory=Counter[str])
    created: list[str] = field(default_factory=list[str])
    already_there: int = 0
    unknown: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    incomplete: int = 0
    faults: list[Fault] = field(default_factory=list[Fault])
    notes: list[str] = field(default_factory=list[str])
    outcomes: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def report(self, *, dry_run: bool) -> dict[str, Any]:
        """The plan as people read it."""
        return {
            "dry_run": dry_run,
            "format": self.format,
            "recognized": self.recognized,
            "items_in_file": self.in_file,
            "items_matched": len(self.entries),
            "annotations": sum(self.by_category.values()),
            "already_there": self.already_there,
            "categories": [{"category": n, "annotations": c} for n, c in self.by_category.most_common() if c],
            "created_categories": self.created,
            "unknown_categories": [{"category": n, "annotations": c} for n, c in self.unknown.items()],
            "refused": [{"reason": n, "annotations": c} for n, c in self.refused.items()],
            "without_a_required_attribute": self.incomplete,
            "unmatched": self.unmatched[:MOST_LISTED],
            "ambiguous": self.ambiguous[:MOST_LISTED],
            "faults": [msgspec.to_builtins(fault) for fault in self.faults[:MOST_LISTED]],
            "skipped": self.outcomes[:MOST_LISTED],
            "notes": self.notes,
        }


class Planner:
    """Makes the plan of one import."""

    def __init__(
        self, context: Context, row: Row[Any], actor: Actor, args: "LabelArgs", format_name: str
    ) -> None:
        self.context, self.row, self.actor, self.args = context, row, actor, args
        model = args.model or f"{format_name}-import"
        predicted = args.as_ == "predictions"
        self.plan_made = Plan(
            format=format_name,
            recognized="",
            author=f"model:{model}" if predicted else f"import:{format_name}",
            model=model if predicted else None,
        )
        self.now = context.now()

    def plan(self, reading: Reading, reason: str, check: Callable[[], None]) -> Plan:
        """The plan for what the files hold. Raises Forbidden if the actor may not import any more."""
        made = self.plan_made
        made.recognized = reason
        labeled = list(reading.items)
        made.in_file, made.faults, made.notes = len(labeled), reading.faults, reading.notes
        ontology = self._with_categories(reading.categories)
        finder = self.context.database.read(lambda tx: _Finder(tx, self.row.project_id))
        for index, entry in enumerate(labeled):
            if index % 500 == 0:
                check()
            self._add(index, entry, finder, ontology)
        if self.args.as_ == "annotations":
            done = self.context.database.read(self._done)  # what this import has brought in is no repetition
            todo = [entry for entry in made.entries if entry.name not in done]
            for start in range(0, len(todo), BATCH):
                check()
                part = todo[start : start + BATCH]
                self.context.database.read(lambda tx, part=part: self._compare(tx, part, ontology))
        return made

    def _done(self, tx: Connection) -> set[str]:
        names = select(import_entries.c.name).where(import_entries.c.import_id == self.row.id)
        return set(tx.execute(names).scalars())

    def _compare(self, tx: Connection, part: Sequence[PlannedEntry], ontology: Ontology) -> None:
        """Find out which items are held, and which annotations are there already."""
        ids = [entry.item_id for entry in part]
        now = self.context.clock()
        held = set(
            tx.execute(
                select(tasks.c.item_id).where(
                    tasks.c.item_id.in_(ids), tasks.c.state == "waiting", tasks.c.lease_expires > now
                )
            ).scalars()
        )
        rows = tx.execute(
            select(items.c.id, documents.c.body)
            .join(documents, documents.c.id == items.c.document_id)
            .where(items.c.id.in_(ids))
        )
        present = {row.id: ontology.resolve(decode(row.body)) for row in rows}
        for entry in part:
            fresh = entry.annotations
            if entry.item_id in held:
                self.plan_made.outcomes.append({"item": entry.item_name, "reason": HELD})
                fresh = ()
            elif not entry.replace:
                fresh = not_there(entry.annotations, present.get(entry.item_id, EMPTY))
                self.plan_made.already_there += len(entry.annotations) - len(fresh)
            self._count(entry.annotations, ontology, -1)
            self._count(fresh, ontology, 1)

    def _count(self, annotations: Sequence[Annotation], ontology: Ontology, times: int) -> None:
        for annotation in annotations:
            category = ontology.category(annotation.category)
            if category is not None:
                self.plan_made.by_category[category.name] += times

    def _with_categories(self, names: list[str]) -> Ontology:
        project_id = self.row.project_id

        def work(tx: Connection) -> tuple[int, Ontology]:
            project = project_for(tx, self.actor, project_id, "project.import")
            version = project.ontology_version
            return version, read_ontology(self.context, tx, project_id, version)

        version, ontology = self.context.database.read(work)
        missing = [n for n in names if n not in self.args.rename and ontology.named(n) is None]
        if not missing or not self.args.create_categories:
            self.plan_made.created = label_categories.added(self.context, self.row.id)
            return ontology
        if self.args.dry_run:
            self.plan_made.created = missing
            categories = label_categories.with_new(ontology, missing)
            return msgspec.structs.replace(ontology, categories=categories)
        saved = label_categories.add(self.context, self.row, self.actor, version, ontology, missing)
        self.plan_made.created = label_categories.added(self.context, self.row.id)
        return saved

    def _add(self, index: int, entry: LabeledItem, finder: "_Finder", ontology: Ontology) -> None:
        made = self.plan_made
        item = finder.find(entry)
        if item is None:
            made.unmatched.append(entry.name)
            return
        if isinstance(item, str):
            made.ambiguous.append(item)
            return
        reason = _other_frame(entry, item)
        if reason:
            made.refused[reason] += len(entry.document.annotations)
            return
        annotations = [
            a for given in entry.document.annotations if (a := self._fit(given, entry, item, ontology))
        ]
        if not annotations and entry.document.annotations and self.args.mode != "replace":
            return
        made.entries.append(
            PlannedEntry(
                name=f"{index:07d} {entry.name}"[:1000],
                item_id=item.id,
                item_name=item.name,
                annotations=tuple(annotations),
                replace=self.args.mode == "replace",
            )
        )

    def _fit(
        self, given: Annotation, entry: LabeledItem, item: Row[Any], ontology: Ontology
    ) -> Annotation | None:
        made = self.plan_made
        renamed = self.args.rename.get(given.category)
        category = ontology.category(renamed) if renamed else ontology.named(given.category)
        if category is None:
            made.unknown[given.category] += 1
            return None
        try:
            shape = _scaled(given.shape, item.width, item.height) if entry.in_shares else given.shape
        except InvalidShape as error:
            made.refused[error.message] += 1
            return None
        annotation = Annotation(
            id=self.context.new_id(),
            category=category.id,
            shape=shape,
            attributes=_attributes(given, category),
            flags=given.flags,
            evidence=Evidence(
                author=made.author, created_at=self.now, model=made.model, score=given.evidence.score
            ),
        )
        faults = [fault for fault in ontology.faults(annotation) if not fault.endswith("is required")]
        if faults:
            made.refused[faults[0]] += 1
            return None
        if ontology.faults(annotation):
            made.incomplete += 1
        made.by_category[category.name] += 1
        return annotation


class _Finder:
    """Finds the item that a record means: by client key, then name, then file name, then stem."""

    def __init__(self, tx: Connection, project_id: str) -> None:
        self._by: list[dict[str, list[Row[Any]]]] = [{}, {}, {}, {}]
        rows = tx.execute(
            select(items.c.id, items.c.key, items.c.name, items.c.width, items.c.height).where(
                items.c.project_id == project_id
            )
        )
        for row in rows:
            path = PurePosixPath(row.name)
            for table, word in zip(self._by, (row.key, row.name, path.name, path.stem), strict=True):
                if word:
                    table.setdefault(word, []).append(cast("Row[Any]", row))

    def find(self, entry: LabeledItem) -> Row[Any] | str | None:
        """The item; a sentence if several fit; None if none does."""
        path = PurePosixPath(entry.name.replace("\\", "/"))
        words = (entry.key or entry.name, str(path), path.name, path.stem)
        for table, word in zip(self._by, words, strict=True):
            found = table.get(word, [])
            if len(found) == 1:
                return found[0]
            if found:
                return (
                    f"{entry.name} could be {len(found)} items, such as {found[0].name} and {found[1].name}"
                )
        return None


def not_there(given: Sequence[Annotation], present: Document) -> tuple[Annotation, ...]:
    """The annotations that a document does not hold yet with the same category and shape."""
    known = {(annotation.category, annotation.shape) for annotation in present.annotations}
    return tuple(a for a in given if (a.category, a.shape) not in known)


def _other_frame(entry: LabeledItem, item: Row[Any]) -> str | None:
    """Why the coordinates of a record cannot be those of the item's picture."""
    if not entry.width or not entry.height or (entry.width, entry.height) == (item.width, item.height):
        return None
    return (
        f"made on a picture of {entry.width} × {entry.height} pixels, "
        f"but the item has {item.width} × {item.height}"
    )


def _attributes(given: Annotation, category: Category) -> dict[str, AttributeValue]:
    defaults = {spec.id: spec.default for spec in category.attributes if spec.default is not None}
    return {**defaults, **attributes_by_id(given.attributes, category)}


def _scaled(shape: Shape | None, wide: int, high: int) -> Shape | None:
    """A shape in shares of a picture, in its pixels."""
    match shape:
        case Box():
            return Box(
                left=shape.left * wide,
                top=shape.top * high,
                right=shape.right * wide,
                bottom=shape.bottom * high,
            )
        case Polygon():
            return Polygon(
                parts=tuple(
                    tuple(tuple(Point(x * wide, y * high) for x, y in ring) for ring in part)
                    for part in shape.parts
                )
            )
        case _:
            return shape
