"""Project members: who works in a project, and with which role there."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select

from labelwright.core.errors import Forbidden, InvalidInput, NotFound
from labelwright.core.roles import rank
from labelwright.services.access import ORGANIZATION_WIDE, Actor, project_for, role_in
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.members import member_row
from labelwright.storage.schema import members, project_members

PROJECT_ROLES = ("annotator", "reviewer", "manager")


class ProjectMemberView(msgspec.Struct, frozen=True, kw_only=True):
    """A person in a project; `email` is told to managers only."""

    id: str
    name: str
    email: str | None
    role: str
    active: bool
    organization_role: str


class ProjectMembers:
    """The service of project members."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def list(self, actor: Actor, project_id: str) -> list[ProjectMemberView]:
        """Who works in a project: its members, then managers and owners of the organization."""

        def work(tx: Connection) -> list[ProjectMemberView]:
            project_for(tx, actor, project_id, "project.read")
            tells_addresses = actor.may("member.manage", role_in(tx, actor, project_id))
            rows = tx.execute(
                select(members, project_members.c.role.label("project_role"))
                .join(
                    project_members,
                    (project_members.c.member_id == members.c.id)
                    & (project_members.c.project_id == project_id),
                    isouter=True,
                )
                .where(project_members.c.role.is_not(None) | members.c.role.in_(ORGANIZATION_WIDE))
                .order_by(func.lower(members.c.name), members.c.id)
            )
            return [_project_view(row, tells_addresses=tells_addresses) for row in rows]

        return self.context.database.read(work)

    def set_role(self, actor: Actor, project_id: str, member_id: str, role: str) -> ProjectMemberView:
        """Let a member into a project with a role no higher than the actor's own there."""
        check_project_role(role)

        def work(tx: Connection) -> ProjectMemberView:
            project_for(tx, actor, project_id, "member.manage")
            member = member_row(tx, member_id)
            before = _project_role(tx, project_id, member_id)
            check_no_higher(role_in(tx, actor, project_id), role)
            check_no_higher(role_in(tx, actor, project_id), before or role)
            put_in_project(tx, self.context, project_id, member_id, role)
            detail = {"member": member_id, "role": role, "before": before}
            record(tx, self.context, actor.id, "project.member_set", project_id, detail)
            return ProjectMemberView(
                id=member.id,
                name=member.name,
                email=member.email,
                role=role,
                active=member.active,
                organization_role=member.role,
            )

        return self.context.database.write(work)

    def remove(self, actor: Actor, project_id: str, member_id: str) -> None:
        """Take a member out of a project; their work and drafts stay. Raises NotFound."""

        def work(tx: Connection) -> None:
            project_for(tx, actor, project_id, "member.manage")
            before = _project_role(tx, project_id, member_id)
            if before is None:
                raise NotFound("member", member_id)
            check_no_higher(role_in(tx, actor, project_id), before)
            tx.execute(delete(project_members).where(*_in_project(project_id, member_id)))
            record(tx, self.context, actor.id, "project.member_removed", project_id, {"member": member_id})

        self.context.database.write(work)


def put_in_project(tx: Connection, context: Context, project_id: str, member_id: str, role: str) -> None:
    """Give a member a role in a project, in place of any before."""
    tx.execute(delete(project_members).where(*_in_project(project_id, member_id)))
    row = {"project_id": project_id, "member_id": member_id, "role": role}
    tx.execute(insert(project_members).values(**row, created_at=context.now()))


def check_no_higher(own: str | None, role: str) -> None:
    """Raise Forbidden if a role stands above one's own."""
    if own is None or rank(role) > rank(own):
        raise Forbidden(f"give or change the role “{role}”, which is above yours,", "member.promote")


def check_project_role(role: str) -> None:
    """Raise InvalidInput unless one can have the role in a project."""
    if role not in PROJECT_ROLES:
        listed = ", ".join(PROJECT_ROLES)
        raise InvalidInput(f"“{role}” is no role in a project.", place="role", remedy=f"Use {listed}.")


def _project_view(row: Row[Any], *, tells_addresses: bool) -> ProjectMemberView:
    return ProjectMemberView(
        id=row.id,
        name=row.name,
        email=row.email if tells_addresses else None,
        role=row.role if row.role in ORGANIZATION_WIDE else row.project_role,
        active=row.active,
        organization_role=row.role,
    )


def _in_project(project_id: str, member_id: str) -> tuple[Any, Any]:
    return project_members.c.project_id == project_id, project_members.c.member_id == member_id


def _project_role(tx: Connection, project_id: str, member_id: str) -> str | None:
    return tx.execute(select(project_members.c.role).where(*_in_project(project_id, member_id))).scalar()
