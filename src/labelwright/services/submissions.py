"""Handing in work: submit, skip, and what follows for the item.

A submission is an immutable document. Submitting closes the task, moves the item on, and opens the
next task, all in one transaction; doing it twice gives the same submission.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, func, select, update

from labelwright.core.document import Annotation, Document, decode
from labelwright.core.errors import InvalidAnnotations, InvalidInput, NotFound, OpenConflicts
from labelwright.core.gold import WORK
from labelwright.core.graph import ADJUDICATE, ANNOTATE, REVIEW
from labelwright.core.ontology import Ontology
from labelwright.core.operations import Operation
from labelwright.core.rules import BrokenRule
from labelwright.core.shapes import outside
from labelwright.core.workflow import SKIP_REASONS
from labelwright.quality.iou import iou
from labelwright.services.access import Actor, project_for
from labelwright.services.attempts import attempt_goes_on
from labelwright.services.audit import record
from labelwright.services.consequence_rows import watch_soon
from labelwright.services.context import Context
from labelwright.services.documents import GOLD_ANSWER, SUBMISSION, store_document
from labelwright.services.drafts import append, base_document, keep_snapshot, may_continue, read_draft
from labelwright.services.error_marks import keep_marks
from labelwright.services.gold_hiding import announce_as_work
from labelwright.services.gold_scoring import Scored, score_gold, scored_before, skip_gold, state_as_of_work
from labelwright.services.heads import count_submission
from labelwright.services.moving import close_open_tasks, close_task, move_item, move_on
from labelwright.services.ontologies import read_ontology
from labelwright.services.overlap import is_blind, settle
from labelwright.services.projects import workflow_of
from labelwright.services.queue import item_of, task_for
from labelwright.services.removed import hidden, shown
from labelwright.services.rule_keeping import keep_rules, warnings_of
from labelwright.services.task_rows import open_task
from labelwright.storage.database import Work
from labelwright.storage.schema import documents, drafts, issues, items, members, projects, tasks

_own_draft = select(drafts).where(
    drafts.c.task_id == bindparam("task"), drafts.c.member_id == bindparam("member")
)
VERDICTS = ("accepted", "returned", "amended")


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """What a submission led to; `warnings` are label rules that it breaks and may break.

    `scored` is set where the item was one whose answer is known and the author is told so at once.
    """

    submission: str
    item: str
    item_state: str
    verdict: str | None
    annotations: int
    warnings: tuple[BrokenRule, ...] = ()
    scored: Scored | None = None


class Submitting(msgspec.Struct, frozen=True, kw_only=True):
    """The last operations that go with a submission, and what is said of the whole."""

    since: int = 0
    operations: tuple[Operation, ...] = ()
    guideline_version: int | None = None
    verdict: str | None = None
    comment: str | None = None


class Submissions:
    """The service of submissions."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def submit(self, actor: Actor, task_id: str, sent: Submitting) -> Handed:
        """Hand in the work on a task; the item moves to its next stage.

        Raises NotFound, LeaseLost (the operations are then kept as a draft by sending them to
        the draft), OpenConflicts, InvalidAnnotations, BrokenRules, InvalidInput for a verdict that does
        not fit the stage.
        """
        return self.context.database.write(self.submit_work(actor, task_id, sent))

    def submit_work(self, actor: Actor, task_id: str, sent: Submitting) -> Work[Handed]:
        """`submit` as work for a write."""

        def work(tx: Connection) -> Handed:
            task, project = task_for(tx, actor, task_id, lock=True)
            draft = tx.execute(_own_draft, {"task": task_id, "member": actor.id}).first()
            if draft is not None and draft.document_id and task.document_id == draft.document_id:
                append(self.context, tx, actor.id, task, draft, sent.operations)
                return self._handed_before(tx, task)
            may_continue(tx, self.context, actor, task, workflow_of(project))
            added = append(self.context, tx, actor.id, task, draft, sent.operations)
            if added.conflicts:
                raise OpenConflicts([conflict.annotation for conflict in added.conflicts])
            document, revision = read_draft(tx, task, actor.id)
            ontology = read_ontology(self.context, tx, project.id, project.ontology_version)
            if ontology.retired:
                document = shown(ontology, document, base_document(tx, task))
            if task.stage == REVIEW:
                return self._review(tx, actor, project, task, document, revision, ontology, sent)
            if sent.verdict is not None:
                raise InvalidInput("Only a review has a verdict.", place="verdict")
            if task.stage == ADJUDICATE:
                document = self._adjudicated(tx, actor, task, document, ontology)
            document = with_similarity(tx, task.item_id, document)
            handed = self._hand_in(tx, actor, project, task, document, revision, ontology, sent)
            watch_soon(tx, self.context, actor, project.id)
            if task.purpose == WORK:
                count_submission(tx, self.context, actor, project.id)
            return handed

        return work

    def skip(self, actor: Actor, task_id: str, reason: str, comment: str = "") -> None:
        """Put the item aside, with the reason. Raises NotFound, LeaseLost, InvalidInput."""
        if reason not in SKIP_REASONS:
            listed = ", ".join(SKIP_REASONS)
            raise InvalidInput(f"“{reason}” is no reason.", place="reason", remedy=f"Use {listed}.")

        def work(tx: Connection) -> None:
            task, project = task_for(tx, actor, task_id, lock=True)
            may_continue(tx, self.context, actor, task, workflow_of(project))
            closing = {"task": task_id, "new_state": "skipped", "document": None, "by": actor.id}
            tx.execute(close_task, {**closing, "now": self.context.now()})
            detail = {"item": task.item_id, "reason": reason, "comment": comment, "stage": task.stage}
            record(tx, self.context, actor.id, "task.skipped", task_id, detail)
            if task.purpose != WORK:
                skip_gold(tx, self.context, task)
                state = state_as_of_work(project, task, None)
                if state == "waiting":  # as below: it is one of several answers
                    tx.execute(update(tasks).where(tasks.c.id == task_id).values(comment=reason))
                announce_as_work(tx, self.context, task, state, answers=0)
                attempt_goes_on(tx, self.context, project, task)
                return
            if is_blind(project, task):
                tx.execute(update(tasks).where(tasks.c.id == task_id).values(comment=reason))
                settle(tx, self.context, project, task)
                return
            item = item_of(tx, task)
            move_item(tx, self.context, item, "skipped", item.document_id, item.annotations)

        self.context.database.write(work)

    def reopen(self, actor: Actor, item_id: str, *, to: str | None = None, comment: str = "") -> str:
        """Open an item again for annotation, from what it holds now; gives the new task's id.

        `to` is the member whose queue it goes to; None: whoever comes. Raises WrongState while
        somebody works on it.
        """
        return self.context.database.write(self.reopen_work(actor, item_id, to=to, comment=comment))

    def reopen_work(
        self, actor: Actor, item_id: str, *, to: str | None = None, comment: str = ""
    ) -> Work[str]:
        """`reopen` as work for a write."""

        def work(tx: Connection) -> str:
            item = tx.execute(select(items).where(items.c.id == item_id)).first()
            if item is None:
                raise NotFound("item", item_id)
            project_for(tx, actor, item.project_id, "project.manage")
            if to is not None and _active_author(tx, to) is None:
                raise NotFound("member", to)
            close_open_tasks(tx, self.context, item_id)
            rounds = tx.execute(select(func.max(tasks.c.round)).where(tasks.c.item_id == item_id)).scalar()
            task_id = open_task(
                tx,
                self.context,
                project_id=item.project_id,
                item_id=item_id,
                position=item.position,
                stage=ANNOTATE,
                round=int(rounds or 0) + 1,
                assigned_to=to,
                base_document_id=item.document_id,
                comment=comment or None,
            )
            state = "returned" if item.document_id else "waiting"
            move_item(tx, self.context, item, state, item.document_id, item.annotations)
            record(tx, self.context, actor.id, "item.reopened", item_id, {"to": to, "comment": comment})
            return task_id

        return work

    def _review(
        self,
        tx: Connection,
        actor: Actor,
        project: Row[Any],
        task: Row[Any],
        document: Document,
        revision: int,
        ontology: Ontology,
        sent: Submitting,
    ) -> Handed:
        if sent.verdict not in VERDICTS:
            listed = ", ".join(VERDICTS)
            raise InvalidInput("A review needs a verdict.", place="verdict", remedy=f"Use {listed}.")
        before = ontology.resolve(base_document(tx, task))
        keep_marks(tx, self.context, project, task, before, document, reviewer=actor.id)
        if sent.verdict == "returned":
            return self._return(tx, actor, project, task, document, revision, sent)
        changed = changed_annotations(before, document)
        judged = _judged(document, changed, actor.id, self.context.now())
        gone = len(before.by_id().keys() - document.by_id().keys())
        verdict = "amended" if changed or gone else "accepted"
        sent = msgspec.structs.replace(sent, verdict=verdict)
        return self._hand_in(tx, actor, project, task, judged, revision, ontology, sent)

    def _adjudicated(
        self, tx: Connection, actor: Actor, task: Row[Any], document: Document, ontology: Ontology
    ) -> Document:
        before = ontology.resolve(base_document(tx, task))
        return _judged(document, changed_annotations(before, document), actor.id, self.context.now())

    def _return(
        self,
        tx: Connection,
        actor: Actor,
        project: Row[Any],
        task: Row[Any],
        document: Document,
        revision: int,
        sent: Submitting,
    ) -> Handed:
        is_told = (sent.comment or "").strip() or any(one.evidence.errors for one in document.annotations)
        if not is_told and not _open_issues(tx, task.item_id):
            raise InvalidInput(
                "Returned work needs a reason.",
                place="comment",
                remedy="Say what is wrong with an annotation, pin an issue on the image, or write a comment.",
            )
        stored = self._store(tx, actor, project, task, document, revision, sent)
        item = item_of(tx, task)
        open_task(
            tx,
            self.context,
            project_id=project.id,
            item_id=task.item_id,
            position=task.position,
            stage=ANNOTATE,
            node=_back_from(project, task),
            round=task.round + 1,
            assigned_to=_active_author(tx, task.author),
            base_document_id=stored,
            comment=sent.comment,
        )
        move_item(tx, self.context, item, "returned", item.document_id, item.annotations)
        return Handed(
            submission=stored,
            item=task.item_id,
            item_state="returned",
            verdict="returned",
            annotations=len(document.annotations),
        )

    def _hand_in(
        self,
        tx: Connection,
        actor: Actor,
        project: Row[Any],
        task: Row[Any],
        document: Document,
        revision: int,
        ontology: Ontology,
        sent: Submitting,
    ) -> Handed:
        item = item_of(tx, task)
        faults = [(a.id, fault) for a in document.annotations for fault in ontology.faults(a)]
        faults += _over_the_border(document, item)
        if faults:
            raise InvalidAnnotations(faults)
        warnings = keep_rules(document, ontology, item)
        stored = self._store(tx, actor, project, task, document, revision, sent)
        scored = None
        if task.purpose != WORK:
            scored = score_gold(tx, self.context, project, task, document, stored)
            scored = attempt_goes_on(tx, self.context, project, task) or scored
            state = state_as_of_work(project, task, document)
            announce_as_work(tx, self.context, task, state, answers=1)
        elif is_blind(project, task):
            state = settle(tx, self.context, project, task)
        else:
            count = len(document.annotations)
            state = move_on(tx, self.context, project, task, stored, count, author=actor.id)
        return Handed(
            submission=stored,
            item=task.item_id,
            item_state=state,
            verdict=sent.verdict,
            annotations=len(document.annotations),
            warnings=warnings,
            scored=scored,
        )

    def _handed_before(self, tx: Connection, task: Row[Any]) -> Handed:
        row = tx.execute(select(documents).where(documents.c.id == task.document_id)).one()
        item = item_of(tx, task)
        ontology = read_ontology(self.context, tx, task.project_id, row.ontology_version)
        is_work = task.purpose == WORK
        project = tx.execute(select(projects).where(projects.c.id == task.project_id)).one()
        return Handed(
            submission=row.id,
            item=task.item_id,
            item_state=item.state if is_work else state_as_of_work(project, task, decode(row.body)),
            verdict=row.verdict,
            annotations=row.annotations,
            warnings=warnings_of(decode(row.body), ontology, item) if ontology.rules else (),
            scored=None if is_work else scored_before(tx, project, task),
        )

    def _store(
        self,
        tx: Connection,
        actor: Actor,
        project: Row[Any],
        task: Row[Any],
        document: Document,
        revision: int,
        sent: Submitting,
    ) -> str:
        draft = tx.execute(_own_draft, {"task": task.id, "member": actor.id}).first()
        document = self._with_hidden(tx, actor, project, task, document)
        stored = store_document(
            tx,
            self.context,
            project,
            document,
            item_id=task.item_id,
            kind=SUBMISSION if task.purpose == WORK else GOLD_ANSWER,
            author=actor.id,
            task_id=task.id,
            stage=task.stage,
            round=task.round,
            verdict=sent.verdict,
            comment=sent.comment,
            previous_id=task.base_document_id,
            seconds=draft.seconds if draft is not None else 0.0,
            guideline_version=sent.guideline_version or project.brief_version,
        )
        if draft is not None:
            keep_snapshot(tx, task.id, actor.id, document, revision, stored)
        closing = {"task": task.id, "new_state": "submitted", "document": stored, "by": actor.id}
        tx.execute(close_task, {**closing, "now": self.context.now()})
        detail = {"item": task.item_id, "submission": stored, "stage": task.stage}
        if sent.verdict:
            detail["verdict"] = sent.verdict
        record(tx, self.context, actor.id, "task.submitted", task.id, detail)
        return stored

    def _with_hidden(
        self, tx: Connection, actor: Actor, project: Row[Any], task: Row[Any], document: Document
    ) -> Document:
        ontology = read_ontology(self.context, tx, project.id, project.ontology_version)
        if not ontology.retired:
            return document
        whole, _ = read_draft(tx, task, actor.id)
        unseen = hidden(ontology, whole, base_document(tx, task))
        return Document(annotations=(*document.annotations, *unseen))


