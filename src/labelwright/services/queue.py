"""The queue of a project: who gets which task next, and for how long it is theirs.

A lease is a name and a time on the task's row. Choosing a task and writing the lease are one
transaction, so no task is ever given to two people; an expired lease is simply no lease.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, exists, func, or_, select, update

from labelwright.core.errors import Conflict, Forbidden, LeaseLost, NotFound, WrongState
from labelwright.core.gold import COURSE, GOLD, QUALIFICATION, WORK
from labelwright.core.graph import ANNOTATE, STAGES
from labelwright.core.workflow import Workflow
from labelwright.services.access import RIGHT_OF_STAGE, Actor, project_and_role, project_for
from labelwright.services.consequence_rows import check_not_paused
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.gold_queue import gold_instead
from labelwright.services.projects import workflow_of
from labelwright.services.skills import missing_skills
from labelwright.storage.database import Work
from labelwright.storage.schema import items, members, tasks

MOST_HELD = 2  # at a stage: the task at hand and the one that is made ready behind it


class TooManyHeld(Conflict):
    """The person holds as many tasks as one may."""

    code = "task.too_many_held"
    remedy = "Submit, skip or give back one of them first."

    def __init__(self) -> None:
        super().__init__(f"You already hold {MOST_HELD} tasks of this project.")


_item = select(items).where(items.c.id == bindparam("item"))
_by_id = select(tasks).where(tasks.c.id == bindparam("task"))
_held = (
    select(tasks)
    .where(
        tasks.c.lease_member == bindparam("member"),
        tasks.c.project_id == bindparam("project"),
        tasks.c.state == "waiting",
        tasks.c.purpose.in_((WORK, GOLD)),
        tasks.c.lease_expires > bindparam("now"),
    )
    .order_by(tasks.c.position)
)
_by_id_locked = _by_id.with_for_update()
_free = (
    select(tasks)
    .where(
        tasks.c.project_id == bindparam("project"),
        tasks.c.state == "waiting",
        tasks.c.purpose.in_((WORK, GOLD)),  # those of tests and courses are asked for by themselves
        tasks.c.stage.in_(bindparam("stages", expanding=True)),
        or_(tasks.c.lease_expires.is_(None), tasks.c.lease_expires <= bindparam("now")),
    )
    .limit(1)
    .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer and ignores it
)
_placed = tasks.c.node.in_(bindparam("known", expanding=True))  # else at the first stage of its kind
_open_to = _free.where(
    or_(
        and_(func.coalesce(_placed, False), tasks.c.node.not_in(bindparam("barred", expanding=True))),
        and_(~func.coalesce(_placed, False), tasks.c.stage.not_in(bindparam("barred_works", expanding=True))),
    )
)
_in_order = case((tasks.c.stage == ANNOTATE, 0), else_=1), tasks.c.position, tasks.c.id
_next_own = _open_to.where(tasks.c.assigned_to == bindparam("member")).order_by(*_in_order)
_answered = tasks.alias("answered")


def has_answered(member: Any) -> Any:  # noqa: ANN401  # an id or a parameter; a condition
    """That somebody answered the item of a row of `tasks` in its round already."""
    return exists().where(
        _answered.c.item_id == tasks.c.item_id,
        _answered.c.round == tasks.c.round,
        _answered.c.stage == ANNOTATE,
        _answered.c.purpose.in_((WORK, GOLD)),  # who met an item in a lesson only may still do its work
        _answered.c.taken_by == member,
        _answered.c.id != tasks.c.id,
    )


_has_answered = has_answered(bindparam("member"))
_next_open = _open_to.where(tasks.c.assigned_to.is_(None)).order_by(tasks.c.position, tasks.c.id)
_next_unanswered = _next_open.where(~_has_answered)
_next_not_mine = _next_open.where(
    or_(and_(tasks.c.author.is_(None), ~_has_answered), tasks.c.author != bindparam("member"))
)
_lease = (
    update(tasks)
    .where(tasks.c.id == bindparam("task"))
    .values(lease_member=bindparam("member"), lease_expires=bindparam("expires"))
)
_shorten = (
    update(tasks)
    .where(
        tasks.c.project_id == bindparam("project"),
        tasks.c.state == "waiting",
        tasks.c.lease_expires > bindparam("latest"),
    )
    .values(lease_expires=bindparam("latest"))
)


class Queue:
    """The service of the queue."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def next(
        self, actor: Actor, project_id: str, stage: str | None = None, holding: Collection[str] = ()
    ) -> str | None:
        """The id of the task the person holds from now on; None if nothing waits for them.

        A task they hold already that is not in `holding` is given again, so that asking twice is
        harmless. Raises NotFound, Forbidden, TooManyHeld.
        """
        return self.context.database.write(self.next_work(actor, project_id, stage, holding))

    def next_work(
        self, actor: Actor, project_id: str, stage: str | None = None, holding: Collection[str] = ()
    ) -> Work[str | None]:
        """`next` as work for a write."""

        def work(tx: Connection) -> str | None:
            project, role = project_and_role(tx, actor, project_id, "project.read")
            stages = _allowed_stages(actor, role, stage)
            workflow, now = workflow_of(project), self.context.clock()
            who = {"member": actor.id, "project": project_id, "now": now}
            held = tx.execute(_held, who).all()
            expires = now + workflow.lease_seconds * 1000
            for row in held:
                if row.id not in holding and row.stage in stages:
                    tx.execute(_lease, {"task": row.id, "member": actor.id, "expires": expires})
                    return str(row.id)
            if sum(row.stage in stages for row in held) >= MOST_HELD:
                raise TooManyHeld
            check_not_paused(tx, project_id, actor.id)
            who |= {"stages": stages, **_bars(tx, self.context, project_id, actor.id, workflow)}
            chosen = _choose(tx, who, self_review=workflow.self_review)
            if chosen is None:
                # After the clock was set back leases would last until it catches up: none is
                # longer than one that is given now.
                tx.execute(_shorten, {"project": project_id, "latest": expires})
                return None
            if chosen.stage == ANNOTATE and chosen.assigned_to is None:
                chosen = gold_instead(tx, self.context, project, actor.id, chosen) or chosen
            tx.execute(_lease, {"task": chosen.id, "member": actor.id, "expires": expires})
            announce(tx, self.context, project_id, "task.changed", chosen.id, {"held_by": actor.id})
            return str(chosen.id)

        return work

    def hold(self, actor: Actor, task_id: str) -> int:
        """Take or keep the lease of one task; gives its end in Unix milliseconds.

        Raises LeaseLost if someone else holds it, WrongState if it is closed.
        """
        return self.context.database.write(self.hold_work(actor, task_id))

    def hold_work(self, actor: Actor, task_id: str) -> Work[int]:
        """`hold` as work for a write."""

        def work(tx: Connection) -> int:
            task, project = task_for(tx, actor, task_id, lock=True)
            now = self.context.clock()
            expires = now + workflow_of(project).lease_seconds * 1000
            check_may_hold(tx, self.context, actor, task, workflow_of(project))
            if task.lease_member != actor.id:
                check_not_paused(tx, task.project_id, actor.id)
            tx.execute(_lease, {"task": task_id, "member": actor.id, "expires": expires})
            return expires

        return work

    def give_back(self, actor: Actor, task_id: str) -> None:
        """Let go of the lease, if it is the actor's; the draft stays."""

        def work(tx: Connection) -> None:
            task, _ = task_for(tx, actor, task_id)
            if task.lease_member == actor.id:
                tx.execute(_lease, {"task": task_id, "member": None, "expires": None})
                announce(tx, self.context, task.project_id, "task.changed", task_id, {"held_by": None})

        self.context.database.write(work)


