"""Carrying out one record of an import of labels, and taking it back."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from labelwright.core.document import EMPTY, Document, decode
from labelwright.core.rules import ERROR
from labelwright.core.workflow import ANNOTATE
from labelwright.quality.rule_check import broken_rules
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.label_matching import fresh_beside
from labelwright.services.label_plan import HELD, Plan, PlannedEntry
from labelwright.services.label_rules import leave_for_people
from labelwright.services.ontologies import read_ontology
from labelwright.services.submissions import move_on, store_document
from labelwright.storage.schema import (
    documents,
    drafts,
    import_entries,
    items,
    projects,
    release_entries,
    tasks,
)

KIND_OF = {"predictions": "prediction", "references": "reference", "annotations": "submission"}
WORKED_ON = "it was worked on after the import"
RELEASED = "it is part of a release"


def carry_out(
    tx: Connection, context: Context, row: Row[Any], kind: str, plan: Plan, entry: PlannedEntry
) -> dict[str, Any]:
    """Do what was planned for one record; gives its row of `import_entries`."""
    project = tx.execute(select(projects).where(projects.c.id == row.project_id)).one()
    item = tx.execute(select(items).where(items.c.id == entry.item_id).with_for_update()).first()
    outcome: dict[str, Any] = {"import_id": row.id, "name": entry.name, "item_id": entry.item_id}
    if item is None:
        return {**outcome, "outcome": "skipped", "detail": {"item": entry.item_name, "reason": "it is gone"}}
    if kind != "annotations":
        replaced = _put_away(tx, kind, plan, entry) if entry.replace else []
        document = Document(annotations=entry.annotations)
        stored = _store(tx, context, project, row, kind, plan, entry, document)
        detail = {"item": entry.item_name, "document": stored, "replaced": replaced}
        return {**outcome, "outcome": "labeled", "detail": detail}
    task = _open_task(tx, entry.item_id)
    if task is not None and (task.lease_expires or 0) > context.clock():
        return {**outcome, "outcome": "skipped", "detail": {"item": entry.item_name, "reason": HELD}}
    detail = _submit(tx, context, project, row, plan, entry, item, task)
    if detail is None:
        return {**outcome, "outcome": "unchanged", "detail": {"item": entry.item_name}}
    return {**outcome, "outcome": "labeled", "detail": {"item": entry.item_name, **detail}}


def take_back(tx: Connection, context: Context, entry: Row[Any]) -> None:
    """Put back what one record changed, unless later work was built on it."""
    if entry.outcome != "labeled":
        return
    detail = dict(entry.detail)
    before = detail.get("before")
    kept = None if before is None else _restore(tx, context, entry.item_id, detail)
    if kept is None:
        stored = documents.c.id == detail["document"]
        kind = tx.execute(select(documents.c.kind).where(stored)).scalar()
        again = documents.c.id.in_(detail.get("replaced", []))
        tx.execute(update(documents).where(again).values(kind=kind))
        tx.execute(delete(documents).where(stored))
    values: dict[str, Any] = {"outcome": "undone" if kept is None else "kept"}
    if kept is not None:
        values["detail"] = {**detail, "kept": kept}
    tx.execute(
        update(import_entries)
        .where(import_entries.c.import_id == entry.import_id, import_entries.c.name == entry.name)
        .values(**values)
    )


def _submit(
    tx: Connection,
    context: Context,
    project: Row[Any],
    row: Row[Any],
    plan: Plan,
    entry: PlannedEntry,
    item: Row[Any],
    task: Row[Any] | None,
) -> dict[str, Any] | None:
    """What undo needs to know; None if the record says nothing that is not there already."""
    ontology = read_ontology(context, tx, project.id, project.ontology_version)
    present = ontology.resolve(_current(tx, item))
    fresh = entry.annotations if entry.replace else fresh_beside(entry.annotations, present, context.new_id)
    if not fresh and not (entry.replace and present.annotations):
        return None
    before_annotations = () if entry.replace else present.annotations
    document = Document(annotations=(*before_annotations, *fresh))
    rounds = tx.execute(select(func.max(tasks.c.round)).where(tasks.c.item_id == item.id)).scalar()
    number = task.round if task is not None and task.stage == ANNOTATE else int(rounds or 0) + 1
    stored = _store(tx, context, project, row, "annotations", plan, entry, document, round=number)
    if task is not None:
        closing = {"state": "submitted", "document_id": stored, "closed_at": context.now()}
        tx.execute(update(tasks).where(tasks.c.id == task.id).values(**closing))
    found = broken_rules(document, ontology, item.width, item.height)
    broken = [entry for entry in found if entry.severity == ERROR]
    if broken:
        leave_for_people(tx, context, item, number, stored, len(document.annotations), broken)
    else:
        as_if: Any = SimpleNamespace(stage=ANNOTATE, item_id=item.id, position=item.position, round=number)
        move_on(tx, context, project, as_if, stored, len(document.annotations), author=plan.author)
    return {
        "document": stored,
        "added": len(fresh),
        "closed_task": None if task is None else task.id,
        "before": {
            "state": item.state,
            "document_id": item.document_id,
            "annotations": item.annotations,
        },
    }


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


def _store(
    tx: Connection,
    context: Context,
    project: Row[Any],
    row: Row[Any],
    kind: str,
    plan: Plan,
    entry: PlannedEntry,
    document: Document,
    **values: Any,  # noqa: ANN401  # further columns
) -> str:
    return store_document(
        tx,
        context,
        project,
        document,
        item_id=entry.item_id,
        kind=KIND_OF[kind],
        author=plan.author,
        model=plan.model,
        stage=ANNOTATE if kind == "annotations" else None,
        import_id=row.id,
        guideline_version=project.brief_version,
        **values,
    )


def _put_away(tx: Connection, kind: str, plan: Plan, entry: PlannedEntry) -> list[str]:
    """Hide predictions of the same model, or references, whose place the new ones take; undo shows them."""
    chosen = select(documents.c.id).where(
        documents.c.item_id == entry.item_id, documents.c.kind == KIND_OF[kind]
    )
    if kind == "predictions":
        chosen = chosen.where(documents.c.author == plan.author)
    ids = list(tx.execute(chosen).scalars())
    tx.execute(update(documents).where(documents.c.id.in_(ids)).values(kind=f"old {KIND_OF[kind]}"))
    return ids


def _current(tx: Connection, item: Row[Any]) -> Document:
    if item.document_id is None:
        return EMPTY
    body = tx.execute(select(documents.c.body).where(documents.c.id == item.document_id)).scalar_one()
    return decode(body)


def _open_task(tx: Connection, item_id: str) -> Row[Any] | None:
    return tx.execute(
        select(tasks)
        .where(tasks.c.item_id == item_id, tasks.c.state == "waiting")
        .order_by(tasks.c.id.desc())
        .limit(1)
        .with_for_update()
    ).first()
