"""What hides gold: to whom it is given an item looks as it would, were it work.

That holds for those who may not see the history of items: reviewers and managers see what is. It lasts while
the task is open and for a day after, when an item of work would have moved on as well. The same people see of
tasks only their own and those that wait for an answer: what else becomes of an item is not theirs to know.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, or_, select, true

from labelwright.core.document import decode
from labelwright.core.gold import GOLD
from labelwright.core.graph import ADJUDICATE, ANNOTATE, REVIEW
from labelwright.core.operations import iso_time
from labelwright.services.access import Actor, role_in
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.gold_scoring import state_as_of_work
from labelwright.services.queue import has_answered
from labelwright.storage.schema import documents, gold_answers, items, projects, tasks

HIDDEN_FOR = 86_400_000  # milliseconds after the answer

_asked = (
    select(tasks, gold_answers.c.answered_at, documents.c.body)
    .join(tasks, tasks.c.id == gold_answers.c.task_id)
    .join(documents, documents.c.id == gold_answers.c.document_id, isouter=True)
    .where(
        gold_answers.c.project_id == bindparam("project"),
        gold_answers.c.member_id == bindparam("member"),
        gold_answers.c.purpose == GOLD,
        or_(gold_answers.c.answered_at.is_(None), gold_answers.c.answered_at >= bindparam("since")),
    )
)
_project = select(projects).where(projects.c.id == bindparam("project"))


class AsWork(msgspec.Struct, frozen=True, kw_only=True):
    """How the item of a gold task is shown to its person; `updated_at` None: as if nobody had touched it."""

    state: str
    annotations: int = 0
    categories: frozenset[str] = frozenset()
    held_by: str | None = None
    task: str | None = None
    updated_at: str | None = None

    @property
    def stage(self) -> str | None:
        """The stage that the item seems to wait at."""
        at = {"waiting": ANNOTATE, "annotating": ANNOTATE, "review": REVIEW, "adjudicate": ADJUDICATE}
        return at.get(self.state)


def shown_as_work(tx: Connection, context: Context, actor: Actor, project_id: str) -> dict[str, AsWork]:
    """By id the items that look to somebody as if they were work."""
    if actor.may("item.history", role_in(tx, actor, project_id)):
        return {}
    since = iso_time(context.clock() - HIDDEN_FOR)
    rows = tx.execute(_asked, {"project": project_id, "member": actor.id, "since": since}).all()
    if not rows:
        return {}
    project, now = tx.execute(_project, {"project": project_id}).one(), context.clock()
    return {row.item_id: _as_work(project, row, now) for row in rows}


def tasks_in_sight(tx: Connection, actor: Actor, project_id: str) -> ColumnElement[bool]:
    """A condition on tasks: who may see no history sees their own, and those that wait for an answer."""
    if actor.may("item.history", role_in(tx, actor, project_id)):
        return true()
    unanswered = and_(tasks.c.state == "waiting", tasks.c.stage == ANNOTATE, ~has_answered(actor.id))
    return or_(tasks.c.taken_by == actor.id, unanswered)


def disguised(
    fits: ColumnElement[bool], hidden: Mapping[str, AsWork], seems: Callable[[AsWork], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """A condition on items in which the hidden ones count as what they seem to be."""
    if not hidden:
        return fits
    as_others = and_(fits, items.c.id.not_in(list(hidden)))
    return or_(as_others, *(and_(items.c.id == name, seems(one)) for name, one in hidden.items()))


def announce_as_work(tx: Connection, context: Context, task: Row[Any], state: str, *, answers: int) -> None:
    """Tell listeners of an answer to gold what they would be told, had it been the item's first as work."""
    if task.purpose == GOLD:
        detail = {"state": state, "answers": answers} if state == "waiting" else {"state": state}
        announce(tx, context, task.project_id, "item.changed", task.item_id, detail)


def _as_work(project: Row[Any], row: Row[Any], now: int) -> AsWork:
    if row.answered_at is None:
        held = row.state == "waiting" and (row.lease_expires or 0) > now
        holder = row.lease_member if held else None
        return AsWork(state="annotating" if held else "waiting", held_by=holder, task=row.id)
    answer = None if row.body is None else decode(row.body)
    state = state_as_of_work(project, row, answer)
    if state == "waiting" or answer is None:
        return AsWork(state=state, updated_at=row.answered_at)
    return AsWork(
        state=state,
        annotations=len(answer.annotations),
        categories=frozenset(answer.counts()),
        updated_at=row.answered_at,
    )
