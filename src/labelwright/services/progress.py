"""Progress of a project: how far it is, how fast it goes, and who waits for what."""

from typing import Any

import msgspec
from sqlalchemy import Connection, and_, case, func, select

from labelwright.core.gold import WORK
from labelwright.core.workflow import ANNOTATE, REVIEW
from labelwright.services.access import Actor, project_for, role_in
from labelwright.services.context import Context
from labelwright.services.documents import GOLD_ANSWER, SUBMISSION
from labelwright.storage.schema import documents, items, members, tasks

DAYS_SHOWN = 30


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What was handed in on one day (UTC)."""

    day: str
    submitted: int
    reviewed: int


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What one member has done; `seconds` is human work in submissions."""

    member: str
    name: str
    submitted: int
    reviewed: int
    returned: int
    accepted: int
    seconds: float
    holding: int


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks that wait at a stage for someone; `assignee` None: for whoever comes."""

    stage: str
    assignee: str | None
    assignee_name: str | None
    count: int


class ProgressView(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a project at this moment."""

    items: int
    states: dict[str, int]
    annotations: int
    throughput: list[Day]
    people: list[Person]
    waiting_for: list[Waiting]
    seconds_per_item: float | None


class Progress:
    """The service of progress."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def get(self, actor: Actor, project_id: str) -> ProgressView:
        """The progress of a project; annotators see no figures of other people."""

        def work(tx: Connection) -> ProgressView:
            project_for(tx, actor, project_id, "project.read")
            now = self.context.clock()
            states, annotations = _states(tx, project_id, now)
            people = _people(tx, project_id, now)
            if role_in(tx, actor, project_id) == "annotator":
                people = [person for person in people if person.member == actor.id]
            return ProgressView(
                items=sum(states.values()),
                states=states,
                annotations=annotations,
                throughput=_throughput(tx, project_id),
                people=people,
                waiting_for=_waiting(tx, project_id, now),
                seconds_per_item=_seconds_per_item(tx, project_id),
            )

        return self.context.database.read(work)


def _states(tx: Connection, project_id: str, now: int) -> tuple[dict[str, int], int]:
    states = {"waiting": 0, "annotating": 0, "review": 0, "returned": 0, "done": 0, "skipped": 0}
    annotations = 0
    for row in tx.execute(
        select(items.c.state, func.count().label("count"), func.sum(items.c.annotations).label("marks"))
        .where(items.c.project_id == project_id)
        .group_by(items.c.state)
    ):
        states[row.state] = int(row[1])
        annotations += int(row.marks or 0)
    held = tx.execute(
        select(func.count())
        .select_from(tasks)
        .join(items, items.c.id == tasks.c.item_id)
        .where(
            tasks.c.project_id == project_id,
            tasks.c.state == "waiting",
            tasks.c.stage == ANNOTATE,
            tasks.c.purpose == WORK,
            tasks.c.lease_expires > now,
            items.c.state == "waiting",
        )
    ).scalar_one()
    states["annotating"] += held
    states["waiting"] -= held
    return states, annotations


def _throughput(tx: Connection, project_id: str) -> list[Day]:
    day = func.substr(documents.c.created_at, 1, 10)
    rows = tx.execute(
        select(day.label("day"), _count_stage(ANNOTATE), _count_stage(REVIEW))
        .where(documents.c.project_id == project_id, documents.c.kind == "submission")
        .group_by(day)
        .order_by(day.desc())
        .limit(DAYS_SHOWN)
    )
    days = [Day(day=row[0], submitted=int(row[1] or 0), reviewed=int(row[2] or 0)) for row in rows]
    return days[::-1]


def _count_stage(stage: str) -> Any:  # noqa: ANN401  # a column expression
    return func.sum(case((documents.c.stage == stage, 1), else_=0))


def _people(tx: Connection, project_id: str, now: int) -> list[Person]:
    own = documents.c.stage == ANNOTATE
    rows = tx.execute(
        select(
            members.c.id,
            members.c.name,
            func.sum(case((own, 1), else_=0)).label("submitted"),
            func.sum(case((documents.c.stage == REVIEW, 1), else_=0)).label("reviewed"),
            func.sum(documents.c.seconds).label("seconds"),
        )
        .join(documents, documents.c.author == members.c.id)
        # Gold is somebody's work too, and nobody can tell from the figures which it was.
        .where(documents.c.project_id == project_id, documents.c.kind.in_((SUBMISSION, GOLD_ANSWER)))
        .group_by(members.c.id, members.c.name)
        .order_by(members.c.name)
    ).all()
    verdicts = _verdicts_on(tx, project_id)
    holding = {
        row[0]: int(row[1])
        for row in tx.execute(
            select(tasks.c.lease_member, func.count())
            .where(tasks.c.project_id == project_id, tasks.c.state == "waiting", tasks.c.lease_expires > now)
            .group_by(tasks.c.lease_member)
        )
    }
    return [
        Person(
            member=row.id,
            name=row.name,
            submitted=int(row.submitted or 0),
            reviewed=int(row.reviewed or 0),
            returned=verdicts.get((row.id, "returned"), 0),
            accepted=verdicts.get((row.id, "accepted"), 0) + verdicts.get((row.id, "amended"), 0),
            seconds=float(row.seconds or 0),
            holding=holding.get(row.id, 0),
        )
        for row in rows
    ]


def _verdicts_on(tx: Connection, project_id: str) -> dict[tuple[str, str], int]:
    # A review task names the author of what it reviews; its document carries the verdict.
    rows = tx.execute(
        select(tasks.c.author, documents.c.verdict, func.count())
        .join(documents, and_(documents.c.id == tasks.c.document_id))
        .where(tasks.c.project_id == project_id, tasks.c.stage == REVIEW)
        .group_by(tasks.c.author, documents.c.verdict)
    )
    return {(str(author), str(verdict)): int(count) for author, verdict, count in rows}


def _waiting(tx: Connection, project_id: str, now: int) -> list[Waiting]:
    rows = tx.execute(
        select(tasks.c.stage, tasks.c.assigned_to, members.c.name, func.count())
        .join(members, members.c.id == tasks.c.assigned_to, isouter=True)
        .where(
            tasks.c.project_id == project_id,
            tasks.c.state == "waiting",
            tasks.c.purpose == WORK,
            func.coalesce(tasks.c.lease_expires, 0) <= now,
        )
        .group_by(tasks.c.stage, tasks.c.assigned_to, members.c.name)
        .order_by(tasks.c.stage, members.c.name)
    )
    return [
        Waiting(stage=stage, assignee=assignee, assignee_name=name, count=int(count))
        for stage, assignee, name, count in rows
    ]


def _seconds_per_item(tx: Connection, project_id: str) -> float | None:
    total, count = tx.execute(
        select(func.sum(documents.c.seconds), func.count(func.distinct(documents.c.item_id))).where(
            documents.c.project_id == project_id,
            documents.c.kind == "submission",
            documents.c.seconds > 0,
        )
    ).one()
    return float(total) / int(count) if count else None
