"""Events: facts that happened in a project, for pages that show them live."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from labelwright.services.context import Context
from labelwright.storage.schema import events

_append = insert(events)


def announce(
    tx: Connection,
    context: Context,
    project_id: str,
    kind: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add an event in the caller's transaction; listeners see it once that is on disk."""
    row = {"at": context.now(), "project_id": project_id, "kind": kind, "subject": subject}
    tx.execute(_append, {**row, "detail": dict(detail or {})})


def newest(tx: Connection) -> int:
    """The number of the newest event, 0 before the first."""
    return int(tx.execute(select(func.max(events.c.seq))).scalar() or 0)


def since(tx: Connection, seq: int, limit: int = 500) -> list[Row[Any]]:
    """The events after a number, oldest first."""
    statement = select(events).where(events.c.seq > seq).order_by(events.c.seq).limit(limit)
    return list(tx.execute(statement))