def _over_the_border(document: Document, item: Row[Any]) -> list[tuple[str, str]]:
    shaped = ((entry.id, entry.shape) for entry in document.annotations if entry.shape is not None)
    told = ((id_, outside(shape, item.width, item.height)) for id_, shape in shaped)
    return [(id_, fault) for id_, fault in told if fault is not None]


def changed_annotations(before: Document, after: Document) -> set[str]:
    """The ids of annotations that are new or differ in more than their evidence."""
    old = before.by_id()
    return {a.id for a in after.annotations if a.id not in old or _said(old[a.id]) != _said(a)}


def with_similarity(tx: Connection, item_id: str, document: Document) -> Document:
    """The document, saying of each annotation from a prediction how much of that is left (IoU)."""
    wanted = {a.evidence.prediction for a in document.annotations if a.evidence.prediction}
    if not wanted:
        return document
    bodies = tx.execute(
        select(documents.c.body).where(documents.c.item_id == item_id, documents.c.kind == "prediction")
    ).scalars()
    predicted = {a.id: a for body in bodies for a in decode(body).annotations if a.id in wanted}
    return Document(annotations=tuple(_compared(a, predicted) for a in document.annotations))


def _compared(annotation: Annotation, predicted: dict[str, Annotation]) -> Annotation:
    origin = predicted.get(annotation.evidence.prediction or "")
    if origin is None or origin.shape is None or annotation.shape is None:
        return annotation
    similarity = 1.0 if origin.shape == annotation.shape else round(iou(origin.shape, annotation.shape), 6)
    evidence = msgspec.structs.replace(annotation.evidence, similarity=similarity)
    return msgspec.structs.replace(annotation, evidence=evidence)


