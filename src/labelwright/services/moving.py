"""Moving on: what becomes of an item when a task of it is closed.

The workflow's graph says where an item goes; here its state and its next task follow, in the
transaction of whoever closed the task.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from labelwright.core.document import decode
from labelwright.core.errors import WrongState
from labelwright.core.graph import DONE, REVIEW, Case, Facts, LacksSkill, RandomShare, Risky, Router, Stage
from labelwright.core.workflow import ITEM_STATE_AT
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.item_index import index_item
from labelwright.services.projects import workflow_of
from labelwright.services.review_risk import known_errors, risk_of
from labelwright.services.skills import skills_held
from labelwright.services.task_rows import open_task
from labelwright.storage.schema import documents, items, review_reasons, tasks

close_task = (
    update(tasks)
    .where(tasks.c.id == bindparam("task"))
    .values(
        state=bindparam("new_state"),
        document_id=bindparam("document"),
        taken_by=bindparam("by"),
        closed_at=bindparam("now"),
        lease_member=None,
        lease_expires=None,
    )
)
advance_item = (
    update(items)
    .where(items.c.id == bindparam("item"))
    .values(
        state=bindparam("new_state"),
        document_id=bindparam("document"),
        annotations=bindparam("count"),
        updated_at=bindparam("now"),
    )
)
_said = select(documents.c.categories, documents.c.annotations, documents.c.body).where(
    documents.c.id == bindparam("document")
)
_takers = select(tasks.c.taken_by).where(
    tasks.c.item_id == bindparam("item"), tasks.c.taken_by.is_not(None), tasks.c.purpose == "work"
)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What merging found of the answers; see `Facts`."""

    agreement: float | None = None
    confidence: float | None = None
    unsure: bool = False


def move_on(
    tx: Connection,
    context: Context,
    project: Row[Any],
    task: Row[Any],
    document_id: str,
    annotations: int,
    *,
    author: str | None,
    measured: Measured | None = None,
) -> str:
    """Move the item of a closed task to its next stage; gives the item's new state.

    `author`: whose work the next stage judges; None: of several people.
    """
    following, facts, case = _following(tx, context, project, task, document_id, measured or Measured())
    state = ITEM_STATE_AT[following.work if following else DONE]
    changes = {"new_state": state, "document": document_id, "count": annotations, "now": context.now()}
    tx.execute(advance_item, {"item": task.item_id, **changes})
    index_item(tx, task.item_id)
    opened = None
    if following is not None:
        opened = open_task(
            tx,
            context,
            project_id=project.id,
            item_id=task.item_id,
            position=task.position,
            stage=following.work,
            node=following.id,
            round=task.round,
            author=author,
            base_document_id=document_id,
        )
    if task.stage != REVIEW and state in (REVIEW, DONE) and _samples(project):
        _keep_reason(tx, context, project, task, opened, facts, case)
    announce(tx, context, project.id, "item.changed", task.item_id, {"state": state})
    return state


def move_item(
    tx: Connection, context: Context, item: Row[Any], state: str, document_id: str | None, count: int
) -> None:
    """Put an item into a state, holding a document."""
    changes = {"new_state": state, "document": document_id, "count": count, "now": context.now()}
    tx.execute(advance_item, {"item": item.id, **changes})
    announce(tx, context, item.project_id, "item.changed", item.id, {"state": state})


def close_open_tasks(tx: Connection, context: Context, item_id: str) -> None:
    """Close every waiting task of an item's own work. Raises WrongState while somebody holds one."""
    waiting = tasks.c.item_id == item_id, tasks.c.state == "waiting", tasks.c.purpose == "work"
    now = context.clock()
    for row in tx.execute(select(tasks).where(*waiting)).all():
        if row.lease_member and (row.lease_expires or 0) > now:
            raise WrongState("Somebody works on this item right now.", remedy="Wait until the lease ends.")
        closing = {"task": row.id, "new_state": "closed", "document": None, "by": None}
        tx.execute(close_task, {**closing, "now": context.now()})


def _following(
    tx: Connection,
    context: Context,
    project: Row[Any],
    task: Row[Any],
    document_id: str,
    measured: Measured,
) -> tuple[Stage | None, Facts, Case | None]:
    """The next stage, what was known of the item, and the case of a router that sent it there."""
    graph = workflow_of(project).ways()
    stage = graph.stage(task.node, task.stage)
    facts = Facts(item=task.item_id)
    if stage is None:  # the workflow has no such stage any more: what was waiting there is done
        return None, facts, None
    routers = [node for node in graph.nodes if isinstance(node, Router)]
    if not routers:
        return graph.after(stage, facts), facts, None
    said = tx.execute(_said, {"document": document_id}).one()
    document = decode(said.body)
    facts = Facts(
        item=task.item_id,
        categories=said.categories,
        annotations=said.annotations,
        agreement=measured.agreement,
        confidence=measured.confidence,
        unsure=measured.unsure or any(one.unsure for one in document.annotations),
        skills=_skills(tx, context, project, task) if _ask_for(routers, LacksSkill) else frozenset(),
        risk=risk_of(document, known_errors(context, project), task.taken_by or task.author)
        if _ask_for(routers, Risky)
        else None,
    )
    following, case = graph.way(stage, facts)
    return following, facts, case


def _keep_reason(
    tx: Connection,
    context: Context,
    project: Row[Any],
    task: Row[Any],
    opened: str | None,
    facts: Facts,
    case: Case | None,
) -> None:
    """Why an item is reviewed, or that it is not, so that the sample can be told from the rest."""
    kinds = () if case is None else case.when
    if any(isinstance(one, RandomShare) for one in kinds):
        # What would have been reviewed anyway says nothing of what passes.
        why = "random_risky" if _is_risky(project, facts) else "random"
    elif any(isinstance(one, Risky) for one in kinds):
        why = "risk"
    else:
        why = "passed" if opened is None else "other"
    row = {"id": context.new_id(), "project_id": project.id, "item_id": task.item_id, "task_id": opened}
    row |= {"why": why, "risk": facts.risk, "created_at": context.now()}
    tx.execute(insert(review_reasons).values(**row))


def _is_risky(project: Row[Any], facts: Facts) -> bool:
    routers = [node for node in workflow_of(project).ways().nodes if isinstance(node, Router)]
    asked = (one for router in routers for case in router.cases for one in case.when)
    limits = [one.above for one in asked if isinstance(one, Risky)]
    return bool(limits) and (facts.risk is None or facts.risk >= min(limits))


def _samples(project: Row[Any]) -> bool:
    """Whether the workflow leaves some work without a review."""
    routers = [node for node in workflow_of(project).ways().nodes if isinstance(node, Router)]
    return _ask_for(routers, RandomShare) or _ask_for(routers, Risky)


def _ask_for(routers: Sequence[Router], kind: type) -> bool:
    return any(isinstance(one, kind) for router in routers for case in router.cases for one in case.when)


def _skills(tx: Connection, context: Context, project: Row[Any], task: Row[Any]) -> frozenset[str]:
    people = set(tx.execute(_takers, {"item": task.item_id}).scalars())
    held = (skills_held(tx, context, project.id, person) for person in people)
    return frozenset[str]().union(*held)
