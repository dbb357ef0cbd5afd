"""What an import of labels will do, item by item, before anything is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, Row, select

from labelwright.core.document import EMPTY, Annotation, Document, Evidence, decode
from labelwright.core.ontology import Ontology
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.report import Fault
from labelwright.quality.rule_check import broken_rules
from labelwright.services import label_categories
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.label_fitting import Fitted, Fitter
from labelwright.services.label_matching import Finder, not_there, other_frame
from labelwright.services.label_rules import RuleTally
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
    size: tuple[int, int]


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
    counts: Fitted = field(default_factory=Fitted)
    created: list[str] = field(default_factory=list[str])
    already_there: int = 0
    faults: list[Fault] = field(default_factory=list[Fault])
    notes: list[str] = field(default_factory=list[str])
    rules: RuleTally = field(default_factory=RuleTally)
    outcomes: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def report(self, *, dry_run: bool) -> dict[str, Any]:
        """The plan as people read it."""
        counts = self.counts
        return {
            "dry_run": dry_run,
            "format": self.format,
            "recognized": self.recognized,
            "items_in_file": self.in_file,
            "items_matched": len(self.entries),
            "annotations": sum(counts.by_category.values()),
            "already_there": self.already_there,
            "categories": [
                {"category": n, "annotations": c} for n, c in counts.by_category.most_common() if c
            ],
            "created_categories": self.created,
            "unknown_categories": [{"category": n, "annotations": c} for n, c in counts.unknown.items()],
            "refused": [{"reason": n, "annotations": c} for n, c in counts.refused.items()],
            "left_out": [{"what": n, "count": c} for n, c in counts.left_out.items()],
            "without_a_required_attribute": counts.incomplete,
            **self.rules.report(),
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
        ontology = self._with_categories(reading, labeled)
        finder = self.context.database.read(lambda tx: Finder(tx, self.row.project_id))
        fitter = Fitter(
            reading,
            ontology,
            rename=self.args.rename,
            evidence=Evidence(author=made.author, created_at=self.now, model=made.model),
            keeps_evidence=made.model is None,
            new_id=self.context.new_id,
        )
        made.counts = fitter.counts
        for index, entry in enumerate(labeled):
            if index % 500 == 0:
                check()
            self._add(index, entry, finder, fitter)
        if self.args.as_ == "annotations":
            done = self.context.database.read(self._done)  # what this import has brought in is no repetition
            todo = [entry for entry in made.entries if entry.name not in done]
            for start in range(0, len(todo), BATCH):
                check()
                part = todo[start : start + BATCH]
                self.context.database.read(lambda tx, part=part: self._compare(tx, part, ontology))
        else:
            for entry in made.entries:
                self._keep_to_rules(entry, entry.annotations, ontology, waits=False)
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
            if fresh or (entry.replace and entry.item_id not in held):
                beside = () if entry.replace else present.get(entry.item_id, EMPTY).annotations
                self._keep_to_rules(entry, (*beside, *fresh), ontology, waits=True)

    def _keep_to_rules(
        self, entry: PlannedEntry, annotations: Sequence[Annotation], ontology: Ontology, *, waits: bool
    ) -> None:
        broken = broken_rules(Document(annotations=tuple(annotations)), ontology, *entry.size)
        _, _, record = entry.name.partition(" ")
        self.plan_made.rules.add(entry.item_name, record, broken, waits=waits)

    def _count(self, annotations: Sequence[Annotation], ontology: Ontology, times: int) -> None:
        for annotation in annotations:
            category = ontology.category(annotation.category)
            if category is not None:
                self.plan_made.counts.by_category[category.name] += times

    def _with_categories(self, reading: Reading, labeled: Sequence[LabeledItem]) -> Ontology:
        project_id = self.row.project_id

        def work(tx: Connection) -> tuple[int, Ontology]:
            project = project_for(tx, self.actor, project_id, "project.import")
            version = project.ontology_version
            return version, read_ontology(self.context, tx, project_id, version)

        version, ontology = self.context.database.read(work)
        names = [n for n in reading.categories if n not in self.args.rename and ontology.named(n) is None]
        missing = label_categories.missing(ontology, names, reading, labeled)
        if not missing or not self.args.create_categories:
            self.plan_made.created = label_categories.added(self.context, self.row.id)
            return ontology
        if self.args.dry_run:
            self.plan_made.created = names
            return missing.on(ontology)
        saved = label_categories.add(self.context, self.row, self.actor, version, ontology, missing)
        self.plan_made.created = label_categories.added(self.context, self.row.id)
        return saved

    def _add(self, index: int, entry: LabeledItem, finder: Finder, fitter: Fitter) -> None:
        made = self.plan_made
        item = finder.find(entry)
        if item is None:
            made.unmatched.append(entry.name)
            return
        if isinstance(item, str):
            made.ambiguous.append(item)
            return
        reason = other_frame(entry, item)
        if reason:
            made.counts.refused[reason] += len(entry.document.annotations)
            return
        annotations = fitter.fit(entry, item)
        if not annotations and entry.document.annotations and self.args.mode != "replace":
            return
        made.entries.append(
            PlannedEntry(
                name=f"{index:07d} {entry.name}"[:1000],
                item_id=item.id,
                item_name=item.name,
                annotations=tuple(annotations),
                replace=self.args.mode == "replace",
                size=(item.width, item.height),
            )
        )
