"""Carrying out one record of an import of labels, and taking it back."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from labelwright.core.document import Document
from labelwright.core.gold import WORK
from labelwright.core.rules import ERROR
from labelwright.core.workflow import ANNOTATE
from labelwright.services.context import Context
from labelwright.services.documents import store_document
from labelwright.services.events import announce
from labelwright.services.item_index import index_item
from labelwright.services.label_plan import (
    HELD,
    KIND_OF,
    PlannedEntry,
    Present,
    Rules,
    Told,
    decide,
    present_on,
)
from labelwright.services.label_rules import leave_for_people
from labelwright.services.moving import move_on
from labelwright.services.ontologies import read_ontology
from labelwright.storage.schema import (
    documents,
    drafts,
    gold,
    import_entries,
    item_tags,
    items,
    projects,
    release_entries,
    tasks,
)

WORKED_ON = "it was worked on after the import"
RELEASED = "it is part of a release"
IS_GOLD = "it is the right answer of a gold item"


_close = (
    update(tasks)
    .where(tasks.c.id == bindparam("task"))
    .values(state="submitted", document_id=bindparam("document"), closed_at=bindparam("now"))
)


class Carrier:
    """Does what is decided about items, in one transaction."""

    def __init__(self, tx: Connection, context: Context, row: Row[Any], rules: Rules) -> None:
        self._tx, self._context, self._row, self._rules = tx, context, row, rules
        self._project = tx.execute(select(projects).where(projects.c.id == row.project_id)).one()
        self._ontology = read_ontology(context, tx, self._project.id, self._project.ontology_version)
        self._open: dict[str, Row[Any]] = {}
        self._rounds: dict[str, int] = {}

    def carry_out(self, entries: Sequence[PlannedEntry]) -> list[dict[str, Any]]:
        """Do what is decided for each; gives their rows of `import_entries`."""
        ids = [entry.item.id for entry in entries]
        chosen = select(items).where(items.c.id.in_(ids)).order_by(items.c.id).with_for_update()
        there = {row.id: row for row in self._tx.execute(chosen)}
        waiting = select(tasks).where(
            tasks.c.item_id.in_(ids), tasks.c.state == "waiting", tasks.c.purpose == WORK
        )
        rows = self._tx.execute(waiting.order_by(tasks.c.id).with_for_update())  # nobody takes one now
        self._open = {row.item_id: row for row in rows}
        rounds = select(tasks.c.item_id, func.max(tasks.c.round).label("last"))
        rounds = rounds.where(tasks.c.item_id.in_(ids)).group_by(tasks.c.item_id)
        self._rounds = {row.item_id: row.last for row in self._tx.execute(rounds)}
        present = present_on(self._tx, ids, self._ontology, self._rules, self._context.clock())
        return [self._one(entry, there.get(entry.item.id), present) for entry in entries]

    def _one(
        self, entry: PlannedEntry, item: Row[Any] | None, there: Mapping[str, Present]
    ) -> dict[str, Any]:
        outcome: dict[str, Any] = {
            "import_id": self._row.id,
            "name": entry.name,
            "item_id": entry.item.id,
        }
        told: dict[str, Any] = {"item": entry.item.name}
        if item is None:
            return {**outcome, "outcome": "skipped", "detail": {**told, "reason": "it is gone"}}
        present = there[item.id]
        decision = decide(entry, present, self._ontology, self._rules, self._context)
        told["told"] = msgspec.to_builtins(decision.told)
        if decision.skipped:
            return {**outcome, "outcome": "skipped", "detail": {**told, "reason": decision.skipped}}
        if decision.told.split:
            self._tx.execute(update(items).where(items.c.id == item.id).values(split=decision.told.split))
            told["split"] = [item.split, decision.told.split]
        if decision.told.tags:
            told["tags"] = decision.told.tags
            row = {"project_id": item.project_id, "position": item.position, "item_id": item.id}
            self._tx.execute(insert(item_tags), [{**row, "tag": tag} for tag in decision.told.tags])
        if decision.document is not None:
            told.update(self._written(decision.document, decision.told, item, present))
        changed = decision.document is not None or decision.told.split or decision.told.tags
        return {**outcome, "outcome": "labeled" if changed else "unchanged", "detail": told}

    def _written(self, document: Document, told: Told, item: Row[Any], present: Present) -> dict[str, Any]:
        if self._rules.kind != "annotations":
            hidden = {"kind": f"old {KIND_OF[self._rules.kind]}"}
            self._tx.execute(update(documents).where(documents.c.id.in_(present.ids)).values(**hidden))
            stored = self._store(document, item.id)
            index_item(self._tx, item.id)
            return {"document": stored, "replaced": list(present.ids)}
        return self._submit(document, told, item)

    def _submit(self, document: Document, told: Told, item: Row[Any]) -> dict[str, Any]:
        tx, context = self._tx, self._context
        task = self._open.get(item.id)
        last = self._rounds.get(item.id, 0)
        number = task.round if task is not None and task.stage == ANNOTATE else last + 1
        stored = self._store(document, item.id, stage=ANNOTATE, round=number)
        if task is not None:
            closing = {"document": stored, "now": context.now()}
            tx.execute(_close, {"task": task.id, **closing})
        broken = [entry for entry in told.broken if entry.severity == ERROR]
        count = len(document.annotations)
        if broken:
            leave_for_people(tx, context, item, number, stored, count, broken)
        else:
            as_if: Any = SimpleNamespace(
                stage=ANNOTATE, node=None, item_id=item.id, position=item.position, round=number
            )
            move_on(tx, context, self._project, as_if, stored, count, author=self._rules.author)
        return {
            "document": stored,
            "added": told.added + told.taken,
            "closed_task": None if task is None else task.id,
            "before": {
                "state": item.state,
                "document_id": item.document_id,
                "annotations": item.annotations,
            },
        }

    def _store(self, document: Document, item_id: str, **values: Any) -> str:  # noqa: ANN401  # columns
        return store_document(
            self._tx,
            self._context,
            self._project,
            document,
            item_id=item_id,
            kind=KIND_OF[self._rules.kind],
            author=self._rules.author,
            model=self._rules.model,
            import_id=self._row.id,
            guideline_version=self._project.brief_version,
            **values,
        )


def take_back(tx: Connection, context: Context, entry: Row[Any]) -> None:
    """Put back what one record changed, unless later work was built on it."""
    if entry.outcome != "labeled":
        return
    detail = dict(entry.detail)
    before = detail.get("before")
    kept = _is_gold(tx, detail)
    if kept is None and before is not None:
        kept = _restore(tx, context, entry.item_id, detail)
    if kept is None and "split" in detail:
        before, after = detail["split"]
        chosen = (items.c.id == entry.item_id) & (items.c.split == after)
        tx.execute(update(items).where(chosen).values(split=before))
    if kept is None and "tags" in detail:
        ours = (item_tags.c.item_id == entry.item_id) & item_tags.c.tag.in_(detail["tags"])
        tx.execute(delete(item_tags).where(ours))
    if kept is None and "document" in detail:
        stored = documents.c.id == detail["document"]
        kind = tx.execute(select(documents.c.kind).where(stored)).scalar()
        again = documents.c.id.in_(detail.get("replaced", []))
        tx.execute(update(documents).where(again).values(kind=kind))
        tx.execute(delete(documents).where(stored))
        index_item(tx, entry.item_id)
    values: dict[str, Any] = {"outcome": "undone" if kept is None else "kept"}
    if kept is not None:
        values["detail"] = {**detail, "kept": kept}
    tx.execute(
        update(import_entries)
        .where(import_entries.c.import_id == entry.import_id, import_entries.c.name == entry.name)
        .values(**values)
    )


def _restore(tx: Connection, context: Context, item_id: str, detail: dict[str, Any]) -> str | None:
    """Put an item back to what it was; gives why that cannot be, or None."""
    item = tx.execute(select(items).where(items.c.id == item_id).with_for_update()).first()
    if item is None or item.document_id != detail["document"]:
        return WORKED_ON
    released = select(release_entries.c.item_id).where(
        release_entries.c.item_id == item_id, release_entries.c.document_id == detail["document"]
    )
    if tx.execute(released.limit(1)).first():
        return RELEASED
    opened = _open_task(tx, item_id)
    if opened is not None:
        if (opened.lease_expires or 0) > context.clock():
            return HELD
        worked = select(drafts.c.task_id).where(drafts.c.task_id == opened.id, drafts.c.revision > 0)
        if opened.base_document_id != detail["document"] or tx.execute(worked).first():
            return WORKED_ON
        tx.execute(delete(drafts).where(drafts.c.task_id == opened.id))
        tx.execute(delete(tasks).where(tasks.c.id == opened.id))
    if detail["closed_task"]:
        again = {"state": "waiting", "document_id": None, "closed_at": None}
        tx.execute(update(tasks).where(tasks.c.id == detail["closed_task"]).values(**again))
    tx.execute(
        update(items).where(items.c.id == item_id).values(**detail["before"], updated_at=context.now())
    )
    state = {"state": detail["before"]["state"]}
    announce(tx, context, item.project_id, "item.changed", item_id, state)
    return None


def _is_gold(tx: Connection, detail: Mapping[str, Any]) -> str | None:
    stands_for = select(gold.c.id).where(gold.c.document_id == detail.get("document", ""))
    return None if tx.execute(stands_for.limit(1)).first() is None else IS_GOLD


def _open_task(tx: Connection, item_id: str) -> Row[Any] | None:
    return tx.execute(
        select(tasks)
        .where(tasks.c.item_id == item_id, tasks.c.state == "waiting", tasks.c.purpose == WORK)
        .order_by(tasks.c.id.desc())
        .limit(1)
        .with_for_update()
    ).first()
