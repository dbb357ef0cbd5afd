"""Taking back an import of items: those that nobody has worked on go, the others stay and are named.

The bytes stay in the blob store, since another import may just be counting on them.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from labelwright.services.context import Context
from labelwright.services.imports import UNDONE, close_import, read_import
from labelwright.services.item_entries import report_of
from labelwright.services.item_index import forget_items
from labelwright.services.job_run import JobRun
from labelwright.storage.schema import documents, drafts, issues, items, tasks

CHUNK = 200


def run_undo(run: JobRun) -> dict[str, Any]:
    """The handler of the job: gives how many items were removed, and which were kept and why."""
    context = run.context
    row = context.database.read(lambda tx: read_import(tx, run.args["import"]))
    if row.state == UNDONE:
        return dict(row.report["undone"])
    ids = context.database.read(lambda tx: _added(tx, row.id))
    for start in range(0, len(ids), CHUNK):
        run.check()
        part = ids[start : start + CHUNK]
        context.database.write(lambda tx, part=part, start=start: _remove(tx, run, part, start, len(ids)))
    context.database.write(lambda tx: _finish(tx, context, row))
    row = context.database.read(lambda tx: read_import(tx, row.id))
    return dict(row.report["undone"])


def _added(tx: Connection, import_id: str) -> list[str]:
    chosen = select(items.c.id).where(items.c.import_id == import_id).order_by(items.c.position)
    return list(tx.execute(chosen).scalars())


def _remove(tx: Connection, run: JobRun, ids: Sequence[str], start: int, total: int) -> None:
    # Held tasks are locked first, so that nobody takes one between the look and the removal.
    tx.execute(select(tasks.c.id).where(tasks.c.item_id.in_(ids)).with_for_update())
    kept = _reasons(tx, run.context, ids)
    going = [item_id for item_id in ids if item_id not in kept]
    tx.execute(delete(drafts).where(drafts.c.item_id.in_(going)))
    tx.execute(delete(tasks).where(tasks.c.item_id.in_(going)))
    near = update(items).where(items.c.near_duplicate_of.in_(going))
    tx.execute(near.values(near_duplicate_of=None, near_distance=None))
    forget_items(tx, going)
    tx.execute(delete(items).where(items.c.id.in_(going)))
    run.step(tx, start + len(ids), total, "Removing items")


def _reasons(tx: Connection, context: Context, ids: Sequence[str]) -> dict[str, str]:
    """Why items stay, by id."""
    now = context.clock()
    looks = (
        (select(items.c.id).where(items.c.id.in_(ids), items.c.state != "waiting"), "it was worked on"),
        (select(tasks.c.item_id).where(tasks.c.item_id.in_(ids), tasks.c.lease_expires > now), "it is held"),
        (select(drafts.c.item_id).where(drafts.c.item_id.in_(ids), drafts.c.revision > 0), "it has a draft"),
        (select(issues.c.item_id).where(issues.c.item_id.in_(ids)), "it has an issue"),
        (select(documents.c.item_id).where(documents.c.item_id.in_(ids)), "it has annotations"),
    )
    return {item_id: reason for look, reason in looks for item_id in tx.execute(look).scalars()}


def _finish(tx: Connection, context: Context, row: Row[Any]) -> None:
    ids = _added(tx, row.id)
    reasons = _reasons(tx, context, ids)
    names = {item.id: item.name for item in tx.execute(select(items).where(items.c.import_id == row.id))}
    before = row.report or report_of(tx, row.id)
    kept = [{"name": names[item_id], "reason": reasons.get(item_id, "it was worked on")} for item_id in ids]
    undone = {"removed": before["added"] - len(kept), "kept": kept}
    close_import(tx, context, row, {**before, "undone": undone}, state=UNDONE)
