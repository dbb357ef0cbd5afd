"""Overlap: several people answer one item, each without seeing the others, until enough is known.

One task of an item is open at a time. When an answer is in (or somebody could not answer, which is an
answer too), the next task opens, until there are as many as the project wants; with a target, one more
only while the merged answer is not sure enough. Then the answers are merged and the item moves on.
A plan that is changed counts from the next answer on.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from labelwright.core.graph import ANNOTATE
from labelwright.core.workflow import Overlap
from labelwright.services.context import Context
from labelwright.services.documents import CONSENSUS, store_document
from labelwright.services.events import announce
from labelwright.services.merging import Merged, merge_answers
from labelwright.services.moving import Measured, advance_item, move_on
from labelwright.services.projects import workflow_of
from labelwright.services.queue import item_of
from labelwright.services.task_rows import open_task
from labelwright.storage.schema import documents, items, merges, tasks

_seats = (
    select(tasks)
    .where(
        tasks.c.item_id == bindparam("item"),
        tasks.c.round == bindparam("round"),
        tasks.c.stage == ANNOTATE,
        tasks.c.purpose == "work",
        tasks.c.state.in_(("submitted", "skipped")),
    )
    .order_by(tasks.c.closed_at, tasks.c.id)
)
_documents = select(documents).where(documents.c.id.in_(bindparam("ids", expanding=True)))
_answers_so_far = select(func.count()).where(
    tasks.c.project_id == bindparam("project"),
    tasks.c.stage == ANNOTATE,
    tasks.c.state == "submitted",
    tasks.c.purpose == "work",
)


def is_blind(project: Row[Any], task: Row[Any]) -> bool:
    """Whether the person on a task must not see what others say of the item."""
    if task.purpose != "work":
        return True
    first = task.stage == ANNOTATE and task.base_document_id is None
    return first and workflow_of(project).overlap.several


def settle(tx: Connection, context: Context, project: Row[Any], task: Row[Any]) -> str:
    """What follows when a blind task was submitted or skipped; gives the item's new state.

    The task's row must be closed already.
    """
    tx.execute(select(items.c.id).where(items.c.id == task.item_id).with_for_update())
    seats = tx.execute(_seats, {"item": task.item_id, "round": task.round}).all()
    overlap = workflow_of(project).overlap
    rows = _answers(tx, seats)
    if len(seats) < overlap.wanted(task.item_id):
        return _ask_again(tx, context, project, task, rows)
    if not rows:
        return _put_aside(tx, context, project, task)
    merged = merge_answers(tx, context, project, rows)
    if _is_unsure(tx, project, overlap, task, seats, merged):
        return _ask_again(tx, context, project, task, rows)
    return _merge(tx, context, project, task, seats, rows, merged)


def _answers(tx: Connection, seats: Sequence[Row[Any]]) -> list[Row[Any]]:
    ids = [seat.document_id for seat in seats if seat.state == "submitted" and seat.document_id]
    found = {row.id: row for row in tx.execute(_documents, {"ids": ids})} if ids else {}
    return [found[name] for name in ids]


def _ask_again(
    tx: Connection, context: Context, project: Row[Any], task: Row[Any], rows: Sequence[Row[Any]]
) -> str:
    open_task(
        tx,
        context,
        project_id=project.id,
        item_id=task.item_id,
        position=task.position,
        stage=ANNOTATE,
        node=task.node,
        round=task.round,
    )
    detail = {"state": "waiting", "answers": len(rows)}
    announce(tx, context, project.id, "item.changed", task.item_id, detail)
    return "waiting"


def _put_aside(tx: Connection, context: Context, project: Row[Any], task: Row[Any]) -> str:
    item = item_of(tx, task)
    state = {"new_state": "skipped", "document": item.document_id, "count": item.annotations}
    tx.execute(advance_item, {"item": task.item_id, "now": context.now(), **state})
    announce(tx, context, project.id, "item.changed", task.item_id, {"state": "skipped"})
    return "skipped"


def _is_unsure(
    tx: Connection,
    project: Row[Any],
    overlap: Overlap,
    task: Row[Any],
    seats: Sequence[Row[Any]],
    merged: Merged,
) -> bool:
    if overlap.target is None or len(seats) >= overlap.ceiling(task.item_id):
        return False
    if merged.confidence is None or merged.confidence >= overlap.target:
        return False
    if overlap.budget is None:
        return True
    spent = tx.execute(_answers_so_far, {"project": project.id}).scalar_one()
    return int(spent) < overlap.budget


def _merge(
    tx: Connection,
    context: Context,
    project: Row[Any],
    task: Row[Any],
    seats: Sequence[Row[Any]],
    rows: Sequence[Row[Any]],
    merged: Merged,
) -> str:
    skips = [{"member": seat.taken_by, "reason": seat.comment} for seat in seats if seat.state == "skipped"]
    if len(rows) == 1:
        stored, count, author = rows[0].id, rows[0].annotations, rows[0].author
    else:
        stored = store_document(
            tx,
            context,
            project,
            merged.document,
            item_id=task.item_id,
            kind=CONSENSUS,
            author=f"consensus:{merged.method}",
            stage=ANNOTATE,
            round=task.round,
            guideline_version=project.brief_version,
        )
        count, author = len(merged.document.annotations), None
    tx.execute(
        insert(merges).values(
            id=context.new_id(),
            project_id=project.id,
            item_id=task.item_id,
            round=task.round,
            node=task.node,
            document_id=stored,
            answers=[row.id for row in rows],
            skips=skips,
            agreement=merged.agreement,
            confidence=merged.confidence,
            method=merged.method,
            detail=merged.detail,
            created_at=context.now(),
        )
    )
    measured = Measured(agreement=merged.agreement, confidence=merged.confidence, unsure=bool(skips))
    return move_on(tx, context, project, task, stored, count, author=author, measured=measured)
