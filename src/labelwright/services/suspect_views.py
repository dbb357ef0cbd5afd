"""Suspects and their runs as people see them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from labelwright.core.document import Annotation, decode
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Bounds, Shape
from labelwright.media.crop import window_around
from labelwright.services.documents import PREDICTION
from labelwright.services.quality_rows import bodies_of
from labelwright.services.suspect_batches import done_items
from labelwright.services.suspect_run import RunReport, shape_of
from labelwright.services.verification import WindowView
from labelwright.storage.schema import documents, items, jobs, members, merges, suspect_runs


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """A search for suspects, by the state of its job; `error` says why it failed."""

    id: str
    created_at: str
    finished_at: str | None
    by: str
    job: str
    state: str
    done: int
    total: int | None
    error: str | None
    report: RunReport | None


class YieldView(msgspec.Struct, frozen=True, kw_only=True):
    """Of `looked` suspects `wrong` were, with the interval of Clopper and Pearson; None before the first."""

    looked: int
    wrong: int
    share: float | None
    low: float | None
    high: float | None


class Stopping(msgspec.Struct, frozen=True, kw_only=True):
    """Whether to go on with this list: of the `last` judged `wrong` were. `worth` is the least share."""

    stop: bool
    last: int
    wrong: int
    worth: float


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would use: done items, and of them those with predictions, merged answers, likes."""

    items: int
    models: dict[str, int]
    merged: int
    duplicates: int


class SuspectsOverview(msgspec.Struct, frozen=True, kw_only=True):
    """The list's run, one that is on its way or failed, what a run would use, and what looking brought.

    `open` counts what is still to be judged, `kinds` and `categories` by kind and category.
    """

    run: RunView | None
    going: RunView | None
    material: Material
    open: int
    kinds: dict[str, int]
    categories: dict[str, int]
    total: YieldView
    by_kind: dict[str, YieldView]
    stopping: Stopping


class SuspectView(msgspec.Struct, frozen=True, kw_only=True):
    """A suspect. `annotation` is what stands there; `shape` where something is missing, or how it should lie.

    `outdated`: the item holds another document by now. `window` is the part of the picture to show.
    """

    id: str
    rank: int
    item: str
    name: str
    item_state: str
    width: int
    height: int
    window: WindowView
    annotation: Annotation | None
    shape: Shape | None
    kind: str
    category: str | None
    should_be: str | None
    score: float
    reasons: list[str]
    sources: list[str]
    verdict: str | None
    judged_by: str | None
    judged_at: str | None
    outdated: bool


class SuspectPage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the list, the likeliest first; `next` goes on."""

    items: list[SuspectView]
    next: str | None
    total: int


def views_of(tx: Connection, ontology: Ontology, rows: Sequence[Row[Any]]) -> list[SuspectView]:
    """Rows of `suspects` as people see them."""
    found = select(items).where(items.c.id.in_({row.item_id for row in rows}))
    known = {row.id: row for row in tx.execute(found)}
    people = select(members.c.id, members.c.name).where(members.c.id.in_({row.judged_by for row in rows}))
    names = {row.id: row.name for row in tx.execute(people)}
    bodies = bodies_of(tx, sorted({row.document_id for row in rows if row.annotation_id}))
    stood = {name: ontology.resolve(decode(body)).by_id() for name, body in bodies.items()}
    return [
        _view(row, known[row.item_id], stood.get(row.document_id, {}), names)
        for row in rows
        if row.item_id in known
    ]


def _view(row: Row[Any], item: Row[Any], stood: dict[str, Annotation], names: dict[str, str]) -> SuspectView:
    annotation = stood.get(row.annotation_id) if row.annotation_id else None
    shape = None if row.shape is None else shape_of(row.shape)
    place = annotation.shape if annotation is not None and annotation.shape is not None else shape
    bounds = place.bounds if place is not None else Bounds(0, 0, item.width, item.height)
    return SuspectView(
        id=row.id,
        rank=row.rank,
        item=item.id,
        name=item.name,
        item_state=item.state,
        width=item.width,
        height=item.height,
        window=WindowView(**window_around(bounds, item.width, item.height)._asdict()),
        annotation=annotation,
        shape=shape,
        kind=row.kind,
        category=row.category,
        should_be=row.should_be,
        score=row.score,
        reasons=row.reasons,
        sources=row.sources,
        verdict=row.verdict,
        judged_by=names.get(row.judged_by),
        judged_at=row.judged_at,
        outdated=item.document_id != row.document_id,
    )


def newest_run(tx: Connection, project_id: str, *, finished: bool = False) -> RunView | None:
    """The newest run of a project, or the newest that has a list."""
    chosen = (
        select(suspect_runs, jobs.c.state, jobs.c.done, jobs.c.total, jobs.c.error, members.c.name)
        .join(jobs, jobs.c.id == suspect_runs.c.job_id)
        .join(members, members.c.id == suspect_runs.c.created_by)
        .where(suspect_runs.c.project_id == project_id)
        .order_by(suspect_runs.c.id.desc())
        .limit(1)
    )
    if finished:
        chosen = chosen.where(suspect_runs.c.finished_at.is_not(None))
    row = tx.execute(chosen).first()
    if row is None:
        return None
    error: dict[str, Any] = row.error or {}
    return RunView(
        id=row.id,
        created_at=row.created_at,
        finished_at=row.finished_at,
        by=row.name,
        job=row.job_id,
        state=row.state,
        done=row.done,
        total=row.total,
        error=error.get("detail"),
        report=None if row.report is None else msgspec.convert(row.report, RunReport),
    )


def material_of(tx: Connection, project_id: str) -> Material:
    """What a run would use."""
    done = done_items(project_id)

    def count(*conditions: Any) -> int:  # noqa: ANN401  # conditions
        asked = select(func.count()).select_from(items).where(done, *conditions)
        return int(tx.execute(asked).scalar_one())

    name = func.coalesce(documents.c.model, documents.c.author)
    predicted = (
        select(name, func.count(documents.c.item_id.distinct()))
        .join(items, items.c.id == documents.c.item_id)
        .where(done, documents.c.project_id == project_id, documents.c.kind == PREDICTION)
        .group_by(name)
        .order_by(name)
    )
    merged = select(merges.c.item_id).where(
        merges.c.project_id == project_id, merges.c.agreement.is_not(None)
    )
    return Material(
        items=count(),
        models={model: int(number) for model, number in tx.execute(predicted)},
        merged=count(items.c.id.in_(merged)),
        duplicates=count(items.c.near_duplicate_of.is_not(None)),
    )
