"""What work costs, what an accepted annotation costs, and when the rest will be done."""

import math
from datetime import date, datetime, timedelta

import msgspec
import numpy as np
from sqlalchemy import Connection, delete, insert, select

from labelwright.core.errors import InvalidInput
from labelwright.core.rates import Rates, check_rates
from labelwright.quality.cost import Ledger, Line, ledger
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.cost_rows import (
    CostRows,
    by_day,
    entries_of,
    people_seconds,
    read_rows,
    unpriced,
)
from labelwright.services.ontologies import read_ontology
from labelwright.storage.schema import rates as rates_table

SEED = 20_260_101  # the same records give the same range


class CostLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a table; `name` None: work of no category. Money is None where no rates are set.

    `seconds_each` and `each` are of an accepted annotation, None where none is accepted.
    """

    name: str | None
    seconds: float
    seconds_each: float | None
    cost: float | None
    each: float | None
    accepted: int


class CostCell(msgspec.Struct, frozen=True, kw_only=True):
    """The cost of one category at one stage by one kind of work; seconds where no rates are set."""

    category: str | None
    stage: str
    kind: str
    value: float


class CostView(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger of a project. Every table adds up to `total`, or to `seconds` where no rates are set.

    `unpriced` names people who worked and have no rate.
    """

    rates: Rates
    priced: bool
    unpriced: list[str]
    total: float | None
    each: float | None
    seconds: float
    seconds_each: float | None
    machine_seconds: float
    accepted: int
    rework_share: float | None
    by_category: list[CostLine]
    by_stage: list[CostLine]
    by_kind: list[CostLine]
    cells: list[CostCell]


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """The middle of what may come, and the bounds that leave out as many above as below."""

    low: float
    middle: float
    high: float


class PastDay(msgspec.Struct, frozen=True, kw_only=True):
    """What one day brought: items finished, hours of people in seconds, and the cost."""

    day: str
    done: int
    seconds: float
    cost: float | None


class Foretold(msgspec.Struct, frozen=True, kw_only=True):
    """When the target is reached, and what it will still take. A date is None where it lies years ahead."""

    earliest: str | None
    middle: str | None
    latest: str | None
    seconds: Span
    cost: Span | None
    per_day: float
    reached: float
    level: float


class ForecastView(msgspec.Struct, frozen=True, kw_only=True):
    """The past day by day, and what may come. `forecast` is None for the `reason` given."""

    target: float
    items: int
    done: int
    left: int
    days: list[PastDay]
    forecast: Foretold | None
    reason: str | None


class Costs:
    """The service of costs."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def rates(self, actor: Actor, project_id: str) -> Rates:
        """What an hour costs in a project. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> Rates:
            project_for(tx, actor, project_id, "project.manage")
            return _rates(tx, project_id)

        return self.context.database.read(work)

    def set_rates(self, actor: Actor, project_id: str, rates: Rates) -> Rates:
        """Put other rates in place of those that were. Raises NotFound, Forbidden, InvalidInput."""
        check_rates(rates)

        def work(tx: Connection) -> None:
            project_for(tx, actor, project_id, "project.manage")
            tx.execute(delete(rates_table).where(rates_table.c.project_id == project_id))
            values = {"rates": msgspec.to_builtins(rates), "updated_by": actor.id}
            tx.execute(
                insert(rates_table).values(project_id=project_id, updated_at=self.context.now(), **values)
            )
            # What somebody earns does not belong into a log that others read.
            record(tx, self.context, actor.id, "project.rates", project_id, {"currency": rates.currency})

        self.context.database.write(work)
        return rates

    def ledger(self, actor: Actor, project_id: str) -> CostView:
        """What the work cost, by category, stage and kind. Raises NotFound, Forbidden."""
        rates, found = self._read(actor, project_id)
        priced = rates if rates.given else None
        made = ledger(list(entries_of(found, priced)), found.accepted)
        seconds = people_seconds(found.spent)
        return CostView(
            rates=rates,
            priced=priced is not None,
            unpriced=[] if priced is None else unpriced(found, rates),
            total=None if priced is None else float(made.total),
            each=None if priced is None or made.each is None else float(made.each),
            seconds=seconds,
            seconds_each=seconds / made.accepted if made.accepted else None,
            machine_seconds=sum(one.seconds for one in found.spent if one.author is None),
            accepted=made.accepted,
            rework_share=made.rework_share,
            by_category=_lines(made.by_category, priced),
            by_stage=_lines(made.by_stage, priced),
            by_kind=_lines(made.by_kind, priced),
            cells=_cells(made),
        )

    def forecast(self, actor: Actor, project_id: str, target: float = 1.0) -> ForecastView:
        """When a share of the items will be done, and what that will still take.

        Raises NotFound, Forbidden, InvalidInput for a share that is none.
        """
        if not 0 < target <= 1:
            raise InvalidInput("The share of items to reach is above 0 and at most 1.", place="target")
        rates, found = self._read(actor, project_id)
        today = datetime.fromisoformat(self.context.now()).date()
        return _foretold(found, rates if rates.given else None, target, today)

    def _read(self, actor: Actor, project_id: str) -> tuple[Rates, CostRows]:
        def work(tx: Connection) -> tuple[Rates, CostRows]:
            project = project_for(tx, actor, project_id, "project.manage")
            ontology = read_ontology(self.context, tx, project_id, project.ontology_version)
            return _rates(tx, project_id), read_rows(tx, project_id, ontology)

        return self.context.database.read(work)