def task_for(tx: Connection, actor: Actor, task_id: str, *, lock: bool = False) -> tuple[Row[Any], Row[Any]]:
    """The rows of a task and its project, if the actor may work at its stage. Raises NotFound."""
    task = tx.execute(_by_id_locked if lock else _by_id, {"task": task_id}).first()
    if task is None:
        raise NotFound("task", task_id)
    try:
        project = project_for(tx, actor, task.project_id, RIGHT_OF_STAGE[task.stage])
    except NotFound:
        raise NotFound("task", task_id) from None
    return task, project


def check_may_hold(
    tx: Connection, context: Context, actor: Actor, task: Row[Any], workflow: Workflow
) -> None:
    """Raise unless the task waits, is free or already the actor's, and is meant for them."""
    if task.state != "waiting":
        raise WrongState(
            f"The task is {task.state} already.", remedy="Take the next task; nothing of yours was lost."
        )
    someone_else = task.lease_member not in (None, actor.id)
    if someone_else and (task.lease_expires or 0) > context.clock():
        raise LeaseLost(task.id, member_name(tx, task.lease_member))
    if task.assigned_to not in (None, actor.id):
        raise LeaseLost(task.id, member_name(tx, task.assigned_to))
    if task.purpose in (QUALIFICATION, COURSE):
        return
    _check_is_another(tx, actor, task, workflow)
    stage = workflow.ways().stage(task.node, task.stage)
    if stage is not None and stage in missing_skills(tx, context, task.project_id, actor.id, workflow):
        raise Forbidden(f"work at “{stage.id}” without the skill “{stage.skill}”", RIGHT_OF_STAGE[task.stage])


