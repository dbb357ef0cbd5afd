"""Gold in queues: when somebody gets an item whose answer is known in place of work, and which one.

It is never announced, never shown twice to one person, and never theirs: not what they answered, reviewed
or made themselves. The category that somebody was asked least comes first, then the hardness that they were
asked least, then chance. The item itself does not move, whoever answers it as gold; where its own work waits
still, it is gold only for whom somebody else can do that.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Row, and_, bindparam, exists, func, insert, or_, select

from labelwright.core.gold import GOLD, WORK
from labelwright.core.graph import ANNOTATE
from labelwright.core.ids import beside
from labelwright.services.consequence_rows import extra_gold
from labelwright.services.context import Context
from labelwright.services.gold_rows import draw, gold_plan_of
from labelwright.services.projects import workflow_of
from labelwright.services.task_rows import open_task
from labelwright.storage.schema import (
    documents,
    gold,
    gold_answers,
    items,
    members,
    project_members,
    tasks,
)

MOST_CANDIDATES = 2_000
EMPTY_HANDED = ""
"""Stands among categories for a right answer that has nothing to mark."""

_MEMBER = cast("Any", bindparam("member"))
_last = (
    select(gold_answers.c.after_works)
    .where(
        gold_answers.c.project_id == bindparam("project"),
        gold_answers.c.member_id == _MEMBER,
        gold_answers.c.purpose == GOLD,
    )
    .order_by(gold_answers.c.after_works.desc())
    .limit(1)
)
_given = select(func.count()).where(
    gold_answers.c.project_id == bindparam("project"),
    gold_answers.c.member_id == _MEMBER,
    gold_answers.c.purpose == GOLD,
)
_works = select(func.count()).where(
    tasks.c.project_id == bindparam("project"),
    tasks.c.stage == ANNOTATE,
    tasks.c.purpose == "work",
    or_(tasks.c.taken_by == _MEMBER, tasks.c.lease_member == _MEMBER),
)
_asked = select(gold.c.categories, gold.c.answers, gold.c.score_sum).where(
    gold.c.id == gold_answers.c.gold_id,
    gold_answers.c.project_id == bindparam("project"),
    gold_answers.c.member_id == _MEMBER,
    gold_answers.c.purpose == GOLD,
)
_seen = exists().where(gold_answers.c.item_id == gold.c.item_id, gold_answers.c.member_id == _MEMBER)
_worked = exists().where(
    tasks.c.item_id == gold.c.item_id,
    or_(tasks.c.taken_by == _MEMBER, tasks.c.author == _MEMBER, tasks.c.lease_member == _MEMBER),
)
_said = exists().where(documents.c.item_id == gold.c.item_id, documents.c.author == _MEMBER)
_own_work = tasks.alias("own_work")
_touched = tasks.alias("touched")
_waits = exists().where(
    _own_work.c.item_id == gold.c.item_id,
    _own_work.c.purpose == WORK,
    _own_work.c.stage == ANNOTATE,
    _own_work.c.state == "waiting",
)
# Whoever answers an item as gold does not get it as work: another annotator must be there to do that.
_somebody_else = exists().where(
    project_members.c.project_id == gold.c.project_id,
    project_members.c.member_id == members.c.id,
    project_members.c.role == "annotator",
    members.c.active.is_(True),
    members.c.id != _MEMBER,
    ~exists()
    .where(
        _touched.c.item_id == gold.c.item_id,
        or_(_touched.c.taken_by == members.c.id, _touched.c.lease_member == members.c.id),
    )
    .correlate(gold, members),  # two levels down it is not done by itself
)
_is_there = exists().where(documents.c.id == gold.c.document_id)
_candidates = (
    select(gold)
    .join(items, items.c.id == gold.c.item_id)
    .where(
        gold.c.project_id == bindparam("project"),
        gold.c.mixed.is_(True),
        gold.c.retired_at.is_(None),
        gold.c.author != _MEMBER,
        ~_seen,
        ~_worked,
        ~_said,
        _is_there,
        or_(~_waits, and_(bindparam("one_answer"), _somebody_else)),
    )
    .order_by(gold.c.id)
    .limit(MOST_CANDIDATES)
)
_by_id = select(tasks).where(tasks.c.id == bindparam("task"))


def gold_instead(
    tx: Connection, context: Context, project: Row[Any], member_id: str, work: Row[Any]
) -> Row[Any] | None:
    """A new gold task for somebody who would get `work` now; None: they get the work."""
    plan = gold_plan_of(tx, project.id)
    rate = plan.rate + extra_gold(tx, project.id, member_id)
    if rate <= 0:
        return None
    who = {"project": project.id, "member": member_id}
    # After a gold item the same work comes up again, and is another draw.
    given = str(tx.execute(_given, who).scalar_one())
    drawn = draw(tx, context, project.id, work.id, member_id, given)
    if drawn >= plan.chance(rate, None):  # most often: then no work needs to be counted
        return None
    works = int(tx.execute(_works, who).scalar_one())
    last = tx.execute(_last, who).scalar()
    if drawn >= plan.chance(rate, None if last is None else works - int(last)):
        return None
    one_answer = not workflow_of(project).overlap.several
    found = tx.execute(_candidates, {**who, "one_answer": one_answer}).all()
    if not found:
        return None
    chosen = _fitting(found, tx.execute(_asked, who).all(), context)
    return give_gold(tx, context, chosen, member_id, purpose=GOLD, work=work, after_works=works)


def give_gold(
    tx: Connection,
    context: Context,
    chosen: Row[Any],
    member_id: str,
    *,
    purpose: str,
    work: Row[Any] | None = None,
    **values: Any,  # noqa: ANN401  # further columns of `gold_answers`
) -> Row[Any]:
    """Open a task on a gold item for one person; it looks like `work`, also by the age its id tells."""
    task_id = open_task(
        tx,
        context,
        task_id=None if work is None else beside(work.id, context.randomness(10)),
        project_id=chosen.project_id,
        item_id=chosen.item_id,
        position=0 if work is None else work.position,
        stage=ANNOTATE,
        node=None if work is None else work.node,
        assigned_to=member_id,
        purpose=purpose,
    )
    row = {"task_id": task_id, "project_id": chosen.project_id, "gold_id": chosen.id}
    row |= {"item_id": chosen.item_id, "member_id": member_id, "purpose": purpose, "given_at": context.now()}
    tx.execute(insert(gold_answers).values(**row, **values))
    return tx.execute(_by_id, {"task": task_id}).one()


def categories_of(counts: Mapping[str, int]) -> list[str]:
    """The categories of a right answer; one of its own where there is nothing to mark."""
    return list(counts) or [EMPTY_HANDED]


def _fitting(found: Sequence[Row[Any]], asked: Sequence[Row[Any, Any, Any]], context: Context) -> Row[Any]:
    often = Counter(name for row in asked for name in categories_of(row.categories))
    least = min(
        {name for row in found for name in categories_of(row.categories)},
        key=lambda name: (often[name], name),
    )
    rows = [row for row in found if least in categories_of(row.categories)]
    hardly = Counter(_hardness(row) for row in asked)
    rarest = min({_hardness(row) for row in rows}, key=lambda third: (hardly[third], third))
    rows = [row for row in rows if _hardness(row) == rarest]
    return rows[int(_drawn(context) * len(rows))]


def _hardness(row: Row[Any] | Row[Any, Any, Any]) -> int:
    """The third of hardness that a gold item is of by its answers so far; -1: nobody answered it yet."""
    if not row.answers:
        return -1
    return min(2, int((1 - row.score_sum / row.answers) * 3))


def _drawn(context: Context) -> float:
    return int.from_bytes(context.randomness(7)) / 2**56
