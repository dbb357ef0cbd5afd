"""Items: list, look, history, and where their pictures are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Text,
    and_,
    false,
    func,
    not_,
    or_,
    select,
    true,
    type_coerce,
)

from labelwright.core.document import Document, decode
from labelwright.core.errors import InvalidInput, NotFound
from labelwright.core.gold import WORK
from labelwright.core.workflow import ITEM_STATES
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.documents import GOLD_ANSWER, SUBMISSION
from labelwright.services.envelopes import item_row
from labelwright.services.gold_hiding import AsWork, disguised, shown_as_work, tasks_in_sight
from labelwright.services.ontologies import read_ontology
from labelwright.services.source_files import fetched_file
from labelwright.storage.schema import documents, items, members, operations, tasks


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """An item as lists show it. Sizes are pixels of the upright picture.

    `source_state` is changed or vanished if the last sync of its source found it so.
    """

    id: str
    project: str
    name: str
    key: str | None
    width: int
    height: int
    media_type: str
    bytes: int
    state: str
    annotations: int
    sha256: str
    near_duplicate_of: str | None
    near_distance: int | None
    notes: list[str]
    source_state: str | None = None
    held_by: str | None
    assigned_to: str | None
    task: str | None
    created_at: str
    updated_at: str


class ItemListing(msgspec.Struct, frozen=True, kw_only=True):
    """A page of items; `total` counts all that match.

    `start` is the place of the first among them, from 0, where a page was asked for by its place.
    """

    items: list[ItemView]
    next: str | None
    total: int
    start: int | None = None


class DocumentView(msgspec.Struct, frozen=True, kw_only=True):
    """A submission, prediction or reference, without its annotations unless asked for."""

    id: str
    kind: str
    item: str
    author: str
    author_name: str
    model: str | None
    stage: str | None
    round: int
    verdict: str | None
    comment: str | None
    created_at: str
    seconds: float
    annotations: int
    ontology_version: int
    guideline_version: int
    sha256: str
    document: Document | None = None


class OperationView(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of the log of an item."""

    task: str
    member: str
    revision: int
    at: int
    operation: dict[str, Any]


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was said about an item, newest first."""

    submissions: list[DocumentView]
    predictions: list[DocumentView]
    references: list[DocumentView]
    operations: list[OperationView]


class Items:
    """The service of items."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def list(
        self,
        actor: Actor,
        project_id: str,
        *,
        state: str | None = None,
        search: str | None = None,
        category: str | None = None,
        near_duplicates: bool = False,
        cursor: str | None = None,
        offset: int | None = None,
        around: str | None = None,
        limit: int = 60,
    ) -> ItemListing:
        """A page of a project's items in their order.

        `search` matches name or key; `category` items that hold an annotation of it. A page begins
        after a cursor, at a place from 0 (`offset`), or so that an item (`around`) stands in its middle.
        Raises NotFound, InvalidInput for an unknown state or a cursor that is none.
        """
        if state and state not in ITEM_STATES:
            raise InvalidInput(f"“{state}” is no state of an item.", place="state")
        if cursor and not cursor.isdigit():
            raise InvalidInput("This cursor is none of ours.", place="cursor", remedy="Leave it out.")

        def work(tx: Connection) -> ItemListing:
            project_for(tx, actor, project_id, "project.read")
            hidden = shown_as_work(tx, self.context, actor, project_id)
            chosen = items.c.project_id == project_id
            if state:
                in_state = _in_state(project_id, state, self.context.clock())
                chosen = and_(
                    chosen, disguised(in_state, hidden, lambda one: true() if one.state == state else false())
                )
            if search:
                pattern = _like(search)
                chosen = and_(
                    chosen,
                    or_(
                        func.lower(items.c.name).like(pattern, escape="\\"),
                        func.lower(items.c.key).like(pattern, escape="\\"),
                    ),
                )
            if near_duplicates:
                chosen = and_(chosen, items.c.near_duplicate_of.is_not(None))
            if category:
                of_it = items.c.document_id.in_(_documents_with(project_id, category))
                chosen = and_(
                    chosen,
                    disguised(of_it, hidden, lambda one: true() if category in one.categories else false()),
                )
            total = tx.execute(select(func.count()).select_from(items).where(chosen)).scalar_one()
            start = offset
            if around:
                start = max(0, _place(tx, project_id, chosen, around) - limit // 2)
            if cursor and start is None:
                chosen = and_(chosen, items.c.position > int(cursor))
            rows = tx.execute(
                select(items).where(chosen).order_by(items.c.position).offset(start).limit(limit + 1)
            ).all()
            page = rows[:limit]
            in_sight = tasks_in_sight(tx, actor, project_id)
            views = _views(tx, page, self.context.clock(), hidden, in_sight)
            more = str(page[-1].position) if len(rows) > limit else None
            return ItemListing(items=views, next=more, total=total, start=start)

        return self.context.database.read(work)

    def get(self, actor: Actor, item_id: str) -> ItemView:
        """One item. Raises NotFound."""

        def work(tx: Connection) -> ItemView:
            row = _item_for(tx, actor, item_id)
            hidden = shown_as_work(tx, self.context, actor, row.project_id)
            in_sight = tasks_in_sight(tx, actor, row.project_id)
            return _views(tx, [row], self.context.clock(), hidden, in_sight)[0]

        return self.context.database.read(work)

    def row(self, actor: Actor, item_id: str) -> Row[Any]:
        """The item's row, for those who serve its picture. Raises NotFound."""
        return self.context.database.read(lambda tx: _item_for(tx, actor, item_id))

    def history(self, actor: Actor, item_id: str, *, operations_limit: int = 200) -> History:
        """Every submission, prediction and reference of an item, and its latest operations."""

        def work(tx: Connection) -> History:
            item = _item_for(tx, actor, item_id, "item.history")
            rows = tx.execute(
                select(documents, members.c.name.label("author_name"))
                .join(members, members.c.id == documents.c.author, isouter=True)
                .where(documents.c.item_id == item.id)
                .order_by(documents.c.id.desc())
            ).all()
            by_kind: dict[str, list[DocumentView]] = {"submission": [], "prediction": [], "reference": []}
            for row in rows:
                if row.kind in by_kind:  # others were replaced by an import that can be undone
                    by_kind[row.kind].append(_document_view(row))
            return History(
                submissions=by_kind["submission"],
                predictions=by_kind["prediction"],
                references=by_kind["reference"],
                operations=_operations(tx, item.id, operations_limit),
            )

        return self.context.database.read(work)

    def document(self, actor: Actor, document_id: str) -> DocumentView:
        """One document with its annotations, read through the current ontology. Raises NotFound."""

        def work(tx: Connection) -> DocumentView:
            row = tx.execute(
                select(documents, members.c.name.label("author_name"))
                .join(members, members.c.id == documents.c.author, isouter=True)
                .where(documents.c.id == document_id)
            ).first()
            if row is None:
                raise NotFound("document", document_id)
            try:
                project = project_for(tx, actor, row.project_id, "project.read")
            except NotFound:
                raise NotFound("document", document_id) from None
            ontology = read_ontology(self.context, tx, project.id, project.ontology_version)
            view = _document_view(row, ontology.resolve(decode(row.body)))
            # To whoever reads it an answer to gold is what they handed in, like any other.
            return msgspec.structs.replace(view, kind=SUBMISSION) if row.kind == GOLD_ANSWER else view

        return self.context.database.read(work)


def picture_file(context: Context, item: Row[Any]) -> Path:
    """Where the original bytes of an item are.

    Raises NotFound if an in-place file has vanished; SourceChanged, InvalidInput for one in a source.
    """
    if item.source_id is not None:
        return fetched_file(context, item)
    if item.source_path is None:
        return context.blobs.path(item.sha256)
    path = Path(item.source_path)
    if not path.is_file():
        raise NotFound("file", str(item.name))
    return path


def _place(tx: Connection, project_id: str, chosen: ColumnElement[bool], item_id: str) -> int:
    """How many of the chosen items stand before one of the project, which need not be among them."""
    position = tx.execute(
        select(items.c.position).where(items.c.id == item_id, items.c.project_id == project_id)
    ).scalar()
    if position is None:
        raise NotFound("item", item_id)
    before = and_(chosen, items.c.position < position)
    return tx.execute(select(func.count()).select_from(items).where(before)).scalar_one()


def _item_for(tx: Connection, actor: Actor, item_id: str, right: str = "project.read") -> Row[Any]:
    row = item_row(tx, item_id)
    try:
        project_for(tx, actor, row.project_id, right)
    except NotFound:
        raise NotFound("item", item_id) from None
    return row


def _views(
    tx: Connection,
    rows: Sequence[Row[Any]],
    now: int,
    hidden: Mapping[str, AsWork],
    in_sight: ColumnElement[bool],
) -> list[ItemView]:
    ids = [row.id for row in rows]
    open_tasks = {
        row.item_id: row
        for row in tx.execute(
            select(tasks).where(
                tasks.c.item_id.in_(ids), tasks.c.state == "waiting", tasks.c.purpose == WORK, in_sight
            )
        )
    }
    return [_seen(_view(row, open_tasks.get(row.id), now), hidden.get(row.id)) for row in rows]


def _seen(view: ItemView, hidden: AsWork | None) -> ItemView:
    if hidden is None:
        return view
    return msgspec.structs.replace(
        view,
        state=hidden.state,
        annotations=hidden.annotations,
        held_by=hidden.held_by,
        assigned_to=None,
        task=hidden.task,
        updated_at=hidden.updated_at or view.created_at,
    )


def _view(row: Row[Any], task: Row[Any] | None, now: int) -> ItemView:
    live = task is not None and (task.lease_expires or 0) > now
    held_by = task.lease_member if task is not None and live else None
    annotating = held_by and row.state == "waiting"
    return ItemView(
        id=row.id,
        project=row.project_id,
        name=row.name,
        key=row.key,
        width=row.width,
        height=row.height,
        media_type=row.media_type,
        bytes=row.bytes,
        state="annotating" if annotating else row.state,
        annotations=row.annotations,
        sha256=row.sha256,
        near_duplicate_of=row.near_duplicate_of,
        near_distance=row.near_distance,
        notes=list(row.notes),
        source_state=row.source_state,
        held_by=held_by,
        assigned_to=None if task is None else task.assigned_to,
        task=None if task is None else task.id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _document_view(row: Row[Any], document: Document | None = None) -> DocumentView:
    return DocumentView(
        id=row.id,
        kind=row.kind,
        item=row.item_id,
        author=row.author,
        author_name=row.author_name or row.author,
        model=row.model,
        stage=row.stage,
        round=row.round,
        verdict=row.verdict,
        comment=row.comment,
        created_at=row.created_at,
        seconds=row.seconds,
        annotations=row.annotations,
        ontology_version=row.ontology_version,
        guideline_version=row.guideline_version,
        sha256=row.sha256,
        document=document,
    )


def _operations(tx: Connection, item_id: str, limit: int) -> list[OperationView]:
    rows = tx.execute(
        select(operations)
        .where(
            operations.c.task_id.in_(
                select(tasks.c.id).where(tasks.c.item_id == item_id, tasks.c.purpose == WORK)
            )
        )
        .order_by(operations.c.at.desc(), operations.c.revision.desc())
        .limit(limit)
    )
    return [
        OperationView(
            task=row.task_id,
            member=row.member_id,
            revision=row.revision,
            at=row.at,
            operation=msgspec.json.decode(row.body),
        )
        for row in rows
    ]


def _in_state(project_id: str, state: str, now: int) -> ColumnElement[bool]:
    # “annotating” is not stored: it is waiting with a live lease, and ends by itself.
    if state not in ("waiting", "annotating"):
        return items.c.state == state
    held = select(tasks.c.item_id).where(
        tasks.c.project_id == project_id,
        tasks.c.state == "waiting",
        tasks.c.purpose == WORK,
        tasks.c.lease_expires > now,
    )
    is_held = items.c.id.in_(held)
    return and_(items.c.state == "waiting", is_held if state == "annotating" else not_(is_held))


def _documents_with(project_id: str, category: str) -> Any:  # noqa: ANN401  # a subquery
    key = msgspec.json.encode(category).decode()
    escaped = key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return select(documents.c.id).where(
        documents.c.project_id == project_id,
        type_coerce(documents.c.categories, Text).like(f"%{escaped}:%", escape="\\"),
    )


def _like(text: str) -> str:
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
