"""Verdicts by the page: operations on the drafts of many tasks at once, and closing reviews together.

Judging takes the tasks that are free and leaves alone those that somebody else holds. Nothing is handed
in by judging: that is a step of its own, for items of which everything was judged. What a task refuses
concerns that task alone, and is told with its reason.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, select, update

from labelwright.core.document import Document
from labelwright.core.errors import Forbidden, InvalidInput, LabelwrightError, LeaseLost, NotFound, WrongState
from labelwright.core.ontology import Ontology
from labelwright.core.operations import Delete, Judge, Operation, Put, fold
from labelwright.core.workflow import REVIEW, Workflow
from labelwright.services.access import RIGHT_OF_STAGE, Actor, project_and_role
from labelwright.services.context import Context
from labelwright.services.drafts import append, base_document, read_draft
from labelwright.services.events import announce
from labelwright.services.ontologies import read_ontology
from labelwright.services.projects import workflow_of
from labelwright.services.queue import check_may_hold
from labelwright.services.submissions import Submissions, Submitting
from labelwright.services.verification_cells import Tally, tally
from labelwright.storage.database import Work
from labelwright.storage.schema import drafts, items, tasks

MOST_TASKS = 500
TOGETHER = 25  # tasks in one transaction, so that others who save do not wait long

_locked = (
    select(tasks)
    .where(tasks.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(tasks.c.id)
    .with_for_update()
)
_drafts = select(drafts).where(
    drafts.c.member_id == bindparam("member"), drafts.c.task_id.in_(bindparam("ids", expanding=True))
)
_lease = (
    update(tasks)
    .where(tasks.c.id == bindparam("task"))
    .values(lease_member=bindparam("member"), lease_expires=bindparam("expires"))
)


class TaskOperations(msgspec.Struct, frozen=True, kw_only=True):
    """Operations for the draft of one task."""

    task: str
    operations: Sequence[Operation]


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """An operation that was not taken: the annotation, and why."""

    annotation: str
    reason: str


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the operations for one task.

    `outcome` is saved; held (by `holder`), closed, forbidden or missing, where nothing was taken.
    `refused` are single operations that were left out; `conflicts` annotations that were changed in two
    places at once. `tally` is that of a review.
    """

    task: str
    outcome: str
    reason: str | None = None
    holder: str | None = None
    revision: int = 0
    refused: list[Refused] = []
    conflicts: list[str] = []
    tally: Tally | None = None


class BegunReview(msgspec.Struct, frozen=True, kw_only=True):
    """A review that the person has begun: its item, and how its annotations stand."""

    task: str
    item: str
    name: str
    tally: Tally


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """A review that was handed in, and the state of its item since."""

    task: str
    item: str
    item_state: str
    verdict: str


class NotClosed(msgspec.Struct, frozen=True, kw_only=True):
    """A review that stayed open, and why."""

    task: str
    code: str
    detail: str
    remedy: str


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """What closing several reviews led to."""

    closed: list[Closed]
    kept: list[NotClosed]


