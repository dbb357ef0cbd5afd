"""Drafts: the operation log of one person on one task, and the document it folds to.

An acknowledged operation is on disk and stays: also when the lease has passed on, also when it
arrives after the submission (it is then kept as late work, listed among the person's drafts).
Operations that contradict others they did not know open a conflict, which stays with the draft until
a person has chosen. The log is folded into the snapshot every so often, so that neither saving nor
opening slows down.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, bindparam, insert, or_, select, update

from labelwright.core.conflicts import OpenConflict, Trail, advance
from labelwright.core.document import EMPTY, Document, decode, encode
from labelwright.core.errors import LeaseLost
from labelwright.core.operations import Delete, Judge, Operation, Put, fold
from labelwright.core.steps import Steps, steps_of
from labelwright.core.workflow import Workflow
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.error_codes import check_codes
from labelwright.services.projects import workflow_of
from labelwright.services.queue import check_may_hold, member_name, task_for
from labelwright.storage.columns import Json
from labelwright.storage.database import Work
from labelwright.storage.schema import documents, drafts, items, operations, tasks

FOLD_AFTER = 256
MOST_OPERATIONS = 5000
MOST_STEPS = 200

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
_known = select(operations.c.id, operations.c.revision, operations.c.body).where(
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
_hold_open = _advance.values(conflicts=bindparam("open_conflicts", type_=Json()))
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


class Placed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where an operation that was sent stands in the log, and what it clashes with there."""

    id: str
    seq: int
    clashes: tuple[str, ...] = ()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How things stand around a draft: the task's state, its holder if that is somebody else."""

    state: str
    holder: str | None
    ontology: int


class Appended(msgspec.Struct, frozen=True, kw_only=True):
    """The draft's revision now, and the operations that others (other tabs) added since.

    `placed` tells of the operations that were sent; `conflicts` are all that are open.
    """

    revision: int
    operations: list[dict[str, Any]]
    placed: list[Placed]
    conflicts: list[OpenConflict]
    task: Standing


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

    def append(
        self, actor: Actor, task_id: str, since: int, sent: Sequence[Operation], *, late: bool = False
    ) -> Appended:
        """Add operations; each id counts once, so sending again is harmless.

        `late`: keep them as a draft also on a task that the person never held, as work does that
        was done while the lease passed on. Raises NotFound, otherwise LeaseLost.
        """
        return self.context.database.write(self.append_work(actor, task_id, since, sent, late=late))

    def append_work(
        self, actor: Actor, task_id: str, since: int, sent: Sequence[Operation], *, late: bool = False
    ) -> Work[Appended]:
        """`append` as work for a write."""

        def work(tx: Connection) -> Appended:
            task, project = task_for(tx, actor, task_id, lock=True)
            draft = tx.execute(_draft, {"task": task_id, "member": actor.id}).first()
            if draft is None and task.lease_member != actor.id and not late:
                raise LeaseLost(task_id, member_name(tx, task.lease_member) or None)
            added = append(self.context, tx, actor.id, task, draft, sent)
            if task.lease_member == actor.id and task.state == "waiting":
                expires = self.context.clock() + workflow_of(project).lease_seconds * 1000
                tx.execute(_extend, {"task": task_id, "member": actor.id, "expires": expires})
            return Appended(
                revision=added.revision,
                operations=_from_elsewhere(tx, task_id, actor.id, since, sent),
                placed=added.placed,
                conflicts=list(added.conflicts),
                task=standing(self.context, tx, actor.id, task, project),
            )

        return work

    def steps(self, actor: Actor, task_id: str) -> Steps:
        """What the person can undo and redo on their draft, from its log: the newest steps."""

        def work(tx: Connection) -> Steps:
            task, _ = task_for(tx, actor, task_id)
            log = tx.execute(_log_after, {"task": task_id, "member": actor.id, "after": 0})
            made = (_operation.decode(row.body) for row in log)
            return steps_of(base_document(tx, task), made, actor.id, MOST_STEPS)

        return self.context.database.read(work)

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
                    drafts.c.revision > drafts.c.brought_in,
                )
                .order_by(drafts.c.updated_at.desc())
                .limit(200)
            )
            now = self.context.clock()
            return [_draft_view(row, actor.id, now) for row in rows]

        return self.context.database.read(work)


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What became of operations that were added to a draft."""

    revision: int
    placed: list[Placed]
    conflicts: tuple[OpenConflict, ...]


def append(
    context: Context,
    tx: Connection,
    member_id: str,
    task: Row[Any],
    draft: Row[Any] | None,
    sent: Sequence[Operation],
    *,
    by: str | None = None,
    unseen: Sequence[Operation] = (),
) -> Added:
    """Add operations to a draft (made if there is none).

    `by`: whose work they bring in; `unseen`: what the draft started from that they did not know.
    """
    who = {"task": task.id, "member": member_id}
    now = context.now()
    if draft is None:
        if not sent:
            return Added(revision=0, placed=[], conflicts=())
        _create(tx, member_id, task, now)
        before, folded, stored = 0, 0, dict[str, Row[Any, Any, Any]]()
    else:
        before, folded = draft.revision, draft.snapshot_revision
        ids = [operation.id for operation in sent]
        rows = tx.execute(_known, {**who, "ids": ids}) if ids else ()
        stored = {row.id: row for row in rows}
    known = conflicts = open_conflicts(draft)
    new = [operation for operation in sent if operation.id not in stored]
    check_codes(tx, task.project_id, (code for one in new if isinstance(one, Judge) for code in one.errors))
    trail = _trail(tx, who, before, new, unseen)
    fresh: list[Operation] = []
    for operation in _once(new):
        clashes = trail.clashes(operation)
        names = tuple(earlier.id for earlier, _ in clashes)
        kept = msgspec.structs.replace(operation, clashes=names, by=by)
        chain = trail.chain(kept) if clashes else ()
        reopened = _logged(tx, who, operation.reopens, fresh) if operation.reopens else ()
        conflicts = advance(conflicts, kept, clashes, member_id, chain, reopened)
        fresh.append(kept)
        trail.add(before + len(fresh), kept)
    placed = [_placed_before(row) for row in stored.values()]
    placed += [Placed(id=op.id, seq=before + n, clashes=op.clashes) for n, op in enumerate(fresh, 1)]
    revision = before + len(fresh)
    if fresh:
        tx.execute(_append, [_log_row(who, before + n, op) for n, op in enumerate(fresh, 1)])
        more = sum(operation.seconds for operation in fresh)
        change = {**who, "new_revision": revision, "more": more, "at": now}
        if conflicts == known:
            tx.execute(_advance, change)
        else:
            tx.execute(_hold_open, {**change, "open_conflicts": conflicts or None})
        submitted = draft is not None and draft.document_id is not None
        if revision - folded >= FOLD_AFTER and not submitted:
            document, _ = read_draft(tx, task, member_id)
            keep_snapshot(tx, task.id, member_id, document, revision)
    return Added(revision=revision, placed=placed, conflicts=conflicts)


def open_conflicts(draft: Row[Any] | None) -> tuple[OpenConflict, ...]:
    """The conflicts of a draft about which nobody has chosen yet."""
    if draft is None or not draft.conflicts:
        return ()
    return msgspec.convert(draft.conflicts, tuple[OpenConflict, ...])


def conflicts_of(tx: Connection, task_id: str, member_id: str) -> list[OpenConflict]:
    """The open conflicts of a person's draft on a task."""
    return list(open_conflicts(tx.execute(_draft, {"task": task_id, "member": member_id}).first()))


