"""Accepting a delivery by a sample: the plan, how severe it is by what came before, and the decision.

By ISO 2859-1 (1999) a plan follows from the lot's size, an inspection level and an acceptance quality limit;
the switching rules make it tightened or reduced by the deliveries before. By Wald's sequential test (1947)
one judges until good and bad work are told apart. Either is decided as soon as it is certain.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import Connection, Row, select

from labelwright.core.errors import InvalidInput
from labelwright.storage.schema import audits

Level = Literal["S-1", "S-2", "S-3", "S-4", "I", "II", "III"]
Share = Annotated[float, msgspec.Meta(gt=0, lt=1)]
CURVE = 60  # points of the operating characteristic
CURVE_TO = 5  # times the share that the plan is about


class IsoIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="iso", tag_field="by"):
    """By ISO 2859-1: `aql` in percent, one of the tables' (0.65, 1.0, 1.5 …)."""

    aql: Annotated[float, msgspec.Meta(gt=0, le=10)]
    level: Level = "II"


class WaldIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="wald", tag_field="by"
):
    """One after another until work with `good` wrong and work with `bad` wrong are told apart."""

    good: Share
    bad: Share
    producer_risk: Annotated[float, msgspec.Meta(gt=0, lt=0.5)] = 0.05
    consumer_risk: Annotated[float, msgspec.Meta(gt=0, lt=0.5)] = 0.05


AcceptanceIn = IsoIn | WaldIn


class AcceptancePlan(msgspec.Struct, frozen=True, kw_only=True):
    """How a delivery is judged. ISO: `size` units, accepted with up to `accept` wrong ones.

    `severity` is normal, tightened or reduced, and `why` says by what came before. Wald: `size` is how many
    are judged on average at the good share, `accept` None.
    """

    by: str
    lot: int
    size: int
    accept: int | None
    letter: str | None
    severity: str | None
    why: str
    wanted: AcceptanceIn


class AcceptancePreview(msgspec.Struct, frozen=True, kw_only=True):
    """A plan before it is used; `curve` has the chance to accept work of a share of errors."""

    plan: AcceptancePlan
    curve: list[tuple[float, float]]


class AcceptanceView(msgspec.Struct, frozen=True, kw_only=True):
    """A plan and what came of it: open, accepted or refused, after `judged` with `wrong` wrong ones."""

    plan: AcceptancePlan
    state: str
    judged: int
    wrong: int


def planned(tx: Connection, project_id: str, lot: int, wanted: AcceptanceIn) -> AcceptancePlan:
    """The plan of a delivery of so many units. Raises InvalidInput for what the tables do not have."""
    from labelwright.quality.acceptance import WaldTest
    from labelwright.quality.iso_2859 import lot_plan

    if isinstance(wanted, WaldIn):
        test = WaldTest(wanted.good, wanted.bad, wanted.producer_risk, wanted.consumer_risk)
        size = min(lot, max(1, round(test.run(wanted.good).average)))
        return AcceptancePlan(
            by="wald",
            lot=lot,
            size=size,
            accept=None,
            letter=None,
            severity=None,
            why="judged one after another",
            wanted=wanted,
        )
    severity, why = _severity(tx, project_id, wanted)
    plan = lot_plan(lot, wanted.aql, wanted.level, severity)
    return AcceptancePlan(
        by="iso",
        lot=lot,
        size=plan.size,
        accept=plan.accept,
        letter=plan.letter,
        severity=severity,
        why=why,
        wanted=wanted,
    )


