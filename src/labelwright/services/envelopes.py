"""The envelope: everything the studio needs to work on one task, in one answer."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, select

from labelwright.core.conflicts import OpenConflict
from labelwright.core.document import Document, decode
from labelwright.core.errors import Forbidden, NotFound
from labelwright.core.gold import GOLD, WORK
from labelwright.core.ontology import Ontology
from labelwright.core.workflow import ANNOTATE
from labelwright.media.depth import Depth
from labelwright.services.access import Actor, project_for, role_in
from labelwright.services.context import Context
from labelwright.services.drafts import base_document, conflicts_of, read_draft
from labelwright.services.gold_hiding import tasks_in_sight
from labelwright.services.issues import IssueView, issues_of
from labelwright.services.ontologies import read_ontology
from labelwright.services.projects import workflow_of
from labelwright.services.pyramids import TilesOf, depth_of_item, tiles_of
from labelwright.services.queue import item_of, member_name, task_for
from labelwright.services.removed import shown
from labelwright.storage.schema import documents, items, merges, tasks

_predicted = (
    select(documents.c.id, documents.c.model, documents.c.author, documents.c.body)
    .where(documents.c.item_id == bindparam("item"), documents.c.kind == "prediction")
    .order_by(documents.c.id.desc())
    .limit(20)
)
_merged = (
    select(merges)
    .where(merges.c.item_id == bindparam("item"), merges.c.round == bindparam("round"))
    .order_by(merges.c.id.desc())
    .limit(1)
)
_several = select(documents.c.id, documents.c.seconds, documents.c.body).where(
    documents.c.id.in_(bindparam("ids", expanding=True))
)
_document = select(documents).where(documents.c.id == bindparam("document"))


class TaskView(msgspec.Struct, frozen=True, kw_only=True):
    """A task; `held_by` is the holder of a live lease, `lease_expires` Unix milliseconds."""

    id: str
    item: str
    project: str
    stage: str
    state: str
    round: int
    assigned_to: str | None
    held_by: str | None
    lease_expires: int | None
    comment: str | None


class ItemBrief(msgspec.Struct, frozen=True, kw_only=True):
    """The item of a task: name, size in pixels of the upright picture, and where the picture is.

    `tiles` says that it is shown in tiles, after its preview; `depth` gives the values of deep gray.
    """

    id: str
    name: str
    key: str | None
    width: int
    height: int
    image: str
    preview: str
    tiles: TilesOf | None
    depth: Depth | None
    notes: list[str]


class DraftState(msgspec.Struct, frozen=True, kw_only=True):
    """The person's own draft on the task, and the conflicts in it that are open."""

    revision: int
    document: Document
    conflicts: list[OpenConflict]


class PredictionView(msgspec.Struct, frozen=True, kw_only=True):
    """A model's output on the item."""

    id: str
    model: str
    document: Document


class SubmissionView(msgspec.Struct, frozen=True, kw_only=True):
    """The submission that is under review, or that came back."""

    id: str
    author: str
    author_name: str
    created_at: str
    seconds: float
    document: Document


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """One of several people's answers, without its author's name, so that the answer is judged."""

    id: str
    seconds: float
    document: Document


class MergeView(msgspec.Struct, frozen=True, kw_only=True):
    """What the document of a task was merged from; `detail` says who said what, by the ids of answers."""

    agreement: float | None
    confidence: float | None
    method: str
    answers: list[AnswerView]
    skips: list[str]
    detail: dict[str, Any]


