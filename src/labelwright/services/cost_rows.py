"""What the ledger is made of: seconds of people and of the machine, by day, and what was accepted.

Seconds are active seconds: the studio counts the time between signs of life and leaves out every pause
longer than half a minute, so idle time never arrives here. Work that was not handed in (skipped, or still
in hand) counts as well: it was paid for.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from labelwright.core.graph import ADJUDICATE, ANNOTATE, REVIEW
from labelwright.core.ontology import Ontology
from labelwright.core.rates import Rates
from labelwright.quality.cost import Entry, Work
from labelwright.services.access import ORGANIZATION_WIDE
from labelwright.services.documents import CONSENSUS, GOLD_ANSWER, SUBMISSION
from labelwright.storage.schema import documents, drafts, items, jobs, members, project_members, tasks

MACHINE = "machine"
GOLD = ("gold", "qualification", "course")
AUDIT = "audit"

_day = func.substr(documents.c.created_at, 1, 10)
_handed_in = (
    select(
        _day.label("day"),
        documents.c.author,
        documents.c.stage,
        documents.c.round,
        tasks.c.purpose,
        documents.c.categories,
        func.sum(documents.c.seconds).label("seconds"),
    )
    .join(tasks, tasks.c.id == documents.c.task_id, isouter=True)
    .where(
        documents.c.project_id == bindparam("project"),
        documents.c.kind.in_((SUBMISSION, GOLD_ANSWER)),
        documents.c.seconds > 0,
    )
    .group_by(
        _day,
        documents.c.author,
        documents.c.stage,
        documents.c.round,
        tasks.c.purpose,
        documents.c.categories,
    )
)
_draft_day = func.substr(drafts.c.updated_at, 1, 10)
_in_hand = (
    select(
        _draft_day.label("day"),
        drafts.c.member_id.label("author"),
        tasks.c.stage,
        tasks.c.round,
        tasks.c.purpose,
        func.sum(drafts.c.seconds).label("seconds"),
    )
    .join(tasks, tasks.c.id == drafts.c.task_id)
    .where(drafts.c.project_id == bindparam("project"), drafts.c.document_id.is_(None), drafts.c.seconds > 0)
    .group_by(_draft_day, drafts.c.member_id, tasks.c.stage, tasks.c.round, tasks.c.purpose)
)
_machine = select(jobs.c.started_at, jobs.c.finished_at).where(
    jobs.c.project_id == bindparam("project"),
    jobs.c.started_at.is_not(None),
    jobs.c.finished_at.is_not(None),
)
_done = (
    select(_day.label("day"), documents.c.kind, documents.c.categories, func.count().label("items"))
    .join(items, items.c.document_id == documents.c.id)
    .where(items.c.project_id == bindparam("project"), items.c.state == "done")
    .group_by(_day, documents.c.kind, documents.c.categories)
)
_roles = (
    select(members.c.id, members.c.name, members.c.role, project_members.c.role.label("here"))
    .join(
        project_members,
        (project_members.c.member_id == members.c.id)
        & (project_members.c.project_id == bindparam("project")),
        isouter=True,
    )
    .where(members.c.id.in_(bindparam("ids", expanding=True)))
)


class Spent(NamedTuple):
    """One lot of work; `categories` counts annotations by category, by which it is shared out."""

    day: str
    author: str | None  # None: the machine
    stage: str
    kind: Work
    categories: Mapping[str, int]
    seconds: float


class CostRows(NamedTuple):
    """All that a ledger and a forecast need, read in one go.

    `accepted` counts the annotations of items that are done by category, `done` items by the day on which
    people finished them. `wanted` is every item but those put aside.
    """

    spent: list[Spent]
    accepted: dict[str | None, int]
    done: dict[str, int]
    finished: int
    wanted: int
    names: dict[str, str]
    roles: dict[str, str]


def read_rows(tx: Connection, project_id: str, ontology: Ontology) -> CostRows:
    """What was worked, and what was accepted, in a project."""
    of = {"project": project_id}

    living: dict[str, str] = {}

    def known(counts: Mapping[str, int]) -> dict[str, int]:
        found: dict[str, int] = {}
        for category, count in counts.items():
            if category not in living:
                living[category] = ontology.current_id(category) or category
            now = living[category]
            found[now] = found.get(now, 0) + count
        return found

    spent = [_spent(row, known(row.categories)) for row in tx.execute(_handed_in, of)]
    spent += [_spent(row, {}) for row in tx.execute(_in_hand, of)]
    spent += [_machine_work(row) for row in tx.execute(_machine, of)]
    accepted: Counter[str | None] = Counter()
    done: Counter[str] = Counter()
    finished = 0
    for row in tx.execute(_done, of):
        finished += int(row.items)
        for category, count in known(row.categories).items():
            accepted[category] += count * int(row.items)
        if row.kind in (SUBMISSION, CONSENSUS):
            done[row.day] += int(row.items)
    people = sorted({one.author for one in spent if one.author})
    rows = tx.execute(_roles, {**of, "ids": people}).all()
    wanted = select(func.count()).where(items.c.project_id == project_id, items.c.state != "skipped")
    return CostRows(
        spent=spent,
        accepted=dict(accepted),
        done=dict(done),
        finished=finished,
        wanted=int(tx.execute(wanted).scalar_one()),
        names={row.id: row.name for row in rows},
        roles={row.id: row.role if row.role in ORGANIZATION_WIDE else (row.here or row.role) for row in rows},
    )


def entries_of(found: CostRows, rates: Rates | None) -> Iterator[Entry]:
    """Entries of the ledger, shared out over categories exactly. Without rates they cost their seconds.

    Without rates the machine is left out: its seconds are not people's.
    """
    lots: dict[tuple[str, str | None, float, Work, int], int] = {}
    for one in found.spent:
        if one.author is None and rates is None:
            continue
        rate = 3600.0 if rates is None else rate_of(found, rates, one.author)
        # Whole milliseconds, as the studio measures them; shares of one denominator are added up first,
        # because thousands of different fractions would be slow.
        milliseconds = round(one.seconds * 1000)
        whole = sum(one.categories.values())
        parts = list(one.categories.items()) if whole else [(None, 1)]
        for category, weight in parts:
            key = (one.stage, category, rate, one.kind, whole or 1)
            lots[key] = lots.get(key, 0) + milliseconds * weight
    seconds: dict[tuple[str, str | None, float, Work], Fraction] = {}
    for (stage, category, rate, kind, whole), share in lots.items():
        lot = (stage, category, rate, kind)
        seconds[lot] = seconds.get(lot, Fraction(0)) + Fraction(share, 1000 * whole)
    for (stage, category, rate, kind), taken in seconds.items():
        yield Entry(stage, category, taken, rate, kind)


def rate_of(found: CostRows, rates: Rates, author: str | None) -> float:
    """What an hour of this one costs; 0 where that is not known."""
    if author is None:
        return rates.machine
    return rates.of(author, found.roles.get(author)) or 0.0


def unpriced(found: CostRows, rates: Rates) -> list[str]:
    """The names of the people who worked and have no rate, in order."""
    people = {one.author for one in found.spent if one.author}
    missing = (one for one in people if rates.of(one, found.roles.get(one)) is None)
    return sorted(found.names.get(one, one) for one in missing)


def by_day(found: CostRows, rates: Rates | None) -> dict[str, tuple[float, float]]:
    """Seconds of people, and the cost (0 without rates), of each day."""
    days: dict[str, tuple[float, float]] = {}
    for one in found.spent:
        seconds, cost = days.get(one.day, (0.0, 0.0))
        more = 0.0 if rates is None else one.seconds * rate_of(found, rates, one.author) / 3600
        days[one.day] = (seconds + (one.seconds if one.author else 0.0), cost + more)
    return days


def people_seconds(spent: Iterable[Spent]) -> float:
    """Active seconds of people in all."""
    return sum(one.seconds for one in spent if one.author)


def _spent(row: Any, categories: Mapping[str, int]) -> Spent:  # noqa: ANN401  # a row of either statement
    stage = row.stage or ANNOTATE
    return Spent(row.day, row.author, stage, _kind(row), categories, float(row.seconds))


def _kind(row: Any) -> Work:  # noqa: ANN401  # a row of either statement
    if row.purpose in GOLD:
        return "gold"
    if row.purpose == AUDIT:
        return "audit"
    if row.stage == REVIEW:
        return "review"
    if row.stage == ADJUDICATE:
        return "adjudicate"
    return "rework" if row.round > 1 else "annotate"


def _machine_work(row: Any) -> Spent:  # noqa: ANN401  # a row
    begun, ended = (datetime.fromisoformat(row[at]) for at in (0, 1))
    seconds = max(0.0, (ended - begun).total_seconds())
    return Spent(row.finished_at[:10], None, MACHINE, "compute", {}, seconds)
