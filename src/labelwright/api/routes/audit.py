"""The audit log."""

from labelwright.api.paging import ListQuery, Text
from labelwright.api.routing import Routes
from labelwright.services.access import Actor
from labelwright.services.audit_log import AuditPage, AuditVerification
from labelwright.services.services import Services

routes = Routes("audit")


class AuditQuery(ListQuery, frozen=True, kw_only=True):
    """Which entries; `action` may be the beginning of one, such as “member.”."""

    action: Text | None = None
    subject: Text | None = None
    actor: Text | None = None


@routes.get("/audit", "audit.read", organization=True)
def list_(query: AuditQuery, who: Actor, services: Services) -> AuditPage:
    """What was done, newest first."""
    return services.audit_log.list(
        who,
        action=query.action,
        subject=query.subject,
        by=query.actor,
        cursor=query.cursor,
        limit=query.limit,
    )


@routes.get("/audit/verification", "audit.read", organization=True)
def verify(who: Actor, services: Services) -> AuditVerification:
    """Whether every entry follows the one before, unchanged."""
    return services.audit_log.verify(who)
