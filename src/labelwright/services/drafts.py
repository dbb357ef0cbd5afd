"""Drafts: the operation log of one person on one task, and the document it folds to.

An acknowledged operation is on disk and stays: also when the lease has passed on, also when it
arrives after the submission (it is then kept as late work, listed among the person's drafts).
The log is folded into the snapshot every so often, so that neither saving nor opening slows down.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, bindparam, insert, or_, select, update

from labelwright.core.document import EMPTY, Document, decode, encode
from labelwright.core.errors import LeaseLost
from labelwright.core.operations import Operation, fold
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.projects import workflow_of
from labelwright.services.queue import check_may_hold, member_name, task_for
from labelwright.storage.database import Work
from labelwright.storage.schema import documents, drafts, items, operations, tasks

FOLD_AFTER = 256
MOST_OPERATIONS = 5000

_operation = msgspec.json.Decoder(Operation)
_encoder = msgspec.json.Encoder()

_draft = select(drafts).where(
    drafts.c.task_id == bindparam("task"), drafts.c.member_id == bindparam("member")
)
_log_after = (
    select(operations.c.revision, operations.c.id, operations.c.body)
    .where(
        operations.c.task_id == bindparam("task"),
        operations.c.member_id == bindparam("member"),
        operations.c.revision > bindparam("after"),
    )
    .order_by(operations.c.revision)
)
_known = select(operations.c.id).where(
    operations.c.task_id == bindparam("task"),
    operations.c.member_id == bindparam("member"),
    operations.c.id.in_(bindparam("ids", expanding=True)),
)
_append = insert(operations)
_advance = (
    update(drafts)
    .where(drafts.c.task_id == bindparam("task"), drafts.c.member_id == bindparam("member"))
    .values(
        revision=bindparam("new_revision"),
        seconds=drafts.c.seconds + bindparam("more"),
        updated_at=bindparam("at"),
    )
)
_body = select(documents.c.body).where(documents.c.id == bindparam("document"))
_insert = insert(drafts)
_keep = (
    update(drafts)
    .where(drafts.c.task_id == bindparam("task"), drafts.c.member_id == bindparam("member"))
    .values(snapshot=bindparam("fold"), snapshot_revision=bindparam("at_revision"))
)
_keep_submitted = _keep.values(document_id=bindparam("document"))
_extend = (
    update(tasks)
    .where(tasks.c.id == bindparam("task"), tasks.c.lease_member == bindparam("member"))
    .values(lease_expires=bindparam("expires"))
)


class Appended(msgspec.Struct, frozen=True, kw_only=True):
    """The draft's revision now, and the operations that others (other tabs) added since."""

    revision: int
    operations: list[dict[str, Any]]


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """Unsent work of a person: what it is on, and whether it can still be submitted."""

    task: str
    item: str
    item_name: str
    project: str
    revision: int
    updated_at: str
    can_submit: bool


class Drafts:
    """The service of drafts."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def append(self, actor: Actor, task_id: str, since: int, sent: Sequence[Operation]) -> Appended:
        """Add operations; each id counts once, so sending again is harmless.

        Raises NotFound, LeaseLost if the person never held the task.
        """
        return self.context.database.write(self.append_work(actor, task_id, since, sent))

    def append_work(
        self, actor: Actor, task_id: str, since: int, sent: Sequence[Operation]
    ) -> Work[Appended]:
        """`append` as work for a write."""

        def work(tx: Connection) -> Appended:
            task, project = task_for(tx, actor, task_id, lock=True)
            draft = tx.execute(_draft, {"task": task_id, "member": actor.id}).first()
            if draft is None and task.lease_member != actor.id:
                raise LeaseLost(task_id, member_name(tx, task.lease_member) or None)
            revision = append(self.context, tx, actor.id, task, draft, sent)
            if task.lease_member == actor.id and task.state == "waiting":
                expires = self.context.clock() + workflow_of(project).lease_seconds * 1000
                tx.execute(_extend, {"task": task_id, "member": actor.id, "expires": expires})
            return Appended(revision=revision, operations=_from_elsewhere(tx, task_id, actor.id, since, sent))

        return work

    def unsent(self, actor: Actor) -> list[DraftView]:
        """The person's drafts that hold work no submission has, newest first."""

        def work(tx: Connection) -> list[DraftView]:
            rows = tx.execute(
                select(drafts, items.c.name, tasks.c.state, tasks.c.lease_member, tasks.c.lease_expires)
                .join(tasks, tasks.c.id == drafts.c.task_id)
                .join(items, items.c.id == drafts.c.item_id)
                .where(
                    drafts.c.member_id == actor.id,
                    or_(
                        and_(drafts.c.document_id.is_(None), drafts.c.revision > 0),
                        drafts.c.revision > drafts.c.snapshot_revision,
                    ),
                )
                .order_by(drafts.c.updated_at.desc())
                .limit(200)
            )
            now = self.context.clock()
            return [_draft_view(row, actor.id, now) for row in rows]

        return self.context.database.read(work)


