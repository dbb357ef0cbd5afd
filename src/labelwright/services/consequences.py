"""What follows from alarms: set by managers, told to the person, written into the audit log, lifted again.

Alarms are looked at whenever a report on people is made, and by a job after every so many submissions. An
alarm that something followed from rings again only for what began after that.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from labelwright.core.consequences import ConsequencePlan
from labelwright.core.errors import NotFound, WrongState
from labelwright.core.graph import ANNOTATE, REVIEW
from labelwright.services.access import Actor, project_for, role_in
from labelwright.services.audit import record
from labelwright.services.consequence_rows import plan_of
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.job_run import JobRun
from labelwright.services.moving import move_item
from labelwright.services.ontologies import read_ontology
from labelwright.services.projects import workflow_of
from labelwright.services.quality_people import AlarmView, PeopleReport, evidence_of, people_report
from labelwright.services.task_rows import open_task
from labelwright.storage.schema import (
    consequence_plans,
    consequences,
    items,
    members,
    projects,
    release_entries,
    tasks,
)

SYSTEM = "labelwright"  # who acts in the audit log
MOST_REOPENED = 500
MOST_LISTED = 200


class ConsequenceView(msgspec.Struct, frozen=True, kw_only=True):
    """What followed from an alarm; `items` went back to review. It is in force until it is lifted."""

    id: str
    member: str
    name: str
    kind: str
    what: str
    reason: str
    since: str | None
    share: float | None
    items: int | None
    created_at: str
    lifted_at: str | None
    lifted_by: str | None


class Consequences:
    """The service of consequences."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def plan(self, actor: Actor, project_id: str) -> ConsequencePlan:
        """What follows from alarms; everybody of the project may know. Raises NotFound."""

        def work(tx: Connection) -> ConsequencePlan:
            project_for(tx, actor, project_id, "project.read")
            return plan_of(tx, project_id)

        return self.context.database.read(work)

    def set_plan(self, actor: Actor, project_id: str, plan: ConsequencePlan) -> ConsequencePlan:
        """Decide what follows from alarms from now on. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> ConsequencePlan:
            project_for(tx, actor, project_id, "project.manage")
            told = msgspec.to_builtins(plan)
            row = {"plan": told, "updated_by": actor.id, "updated_at": self.context.now()}
            tx.execute(delete(consequence_plans).where(consequence_plans.c.project_id == project_id))
            tx.execute(insert(consequence_plans).values(project_id=project_id, **row))
            record(tx, self.context, actor.id, "consequences.planned", project_id, told)
            return plan

        return self.context.database.write(work)

    def of(self, actor: Actor, project_id: str) -> list[ConsequenceView]:
        """What followed, newest first; who may not review sees what concerns themselves. Raises NotFound."""

        def work(tx: Connection) -> list[ConsequenceView]:
            project_for(tx, actor, project_id, "project.read")
            chosen = select(consequences).where(consequences.c.project_id == project_id)
            if not actor.may("item.history", role_in(tx, actor, project_id)):
                chosen = chosen.where(consequences.c.member_id == actor.id)
            rows = tx.execute(chosen.order_by(consequences.c.id.desc()).limit(MOST_LISTED)).all()
            return _views(tx, rows)

        return self.context.database.read(work)

    def lift(self, actor: Actor, project_id: str, consequence_id: str) -> ConsequenceView:
        """End a consequence. Work that went back to review stays there. Raises NotFound, WrongState."""

        def work(tx: Connection) -> ConsequenceView:
            project_for(tx, actor, project_id, "project.manage")
            mine = consequences.c.id == consequence_id, consequences.c.project_id == project_id
            row = tx.execute(select(consequences).where(*mine)).first()
            if row is None:
                raise NotFound("consequence", consequence_id)
            if row.lifted_at is not None:
                raise WrongState("It was lifted already.", remedy="There is nothing to do.")
            lifted = {"lifted_by": actor.id, "lifted_at": self.context.now()}
            tx.execute(update(consequences).where(*mine).values(**lifted))
            told = {"kind": row.kind, "project": project_id}
            record(tx, self.context, actor.id, "consequence.lifted", row.member_id, told)
            return _views(tx, tx.execute(select(consequences).where(*mine)).all())[0]

        return self.context.database.write(work)


def run_watch(run: JobRun) -> dict[str, Any]:
    """The handler of the job that looks for alarms: how many consequences there were."""
    project_id = str(run.project_id)

    def work(tx: Connection) -> Any:  # noqa: ANN401  # evidence
        version = select(projects.c.ontology_version).where(projects.c.id == project_id)
        ontology = read_ontology(run.context, tx, project_id, tx.execute(version).scalar_one())
        return evidence_of(tx, project_id, ontology)

    report = people_report(run.context.database.read(work))
    return {"consequences": follow(run.context, project_id, report)}


def follow(context: Context, project_id: str, report: PeopleReport) -> int:
    """Let what a project planned follow from the alarms of a report; gives how much did."""

    def begin(tx: Connection) -> bool:
        return plan_of(tx, project_id).is_on

    if not any(person.alarms for person in report.people) or not context.database.read(begin):
        return 0

    def work(tx: Connection) -> int:
        # Locked, so that two reports at once do not let the same follow twice.
        project = tx.execute(select(projects).where(projects.c.id == project_id).with_for_update()).one()
        plan, made = plan_of(tx, project_id), 0
        for person in report.people:
            if tx.execute(select(members.c.id).where(members.c.id == person.member)).first() is None:
                continue  # a model, or an import
            for alarm in person.alarms:
                if alarm.what in plan.alarms and not _followed(tx, project_id, person.member, alarm):
                    made += _apply(tx, context, project, plan, person.member, alarm)
        return made

    return context.database.write(work)


def _followed(tx: Connection, project_id: str, member: str, alarm: AlarmView) -> bool:
    of_it = select(consequences.c.id).where(
        consequences.c.project_id == project_id,
        consequences.c.member_id == member,
        consequences.c.what == alarm.what,
        consequences.c.created_at >= (alarm.since or ""),
    )
    return tx.execute(of_it.limit(1)).first() is not None


def _apply(
    tx: Connection, context: Context, project: Row[Any], plan: ConsequencePlan, member: str, alarm: AlarmView
) -> int:
    made = 0
    for kind, detail in _planned(tx, context, project, plan, member, alarm):
        row = {"id": context.new_id(), "project_id": project.id, "member_id": member, "kind": kind}
        said = {"what": alarm.what, "reason": alarm.reason, "since": alarm.since, "detail": detail}
        tx.execute(insert(consequences).values(**row, **said, created_at=context.now()))
        told = {"project": project.id, "kind": kind, "reason": alarm.reason, **detail}
        record(tx, context, SYSTEM, "consequence.followed", member, told)
        made += 1
    if made:
        announce(tx, context, project.id, "task.changed", member, {"consequences": made})
    return made


def _planned(
    tx: Connection, context: Context, project: Row[Any], plan: ConsequencePlan, member: str, alarm: AlarmView
) -> Iterator[tuple[str, dict[str, Any]]]:
    if plan.extra_gold > 0:
        yield "more_gold", {"share": plan.extra_gold}
    if plan.pause:
        yield "pause", {}
    if plan.reopen and alarm.since is not None:
        yield "reopen", {"items": _back_to_review(tx, context, project, member, alarm.since)}


def _back_to_review(tx: Connection, context: Context, project: Row[Any], member: str, since: str) -> int:
    """Done work of somebody from a time on, in no release yet, waits for review again; gives how much."""
    stage = workflow_of(project).ways().stage(None, REVIEW)
    if stage is None:
        return 0
    theirs = select(tasks.c.item_id).where(
        tasks.c.project_id == project.id,
        tasks.c.stage == ANNOTATE,
        tasks.c.state == "submitted",
        tasks.c.purpose == "work",
        tasks.c.taken_by == member,
        tasks.c.closed_at >= since,
    )
    released = select(release_entries.c.document_id).where(
        release_entries.c.document_id == items.c.document_id
    )
    busy = select(tasks.c.id).where(tasks.c.item_id == items.c.id, tasks.c.state == "waiting")
    chosen = select(items).where(
        items.c.project_id == project.id,
        items.c.state == "done",
        items.c.id.in_(theirs),
        ~or_(released.exists(), busy.where(tasks.c.purpose == "work").exists()),
    )
    rows = tx.execute(chosen.order_by(items.c.position).limit(MOST_REOPENED)).all()
    for item in rows:
        round_ = (
            select(tasks.c.round).where(tasks.c.item_id == item.id).order_by(tasks.c.round.desc()).limit(1)
        )
        open_task(
            tx,
            context,
            project_id=project.id,
            item_id=item.id,
            position=item.position,
            stage=REVIEW,
            node=stage.id,
            round=int(tx.execute(round_).scalar() or 1),
            author=member,
            base_document_id=item.document_id,
            comment="Looked at again: from about this time on more was wrong than usual.",
        )
        move_item(tx, context, item, "review", item.document_id, item.annotations)
    return len(rows)


def _views(tx: Connection, rows: Any) -> list[ConsequenceView]:  # noqa: ANN401  # rows
    wanted = {row.member_id for row in rows} | {row.lifted_by for row in rows}
    names = {
        row.id: row.name
        for row in tx.execute(select(members.c.id, members.c.name).where(members.c.id.in_(wanted)))
    }
    return [
        ConsequenceView(
            id=row.id,
            member=row.member_id,
            name=names.get(row.member_id, row.member_id),
            kind=row.kind,
            what=row.what,
            reason=row.reason,
            since=row.since,
            share=row.detail.get("share"),
            items=row.detail.get("items"),
            created_at=row.created_at,
            lifted_at=row.lifted_at,
            lifted_by=names.get(row.lifted_by),
        )
        for row in rows
    ]