def _check_is_another(tx: Connection, actor: Actor, task: Row[Any], workflow: Workflow) -> None:
    """Raise where somebody would judge their own work, or answer an item twice."""
    if task.stage == ANNOTATE:
        if task.base_document_id is None and _answered_before(tx, actor, task):
            raise Forbidden("answer an item twice", RIGHT_OF_STAGE[ANNOTATE])
        return
    if workflow.self_review:
        return
    mine = task.author == actor.id or (task.author is None and _answered_before(tx, actor, task))
    if mine:
        raise Forbidden("judge your own work (this project does not allow it)", RIGHT_OF_STAGE[task.stage])


def _answered_before(tx: Connection, actor: Actor, task: Row[Any]) -> bool:
    found = select(tasks.c.id).where(tasks.c.id == task.id, _has_answered)
    return tx.execute(found, {"member": actor.id}).first() is not None


def _bars(
    tx: Connection, context: Context, project_id: str, member_id: str, workflow: Workflow
) -> dict[str, list[str]]:
    """The stages whose skill the person lacks, and the kinds of work whose first stage is one of them."""
    barred = missing_skills(tx, context, project_id, member_id, workflow)
    names = {stage.id for stage in barred}
    first = (workflow.ways().stage(None, work) for work in STAGES)
    return {
        "known": [] if workflow.graph is None else [node.id for node in workflow.graph.nodes],
        "barred": sorted(names),
        "barred_works": [stage.work for stage in first if stage is not None and stage.id in names],
    }


def member_name(tx: Connection, member_id: str | None) -> str:
    """The name of a member, or the text itself for models and imports."""
    if not member_id:
        return ""
    found = tx.execute(select(members.c.name).where(members.c.id == member_id)).scalar()
    return str(found or member_id)


def item_of(tx: Connection, task: Row[Any]) -> Row[Any]:
    """The item's row of a task."""
    return tx.execute(_item, {"item": task.item_id}).one()


def _allowed_stages(actor: Actor, role: str | None, stage: str | None) -> list[str]:
    if stage is not None and stage not in STAGES:
        raise WrongState(f"There is no stage “{stage}”.", remedy=f"Use {' or '.join(STAGES)}.")
    wanted = [stage] if stage else list(STAGES)
    allowed = [entry for entry in wanted if actor.may(RIGHT_OF_STAGE[entry], role)]
    if not allowed:
        raise Forbidden(f"work at the stage “{stage}”", RIGHT_OF_STAGE[wanted[0]])
    return allowed


def _choose(tx: Connection, who: dict[str, Any], *, self_review: bool) -> Row[Any] | None:
    # Returned work of one's own comes first, then the open queue, oldest position first; review
    # before annotation would starve neither, but annotators who also review expect the stage order.
    own = tx.execute(_next_own, who).first()
    if own is not None:
        return own
    for stage in who["stages"]:
        query = _next_unanswered if stage == ANNOTATE else _next_open if self_review else _next_not_mine
        found = tx.execute(query, {**who, "stages": [stage]}).first()
        if found is not None:
            return found
    return None
