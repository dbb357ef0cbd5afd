"""Suspects: looking for them, the list, what people found, and the yield of looking.

A list belongs to a run. Verdicts stay when a new run replaces the list, so that the yield counts all that was
ever judged.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select

from labelwright.core.errors import InvalidInput, WrongState
from labelwright.quality.suspects import Yield, suspect_yield
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.jobs import FAILED, UNFINISHED, Jobs, submit
from labelwright.services.ontologies import read_ontology
from labelwright.services.suspect_finding import KINDS
from labelwright.services.suspect_views import (
    Stopping,
    SuspectPage,
    SuspectsOverview,
    YieldView,
    material_of,
    newest_run,
    views_of,
)
from labelwright.storage.schema import suspect_runs, suspects

RIGHT = "task.review"
SHOWN = ("open", "judged", "all")
WORTH = 0.1  # the least share of wrong ones that a look is worth


class SuspectQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which suspects of the newest list: `show` is open, judged or all."""

    kind: str | None = None
    category: str | None = None
    minimum_score: float | None = None
    show: str = "open"
    cursor: str | None = None
    limit: int = 60


class Suspects:
    """The service of suspects."""

    def __init__(self, context: Context, jobs_service: Jobs) -> None:
        self.context = context
        self._jobs = jobs_service

    def start(self, actor: Actor, project_id: str) -> str:
        """Look for suspects; a job does the work. Gives the run's id.

        Raises NotFound, Forbidden, WrongState while one runs.
        """

        def work(tx: Connection) -> str:
            project_for(tx, actor, project_id, RIGHT)
            going = newest_run(tx, project_id)
            if going is not None and going.state in UNFINISHED:
                raise WrongState("A search is on its way already.", remedy="Wait until it has ended.")
            run_id = self.context.new_id()
            job_id = submit(tx, self.context, actor, "find_suspects", project_id, {"run": run_id})
            row = {"id": run_id, "project_id": project_id, "job_id": job_id, "created_by": actor.id}
            tx.execute(insert(suspect_runs).values(**row, created_at=self.context.now()))
            return run_id

        run_id = self.context.database.write(work)
        self._jobs.wake()
        return run_id

    def overview(self, actor: Actor, project_id: str) -> SuspectsOverview:
        """Where the search stands, and what looking brought. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> SuspectsOverview:
            project_for(tx, actor, project_id, RIGHT)
            newest, listed = newest_run(tx, project_id), newest_run(tx, project_id, finished=True)
            going = newest if newest is not None and newest.state in (*UNFINISHED, FAILED) else None
            run_id = "" if listed is None else listed.id
            kinds = _counts(tx, run_id, suspects.c.kind)
            judged = tx.execute(
                select(suspects.c.run_id, suspects.c.kind, suspects.c.verdict)
                .where(suspects.c.project_id == project_id, suspects.c.verdict.is_not(None))
                .order_by(suspects.c.judged_at, suspects.c.id)
            ).all()
            mine = suspect_yield(
                [_is_wrong(row.verdict) for row in judged if row.run_id == run_id], worth=WORTH
            )
            last = [_is_wrong(row.verdict) for row in judged if row.run_id == run_id][-20:]
            return SuspectsOverview(
                run=listed,
                going=going,
                material=material_of(tx, project_id),
                open=sum(kinds.values()),
                kinds=kinds,
                categories=_counts(tx, run_id, suspects.c.category),
                total=_yield(suspect_yield([_is_wrong(row.verdict) for row in judged])),
                by_kind={
                    kind: _yield(
                        suspect_yield([_is_wrong(row.verdict) for row in judged if row.kind == kind])
                    )
                    for kind in KINDS
                    if any(row.kind == kind for row in judged)
                },
                stopping=Stopping(stop=mine.stop, last=len(last), wrong=sum(last), worth=WORTH),
            )

        return self.context.database.read(work)

    def list(self, actor: Actor, project_id: str, query: SuspectQuery) -> SuspectPage:
        """A part of the newest list. Raises NotFound, Forbidden, InvalidInput."""
        after = _check(query)

        def work(tx: Connection) -> SuspectPage:
            project = project_for(tx, actor, project_id, RIGHT)
            listed = newest_run(tx, project_id, finished=True)
            if listed is None:
                return SuspectPage(items=[], next=None, total=0)
            fits = [suspects.c.run_id == listed.id]
            if query.kind is not None:
                fits.append(suspects.c.kind == query.kind)
            if query.category is not None:
                fits.append(suspects.c.category == query.category)
            if query.minimum_score is not None:
                fits.append(suspects.c.score >= query.minimum_score)
            if query.show != "all":
                is_open = suspects.c.verdict.is_(None)
                fits.append(is_open if query.show == "open" else ~is_open)
            total = tx.execute(select(func.count()).select_from(suspects).where(*fits)).scalar_one()
            chosen = select(suspects).where(*fits, suspects.c.rank > after).order_by(suspects.c.rank)
            rows = tx.execute(chosen.limit(query.limit + 1)).all()
            ontology = read_ontology(self.context, tx, project.id, project.ontology_version)
            shown = views_of(tx, ontology, rows[: query.limit])
            more = len(rows) > query.limit
            return SuspectPage(items=shown, next=str(shown[-1].rank) if more else None, total=int(total))

        return self.context.database.read(work)


def _counts(tx: Connection, run_id: str, column: Any) -> dict[str, int]:  # noqa: ANN401  # a column
    chosen = (
        select(column, func.count()).where(suspects.c.run_id == run_id, suspects.c.verdict.is_(None))
    ).group_by(column)
    return {name: int(number) for name, number in tx.execute(chosen) if name is not None}


def _is_wrong(verdict: str) -> bool:
    return verdict != "fine"


def _yield(found: Yield) -> YieldView:
    return YieldView(
        looked=found.looked, wrong=found.wrong, share=found.share, low=found.low, high=found.high
    )


def _check(query: SuspectQuery) -> int:
    if query.kind is not None and query.kind not in KINDS:
        raise InvalidInput(
            f"There is no kind “{query.kind}”.", place="kind", remedy=f"Use {', '.join(KINDS)}."
        )
    if query.show not in SHOWN:
        raise InvalidInput(
            f"“{query.show}” is nothing to show.", place="show", remedy=f"Use {', '.join(SHOWN)}."
        )
    if not query.cursor:
        return 0
    if not (query.cursor.isdecimal() and query.cursor.isascii() and len(query.cursor) < 10):
        raise InvalidInput("This cursor is none of ours.", place="cursor", remedy="Leave it out.")
    return int(query.cursor)
