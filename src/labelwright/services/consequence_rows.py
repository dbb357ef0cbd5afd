"""What the records say of consequences: the plan, who is paused, and how much more gold somebody gets."""

import msgspec
from sqlalchemy import Connection, func, select

from labelwright.core.consequences import NOTHING, ConsequencePlan
from labelwright.core.errors import WorkPaused
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.documents import SUBMISSION
from labelwright.services.jobs import submit
from labelwright.storage.schema import consequence_plans, consequences, documents, jobs

WATCH = "watch_people"
WATCH_AFTER = 25  # submissions


def plan_of(tx: Connection, project_id: str) -> ConsequencePlan:
    """The plan of a project; without one nothing follows."""
    told = tx.execute(
        select(consequence_plans.c.plan).where(consequence_plans.c.project_id == project_id)
    ).scalar()
    return NOTHING if told is None else msgspec.convert(told, ConsequencePlan)


def check_not_paused(tx: Connection, project_id: str, member_id: str) -> None:
    """Raise WorkPaused with the reason while somebody is paused."""
    reason = tx.execute(
        select(consequences.c.reason)
        .where(
            consequences.c.project_id == project_id,
            consequences.c.member_id == member_id,
            consequences.c.kind == "pause",
            consequences.c.lifted_at.is_(None),
        )
        .order_by(consequences.c.id.desc())
        .limit(1)
    ).scalar()
    if reason is not None:
        raise WorkPaused(str(reason))


def extra_gold(tx: Connection, project_id: str, member_id: str) -> float:
    """The share of gold items that somebody gets beyond the usual one."""
    shares = tx.execute(
        select(consequences.c.detail).where(
            consequences.c.project_id == project_id,
            consequences.c.member_id == member_id,
            consequences.c.kind == "more_gold",
            consequences.c.lifted_at.is_(None),
        )
    ).scalars()
    return max((float(detail["share"]) for detail in shares), default=0.0)


def watch_soon(tx: Connection, context: Context, actor: Actor, project_id: str) -> None:
    """After every so many submissions, look for alarms by a job; only where something follows from them."""
    if not plan_of(tx, project_id).is_on:
        return
    last = tx.execute(
        select(func.max(jobs.c.created_at)).where(jobs.c.project_id == project_id, jobs.c.kind == WATCH)
    ).scalar()
    fresh = select(documents.c.id).where(
        documents.c.project_id == project_id,
        documents.c.kind == SUBMISSION,
        documents.c.created_at > (last or ""),
    )
    if len(tx.execute(fresh.limit(WATCH_AFTER)).all()) >= WATCH_AFTER:
        submit(tx, context, actor, WATCH, project_id, {})