class OntologyAt(msgspec.Struct, frozen=True, kw_only=True):
    """An ontology and its version."""

    version: int
    ontology: Ontology


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A task with all that belongs to it."""

    task: TaskView
    item: ItemBrief
    draft: DraftState
    predictions: list[PredictionView]
    submission: SubmissionView | None
    merge: MergeView | None
    issues: list[IssueView]
    ontology: OntologyAt
    brief_version: int
    lease_seconds: int
    self_review: bool


class TaskListing(msgspec.Struct, frozen=True, kw_only=True):
    """A page of tasks."""

    items: list[TaskView]
    next: str | None


class Envelopes:
    """The service that reads tasks."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def get(self, actor: Actor, task_id: str) -> Envelope:
        """The envelope of a task, with the actor's own draft.

        Raises NotFound; Forbidden if someone else holds it and the actor is no reviewer.
        """

        def work(tx: Connection) -> Envelope:
            task, project = task_for(tx, actor, task_id)
            self._check_may_look(tx, actor, task)
            ontology = read_ontology(self.context, tx, project.id, project.ontology_version)
            document, revision = read_draft(tx, task, actor.id)
            workflow = workflow_of(project)
            return Envelope(
                task=task_view(task, self.context.clock()),
                item=_item_brief(self.context, item_of(tx, task)),
                draft=DraftState(
                    revision=revision,
                    document=shown(ontology, document, base_document(tx, task))
                    if ontology.retired
                    else document,
                    conflicts=conflicts_of(tx, task_id, actor.id),
                ),
                predictions=_predictions(tx, task.item_id, ontology),
                submission=_submission(tx, task, ontology),
                merge=_merge(tx, task, ontology),
                issues=issues_of(tx, task.item_id, by=None if task.purpose == WORK else actor.id),
                ontology=OntologyAt(version=project.ontology_version, ontology=ontology),
                brief_version=project.brief_version,
                lease_seconds=workflow.lease_seconds,
                self_review=workflow.self_review,
            )

        return self.context.database.read(work)

    def list(
        self,
        actor: Actor,
        project_id: str,
        *,
        stage: str | None = None,
        state: str | None = None,
        assignee: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> TaskListing:
        """Tasks of a project in the order of their ids. Annotators see their own and those free to them."""

        def work(tx: Connection) -> TaskListing:
            project_for(tx, actor, project_id, "project.read")
            in_sight = tasks_in_sight(tx, actor, project_id)
            statement = select(tasks).where(tasks.c.project_id == project_id, in_sight)
            if role_in(tx, actor, project_id) == "annotator":
                statement = statement.where(tasks.c.assigned_to.is_(None) | (tasks.c.assigned_to == actor.id))
            for column, wanted in (
                (tasks.c.stage, stage),
                (tasks.c.state, state),
                (tasks.c.assigned_to, assignee),
            ):
                if wanted:
                    statement = statement.where(column == wanted)
            if assignee:
                statement = statement.where(tasks.c.purpose != GOLD)  # see `task_view`
            if cursor:
                statement = statement.where(tasks.c.id > cursor)
            rows = tx.execute(statement.order_by(tasks.c.id).limit(limit + 1)).all()
            now = self.context.clock()
            page = [task_view(row, now) for row in rows[:limit]]
            return TaskListing(items=page, next=page[-1].id if len(rows) > limit else None)

        return self.context.database.read(work)

    def _check_may_look(self, tx: Connection, actor: Actor, task: Row[Any]) -> None:
        held_by = task_view(task, self.context.clock()).held_by
        if held_by == actor.id and task.assigned_to in (None, actor.id):
            return
        if actor.may("task.review", role_in(tx, actor, task.project_id)):
            return
        if held_by not in (None, actor.id) or task.assigned_to not in (None, actor.id):
            raise Forbidden("open a task that is somebody else's", "task.review")


def task_view(row: Row[Any], now: int) -> TaskView:
    """A task's row as people see it at a moment (Unix milliseconds)."""
    live = row.state == "waiting" and (row.lease_expires or 0) > now
    return TaskView(
        id=row.id,
        item=row.item_id,
        project=row.project_id,
        stage=row.stage,
        state=row.state,
        round=row.round,
        assigned_to=None if row.purpose == GOLD else row.assigned_to,  # as a task from the open queue
        held_by=row.lease_member if live else None,
        lease_expires=row.lease_expires if live else None,
        comment=row.comment,
    )


def _item_brief(context: Context, row: Row[Any]) -> ItemBrief:
    return ItemBrief(
        id=row.id,
        name=row.name,
        key=row.key,
        width=row.width,
        height=row.height,
        image=f"/api/v1/items/{row.id}/image",
        preview=f"/api/v1/items/{row.id}/preview",
        tiles=tiles_of(row),
        depth=depth_of_item(context, row),
        notes=list(row.notes),
    )


def _predictions(tx: Connection, item_id: str, ontology: Ontology) -> list[PredictionView]:
    rows = tx.execute(_predicted, {"item": item_id})
    return [
        PredictionView(id=row.id, model=row.model or row.author, document=ontology.resolve(decode(row.body)))
        for row in rows
    ]


def _submission(tx: Connection, task: Row[Any], ontology: Ontology) -> SubmissionView | None:
    document_id = task.base_document_id
    if document_id is None or (task.stage == ANNOTATE and task.round == 1):
        return None
    row = tx.execute(_document, {"document": document_id}).first()
    if row is None:
        return None
    return SubmissionView(
        id=row.id,
        author=row.author,
        author_name=member_name(tx, row.author),
        created_at=row.created_at,
        seconds=row.seconds,
        document=ontology.resolve(decode(row.body)),
    )


def _merge(tx: Connection, task: Row[Any], ontology: Ontology) -> MergeView | None:
    if task.stage == ANNOTATE or task.base_document_id is None:
        return None
    found = tx.execute(_merged, {"item": task.item_id, "round": task.round}).first()
    if found is None:
        return None
    rows = {row.id: row for row in tx.execute(_several, {"ids": found.answers})}
    return MergeView(
        agreement=found.agreement,
        confidence=found.confidence,
        method=found.method,
        answers=[
            AnswerView(
                id=name, seconds=rows[name].seconds, document=ontology.resolve(decode(rows[name].body))
            )
            for name in found.answers
            if name in rows
        ],
        skips=[str(skip["reason"]) for skip in found.skips],
        detail=found.detail,
    )


def item_row(tx: Connection, item_id: str) -> Row[Any]:
    """An item's row. Raises NotFound."""
    row = tx.execute(select(items).where(items.c.id == item_id)).first()
    if row is None:
        raise NotFound("item", item_id)
    return row
