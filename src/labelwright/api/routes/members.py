"""The people of the organization, and the people of a project."""

import msgspec

from labelwright.api.paging import ListQuery, Page, page_of
from labelwright.api.routing import Routes
from labelwright.core.errors import WrongState
from labelwright.services.access import Actor
from labelwright.services.members import MemberView, SignInLink
from labelwright.services.project_members import ProjectMemberView
from labelwright.services.services import Services

routes = Routes("members")


class MemberIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes of a member; what is left out stays."""

    role: str | None = None
    active: bool | None = None


class RoleIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role in a project: annotator, reviewer or manager."""

    role: str


@routes.get("/members", "member.manage")
def list_(query: ListQuery, who: Actor, services: Services) -> Page[MemberView]:
    """Everybody in the organization; for who manages people there or in some project."""
    return page_of(services.accounts.members.list(who), query)


@routes.patch("/members/{member}", "member.promote", organization=True, raises=(WrongState,))
def change(member: str, body: MemberIn, who: Actor, services: Services) -> MemberView:
    """Change a member's role, or let them in or out. The last owner stays."""
    return services.accounts.members.change(who, member, role=body.role, active=body.active)


@routes.post(
    "/members/{member}/link",
    "member.promote",
    organization=True,
    status=201,
    secret=True,
    raises=(WrongState,),
)
def link(member: str, who: Actor, services: Services) -> SignInLink:
    """Make a one-time sign-in link for a member who lost their password."""
    return services.accounts.members.new_link(who, member)


@routes.get("/projects/{project}/members", "project.read")
def list_in_project(
    project: str, query: ListQuery, who: Actor, services: Services
) -> Page[ProjectMemberView]:
    """Who works in a project."""
    return page_of(services.accounts.project_members.list(who, project), query)


@routes.put("/projects/{project}/members/{member}", "member.manage")
def set_role(project: str, member: str, body: RoleIn, who: Actor, services: Services) -> ProjectMemberView:
    """Let a member into a project with a role, or change it."""
    return services.accounts.project_members.set_role(who, project, member, body.role)


@routes.delete("/projects/{project}/members/{member}", "member.manage")
def remove(project: str, member: str, who: Actor, services: Services) -> None:
    """Take a member out of a project; their work stays."""
    services.accounts.project_members.remove(who, project, member)
