"""Assigning waiting tasks to people in bulk, evenly, and taking them away again.

Nobody is given their own work, an item they answered already, or a stage whose skill they lack: the queue
would not let them have it, and it would wait for ever.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from labelwright.core.errors import InvalidInput, NotFound
from labelwright.core.gold import WORK
from labelwright.core.graph import ANNOTATE, REVIEW, STAGES
from labelwright.core.roles import allows
from labelwright.core.workflow import Workflow
from labelwright.services.access import RIGHT_OF_STAGE, Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.projects import workflow_of
from labelwright.services.skills import missing_skills
from labelwright.services.workload import role_of, workers
from labelwright.storage.schema import tasks

MOST = 5_000  # tasks in one act
TOGETHER = 500


class Assigning(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to give waiting tasks of a stage that are nobody's; at most so many in all."""

    members: list[str]
    stage: str = REVIEW
    most: int = MOST


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """How many tasks each person was given, and how many none of them may do."""

    given: dict[str, int]
    left: int


class TakenAway(msgspec.Struct, frozen=True, kw_only=True):
    """How many tasks are nobody's again, and how many that somebody held were let go."""

    taken: int
    released: int


class Assignments:
    """The service of assigning in bulk."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def assign(self, actor: Actor, project_id: str, wanted: Assigning) -> Assigned:
        """Share waiting tasks out, each to whoever of the people has the least before them.

        Raises NotFound, Forbidden, InvalidInput for nobody, a stage there is not, or who may not work there.
        """
        people = list(dict.fromkeys(wanted.members))
        if wanted.stage not in STAGES:
            listed = ", ".join(STAGES)
            raise InvalidInput(f"There is no stage “{wanted.stage}”.", place="stage", remedy=f"Use {listed}.")
        if not people:
            raise InvalidInput("Nobody is named.", place="members", remedy="Name at least one person.")
        if not 1 <= wanted.most <= MOST:
            raise InvalidInput(f"From 1 to {MOST:,} tasks are assigned at once.", place="most")

        def work(tx: Connection) -> Assigned:
            project = project_for(tx, actor, project_id, "project.manage")
            self._check_people(tx, project_id, people, wanted.stage)
            given, left = self._share_out(tx, project, people, wanted)
            for member, ids in given.items():
                _set(tx, ids, assigned_to=member)
            counts = {member: len(ids) for member, ids in given.items()}
            told = {"stage": wanted.stage, "given": counts, "left": left}
            record(tx, self.context, actor.id, "tasks.assigned", project_id, told)
            if any(counts.values()):
                announce(tx, self.context, project_id, "task.changed", project_id, {"assigned": counts})
            return Assigned(given=counts, left=left)

        return self.context.database.write(work)

    def take_away(
        self, actor: Actor, project_id: str, member: str, *, stage: str | None = None, held: bool = False
    ) -> TakenAway:
        """Give what waits for somebody to whoever comes; with `held` also what they hold: their draft stays.

        Raises NotFound, Forbidden.
        """

        def work(tx: Connection) -> TakenAway:
            project_for(tx, actor, project_id, "project.manage")
            now = self.context.clock()
            theirs = [tasks.c.project_id == project_id, tasks.c.state == "waiting", tasks.c.purpose == WORK]
            if stage is not None:
                theirs.append(tasks.c.stage == stage)
            chosen = select(tasks).where(*theirs).with_for_update()
            assigned = tx.execute(chosen.where(tasks.c.assigned_to == member)).all()
            holds = tx.execute(
                chosen.where(tasks.c.lease_member == member, tasks.c.lease_expires > now)
            ).all()
            held_ids = {row.id for row in holds}
            taken = [row.id for row in assigned if held or row.id not in held_ids]
            _set(tx, taken, assigned_to=None)
            released = sorted(held_ids) if held else []
            _set(tx, released, lease_member=None, lease_expires=None)
            told = {"member": member, "stage": stage, "taken": len(taken), "released": len(released)}
            record(tx, self.context, actor.id, "tasks.taken_away", project_id, told)
            if taken or released:
                announce(tx, self.context, project_id, "task.changed", project_id, {"taken": len(taken)})
            return TakenAway(taken=len(taken), released=len(released))

        return self.context.database.write(work)

    def _check_people(self, tx: Connection, project_id: str, people: Sequence[str], stage: str) -> None:
        known = {row.id: row for row in workers(tx, project_id)}
        for member in people:
            if member not in known:
                raise NotFound("member", member)
            if not allows(role_of(known[member]), RIGHT_OF_STAGE[stage]):
                raise InvalidInput(
                    f"{known[member].name} may not work at “{stage}”.",
                    place="members",
                    remedy="Leave them out, or give them another role in the project.",
                )

    def _share_out(
        self, tx: Connection, project: Row[Any], people: Sequence[str], wanted: Assigning
    ) -> tuple[dict[str, list[str]], int]:
        """Which tasks go to whom, and how many nobody of them may do."""
        workflow = workflow_of(project)
        barred = {
            member: {stage.id for stage in missing_skills(tx, self.context, project.id, member, workflow)}
            for member in people
        }
        answered = _answered(tx, project.id, people)
        load = _load(tx, project.id, people)
        given: dict[str, list[str]] = {member: [] for member in people}
        left = count = 0
        for task in _free(tx, project.id, wanted.stage, self.context.clock()):
            if count >= wanted.most:
                break
            may = [one for one in people if _may(task, one, workflow, barred[one], answered)]
            if not may:
                left += 1
                continue
            # Ties go to whoever was named first.
            chosen = min(may, key=lambda one: (load[one], people.index(one)))
            given[chosen].append(task.id)
            load[chosen] += 1
            count += 1
        return given, left


def _may(
    task: Row[Any], member: str, workflow: Workflow, barred: set[str], answered: set[tuple[str, int, str]]
) -> bool:
    stage = workflow.ways().stage(task.node, task.stage)
    if stage is not None and stage.id in barred:
        return False
    before = (task.item_id, task.round, member) in answered
    if task.stage == ANNOTATE:
        return not before
    if workflow.self_review:
        return True
    return task.author != member and not (task.author is None and before)


def _free(tx: Connection, project_id: str, stage: str, now: int) -> Iterator[Row[Any]]:
    chosen = select(tasks).where(
        tasks.c.project_id == project_id,
        tasks.c.state == "waiting",
        tasks.c.purpose == WORK,
        tasks.c.stage == stage,
        tasks.c.assigned_to.is_(None),
        func.coalesce(tasks.c.lease_expires, 0) <= now,
    )
    ordered = chosen.order_by(tasks.c.position, tasks.c.id).limit(MOST)
    yield from tx.execute(ordered.with_for_update(skip_locked=True)).all()


def _answered(tx: Connection, project_id: str, people: Sequence[str]) -> set[tuple[str, int, str]]:
    """Which items, in which round, somebody of these people answered."""
    rows = tx.execute(
        select(tasks.c.item_id, tasks.c.round, tasks.c.taken_by).where(
            tasks.c.project_id == project_id, tasks.c.stage == ANNOTATE, tasks.c.taken_by.in_(people)
        )
    )
    return {(item, round_, member) for item, round_, member in rows}


def _load(tx: Connection, project_id: str, people: Sequence[str]) -> Counter[str]:
    rows = tx.execute(
        select(tasks.c.assigned_to, func.count())
        .where(
            tasks.c.project_id == project_id,
            tasks.c.state == "waiting",
            tasks.c.purpose == WORK,
            tasks.c.assigned_to.in_(people),
        )
        .group_by(tasks.c.assigned_to)
    )
    return Counter({member: int(count) for member, count in rows})


def _set(tx: Connection, ids: Sequence[str], **values: object) -> None:
    for start in range(0, len(ids), TOGETHER):
        tx.execute(update(tasks).where(tasks.c.id.in_(ids[start : start + TOGETHER])).values(**values))