class Verdicts:
    """The service of verdicts."""

    def __init__(self, context: Context, submissions: Submissions) -> None:
        self.context = context
        self._submissions = submissions

    def judge(self, actor: Actor, project_id: str, sent: Sequence[TaskOperations]) -> list[Judged]:
        """Add operations to the person's drafts of several tasks, each of which they take or hold.

        An operation counts once, by its id. Raises NotFound, Forbidden, InvalidInput.
        """
        if len({entry.task for entry in sent}) < len(sent):
            raise InvalidInput("A task stands twice.", place="drafts", remedy="Send one entry for each.")
        parts = [sent[at : at + TOGETHER] for at in range(0, len(sent), TOGETHER)] or [[]]
        futures = [self.context.database.submit(self.judge_work(actor, project_id, part)) for part in parts]
        return [judged for future in futures for judged in future.result()]

    def judge_work(self, actor: Actor, project_id: str, sent: Sequence[TaskOperations]) -> Work[list[Judged]]:
        """`judge` as work for a write."""

        def work(tx: Connection) -> list[Judged]:
            project, role = project_and_role(tx, actor, project_id, "project.read")
            ontology = read_ontology(self.context, tx, project.id, project.ontology_version)
            ids = [entry.task for entry in sent]
            rows = {row.id: row for row in tx.execute(_locked, {"ids": ids}).all()}
            own = {row.task_id: row for row in tx.execute(_drafts, {"member": actor.id, "ids": ids})}
            judged: list[Judged] = []
            for entry in sent:
                task = rows.get(entry.task)
                if task is None or task.project_id != project_id:
                    judged.append(_missing(entry.task))
                    continue
                refusal = self._refusal(tx, actor, role, project, task)
                if refusal is not None:
                    judged.append(refusal)
                    continue
                judged.append(
                    self._append(tx, actor, project, task, own.get(task.id), entry.operations, ontology)
                )
            return judged

        return work

    def standing(self, actor: Actor, project_id: str) -> list[BegunReview]:
        """The reviews that the person has begun and may go on with, in the order of the queue."""

        def work(tx: Connection) -> list[BegunReview]:
            project, _ = project_and_role(tx, actor, project_id, RIGHT_OF_STAGE[REVIEW])
            ontology = read_ontology(self.context, tx, project.id, project.ontology_version)
            rows = tx.execute(
                select(tasks, items.c.name)
                .join(items, items.c.id == tasks.c.item_id)
                .join(drafts, drafts.c.task_id == tasks.c.id)
                .where(
                    tasks.c.project_id == project_id,
                    tasks.c.state == "waiting",
                    tasks.c.stage == REVIEW,
                    drafts.c.member_id == actor.id,
                    drafts.c.revision > 0,
                )
                .order_by(tasks.c.position, tasks.c.id)
                .limit(MOST_TASKS)
            ).all()
            return [
                BegunReview(
                    task=row.id,
                    item=row.item_id,
                    name=row.name,
                    tally=_tally(tx, actor, row, ontology),
                )
                for row in rows
                if _may_hold(tx, self.context, actor, row, workflow_of(project))
            ]

        return self.context.database.read(work)

    def close(
        self,
        actor: Actor,
        project_id: str,
        task_ids: Sequence[str],
        verdict: str,
        comment: str | None = None,
    ) -> Closing:
        """Hand in reviews of which everything was judged: accepted, or returned with a comment.

        Accepted are those of which every annotation was accepted or amended; returned those with a marked
        one. Others stay open, each with its reason. Raises InvalidInput, NotFound, Forbidden.
        """
        if verdict not in ("accepted", "returned"):
            raise InvalidInput(
                f"“{verdict}” closes no review.", place="verdict", remedy="Use accepted or returned."
            )
        if verdict == "returned" and not (comment or "").strip():
            raise InvalidInput("Returned work needs a reason.", place="comment", remedy="Say what is wrong.")
        self.context.database.read(lambda tx: project_and_role(tx, actor, project_id, RIGHT_OF_STAGE[REVIEW]))
        wanted = list(dict.fromkeys(task_ids))
        futures = [
            self.context.database.submit(self._close_work(actor, project_id, task, verdict, comment))
            for task in wanted
        ]
        closed: list[Closed] = []
        kept: list[NotClosed] = []
        for task, future in zip(wanted, futures, strict=True):
            try:
                closed.append(future.result())
            except LabelwrightError as error:
                told = NotClosed(task=task, code=error.code, detail=error.message, remedy=error.remedy)
                kept.append(told)
        return Closing(closed=closed, kept=kept)

    def _close_work(
        self, actor: Actor, project_id: str, task_id: str, verdict: str, comment: str | None
    ) -> Work[Closed]:
        submit = self._submissions.submit_work(actor, task_id, Submitting(verdict=verdict, comment=comment))

        def work(tx: Connection) -> Closed:
            task = tx.execute(_locked, {"ids": [task_id]}).first()
            if task is None or task.project_id != project_id or task.stage != REVIEW:
                raise NotFound("review", task_id)
            project, _ = project_and_role(tx, actor, project_id, RIGHT_OF_STAGE[REVIEW])
            if task.state == "waiting":
                ontology = read_ontology(self.context, tx, project.id, project.ontology_version)
                _check_complete(_tally(tx, actor, task, ontology), verdict)
            done = submit(tx)
            return Closed(
                task=task_id,
                item=done.item,
                item_state=done.item_state,
                verdict=done.verdict or verdict,
            )

        return work

    def _refusal(
        self, tx: Connection, actor: Actor, role: str, project: Row[Any], task: Row[Any]
    ) -> Judged | None:
        """Why nothing is taken for a task; None if the person may work on it."""
        if not actor.may(RIGHT_OF_STAGE[task.stage], role):
            return Judged(
                task=task.id, outcome="forbidden", reason=f"You may not work at the stage “{task.stage}”."
            )
        try:
            check_may_hold(tx, self.context, actor, task, workflow_of(project))
        except LeaseLost as lost:
            reason = f"{lost.holder or 'Somebody else'} works on this item now."
            return Judged(task=task.id, outcome="held", reason=reason, holder=lost.holder)
        except WrongState as state:
            return Judged(task=task.id, outcome="closed", reason=state.message)
        except Forbidden as forbidden:
            return Judged(task=task.id, outcome="forbidden", reason=forbidden.message)
        return None

    def _append(
        self,
        tx: Connection,
        actor: Actor,
        project: Row[Any],
        task: Row[Any],
        draft: Row[Any] | None,
        sent: Sequence[Operation],
        ontology: Ontology,
    ) -> Judged:
        now = self.context.clock()
        expires = now + workflow_of(project).lease_seconds * 1000
        if task.lease_member != actor.id or (task.lease_expires or 0) <= now:
            announce(tx, self.context, project.id, "task.changed", task.id, {"held_by": actor.id})
        tx.execute(_lease, {"task": task.id, "member": actor.id, "expires": expires})
        before, _ = read_draft(tx, task, actor.id)
        taken, refused = _taken(ontology.resolve(before), sent, ontology, actor.id)
        added = append(self.context, tx, actor.id, task, draft, taken)
        return Judged(
            task=task.id,
            outcome="saved",
            revision=added.revision,
            refused=refused,
            conflicts=[conflict.annotation for conflict in added.conflicts],
            tally=_tally(tx, actor, task, ontology) if task.stage == REVIEW else None,
        )


