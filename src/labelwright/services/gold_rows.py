"""What the records say of gold: the plan, who was asked what, and who is told."""

import msgspec
from sqlalchemy import Connection, select

from labelwright.core.gold import GoldPlan
from labelwright.core.operations import iso_time
from labelwright.services.context import Context
from labelwright.storage.schema import gold_plans

NO_GOLD = GoldPlan()


def gold_plan_of(tx: Connection, project_id: str) -> GoldPlan:
    """The plan of a project; without one there is no gold."""
    told = tx.execute(select(gold_plans.c.plan).where(gold_plans.c.project_id == project_id)).scalar()
    return NO_GOLD if told is None else msgspec.convert(told, GoldPlan)


def may_be_told(plan: GoldPlan, context: Context, answered_at: str | None) -> bool:
    """Whether people are shown by now what they answered beside what is right."""
    if answered_at is None or plan.feedback == "none":
        return False
    if plan.feedback == "instant":
        return True
    return answered_at <= iso_time(context.clock() - int(plan.later_hours * 3_600_000))
