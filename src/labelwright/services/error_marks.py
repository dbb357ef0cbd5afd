"""Errors that reviews show: kept as they are found, counted for scorecards and warnings.

An error in a merged annotation is one of everybody who voted for it, and what is missing in a merged document
is missing in the answers of those who did not mark it. Nobody else is to blame for what a crowd decided.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from labelwright.core.document import Annotation, Document, decode
from labelwright.core.error_codes import WRONG_CATEGORY, Mark, marks_of
from labelwright.quality.iou import iou
from labelwright.services.context import Context
from labelwright.storage.schema import documents, error_marks, merges

SAME_THING = 0.5  # the least IoU of two shapes of one thing

_insert = insert(error_marks)
_answers = select(merges.c.answers).where(merges.c.document_id == bindparam("document"))


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
    found = list(marks_of(before, after))
    merged = any(one.votes for one in before.annotations) or task.author is None
    answers = answers_to(tx, task.base_document_id) if merged and found else {}
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
            "author": author[:100],
            "reviewer": reviewer,
            "created_at": now,
        }
        for mark in found
        for author in _whose(mark, task, answers)
    ]
    if rows:
        tx.execute(_insert, rows)


def answers_to(tx: Connection, document_id: str | None) -> dict[str, Document]:
    """By author, the answers that a document was merged from; none where it was not merged."""
    answers = tx.execute(_answers, {"document": document_id}).scalar()
    if not answers or len(answers) < 2:
        return {}
    rows = tx.execute(select(documents.c.author, documents.c.body).where(documents.c.id.in_(answers)))
    return {row.author: decode(row.body) for row in rows}


def who_missed(added: Annotation, answers: Mapping[str, Document]) -> list[str]:
    """Who of some authors did not mark what a reviewer added, whatever they would have called it."""
    return sorted(
        who for who, said in answers.items() if not any(_same(added, one) for one in said.annotations)
    )


def _whose(mark: Mark, task: Row[Any], answers: Mapping[str, Document]) -> list[str]:
    judged = mark.annotation
    if judged is None:
        missed = who_missed(mark.added, answers) if mark.added is not None else []
        return missed or [task.author or "not known"]
    if judged.votes and judged.evidence.changed_by is None:
        # Whoever called it something else did not vote for this category, and is wrong only if all is.
        if mark.code == WRONG_CATEGORY:
            return sorted({vote.annotator for vote in judged.votes if vote.answer == judged.category})
        return sorted({vote.annotator for vote in judged.votes})
    if judged.votes:
        return [judged.evidence.changed_by or "not known"]
    return [judged.evidence.author or task.author or "not known"]


def _same(added: Annotation, other: Annotation) -> bool:
    if added.shape is None or other.shape is None:
        return added.shape is other.shape and added.category == other.category
    return iou(added.shape, other.shape) >= SAME_THING