def preview(plan: AcceptancePlan) -> AcceptancePreview:
    """A plan with its operating characteristic."""
    from labelwright.quality.acceptance import WaldTest, acceptance_chance

    wanted = plan.wanted
    if isinstance(wanted, WaldIn):
        test = WaldTest(wanted.good, wanted.bad, wanted.producer_risk, wanted.consumer_risk)
        top = min(0.99, 2 * wanted.bad)
        shares = [top * at / (CURVE // 3) for at in range(CURVE // 3 + 1)]
        return AcceptancePreview(plan=plan, curve=[(share, test.run(share).accepts) for share in shares])
    top = min(1.0, max(CURVE_TO * wanted.aql / 100, 3 * ((plan.accept or 0) + 1) / plan.size))
    shares = [top * at / CURVE for at in range(CURVE + 1)]
    chances = [acceptance_chance(plan.size, plan.accept or 0, share) for share in shares]
    return AcceptancePreview(plan=plan, curve=list(zip(shares, chances, strict=True)))


def decided(plan: AcceptancePlan, log: Sequence[Any]) -> AcceptanceView:
    """What the verdicts, in the order of the draw, make of a delivery; what nobody can tell is wrong."""
    from labelwright.quality.acceptance import WaldTest

    wrongs = [verdict.verdict != "right" for verdict in log]
    wanted = plan.wanted
    if isinstance(wanted, WaldIn):
        test = WaldTest(wanted.good, wanted.bad, wanted.producer_risk, wanted.consumer_risk)
        for is_wrong in wrongs:
            test.add(is_wrong)
        state = test.state
        if state == "open" and len(wrongs) >= plan.lot:  # all were judged: the share is known
            state = "accepted" if test.wrong <= wanted.good * plan.lot else "refused"
        return AcceptanceView(plan=plan, state=state, judged=test.judged, wrong=test.wrong)
    allowed, judged, wrong = plan.accept or 0, 0, 0
    for is_wrong in wrongs[: plan.size]:
        judged, wrong = judged + 1, wrong + is_wrong
        if wrong > allowed:
            return AcceptanceView(plan=plan, state="refused", judged=judged, wrong=wrong)
        if wrong + plan.size - judged <= allowed:
            break
    # Certain, whatever the rest were.
    is_certain = wrong + plan.size - judged <= allowed
    return AcceptanceView(plan=plan, state="accepted" if is_certain else "open", judged=judged, wrong=wrong)


def plan_of_row(row: Row[Any]) -> AcceptancePlan | None:
    """The plan of an audit that accepts or refuses a delivery; None: it is another audit."""
    return None if row.acceptance is None else msgspec.convert(row.acceptance, AcceptancePlan)


def _severity(tx: Connection, project_id: str, wanted: IsoIn) -> tuple[Any, str]:
    """How severe the next inspection is, by those of the project before at the same limit and level."""
    from labelwright.quality.iso_2859 import Plan, Switching

    rows = tx.execute(
        select(audits)
        .where(
            audits.c.project_id == project_id,
            audits.c.acceptance.is_not(None),
            audits.c.state == "closed",
        )
        .order_by(audits.c.id)
    ).all()
    now, count, seen = Switching(), 0, set[str]()
    for row in rows:
        plan = plan_of_row(row)
        outcome = row.acceptance.get("outcome")
        if plan is None or not isinstance(plan.wanted, IsoIn) or outcome is None or row.release_id in seen:
            continue  # a delivery that is judged again does not count for switching
        if (plan.wanted.aql, plan.wanted.level) != (wanted.aql, wanted.level):
            continue
        seen.add(row.release_id)
        if now.discontinued:
            break
        count += 1
        now = now.after(
            Plan(plan.letter or "A", plan.size, plan.accept or 0), wanted.aql, int(outcome["wrong"])
        )
    if now.discontinued:
        raise InvalidInput(
            "Five deliveries were refused under tightened inspection: by the standard inspection stops.",
            place="acceptance",
            remedy="Change how the work is made, then use another limit or level.",
        )
    if count == 0:
        return now.severity, "the first delivery at this limit and level"
    words = {
        "normal": "the deliveries before give no reason for another severity",
        "tightened": "two of five deliveries in a row were refused",
        "reduced": "the deliveries before were good for long",
    }
    return now.severity, words[now.severity]
