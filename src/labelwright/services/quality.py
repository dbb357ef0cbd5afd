"""How good the work of a project is: agreement, people, errors. Every number comes from `quality/`.

A report is worked out once for the state of the records it rests on, and kept until they change.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
from sqlalchemy import Connection, Row, func, select

from labelwright.core.document import Document
from labelwright.core.ontology import Ontology
from labelwright.services.access import Actor, project_for, role_in
from labelwright.services.consequences import follow
from labelwright.services.context import Context
from labelwright.services.gold_rows import EVER, gold_plan_of, told_until
from labelwright.services.ontologies import read_ontology
from labelwright.services.quality_people import (
    ErrorPair,
    Evidence,
    PeopleReport,
    evidence_of,
    people_report,
)
from labelwright.services.quality_rows import answers_by_item, names_of
from labelwright.storage.schema import documents, error_marks, items, merges

T = TypeVar("T")

MOST_ITEMS = 2_000  # the newest that agreement is measured on
RESAMPLES = 1_000
SEED = 20_260_101  # the same records give the same intervals
MOST_KEPT = 32
WARNED_FOR = 900_000  # milliseconds for which everybody's studio is told the same
MOST_LOW = 50


class LowItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item whose answers agree little; `state` is the item's now."""

    item: str
    name: str
    agreement: float | None
    confidence: float | None
    answers: int
    state: str


class AgreementView(msgspec.Struct, frozen=True, kw_only=True):
    """How far people agree, with names, and the items on which they agree least.

    `report` is None until two people answered the same item. `of` items were merged, the newest `items`
    of which were measured.
    """

    items: int
    of: int
    names: dict[str, str]
    report: dict[str, Any] | None
    lowest: list[LowItem]


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """What the studio says to whoever picks a category that is often wrong, and the pairs it rests on."""

    warnings: dict[str, str]
    pairs: list[ErrorPair]


class Kept:
    """Reports by what they rest on; the ones asked for longest ago go first."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """The report for a key, made if it is not there."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > MOST_KEPT:
                self._found.popitem(last=False)
        return made


class Quality:
    """The service of quality reports."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._kept = Kept()
        self._warned: dict[str, tuple[int, Warned]] = {}

    def agreement(self, actor: Actor, project_id: str) -> AgreementView:
        """How far several people's answers agree. Raises NotFound, Forbidden."""

        def state(tx: Connection) -> tuple[Any, ...]:
            project = project_for(tx, actor, project_id, "item.history")
            return ("agreement", project_id, project.ontology_version, _newest(tx, merges, project_id))

        key = self.context.database.read(state)
        return self._kept.get(key, lambda: self._agreement(project_id, key[2]))

    def people(self, actor: Actor, project_id: str) -> PeopleReport:
        """How reliable everybody is, and what changed. Raises NotFound.

        Annotators see themselves alone, and nothing of gold that they are not told of.
        """

        def state(tx: Connection) -> tuple[tuple[Any, ...], bool]:
            project = project_for(tx, actor, project_id, "project.read")
            newest = (_newest(tx, documents, project_id), _newest(tx, error_marks, project_id))
            sees_all = actor.may("item.history", role_in(tx, actor, project_id))
            until = EVER if sees_all else told_until(gold_plan_of(tx, project_id), self.context)
            return ("people", project_id, project.ontology_version, until, *newest), sees_all

        key, sees_all = self.context.database.read(state)
        report = self._kept.get(key, lambda: self._people(project_id, key[2], key[3]))
        return report if sees_all else report.only(actor.id)

    def warnings(self, actor: Actor, project_id: str) -> Warned:
        """Categories that are often confused, at most a quarter of an hour old: every studio asks for them.

        Raises NotFound.
        """
        at, kept = self._warned.get(project_id, (0, None))
        now = self.context.clock()
        if kept is not None and now - at < WARNED_FOR:
            self.context.database.read(lambda tx: project_for(tx, actor, project_id, "project.read"))
            return kept
        report = self.people(actor, project_id)
        made = Warned(warnings=report.warnings, pairs=report.pairs)
        self._warned[project_id] = (now, made)
        return made

    def _agreement(self, project_id: str, version: int) -> AgreementView:
        def work(tx: Connection) -> Answered:
            return _answered(tx, project_id, read_ontology(self.context, tx, project_id, version))

        # The maths runs outside of the transaction: it takes seconds.
        return measured(self.context.database.read(work))

    def _people(self, project_id: str, version: int, gold_until: str) -> PeopleReport:
        def work(tx: Connection) -> Evidence:
            ontology = read_ontology(self.context, tx, project_id, version)
            return evidence_of(tx, project_id, ontology, gold_until=gold_until)

        report = people_report(self.context.database.read(work))
        if gold_until == EVER:
            follow(self.context, project_id, report)
        return report


class Answered(NamedTuple):
    """What agreement is measured on: the documents by item and person, and facts of the items."""

    answers: dict[str, dict[str, Document]]
    names: dict[str, str]
    rows: Sequence[Row[Any]]
    known: Mapping[str, Any]
    of: int


def _newest(tx: Connection, table: Any, project_id: str) -> str | None:  # noqa: ANN401  # a table
    return tx.execute(select(func.max(table.c.id)).where(table.c.project_id == project_id)).scalar()


def _answered(tx: Connection, project_id: str, ontology: Ontology) -> Answered:
    chosen = merges.c.project_id == project_id
    rows = tx.execute(select(merges).where(chosen).order_by(merges.c.id.desc()).limit(MOST_ITEMS)).all()
    count = int(tx.execute(select(func.count()).where(chosen)).scalar_one())
    answers = answers_by_item(tx, ontology, [row for row in rows if len(row.answers) > 1])
    names = names_of(tx, sorted({person for said in answers.values() for person in said}))
    found = select(items.c.id, items.c.name, items.c.width, items.c.height, items.c.split, items.c.state)
    known = {row.id: row for row in tx.execute(found.where(items.c.id.in_([row.item_id for row in rows])))}
    return Answered(answers, names, rows, known, count)


def measured(found: Answered) -> AgreementView:
    """How far those people agree, and where least."""
    from labelwright.quality.agreement_report import agreement_report  # SciPy loads when it is used

    answers, names, rows, known, of = found
    report = None
    if answers:
        made = agreement_report(
            answers,
            np.random.default_rng(SEED),
            sizes={item: (known[item].width, known[item].height) for item in answers if item in known},
            facts={item: {"split": known[item].split or "none"} for item in answers if item in known},
            resamples=RESAMPLES,
        )
        report = msgspec.to_builtins(made)
    measured = (row for row in rows if row.agreement is not None and row.item_id in known)
    lowest = sorted(measured, key=lambda row: (row.agreement, row.item_id))
    return AgreementView(
        items=len(answers),
        of=of,
        names=names,
        report=report,
        lowest=[
            LowItem(
                item=row.item_id,
                name=known[row.item_id].name,
                agreement=row.agreement,
                confidence=row.confidence,
                answers=len(row.answers),
                state=known[row.item_id].state,
            )
            for row in lowest[:MOST_LOW]
        ],
    )
