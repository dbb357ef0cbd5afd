"""A delivery that was refused goes back: its items wait for review again, with the reason."""

from typing import Any

from sqlalchemy import Connection, Row, exists, func, select

from labelwright.core.errors import WrongState
from labelwright.core.graph import REVIEW
from labelwright.services.access import Actor
from labelwright.services.audit import record
from labelwright.services.audit_views import view_of
from labelwright.services.audits import audit_for
from labelwright.services.context import Context
from labelwright.services.moving import move_item
from labelwright.services.projects import workflow_of
from labelwright.services.task_rows import open_task
from labelwright.storage.schema import audit_draws, items, projects, release_entries, tasks

MOST_AT_ONCE = 2_000


class Rework:
    """The service of rework."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def send_back(self, actor: Actor, audit_id: str) -> int:
        """Let the items of a refused delivery wait for review; gives how many.

        The release itself stays what it is. Items that were changed since, or are worked on, stay too.
        Raises NotFound, Forbidden, WrongState where it was not refused, or work is not reviewed here.
        """
        sent = 0
        while (part := self.context.database.write(lambda tx: self._part(tx, actor, audit_id))) > 0:
            sent += part
        return sent

    def _part(self, tx: Connection, actor: Actor, audit_id: str) -> int:
        row = audit_for(tx, actor, audit_id, "release.audit", lock=True)
        view = view_of(tx, row)
        if view.acceptance is None or view.acceptance.state != "refused":
            raise WrongState("The delivery was not refused.", remedy="Only refused ones go back.")
        project = tx.execute(select(projects).where(projects.c.id == row.project_id)).one()
        stage = workflow_of(project).ways().stage(None, REVIEW)
        if stage is None:
            raise WrongState(
                "The workflow of this project has no review.", remedy="Add one, or open the items again."
            )
        wrong = set(
            tx.execute(
                select(audit_draws.c.item_id).where(
                    audit_draws.c.audit_id == audit_id, audit_draws.c.verdict.in_(("wrong", "unclear"))
                )
            ).scalars()
        )
        found = _going(tx, row)
        for item in found:
            rounds = select(func.max(tasks.c.round)).where(tasks.c.item_id == item.id)
            why = "This item was found wrong." if item.id in wrong else "Look for errors like those found."
            open_task(
                tx,
                self.context,
                project_id=row.project_id,
                item_id=item.id,
                position=item.position,
                stage=REVIEW,
                node=stage.id,
                round=int(tx.execute(rounds).scalar() or 0) + 1,
                base_document_id=item.document_id,
                comment=f"The delivery {view.tag} was refused. {why}",
            )
            move_item(tx, self.context, item, "review", item.document_id, item.annotations)
        if found:
            record(tx, self.context, actor.id, "delivery.sent_back", audit_id, {"items": len(found)})
        return len(found)


def _going(tx: Connection, row: Row[Any]) -> list[Row[Any]]:
    busy = exists().where(
        tasks.c.item_id == items.c.id, tasks.c.state == "waiting", tasks.c.purpose == "work"
    )
    chosen = (
        select(items)
        .join(release_entries, release_entries.c.item_id == items.c.id)
        .where(
            release_entries.c.release_id == row.release_id,
            release_entries.c.document_id == items.c.document_id,
            items.c.state == "done",
            ~busy,
        )
        .order_by(items.c.position)
        .limit(MOST_AT_ONCE)
    )
    return list(tx.execute(chosen).all())