def append(
    context: Context,
    tx: Connection,
    member_id: str,
    task: Row[Any],
    draft: Row[Any] | None,
    sent: Sequence[Operation],
) -> int:
    """Add operations to a draft (made if there is none) and give its revision."""
    who = {"task": task.id, "member": member_id}
    now = context.now()
    if draft is None:
        if not sent:
            return 0
        _create(tx, member_id, task, now)
        revision, folded, fresh = 0, 0, _once(sent, set())
    else:
        revision, folded = draft.revision, draft.snapshot_revision
        ids = [operation.id for operation in sent]
        known = {row.id for row in tx.execute(_known, {**who, "ids": ids})} if ids else set[str]()
        fresh = _once(sent, known)
    if not fresh:
        return revision
    rows = [
        {
            "task_id": task.id,
            "member_id": member_id,
            "revision": revision + index,
            "id": operation.id,
            "body": _encoder.encode(operation),
            "at": operation.at,
        }
        for index, operation in enumerate(fresh, 1)
    ]
    tx.execute(_append, rows)
    revision += len(fresh)
    more = sum(operation.seconds for operation in fresh)
    tx.execute(_advance, {**who, "new_revision": revision, "more": more, "at": now})
    submitted = draft is not None and draft.document_id is not None
    if revision - folded >= FOLD_AFTER and not submitted:
        document, _ = read_draft(tx, task, member_id)
        keep_snapshot(tx, task.id, member_id, document, revision)
    return revision


def read_draft(tx: Connection, task: Row[Any], member_id: str) -> tuple[Document, int]:
    """The document a person's draft folds to, and its revision.

    Without a draft it is the document that the task starts from, at revision 0.
    """
    who = {"task": task.id, "member": member_id}
    draft = tx.execute(_draft, who).first()
    if draft is None:
        return base_document(tx, task), 0
    document = decode(draft.snapshot)
    log = tx.execute(_log_after, {**who, "after": draft.snapshot_revision}).all()
    if log:
        document = fold(document, [_operation.decode(row.body) for row in log], member_id)
    return document, draft.revision


def base_document(tx: Connection, task: Row[Any]) -> Document:
    """What a task starts from: empty, or the submission before it."""
    if task.base_document_id is None:
        return EMPTY
    return decode(tx.execute(_body, {"document": task.base_document_id}).scalar_one())


def keep_snapshot(
    tx: Connection,
    task_id: str,
    member_id: str,
    document: Document,
    revision: int,
    document_id: str | None = None,
) -> None:
    """Store the fold of a draft up to a revision; `document_id` marks it as submitted."""
    values = {"task": task_id, "member": member_id, "fold": encode(document), "at_revision": revision}
    if document_id is None:
        tx.execute(_keep, values)
    else:
        tx.execute(_keep_submitted, {**values, "document": document_id})


def may_continue(tx: Connection, actor: Actor, task: Row[Any], now: int, *, self_review: bool) -> None:
    """Raise unless the actor holds the task, or may take it now."""
    if task.lease_member == actor.id and task.state == "waiting":
        return
    check_may_hold(tx, actor, task, now, self_review=self_review)


def _create(tx: Connection, member_id: str, task: Row[Any], now: str) -> None:
    row = {
        "task_id": task.id,
        "member_id": member_id,
        "project_id": task.project_id,
        "item_id": task.item_id,
        "snapshot": encode(base_document(tx, task)),
        "created_at": now,
        "updated_at": now,
    }
    tx.execute(_insert, row)


def _once(sent: Sequence[Operation], known: set[str]) -> list[Operation]:
    fresh: list[Operation] = []
    for operation in sent:
        if operation.id not in known:
            known.add(operation.id)
            fresh.append(operation)
    return fresh


def _from_elsewhere(
    tx: Connection, task_id: str, member_id: str, since: int, sent: Sequence[Operation]
) -> list[dict[str, Any]]:
    own = {operation.id for operation in sent}
    rows = tx.execute(_log_after, {"task": task_id, "member": member_id, "after": since})
    return [{"seq": row.revision, **msgspec.json.decode(row.body)} for row in rows if row.id not in own]


def _draft_view(row: Row[Any], member_id: str, now: int) -> DraftView:
    free = row.lease_member in (None, member_id) or (row.lease_expires or 0) <= now
    return DraftView(
        task=row.task_id,
        item=row.item_id,
        item_name=row.name,
        project=row.project_id,
        revision=row.revision,
        updated_at=row.updated_at,
        can_submit=row.state == "waiting" and free,
    )
