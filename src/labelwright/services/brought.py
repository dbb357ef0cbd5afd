"""Work that was left behind on an item, and bringing it into the draft at hand.

Each person has a draft of their own, so nobody writes over another. What stays behind when a lease
passes on, or is made after handing in, is offered to whoever works on the item next: brought in, it
merges per annotation and field, and what contradicts becomes a conflict like any other.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, or_, select, update

from labelwright.core.document import Annotation, Document, decode
from labelwright.core.errors import InvalidInput, WrongState
from labelwright.core.fields import differing
from labelwright.core.operations import Delete, Marking, Operation, Put
from labelwright.services.access import Actor
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.drafts import append, base_document, document_at, may_continue, read_draft
from labelwright.services.overlap import is_blind
from labelwright.services.projects import workflow_of
from labelwright.services.queue import task_for
from labelwright.storage.schema import documents, drafts, members, tasks


class LeftWork(msgspec.Struct, frozen=True, kw_only=True):
    """Changes of a person on an item that no submission holds."""

    task: str
    member: str
    member_name: str
    annotations: int
    updated_at: str


class BroughtIn(msgspec.Struct, frozen=True, kw_only=True):
    """How many annotations were brought in."""

    annotations: int


class Brought:
    """The service of work that was left behind."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def left(self, actor: Actor, task_id: str) -> list[LeftWork]:
        """What others, or oneself on an earlier task, left on the item; nothing unless one holds it."""

        def work(tx: Connection) -> list[LeftWork]:
            task, project = task_for(tx, actor, task_id)
            if task.lease_member != actor.id or task.state != "waiting":
                return []
            found: list[LeftWork] = []
            for row in tx.execute(_left_on(project, task, actor.id)):
                changes = _changes(tx, row)
                if changes:
                    found.append(
                        LeftWork(
                            task=row.task_id,
                            member=row.member_id,
                            member_name=row.member_name,
                            annotations=len(changes),
                            updated_at=row.updated_at,
                        )
                    )
            return found

        return self.context.database.read(work)

    def bring_in(self, actor: Actor, task_id: str, from_task: str, member_id: str) -> BroughtIn:
        """Add what a person left to the actor's own draft; both keep what they have.

        Raises NotFound, LeaseLost, WrongState if nothing is left, InvalidInput for the draft at hand.
        """

        def work(tx: Connection) -> BroughtIn:
            task, project = task_for(tx, actor, task_id, lock=True)
            may_continue(tx, self.context, actor, task, workflow_of(project))
            if (from_task, member_id) == (task_id, actor.id):
                raise InvalidInput("That is the draft at hand.", place="member", remedy="Name another one.")
            statement = _left_on(project, task, actor.id).where(
                drafts.c.task_id == from_task, drafts.c.member_id == member_id
            )
            row = tx.execute(statement).first()
            if row is None:
                raise WrongState(
                    "Nothing of theirs is left there.",
                    remedy="It was handed in or brought in meanwhile; load the item again.",
                )
            changes = _changes(tx, row)
            self._add(tx, actor, task, row, changes)
            tx.execute(
                update(drafts)
                .where(drafts.c.task_id == from_task, drafts.c.member_id == member_id)
                .values(brought_in=row.revision)
            )
            detail = {"item": task.item_id, "from": member_id, "annotations": len(changes)}
            record(tx, self.context, actor.id, "draft.brought_in", task_id, detail)
            return BroughtIn(annotations=len(changes))

        return self.context.database.write(work)

    def _add(
        self,
        tx: Connection,
        actor: Actor,
        task: Row[Any],
        row: Row[Any],
        changes: list[tuple[Annotation | None, Annotation | None]],
    ) -> None:
        base = base_document(tx, task).by_id()
        base_author = tx.execute(
            select(documents.c.author).where(documents.c.id == task.base_document_id)
        ).scalar()
        step, whose = (
            self.context.new_id(),
            "earlier" if row.member_id == actor.id else f"{row.member_name}’s",
        )
        sent: list[Operation] = []
        unseen: list[Operation] = []
        for before, after in changes:
            name = (after or before or _nothing()).id
            sent.append(self._operation(before, after, step, f"Bring in {whose} work"))
            moved = _moved(before, base.get(name), task.base_document_id or "", base_author)
            if moved is not None:
                unseen.append(moved)
        draft = tx.execute(
            select(drafts).where(drafts.c.task_id == task.id, drafts.c.member_id == actor.id)
        ).first()
        by = None if row.member_id == actor.id else row.member_id
        append(self.context, tx, actor.id, task, draft, sent, by=by, unseen=unseen)

    def _operation(
        self, before: Annotation | None, after: Annotation | None, step: str, title: str
    ) -> Operation:
        stamp: dict[str, Any] = {
            "id": self.context.new_id(),
            "at": self.context.clock(),
            "seen": 0,
            "step": step,
            "title": title,
        }
        if after is None:
            return Delete(**stamp, annotation=(before or _nothing()).id)
        evidence = after.evidence
        seconds = evidence.seconds - (before.evidence.seconds if before else 0)
        return Put(
            **stamp,
            annotation=_marking(after),
            fields=differing(before, after) if before else None,
            seconds=max(0.0, seconds),
            prediction=evidence.prediction,
            model=evidence.model,
            score=evidence.score,
        )


