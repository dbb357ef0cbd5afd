"""New tasks: the rows that queues hand out."""

from typing import Any

from sqlalchemy import Connection, insert

from labelwright.core.graph import ANNOTATE
from labelwright.services.context import Context
from labelwright.storage.schema import tasks

_open = insert(tasks)


def open_first_task(tx: Connection, context: Context, project_id: str, item_id: str, position: int) -> str:
    """The first task of a new item."""
    return open_task(tx, context, project_id=project_id, item_id=item_id, position=position, stage=ANNOTATE)


def open_task(
    tx: Connection,
    context: Context,
    *,
    project_id: str,
    item_id: str,
    position: int,
    stage: str,
    task_id: str | None = None,
    **values: Any,  # noqa: ANN401  # further columns of the row
) -> str:
    """A new waiting task of an item; gives its id, which is a new one unless it is given."""
    task_id = task_id or context.new_id()
    row = {
        "id": task_id,
        "project_id": project_id,
        "item_id": item_id,
        "stage": stage,
        "state": "waiting",
        "round": 1,
        "position": position,
        "created_at": context.now(),
    }
    tx.execute(_open, {**row, **values})
    return task_id
