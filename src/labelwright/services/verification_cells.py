"""What waits to be verified: annotations under review, and predictions of items still to be annotated.

Each person sees it through their own drafts: what they changed or judged already stands there, and
belongs to nobody else until they hand it in.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, and_, or_, select

from labelwright.core.document import EMPTY, Annotation, Document, decode
from labelwright.core.ontology import Ontology
from labelwright.core.operations import Operation, fold
from labelwright.core.workflow import ANNOTATE, REVIEW
from labelwright.quality.suspicion import Candidate, Predicted
from labelwright.services.access import Actor
from labelwright.services.queue import has_answered
from labelwright.storage.schema import documents, drafts, items, members, operations, tasks

REVIEWED, PREDICTED = "review", "predictions"
SOURCES = {REVIEWED: REVIEW, PREDICTED: ANNOTATE}
"""Sources of a grid, and the stage at which their tasks stand."""

MOST = 20_000  # annotations that one grid looks through
TOGETHER = 500  # ids in one question to the database

_operation = msgspec.json.Decoder(Operation)


class Waiting(NamedTuple):
    """A task with its item's row, and the documents that count: the person's draft and what it is from.

    `proposals` are predictions by the id of their document, with the model's name. `holder` is the name
    of somebody else who works on it right now.
    """

    task: Row[Any]
    item: Row[Any]
    draft: Document
    base: Document
    revision: int
    proposals: tuple[tuple[str, str, Document], ...]
    holder: str | None


class Found(NamedTuple):
    """One annotation of a task; `model` and `document` where it is a predicted one."""

    waiting: Waiting
    annotation: Annotation
    verdict: str | None
    model: str | None = None
    document: str | None = None


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How the annotations of a draft under review stand: how many have which verdict; `open`: none."""

    annotations: int
    accepted: int
    amended: int
    returned: int
    open: int


def waiting(
    tx: Connection,
    actor: Actor,
    project: Row[Any],
    ontology: Ontology,
    source: str,
    now: int,
    *,
    self_review: bool,
    only: Sequence[str] | None = None,
) -> Iterator[Waiting]:
    """The tasks of a source that the person may work on, in the order of the queue.

    `only` names tasks by id; of these also come such that somebody else holds.
    """
    found = list(_open_tasks(tx, actor, project.id, SOURCES[source], self_review=self_review, only=only))
    names = _names(tx, {row.lease_member for row in found if _is_others(row, actor, now)})
    for some in (found[at : at + TOGETHER] for at in range(0, len(found), TOGETHER)):
        ids, item_ids = [row.id for row in some], [row.item_id for row in some]
        rows = {row.id: row for row in tx.execute(select(items).where(items.c.id.in_(item_ids)))}
        bodies = _bodies(tx, [row.base_document_id for row in some if row.base_document_id])
        own = _own_drafts(tx, actor.id, ids)
        proposed = _predictions(tx, item_ids)
        for row in some:
            base = bodies.get(row.base_document_id, EMPTY)
            draft, revision = own.get(row.id, (base, 0))
            yield Waiting(
                task=row,
                item=rows[row.item_id],
                draft=ontology.resolve(draft),
                base=ontology.resolve(base),
                revision=revision,
                proposals=tuple(
                    (document, model, ontology.resolve(body))
                    for model, (document, body) in sorted(proposed.get(row.item_id, {}).items())
                ),
                holder=names.get(row.lease_member) if _is_others(row, actor, now) else None,
            )


def annotations_of(entry: Waiting, source: str) -> Iterator[Found]:
    """What a task brings to the grid of a source."""
    if source == REVIEWED:
        before = entry.base.by_id()
        for annotation in entry.draft.annotations:
            yield Found(entry, annotation, verdict_here(annotation, before))
        return
    taken = {a.evidence.prediction for a in entry.draft.annotations if a.evidence.prediction}
    for document, model, body in entry.proposals:
        for annotation in body.annotations:
            yield Found(entry, annotation, "accepted" if annotation.id in taken else None, model, document)


def verdict_here(annotation: Annotation, before: dict[str, Annotation]) -> str | None:
    """The verdict that was given in this review; one of an earlier round does not count."""
    evidence = annotation.evidence
    old = before.get(annotation.id)
    if old is not None and (old.evidence.verdict, old.evidence.reviewed_at) == (
        evidence.verdict,
        evidence.reviewed_at,
    ):
        return None
    return evidence.verdict


def tally(draft: Document, base: Document) -> Tally:
    """How a draft under review stands."""
    before = base.by_id()
    given = [verdict_here(annotation, before) for annotation in draft.annotations]
    return Tally(
        annotations=len(given),
        accepted=given.count("accepted"),
        amended=given.count("amended"),
        returned=given.count("returned"),
        open=given.count(None),
    )