def _left_on(project: Row[Any], task: Row[Any], member_id: str) -> Any:  # noqa: ANN401  # a select
    found = (
        select(drafts, members.c.name.label("member_name"), tasks.c.base_document_id)
        .join(members, members.c.id == drafts.c.member_id)
        .join(tasks, tasks.c.id == drafts.c.task_id)
        .where(
            drafts.c.item_id == task.item_id,
            tasks.c.purpose == task.purpose,
            or_(drafts.c.task_id != task.id, drafts.c.member_id != member_id),
            or_(
                and_(drafts.c.document_id.is_(None), drafts.c.revision > 0),
                and_(drafts.c.document_id.is_not(None), drafts.c.revision > drafts.c.snapshot_revision),
            ),
            drafts.c.revision > drafts.c.brought_in,
        )
        .order_by(drafts.c.updated_at.desc())
        .limit(20)
    )
    return found.where(drafts.c.member_id == member_id) if is_blind(project, task) else found


def _changes(tx: Connection, row: Row[Any]) -> list[tuple[Annotation | None, Annotation | None]]:
    """Of each annotation that a draft changed and nobody has: before and after."""
    source = tx.execute(select(tasks).where(tasks.c.id == row.task_id)).one()
    handed = row.document_id is not None
    before = decode(row.snapshot) if handed else base_document(tx, source)
    begun = row.snapshot_revision if handed else 0
    if row.brought_in > begun:
        before = document_at(tx, before, row.task_id, row.member_id, begun, row.brought_in)
    after, _ = read_draft(tx, source, row.member_id)
    return _differences(before, after)


def _differences(before: Document, after: Document) -> list[tuple[Annotation | None, Annotation | None]]:
    old, new = before.by_id(), after.by_id()
    names = [*old, *(name for name in new if name not in old)]
    pairs = [(old.get(name), new.get(name)) for name in names]
    return [(a, b) for a, b in pairs if a is None or b is None or differing(a, b)]


def _moved(
    before: Annotation | None, base: Annotation | None, document_id: str, author: str | None
) -> Operation | None:
    """What became of an annotation in the document the draft starts from, as an operation unseen."""
    stamp: dict[str, Any] = {"id": document_id, "at": 0, "by": author}
    if before is None:
        return None
    if base is None:
        return Delete(**stamp, annotation=before.id)
    fields = differing(before, base)
    return Put(**stamp, annotation=_marking(base), fields=fields) if fields else None


def _marking(annotation: Annotation) -> Marking:
    return Marking(
        id=annotation.id,
        category=annotation.category,
        shape=annotation.shape,
        attributes=annotation.attributes,
        group=annotation.group,
        relations=annotation.relations,
        flags=annotation.flags,
        unsure=annotation.unsure,
    )


def _nothing() -> Annotation:
    raise AssertionError("a change has a before or an after")
