"""Signing in and out, and one's own password."""

from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.callers import (
    PUBLIC,
    SESSION,
    SIGNED,
    address_of,
    agent_of,
    clear_cookie,
    set_cookie,
)
from labelwright.api.routing import Routes
from labelwright.core.errors import InvalidInput, NameTaken, SignInFailed, Throttled
from labelwright.core.roles import RIGHTS, allows
from labelwright.services.members import MemberView
from labelwright.services.recognition import Caller
from labelwright.services.services import Services
from labelwright.services.sessions import Opened

routes = Routes("session")

Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
Address = Annotated[str, msgspec.Meta(min_length=3, max_length=320)]


class SessionOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in. `csrf` goes into X-CSRF-Token; `rights` hold throughout the organization."""

    member: MemberView
    csrf: str | None
    first_run: bool
    rights: list[str]


class SignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address and its password."""

    email: Address
    password: Secret


class LinkIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The token of a one-time link."""

    token: Secret


class PersonIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who one is, as others see it."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    email: Address


class NewPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new password, with the current one where there is one."""

    new: Secret
    current: Secret | None = None


@routes.get("/session", SIGNED)
def get(caller: Caller, services: Services) -> SessionOut:
    """Who is signed in."""
    return _shown(services.accounts.sessions.member(caller), caller.csrf, caller)


@routes.post("/session", PUBLIC, secret=True, answer=SessionOut, raises=(SignInFailed, Throttled))
def sign_in(body: SignIn, request: Request, services: Services) -> Response:
    """Sign in with a password; the answer sets the session's cookie."""
    opened = services.accounts.sessions.sign_in(
        body.email, body.password, address=address_of(request, services), agent=agent_of(request)
    )
    return welcome(opened, services)


@routes.post("/session/link", PUBLIC, secret=True, answer=SessionOut, raises=(SignInFailed,))
def claim_link(body: LinkIn, request: Request, services: Services) -> Response:
    """Sign in with a one-time link; the answer sets the session's cookie."""
    return welcome(services.accounts.sessions.claim_link(body.token, agent=agent_of(request)), services)


@routes.patch("/session", SESSION, raises=(InvalidInput, NameTaken))
def introduce(body: PersonIn, caller: Caller, services: Services) -> SessionOut:
    """Change one's own name and address."""
    member = services.accounts.members.introduce(caller.actor, name=body.name, email=body.email)
    return _shown(member, caller.csrf, caller)


@routes.put("/session/password", SESSION, secret=True, answer=SessionOut, raises=(InvalidInput, Throttled))
def change_password(body: NewPassword, request: Request, caller: Caller, services: Services) -> Response:
    """Set one's password; every other session ends, and this one goes on under a new cookie."""
    opened = services.accounts.sessions.change_password(
        caller, body.new, body.current, address=address_of(request, services), agent=agent_of(request)
    )
    return welcome(opened, services)


@routes.delete("/session", SIGNED, status=204)
def sign_out(caller: Caller, services: Services) -> Response:
    """Sign out; the session ends and the cookie is taken back."""
    services.accounts.sessions.sign_out(caller)
    answer = Response(status_code=204)
    clear_cookie(answer, services)
    return answer


def welcome(opened: Opened, services: Services, status: int = 200) -> Response:
    """The answer to somebody who has just signed in."""
    body = SessionOut(
        member=opened.member,
        csrf=opened.csrf,
        first_run=not opened.member.has_password,
        rights=_rights(opened.member.role),
    )
    answer = Response(msgspec.json.encode(body), status, media_type="application/json")
    set_cookie(answer, opened, services)
    return answer


def _shown(member: MemberView, csrf: str | None, caller: Caller) -> SessionOut:
    rights = [right for right in RIGHTS if caller.actor.may(right)]
    return SessionOut(member=member, csrf=csrf, first_run=not member.has_password, rights=rights)


def _rights(role: str) -> list[str]:
    return [right for right in RIGHTS if allows(role, right)]
