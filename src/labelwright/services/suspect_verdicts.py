"""Judging suspects: wrong, fine or corrected, and sending an item back with a note at the place.

What is wrong in a done item is sent back by opening the item again; where somebody works on it already, or it
waits to be worked on, the note alone is pinned.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update

from labelwright.core.errors import Forbidden, InvalidInput, NotFound
from labelwright.services.access import ORGANIZATION_WIDE, Actor, project_for, role_in
from labelwright.services.context import Context
from labelwright.services.issues import Issues
from labelwright.services.ontologies import read_ontology
from labelwright.services.submissions import Submissions
from labelwright.services.suspect_views import SuspectView, views_of
from labelwright.services.suspects import RIGHT
from labelwright.storage.schema import members, project_members, suspects

VERDICTS = ("wrong", "fine", "corrected")
LONGEST = 2_000  # characters of a note
WORDS = {
    "wrong_category": "Probably the wrong category",
    "loose_shape": "Probably drawn loosely",
    "missing": "Probably missing here",
    "extra": "Probably should not be there",
    "odd": "Looks odd beside others of its kind",
}


class SuspectVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody found; None takes it back. With `send_back` the item is opened again, if it is done."""

    verdict: str | None
    send_back: bool = False
    comment: str = ""


class JudgedSuspect(msgspec.Struct, frozen=True, kw_only=True):
    """The suspect as it stands now, the `task` that opened its item again, and whether a note was pinned."""

    suspect: SuspectView
    task: str | None
    pinned: bool


class SuspectVerdicts:
    """The service of verdicts on suspects."""

    def __init__(self, context: Context, submissions: Submissions, issues: Issues) -> None:
        self.context = context
        self._submissions, self._issues = submissions, issues

    def judge(self, actor: Actor, project_id: str, suspect_id: str, given: SuspectVerdict) -> JudgedSuspect:
        """Say what a suspect is. Raises NotFound, Forbidden to reopen as a reviewer, InvalidInput.

        A note is pinned once: judging wrong a second time sends nothing back again.
        """
        if given.verdict is not None and given.verdict not in VERDICTS:
            raise InvalidInput(
                f"“{given.verdict}” is no verdict.",
                place="verdict",
                remedy=f"Use {', '.join(VERDICTS)}, or null to take it back.",
            )
        if given.send_back and given.verdict != "wrong":
            raise InvalidInput("Only what is wrong is sent back.", place="send_back")
        if len(given.comment) > LONGEST:
            raise InvalidInput(f"A note has up to {LONGEST:,} characters.", place="comment")

        def work(tx: Connection) -> JudgedSuspect:
            view, may_reopen, to = self._look(tx, actor, project_id, suspect_id)
            task, pinned = None, False
            if given.send_back and not view.outdated:
                if view.item_state == "done":
                    if not may_reopen:
                        raise Forbidden("open a done item again (a manager may)", "project.manage")
                    note = _note(view, given.comment)
                    task = self._submissions.reopen_work(actor, view.item, to=to, comment=note)(tx)
                self._pin(tx, actor, view, given.comment)
                pinned = True
            judged = {"judged_by": actor.id, "judged_at": self.context.now()}
            if given.verdict is None:
                judged = {"judged_by": None, "judged_at": None}
            changed = update(suspects).where(suspects.c.id == suspect_id)
            tx.execute(changed.values(verdict=given.verdict, **judged))
            after = self._look(tx, actor, project_id, suspect_id)[0]
            return JudgedSuspect(suspect=after, task=task, pinned=pinned)

        return self.context.database.write(work)

    def _look(
        self, tx: Connection, actor: Actor, project_id: str, suspect_id: str
    ) -> tuple[SuspectView, bool, str | None]:
        project = project_for(tx, actor, project_id, RIGHT)
        chosen = select(suspects).where(suspects.c.id == suspect_id, suspects.c.project_id == project_id)
        row = tx.execute(chosen).first()
        ontology = read_ontology(self.context, tx, project_id, project.ontology_version)
        views = views_of(tx, ontology, [] if row is None else [row])
        if not views:
            raise NotFound("suspect", suspect_id)
        may_reopen = actor.may("project.manage", role_in(tx, actor, project_id))
        return views[0], may_reopen, _author(tx, project, views[0])

    def _pin(self, tx: Connection, actor: Actor, view: SuspectView, comment: str) -> None:
        place = view.shape if view.annotation is None else view.annotation.shape
        at: dict[str, Any] = {}
        if place is not None:
            bounds = place.bounds
            at = {
                "x": min(view.width, max(0.0, (bounds.left + bounds.right) / 2)),
                "y": min(view.height, max(0.0, (bounds.top + bounds.bottom) / 2)),
            }
        annotation = None if view.annotation is None else view.annotation.id
        self._issues.open_work(actor, view.item, _note(view, comment), annotation=annotation, **at)(tx)


def _note(view: SuspectView, comment: str) -> str:
    if comment.strip():
        return comment.strip()
    return f"{WORDS[view.kind]}: {'; '.join(view.reasons)}"[:LONGEST]


def _author(tx: Connection, project: Row[Any], view: SuspectView) -> str | None:
    """Who drew it, if they still work in the project: the item goes back to them."""
    if view.annotation is None:
        return None
    evidence = view.annotation.evidence
    found = select(members.c.id, members.c.role, project_members.c.role.label("here")).outerjoin(
        project_members,
        (project_members.c.member_id == members.c.id) & (project_members.c.project_id == project.id),
    )
    drew = evidence.author or evidence.changed_by
    row = tx.execute(found.where(members.c.id == drew, members.c.active.is_(True))).first()
    return None if row is None or (row.here is None and row.role not in ORGANIZATION_WIDE) else str(row.id)
