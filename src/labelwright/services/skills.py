"""Skills: what somebody has shown, or was said, to be able to do in a project, until when."""

from sqlalchemy import Connection, bindparam, or_, select

from labelwright.core.operations import iso_time
from labelwright.services.context import Context
from labelwright.storage.schema import skills

_held = select(skills.c.skill).where(
    skills.c.project_id == bindparam("project"),
    skills.c.member_id == bindparam("member"),
    or_(skills.c.expires_at.is_(None), skills.c.expires_at > bindparam("now")),
)


def skills_held(tx: Connection, context: Context, project_id: str, member_id: str) -> frozenset[str]:
    """The skills that a person holds in a project now."""
    who = {"project": project_id, "member": member_id, "now": iso_time(context.clock())}
    return frozenset(tx.execute(_held, who).scalars())
