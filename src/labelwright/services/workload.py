"""Workload: who has how much to do, how long it waits, and when the review queue will be empty."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import Connection, Row, func, select

from labelwright.core.gold import WORK
from labelwright.core.graph import ADJUDICATE, ANNOTATE, REVIEW, STAGES
from labelwright.core.operations import iso_time
from labelwright.core.roles import allows
from labelwright.services.access import ORGANIZATION_WIDE, RIGHT_OF_STAGE, Actor, project_for
from labelwright.services.context import Context
from labelwright.services.documents import SUBMISSION
from labelwright.storage.schema import documents, members, project_members, tasks

WEEK = 7 * 86_400_000
PAST_DAYS = 28
SEED = 20_260_101  # the same records give the same range


class PersonLoad(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has before them and did in the last seven days; `stages` is where they may work.

    `assigned` counts waiting tasks that are theirs by stage; `oldest` is when the one waiting longest began
    to wait. `seconds` is human work in what they handed in.
    """

    member: str
    name: str
    role: str
    stages: list[str]
    assigned: dict[str, int]
    held: int
    annotated: int
    reviewed: int
    seconds: float
    oldest: str | None


class StageLoad(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of work: how much waits, how much of it for whoever comes, and since when.

    `came` and `closed` are of the last seven days.
    """

    stage: str
    waiting: int
    free: int
    held: int
    oldest: str | None
    came: int
    closed: int


class EmptyBy(msgspec.Struct, frozen=True, kw_only=True):
    """When what waits for review now is done, at the pace of the past; a day is None where years away.

    `per_day` were reviewed and `came_per_day` came over the last four weeks. Where more comes than is
    reviewed, `grows`: then the queue as a whole is never empty.
    """

    earliest: str | None
    middle: str | None
    latest: str | None
    per_day: float
    came_per_day: float
    grows: bool


class WorkloadView(msgspec.Struct, frozen=True, kw_only=True):
    """The work that waits, by stage and by person. `empty_by` is None for the `reason` given."""

    people: list[PersonLoad]
    stages: list[StageLoad]
    empty_by: EmptyBy | None
    reason: str | None


class Workload:
    """The service of workload."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def get(self, actor: Actor, project_id: str) -> WorkloadView:
        """Who has how much to do. Raises NotFound, Forbidden."""
        now = self.context.clock()

        def work(tx: Connection) -> tuple[list[PersonLoad], list[StageLoad], dict[date, int], int]:
            project_for(tx, actor, project_id, "project.manage")
            since = iso_time(now - WEEK)
            stages = [_stage(tx, project_id, stage, since, now) for stage in STAGES]
            people = _people(tx, project_id, since, now)
            past = iso_time(now - PAST_DAYS * 86_400_000)
            return people, stages, _reviewed_by_day(tx, project_id, past), _came(tx, project_id, past, REVIEW)

        people, stages, reviewed, came = self.context.database.read(work)
        waiting = next(one.waiting for one in stages if one.stage == REVIEW)
        today = datetime.fromisoformat(self.context.now()).date()
        empty_by, reason = _empty_by(waiting, reviewed, came, today)
        return WorkloadView(people=people, stages=stages, empty_by=empty_by, reason=reason)


def workers(tx: Connection, project_id: str) -> Sequence[Any]:
    """Active people who may work in a project, with their role there as `here`."""
    joined = (project_members.c.member_id == members.c.id) & (project_members.c.project_id == project_id)
    return tx.execute(
        select(members.c.id, members.c.name, members.c.role, project_members.c.role.label("here"))
        .join(project_members, joined, isouter=True)
        .where(
            members.c.active.is_(True),
            project_members.c.role.is_not(None) | members.c.role.in_(ORGANIZATION_WIDE),
        )
        .order_by(func.lower(members.c.name), members.c.id)
    ).all()


def role_of(worker: Row[Any]) -> str:
    """The role in the project of a row of `workers`."""
    return str(worker.role if worker.role in ORGANIZATION_WIDE else worker.here)


def _people(tx: Connection, project_id: str, since: str, now: int) -> list[PersonLoad]:
    mine = tasks.c.project_id == project_id, tasks.c.state == "waiting"
    assigned: dict[str, dict[str, int]] = {}
    oldest: dict[str, str] = {}
    for who, stage, count, first in tx.execute(
        select(tasks.c.assigned_to, tasks.c.stage, func.count(), func.min(tasks.c.created_at))
        .where(*mine, tasks.c.purpose == WORK, tasks.c.assigned_to.is_not(None))
        .group_by(tasks.c.assigned_to, tasks.c.stage)
    ):
        assigned.setdefault(who, {})[stage] = int(count)
        oldest[who] = min(first, oldest.get(who, first))
    held = {
        who: int(count)
        for who, count in tx.execute(
            select(tasks.c.lease_member, func.count())
            .where(*mine, tasks.c.lease_expires > now)
            .group_by(tasks.c.lease_member)
        )
    }
    done: dict[str, Counter[str]] = {}
    seconds: dict[str, float] = {}
    for who, stage, count, spent in tx.execute(
        select(documents.c.author, documents.c.stage, func.count(), func.sum(documents.c.seconds))
        .where(
            documents.c.project_id == project_id,
            documents.c.kind == SUBMISSION,
            documents.c.created_at >= since,
        )
        .group_by(documents.c.author, documents.c.stage)
    ):
        done.setdefault(who, Counter())[stage] += int(count)
        seconds[who] = seconds.get(who, 0.0) + float(spent or 0)
    people = [
        PersonLoad(
            member=row.id,
            name=row.name,
            role=role_of(row),
            stages=[stage for stage in STAGES if allows(role_of(row), RIGHT_OF_STAGE[stage])],
            assigned=assigned.get(row.id, {}),
            held=held.get(row.id, 0),
            annotated=done.get(row.id, Counter())[ANNOTATE],
            reviewed=done.get(row.id, Counter())[REVIEW] + done.get(row.id, Counter())[ADJUDICATE],
            seconds=seconds.get(row.id, 0.0),
            oldest=oldest.get(row.id),
        )
        for row in workers(tx, project_id)
    ]
    # Owners and managers of the organization are in every project; who does nothing here is left out.
    known = {row.id for row in workers(tx, project_id) if row.here is not None}
    return [one for one in people if one.member in known or one.assigned or one.held or one.seconds]


def _stage(tx: Connection, project_id: str, stage: str, since: str, now: int) -> StageLoad:
    of_it = tasks.c.project_id == project_id, tasks.c.stage == stage, tasks.c.purpose == WORK
    waiting = (*of_it, tasks.c.state == "waiting")
    is_held = func.coalesce(tasks.c.lease_expires, 0) > now

    def count(*conditions: Any) -> int:  # noqa: ANN401  # conditions
        return int(tx.execute(select(func.count()).select_from(tasks).where(*conditions)).scalar_one())

    return StageLoad(
        stage=stage,
        waiting=count(*waiting),
        free=count(*waiting, tasks.c.assigned_to.is_(None), ~is_held),
        held=count(*waiting, is_held),
        oldest=tx.execute(select(func.min(tasks.c.created_at)).where(*waiting)).scalar(),
        came=_came(tx, project_id, since, stage),
        closed=count(*of_it, tasks.c.state == "submitted", tasks.c.closed_at >= since),
    )


def _came(tx: Connection, project_id: str, since: str, stage: str) -> int:
    of_it = tasks.c.project_id == project_id, tasks.c.stage == stage, tasks.c.purpose == WORK
    counted = select(func.count()).select_from(tasks).where(*of_it, tasks.c.created_at >= since)
    return int(tx.execute(counted).scalar_one())


def _reviewed_by_day(tx: Connection, project_id: str, since: str) -> dict[date, int]:
    day = func.substr(tasks.c.closed_at, 1, 10)
    rows = tx.execute(
        select(day, func.count())
        .where(
            tasks.c.project_id == project_id,
            tasks.c.stage == REVIEW,
            tasks.c.purpose == WORK,
            tasks.c.state == "submitted",
            tasks.c.closed_at >= since,
        )
        .group_by(day)
    )
    return {date.fromisoformat(name): int(count) for name, count in rows}


def _empty_by(
    waiting: int, reviewed: dict[date, int], came: int, today: date
) -> tuple[EmptyBy | None, str | None]:
    from labelwright.quality.forecast import Day, forecast

    if not waiting:
        return None, "Nothing waits for review."
    past = [Day(day, count) for day, count in sorted(reviewed.items()) if day < today]
    if past and past[-1].day < today - timedelta(days=1):
        past.append(Day(today - timedelta(days=1), 0))
    made = forecast(past, waiting, np.random.default_rng(SEED))
    if made is None:
        return None, "A forecast needs three days before today, with reviews on one of them."
    days = min(PAST_DAYS, (today - past[0].day).days)
    per_day, came_per_day = sum(day.done for day in past) / days, came / days
    return (
        EmptyBy(
            earliest=_iso(made.earliest),
            middle=_iso(made.middle),
            latest=_iso(made.latest),
            per_day=per_day,
            came_per_day=came_per_day,
            grows=came_per_day > per_day,
        ),
        None,
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
