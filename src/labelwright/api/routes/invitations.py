"""Invitations by link."""

from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.callers import PUBLIC, address_of, agent_of
from labelwright.api.paging import ListQuery, Page, page_of
from labelwright.api.routes.session import Address, Secret, SessionOut, welcome
from labelwright.api.routing import Routes
from labelwright.core.errors import InvalidInput, NameTaken, NotFound, SignInFailed, Throttled, WrongState
from labelwright.services.access import Actor
from labelwright.services.invitations import InvitationView, Welcome
from labelwright.services.services import Services

routes = Routes("invitations")


class InvitationIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invitation to the organization, or with `project` to one project; `email` narrows it."""

    role: str
    project: str | None = None
    email: Annotated[str, msgspec.Meta(max_length=320)] | None = None
    expires_in_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 7


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who joins. A member who exists already gives their own address and password."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    email: Address
    password: Secret


@routes.get("/invitations", "member.manage")
def list_(query: ListQuery, who: Actor, services: Services) -> Page[InvitationView]:
    """The invitations one may manage."""
    return page_of(services.accounts.invitations.list(who), query)


@routes.post("/invitations", "member.manage", status=201, secret=True, raises=(NotFound, InvalidInput))
def create(body: InvitationIn, who: Actor, services: Services) -> InvitationView:
    """Invite one person; the link is in this answer and nowhere else."""
    return services.accounts.invitations.create(
        who, body.role, project=body.project, email=body.email, expires_in_days=body.expires_in_days
    )


@routes.delete("/invitations/{invitation}", "member.manage", raises=(WrongState,))
def revoke(invitation: str, who: Actor, services: Services) -> None:
    """End an invitation that nobody took."""
    services.accounts.invitations.revoke(who, invitation)


@routes.get("/invitations/by-token/{token}", PUBLIC)
def welcome_(token: str, services: Services) -> Welcome:
    """What an invitation is for."""
    return services.accounts.invitations.welcome(token)


@routes.post(
    "/invitations/by-token/{token}/acceptance",
    PUBLIC,
    status=201,
    secret=True,
    answer=SessionOut,
    raises=(SignInFailed, NameTaken, Throttled),
)
def accept(token: str, body: Acceptance, request: Request, services: Services) -> Response:
    """Join, and be signed in."""
    opened = services.accounts.invitations.accept(
        token,
        name=body.name,
        email=body.email,
        password=body.password,
        address=address_of(request, services),
        agent=agent_of(request),
    )
    return welcome(opened, services, 201)
