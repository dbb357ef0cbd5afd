"""Who may do what. A person without access to a project is told that it does not exist."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, select

from labelwright.core.errors import Forbidden, NotFound
from labelwright.core.graph import ADJUDICATE, ANNOTATE, REVIEW
from labelwright.core.roles import RIGHTS, SCOPES, allows, rank
from labelwright.storage.schema import project_members, projects

ORGANIZATION_WIDE = ("owner", "manager")
RIGHT_OF_STAGE = {ANNOTATE: "task.annotate", ADJUDICATE: "task.review", REVIEW: "task.review"}

# Statements that every request runs are built once: building them costs more than running them.
_project = select(projects).where(projects.c.id == bindparam("project"))
_role = select(project_members.c.role).where(
    project_members.c.project_id == bindparam("project"),
    project_members.c.member_id == bindparam("member"),
)


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The person (or the token of a person) on whose behalf something is done.

    `scopes` is None for someone signed in with a session, else the scopes of the token.
    """

    id: str
    name: str
    email: str
    role: str
    scopes: tuple[str, ...] | None = None

    def may(self, right: str, role: str | None = None) -> bool:
        """Whether the role (or else the organization role) and the token's scopes hold the right."""
        if self.scopes is not None and not any(right in SCOPES[scope] for scope in self.scopes):
            return False
        return allows(role or self.role, right)


def require(actor: Actor, right: str) -> None:
    """Raise Forbidden unless the actor holds the right throughout the organization."""
    if not actor.may(right):
        raise Forbidden(_words(right), right)


def role_in(tx: Connection, actor: Actor, project_id: str) -> str | None:
    """The actor's role in a project, or None without access."""
    if actor.role in ORGANIZATION_WIDE:
        return actor.role
    row = tx.execute(_role, {"project": project_id, "member": actor.id}).first()
    return None if row is None else str(row[0])


def project_for(tx: Connection, actor: Actor, project_id: str, right: str) -> Row[Any]:
    """The project's row, if the actor holds the right in it.

    Raises NotFound without any access to the project, Forbidden with too little.
    """
    return project_and_role(tx, actor, project_id, right)[0]


def project_and_role(tx: Connection, actor: Actor, project_id: str, right: str) -> tuple[Row[Any], str]:
    """`project_for`, with the actor's role in the project."""
    row = tx.execute(_project, {"project": project_id}).first()
    role = role_in(tx, actor, project_id) if row is not None else None
    if row is None or role is None:
        raise NotFound("project", project_id)
    if not actor.may(right, role):
        raise Forbidden(_words(right), right)
    return row, role


def highest(*roles: str | None) -> str | None:
    """The highest of some roles."""
    return max((role for role in roles if role), key=rank, default=None)


def _words(right: str) -> str:
    return f"do this (a {RIGHTS[right]} may)"
