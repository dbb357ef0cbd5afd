"""What becomes of an answer to a gold item: it is kept apart from work, and held against what is right."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, select, update

from labelwright.core.document import EMPTY, Document, decode
from labelwright.core.gold import GOLD
from labelwright.core.graph import DONE, Facts
from labelwright.core.workflow import ITEM_STATE_AT
from labelwright.quality.gold_score import GoldScore, score_answer
from labelwright.services.context import Context
from labelwright.services.gold_rows import gold_plan_of
from labelwright.services.ontologies import read_ontology
from labelwright.services.projects import workflow_of
from labelwright.storage.schema import documents, gold, gold_answers

_asked = select(gold_answers).where(gold_answers.c.task_id == bindparam("task"))
_right = (
    select(documents.c.body)
    .join(gold, gold.c.document_id == documents.c.id)
    .where(gold.c.id == bindparam("gold"))
)


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is told at once of an answer to gold: the task that it can be read by, and its score."""

    task: str
    purpose: str
    score: float
    passed: bool


def right_answer(tx: Connection, context: Context, project: Row[Any], gold_id: str) -> Document:
    """What is right on a gold item, read through the current ontology."""
    ontology = read_ontology(context, tx, project.id, project.ontology_version)
    return ontology.resolve(decode(tx.execute(_right, {"gold": gold_id}).scalar_one()))


def given_answer(tx: Connection, context: Context, project: Row[Any], document_id: str | None) -> Document:
    """What somebody answered, read through the current ontology; nothing where they could not answer."""
    if document_id is None:
        return EMPTY
    ontology = read_ontology(context, tx, project.id, project.ontology_version)
    body = tx.execute(select(documents.c.body).where(documents.c.id == document_id)).scalar_one()
    return ontology.resolve(decode(body))


def score_gold(
    tx: Connection, context: Context, project: Row[Any], task: Row[Any], document: Document, stored: str
) -> Scored | None:
    """Hold an answer that was just handed in against gold; gives what its author is told of it now.

    The task must be closed already.
    """
    asked = tx.execute(_asked, {"task": task.id}).one()
    plan = gold_plan_of(tx, project.id)
    ontology = read_ontology(context, tx, project.id, project.ontology_version)
    right = right_answer(tx, context, project, asked.gold_id)
    found = score_answer(right, ontology.resolve(document), iou=plan.iou)
    told = task.purpose == GOLD and plan.feedback == "instant"
    _keep(tx, context, asked, stored, found)
    return _scored(task, found.score, plan.pass_mark) if told else None


def skip_gold(tx: Connection, context: Context, task: Row[Any]) -> None:
    """Somebody could not answer: that is kept, and counts neither for nor against them."""
    asked = tx.execute(_asked, {"task": task.id}).one()
    _keep(tx, context, asked, None, None)


def scored_before(tx: Connection, project: Row[Any], task: Row[Any]) -> Scored | None:
    """What was told when an answer was handed in, for one that is handed in again."""
    asked = tx.execute(_asked, {"task": task.id}).one()
    plan = gold_plan_of(tx, project.id)
    if task.purpose != GOLD or plan.feedback != "instant" or asked.score is None:
        return None
    return _scored(task, asked.score, plan.pass_mark)


def state_as_of_work(project: Row[Any], task: Row[Any], answer: Document | None) -> str:
    """The state that the item of a task would have, were the task work and this its answer; None: skipped."""
    workflow = workflow_of(project)
    if workflow.overlap.several:
        return "waiting"
    if answer is None:
        return "skipped"
    graph = workflow.ways()
    stage = graph.stage(task.node, task.stage)
    facts = Facts(
        item=task.item_id,
        categories=answer.counts(),
        annotations=len(answer.annotations),
        unsure=any(mark.unsure for mark in answer.annotations),
    )
    following = None if stage is None else graph.after(stage, facts)
    return ITEM_STATE_AT[DONE if following is None else following.work]


def _scored(task: Row[Any], score: float, pass_mark: float) -> Scored:
    return Scored(task=task.id, purpose=task.purpose, score=score, passed=score >= pass_mark)


def _keep(
    tx: Connection, context: Context, asked: Row[Any], stored: str | None, found: GoldScore | None
) -> None:
    detail = None if found is None else msgspec.to_builtins(found)
    score = None if found is None else found.score
    values = {"document_id": stored, "score": score, "detail": detail, "answered_at": context.now()}
    tx.execute(update(gold_answers).where(gold_answers.c.task_id == asked.task_id).values(**values))
    if found is not None and asked.purpose == GOLD:
        counted = {"answers": gold.c.answers + 1, "score_sum": gold.c.score_sum + found.score}
        tx.execute(update(gold).where(gold.c.id == asked.gold_id).values(**counted))
