"""Reading the audit log: a page of entries, and whether the chain holds."""

from typing import Any

import msgspec
from sqlalchemy import Connection, select

from labelwright.core.errors import InvalidInput
from labelwright.services.access import Actor, require
from labelwright.services.audit import verify
from labelwright.services.context import Context
from labelwright.storage.schema import audit, members


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done."""

    seq: int
    at: str
    actor: str
    actor_name: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Entries, newest first."""

    items: list[AuditEntry]
    next: str | None


class AuditVerification(msgspec.Struct, frozen=True, kw_only=True):
    """Whether every entry follows the one before unchanged; the first fault in words."""

    ok: bool
    entries: int
    fault: str | None


class AuditLog:
    """The service that reads the audit log."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def list(
        self,
        actor: Actor,
        *,
        action: str | None = None,
        subject: str | None = None,
        by: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> AuditPage:
        """A page of entries; `action` may be the beginning of one, such as “member.”."""
        require(actor, "audit.read")
        if cursor and not (cursor.isdecimal() and len(cursor) < 19):
            raise InvalidInput("This cursor is none of ours.", place="cursor", remedy="Leave it out.")

        def work(tx: Connection) -> AuditPage:
            statement = (
                select(audit, members.c.name.label("actor_name"))
                .join(members, members.c.id == audit.c.actor, isouter=True)
                .order_by(audit.c.seq.desc())
                .limit(limit + 1)
            )
            if action:
                statement = statement.where(audit.c.action.startswith(action, autoescape=True))
            if subject:
                statement = statement.where(audit.c.subject == subject)
            if by:
                statement = statement.where(audit.c.actor == by)
            if cursor:
                statement = statement.where(audit.c.seq < int(cursor))
            rows = tx.execute(statement).all()
            entries = [
                AuditEntry(
                    seq=row.seq,
                    at=row.at,
                    actor=row.actor,
                    actor_name=row.actor_name or row.actor,
                    action=row.action,
                    subject=row.subject,
                    detail=row.detail,
                    hash=row.hash,
                )
                for row in rows[:limit]
            ]
            return AuditPage(items=entries, next=str(entries[-1].seq) if len(rows) > limit else None)

        return self.context.database.read(work)

    def verify(self, actor: Actor) -> AuditVerification:
        """Compute the whole chain again."""
        require(actor, "audit.read")
        count, fault = self.context.database.read(verify)
        return AuditVerification(ok=fault is None, entries=count, fault=fault)