def candidate_of(found: Found, name_of: Callable[[str], str]) -> Candidate:
    """An annotation as suspicion looks at it; `name_of` gives a category's name."""
    annotation, item = found.annotation, found.waiting.item
    return Candidate(
        id=annotation.id,
        item=_place(found),
        category=annotation.category,
        name=name_of(annotation.category),
        shape=annotation.shape,
        size=(item.width, item.height),
        score=annotation.evidence.score,
        prediction=found.model is not None or annotation.evidence.prediction is not None,
    )


def predicted_of(found: Iterable[Found], name_of: Callable[[str], str]) -> dict[str, list[Predicted]]:
    """What models say of the items, as suspicion looks at it."""
    told: dict[str, list[Predicted]] = {}
    for one in found:
        key = _place(one)
        if key in told or not one.waiting.proposals:
            continue
        told[key] = [
            Predicted(a.shape, a.category, name_of(a.category), a.evidence.score)
            for _, _, body in one.waiting.proposals
            for a in body.annotations
            if a.shape is not None
        ]
    return told


def key_of(found: Found) -> tuple[str, str]:
    """By what suspicion names an annotation."""
    return _place(found), found.annotation.id


def _place(found: Found) -> str:
    # Two models on one item are compared each with itself, never with one another.
    return f"{found.waiting.task.id} {found.document or ''}"


def _open_tasks(
    tx: Connection,
    actor: Actor,
    project_id: str,
    stage: str,
    *,
    self_review: bool,
    only: Sequence[str] | None,
) -> Iterator[Row[Any]]:
    chosen = select(tasks).where(
        tasks.c.project_id == project_id,
        tasks.c.state == "waiting",
        tasks.c.stage == stage,
        tasks.c.purpose == "work",
        or_(tasks.c.assigned_to.is_(None), tasks.c.assigned_to == actor.id),
    )
    answered = has_answered(actor.id)
    if stage == ANNOTATE:
        chosen = chosen.where(~answered)
    elif not self_review:
        not_mine = or_(and_(tasks.c.author.is_(None), ~answered), tasks.c.author != actor.id)
        chosen = chosen.where(not_mine)
    if only is not None:
        chosen = chosen.where(tasks.c.id.in_(only))
    yield from tx.execute(chosen.order_by(tasks.c.position, tasks.c.id))


def _is_others(task: Row[Any], actor: Actor, now: int) -> bool:
    return task.lease_member not in (None, actor.id) and (task.lease_expires or 0) > now


def _names(tx: Connection, ids: set[str | None]) -> dict[str | None, str]:
    if not ids:
        return {}
    rows = tx.execute(select(members.c.id, members.c.name).where(members.c.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _bodies(tx: Connection, ids: Sequence[str]) -> dict[str | None, Document]:
    rows = tx.execute(select(documents.c.id, documents.c.body).where(documents.c.id.in_(ids)))
    return {row.id: decode(row.body) for row in rows}


def _own_drafts(tx: Connection, member_id: str, ids: Sequence[str]) -> dict[str, tuple[Document, int]]:
    mine = (drafts.c.member_id == member_id, drafts.c.task_id.in_(ids))
    log: dict[str, list[Operation]] = {}
    for row in tx.execute(
        select(operations.c.task_id, operations.c.body)
        .join(
            drafts,
            (drafts.c.task_id == operations.c.task_id) & (drafts.c.member_id == operations.c.member_id),
        )
        .where(*mine, operations.c.revision > drafts.c.snapshot_revision)
        .order_by(operations.c.task_id, operations.c.revision)
    ):
        log.setdefault(row.task_id, []).append(_operation.decode(row.body))
    return {
        row.task_id: (fold(decode(row.snapshot), log.get(row.task_id, ()), member_id), row.revision)
        for row in tx.execute(select(drafts).where(*mine))
    }


def _predictions(tx: Connection, item_ids: Sequence[str]) -> dict[str, dict[str, tuple[str, Document]]]:
    """The newest prediction of each model, by item and model."""
    found: dict[str, dict[str, tuple[str, Document]]] = {}
    for row in tx.execute(
        select(documents.c.id, documents.c.item_id, documents.c.model, documents.c.author, documents.c.body)
        .where(documents.c.item_id.in_(item_ids), documents.c.kind == "prediction")
        .order_by(documents.c.id)
    ):
        found.setdefault(row.item_id, {})[row.model or row.author] = (row.id, decode(row.body))
    return found
