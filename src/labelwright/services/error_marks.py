"""Errors that reviews show: kept as they are found, counted for scorecards and warnings."""

from typing import Any

from sqlalchemy import Connection, Row, insert

from labelwright.core.document import Document
from labelwright.core.error_codes import marks_of
from labelwright.services.context import Context
from labelwright.storage.schema import error_marks

_insert = insert(error_marks)


def keep_marks(
    tx: Connection,
    context: Context,
    project: Row[Any],
    task: Row[Any],
    before: Document,
    after: Document,
    *,
    reviewer: str,
) -> None:
    """Keep the errors of the work that a closed review judged."""
    now = context.now()
    rows = [
        {
            "id": context.new_id(),
            "project_id": project.id,
            "item_id": task.item_id,
            "task_id": task.id,
            "document_id": task.base_document_id,
            "annotation_id": None if mark.annotation is None else mark.annotation.id,
            "code": mark.code,
            "category": mark.should_be if mark.annotation is None else mark.annotation.category,
            "should_be": mark.should_be,
            "author": _author(mark.annotation.evidence.author if mark.annotation else "", task),
            "reviewer": reviewer,
            "created_at": now,
        }
        for mark in marks_of(before, after)
    ]
    if rows:
        tx.execute(_insert, rows)


def _author(author: str, task: Row[Any]) -> str:
    return (author or task.author or "not known")[:100]