def _taken(
    document: Document, sent: Sequence[Operation], ontology: Ontology, author: str
) -> tuple[list[Operation], list[Refused]]:
    """The operations that mean something in the draft as it is by now, and those that do not."""
    taken: list[Operation] = []
    refused: list[Refused] = []
    for operation in sent:
        known = document.by_id()
        match operation:
            case Judge() if operation.annotation not in known:
                reason = "It was deleted meanwhile, or its category was."
                refused.append(Refused(annotation=operation.annotation, reason=reason))
                continue
            case Put():
                folded = fold(document, [operation], author).by_id()[operation.annotation.id]
                faults = ontology.faults(folded)
                if faults:
                    reason = f"It does not fit the ontology: {faults[0]}."
                    refused.append(Refused(annotation=operation.annotation.id, reason=reason))
                    continue
            case Judge() | Delete():
                pass
        taken.append(operation)
        document = fold(document, [operation], author)
    return taken, refused


def _tally(tx: Connection, actor: Actor, task: Row[Any], ontology: Ontology) -> Tally:
    document, _ = read_draft(tx, task, actor.id)
    return tally(ontology.resolve(document), ontology.resolve(base_document(tx, task)))


def _check_complete(found: Tally, verdict: str) -> None:
    if verdict == "returned":
        if not found.returned:
            raise WrongState(
                "No annotation of it is marked as wrong.", remedy="Mark one, or accept the item."
            )
        return
    if found.returned:
        raise WrongState(
            f"{found.returned} of its annotations are marked as wrong.",
            remedy="Correct them, take the marks back, or send the item back.",
        )
    if found.open:
        raise WrongState(
            f"{found.open} of its {found.annotations} annotations are not judged yet.",
            remedy="Judge them first; they may be of another category.",
        )


def _may_hold(tx: Connection, context: Context, actor: Actor, task: Row[Any], workflow: Workflow) -> bool:
    try:
        check_may_hold(tx, context, actor, task, workflow)
    except (LeaseLost, WrongState, Forbidden):
        return False
    return True


def _missing(task_id: str) -> Judged:
    return Judged(task=task_id, outcome="missing", reason=NotFound("task", task_id).message)
