"""What the records say of gold: the plan, who was asked what, and who is told."""

import hashlib

import msgspec
from sqlalchemy import Connection, select

from labelwright.core.gold import GoldPlan
from labelwright.core.operations import iso_time
from labelwright.services.context import Context
from labelwright.storage.schema import gold_plans

NO_GOLD = GoldPlan()
NEVER, EVER = "", "9999"
"""Times before and after all others, as text."""


def gold_plan_of(tx: Connection, project_id: str) -> GoldPlan:
    """The plan of a project; without one there is no gold."""
    told = tx.execute(select(gold_plans.c.plan).where(gold_plans.c.project_id == project_id)).scalar()
    return NO_GOLD if told is None else msgspec.convert(told, GoldPlan)


def draw(tx: Connection, context: Context, project_id: str, *of: str) -> float:
    """A number from 0 to 1 that is the same whenever it is drawn of the same, and that nobody can foresee.

    So who gives a task back and asks again gets what they got, be it gold or work.
    """
    seed = tx.execute(select(gold_plans.c.seed).where(gold_plans.c.project_id == project_id)).scalar()
    if seed is None:
        return int.from_bytes(context.randomness(7)) / 2**56
    digest = hashlib.sha256("\n".join((seed, *of)).encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56


def may_be_told(plan: GoldPlan, context: Context, answered_at: str | None) -> bool:
    """Whether people are shown by now what they answered beside what is right."""
    if answered_at is None or plan.feedback == "none":
        return False
    if plan.feedback == "instant":
        return True
    return answered_at <= iso_time(context.clock() - int(plan.later_hours * 3_600_000))


def told_until(plan: GoldPlan, context: Context) -> str:
    """The time, in whole hours, up to which people are told what they answered to gold."""
    if plan.feedback != "later":
        return EVER if plan.feedback == "instant" else NEVER
    return iso_time(context.clock() - int(plan.later_hours * 3_600_000))[:13]
