"""The job that looks for suspects: batch after batch of done items, then one list, the likeliest first.

Nothing is written before the end, so a run that is killed begins again. What was judged already in the same
document is left out: nobody is asked twice.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, delete, func, insert, select, update

from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Shape
from labelwright.quality.iou import iou
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.job_run import JobRun
from labelwright.services.ontologies import read_ontology
from labelwright.services.suspect_batches import Batch, batch_of, done_items, next_rows
from labelwright.services.suspect_finding import SOURCES, Found, found_in, order
from labelwright.storage.schema import items, projects, suspect_runs, suspects

MOST = 5_000  # kept of a run
SAME_PLACE = 0.5  # IoU from which two missing shapes are the same
CHUNK = 500


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a run looked at and found.

    `models`, `merged` and `duplicates` say on how many items there was something to compare with. `found`
    counts all suspects, of which the likeliest `kept` are listed; `judged_before` were left out.
    """

    items: int
    annotations: int
    models: dict[str, int]
    merged: int
    duplicates: int
    found: int
    kept: int
    judged_before: int
    sources: dict[str, int]


def run_suspects(run: JobRun) -> dict[str, Any]:
    """The handler of the job: gives the report of the run."""
    context, run_id = run.context, str(run.args["run"])
    total, ontology, judged = context.database.read(lambda tx: _begin(tx, context, str(run.project_id)))
    looked, kept = _Looked(), list[Found]()
    place = -1
    documents: dict[str, str] = {}
    while True:
        run.check()

        def read(tx: Connection, place: int = place) -> tuple[int, Batch] | None:
            rows = next_rows(tx, str(run.project_id), place)
            return (rows[-1].position, batch_of(tx, ontology, rows)) if rows else None

        answer = context.database.read(read)
        if answer is None:
            break
        place, batch = answer
        fresh = [one for one in found_in(batch, ontology) if not judged.knows(one)]
        looked.add(batch, fresh)
        kept = sorted([*kept, *fresh], key=order)[:MOST]
        documents.update({row.id: row.document_id for row in batch.rows})
        named = {one.item for one in kept}
        documents = {item: name for item, name in documents.items() if item in named}
        context.database.write(lambda tx: run.step(tx, looked.items, total, "Looking for suspects"))
    report = looked.report(kept, judged.left_out)

    def finish(tx: Connection) -> None:
        _write(tx, context, str(run.project_id), run_id, kept, documents)
        told = msgspec.to_builtins(report)
        finished = {"report": told, "finished_at": context.now()}
        tx.execute(update(suspect_runs).where(suspect_runs.c.id == run_id).values(**finished))
        counts = {"items": report.items, "suspects": report.kept}
        record(tx, context, run.created_by, "suspects.found", str(run.project_id), counts)

    context.database.write(finish)
    return {"run": run_id, "items": report.items, "suspects": report.kept}


class _Judged:
    """What people judged of documents that still count, so that it is not asked again."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._annotations = {(row.item_id, row.annotation_id) for row in rows if row.annotation_id}
        self._places: dict[tuple[str, str | None], list[Shape | None]] = {}
        for row in rows:
            if not row.annotation_id:
                shape = None if row.shape is None else shape_of(row.shape)
                self._places.setdefault((row.item_id, row.category), []).append(shape)
        self.left_out = 0

    def knows(self, one: Found) -> bool:
        """Whether somebody judged it; such are counted."""
        if one.annotation is not None:
            known = (one.item, one.annotation) in self._annotations
        else:
            places = self._places.get((one.item, one.category), ())
            known = any(_same(one.shape, place) for place in places)
        self.left_out += known
        return known


class _Looked:
    """What was gone through so far."""

    def __init__(self) -> None:
        self.items = self.annotations = self.merged = self.duplicates = self.found = 0
        self.models: dict[str, int] = {}

    def add(self, batch: Batch, found: Sequence[Found]) -> None:
        self.items += len(batch.rows)
        self.annotations += sum(len(document.annotations) for document in batch.documents.values())
        self.merged += len(batch.merged)
        self.duplicates += len(batch.neighbors)
        self.found += len(found)
        for model, known in batch.predictions.items():
            self.models[model] = self.models.get(model, 0) + len(known)

    def report(self, kept: Sequence[Found], judged_before: int) -> RunReport:
        return RunReport(
            items=self.items,
            annotations=self.annotations,
            models=dict(sorted(self.models.items())),
            merged=self.merged,
            duplicates=self.duplicates,
            found=self.found,
            kept=len(kept),
            judged_before=judged_before,
            sources={name: sum(name in one.sources for one in kept) for name in SOURCES},
        )


def shape_of(told: Any) -> Shape:  # noqa: ANN401  # JSON
    """A shape as the table keeps it."""
    return msgspec.convert(told, Shape)


def _begin(tx: Connection, context: Context, project_id: str) -> tuple[int, Ontology, _Judged]:
    total = tx.execute(select(func.count()).select_from(items).where(done_items(project_id))).scalar_one()
    version = select(projects.c.ontology_version).where(projects.c.id == project_id)
    ontology = read_ontology(context, tx, project_id, tx.execute(version).scalar_one())
    chosen = (
        select(suspects.c.item_id, suspects.c.annotation_id, suspects.c.category, suspects.c.shape)
        .join(items, and_(items.c.id == suspects.c.item_id, items.c.document_id == suspects.c.document_id))
        .where(suspects.c.project_id == project_id, suspects.c.verdict.is_not(None))
    )
    return int(total), ontology, _Judged(tx.execute(chosen).all())


def _write(
    tx: Connection,
    context: Context,
    project_id: str,
    run_id: str,
    kept: Sequence[Found],
    documents: dict[str, str],
) -> None:
    # Of older lists only what was judged is still of use; of this one nothing can be there yet.
    open_ones = and_(suspects.c.project_id == project_id, suspects.c.verdict.is_(None))
    tx.execute(delete(suspects).where(open_ones))
    rows = [
        {
            "id": context.new_id(),
            "run_id": run_id,
            "project_id": project_id,
            "rank": rank,
            "item_id": one.item,
            "document_id": documents[one.item],
            "annotation_id": one.annotation,
            "kind": one.kind,
            "category": one.category,
            "should_be": one.should_be,
            "shape": None if one.shape is None else msgspec.to_builtins(one.shape),
            "score": round(one.score, 6),
            "reasons": list(one.reasons),
            "sources": list(one.sources),
        }
        for rank, one in enumerate(kept, 1)
    ]
    for start in range(0, len(rows), CHUNK):
        tx.execute(insert(suspects), rows[start : start + CHUNK])


def _same(one: Shape | None, other: Shape | None) -> bool:
    if one is None or other is None:
        return one is other
    return iou(one, other) >= SAME_PLACE