def _rates(tx: Connection, project_id: str) -> Rates:
    kept = tx.execute(select(rates_table.c.rates).where(rates_table.c.project_id == project_id)).scalar()
    return Rates() if kept is None else msgspec.convert(kept, Rates)


def _lines(lines: tuple[Line, ...], priced: Rates | None) -> list[CostLine]:
    return [
        CostLine(
            name=line.name,
            seconds=line.seconds,
            seconds_each=line.seconds / line.accepted if line.accepted else None,
            cost=None if priced is None else float(line.cost),
            each=None if priced is None or line.each is None else float(line.each),
            accepted=line.accepted,
        )
        for line in lines
    ]


def _cells(made: Ledger) -> list[CostCell]:
    return [
        CostCell(category=category, stage=stage, kind=kind, value=float(value))
        for (category, stage, kind), value in made.cells.items()
    ]


def _foretold(found: CostRows, rates: Rates | None, target: float, today: date) -> ForecastView:
    from labelwright.quality.forecast import Day, forecast

    wanted = math.ceil(found.wanted * target - 1e-9)
    left = max(0, wanted - found.finished)
    spent = by_day(found, rates)
    names = sorted(spent.keys() | found.done.keys())
    days = [
        Day(date.fromisoformat(name), found.done.get(name, 0), None, None, *spent.get(name, (0.0, 0.0)))
        for name in names
    ]
    # Today is not over, so it says nothing of a day's work: what it brought goes back to what is left.
    past = [day for day in days if day.day < today]
    yesterday = today - timedelta(days=1)
    if past and past[-1].day < yesterday:
        past.append(Day(yesterday, 0))
    begun = [day for day in days if day.day >= today]
    made = None
    if left:
        open_then = left + sum(day.done for day in begun)
        made = forecast(past, open_then, np.random.default_rng(SEED))
    reason = None
    if not left:
        reason = "The target is reached."
    elif made is None:
        reason = "A forecast needs three days before today, with items finished on one of them."
    return ForecastView(
        target=target,
        items=found.wanted,
        done=found.finished,
        left=left,
        days=[
            PastDay(
                day=day.day.isoformat(),
                done=day.done,
                seconds=day.seconds,
                cost=None if rates is None else round(day.cost, 2),
            )
            for day in days
        ],
        forecast=None
        if made is None
        else Foretold(
            earliest=_iso(made.earliest),
            middle=_iso(made.middle),
            latest=_iso(made.latest),
            seconds=_span(made.seconds, sum(day.seconds for day in begun)),
            cost=None if rates is None else _span(made.cost, sum(day.cost for day in begun)),
            per_day=made.per_day,
            reached=made.reached,
            level=made.level,
        ),
        reason=reason,
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _span(values: tuple[float, float, float], spent: float) -> Span:
    low, middle, high = (max(0.0, value - spent) for value in values)
    return Span(low=low, middle=middle, high=high)