def standing(context: Context, tx: Connection, member_id: str, task: Row[Any], project: Row[Any]) -> Standing:
    """How things stand around a person's draft on a task."""
    other = task.lease_member not in (None, member_id) and (task.lease_expires or 0) > context.clock()
    holder = member_name(tx, task.lease_member) if other and task.state == "waiting" else None
    return Standing(state=task.state, holder=holder, ontology=project.ontology_version)


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


def document_at(
    tx: Connection, start: Document, task_id: str, member_id: str, after: int, until: int
) -> Document:
    """A document with the operations of a draft that came after a revision, up to another one."""
    rows = tx.execute(_log_after, {"task": task_id, "member": member_id, "after": after})
    made = [_operation.decode(row.body) for row in rows if row.revision <= until]
    return fold(start, made, member_id)


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


def may_continue(tx: Connection, context: Context, actor: Actor, task: Row[Any], workflow: Workflow) -> None:
    """Raise unless the actor holds the task, or may take it now."""
    if task.lease_member == actor.id and task.state == "waiting":
        return
    check_may_hold(tx, context, actor, task, workflow)


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


def _trail(
    tx: Connection,
    who: dict[str, str],
    revision: int,
    fresh: Sequence[Operation],
    unseen: Sequence[Operation],
) -> Trail:
    """The log since the oldest revision that the operations have seen; mostly that is nothing."""
    trail = Trail((1, operation) for operation in unseen)
    seen = min((op.seen for op in fresh if op.seen is not None), default=revision)
    if seen < revision:
        for row in tx.execute(_log_after, {**who, "after": seen}):
            trail.add(row.revision, _operation.decode(row.body))
    return trail


def _logged(
    tx: Connection, who: dict[str, str], ids: Sequence[str], fresh: Sequence[Operation]
) -> list[Put | Delete]:
    """Operations of a draft by their ids; those that it never had are left out."""
    stored = tx.execute(_known, {**who, "ids": list(ids)})
    found = [_operation.decode(row.body) for row in stored]
    found += [operation for operation in fresh if operation.id in ids]
    return [operation for operation in found if not isinstance(operation, Judge)]


def _log_row(who: dict[str, str], revision: int, operation: Operation) -> dict[str, Any]:
    return {
        "task_id": who["task"],
        "member_id": who["member"],
        "revision": revision,
        "id": operation.id,
        "body": _encoder.encode(operation),
        "at": operation.at,
    }


def _placed_before(row: Row[Any, Any, Any]) -> Placed:
    return Placed(id=row.id, seq=row.revision, clashes=_operation.decode(row.body).clashes)


def _once(sent: Sequence[Operation]) -> list[Operation]:
    return list({operation.id: operation for operation in sent}.values())


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