def _said(annotation: Annotation) -> tuple[object, ...]:
    return (
        annotation.category,
        annotation.shape,
        annotation.attributes,
        annotation.group,
        annotation.relations,
        annotation.flags,
        annotation.unsure,
    )


def _judged(document: Document, changed: set[str], reviewer: str, now: str) -> Document:
    judged: list[Annotation] = []
    for annotation in document.annotations:
        verdict = "amended" if annotation.id in changed else "accepted"
        evidence = msgspec.structs.replace(
            annotation.evidence, verdict=verdict, reviewer=reviewer, reviewed_at=now
        )
        judged.append(msgspec.structs.replace(annotation, evidence=evidence))
    return Document(annotations=tuple(judged))


def _back_from(project: Row[Any], task: Row[Any]) -> str | None:
    graph = workflow_of(project).ways()
    stage = graph.stage(task.node, task.stage)
    return graph.back_from(stage).id if stage is not None else None


def _open_issues(tx: Connection, item_id: str) -> bool:
    found = tx.execute(
        select(issues.c.id).where(issues.c.item_id == item_id, issues.c.state == "open").limit(1)
    )
    return found.first() is not None


def _active_author(tx: Connection, author: str | None) -> str | None:
    # Work of imports and of people who have left goes back to the open queue.
    return tx.execute(select(members.c.id).where(members.c.id == author, members.c.active.is_(True))).scalar()
