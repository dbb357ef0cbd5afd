"""Who is calling: by token, by cookie, or from within this process; and from where.

A cookie is sent by the browser by itself, so whoever comes with one and wants to change something
also shows the session's CSRF token, which only our own pages know.
"""

from ipaddress import ip_address

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.gate import IN_PROCESS, SAFE
from labelwright.core.errors import Forbidden, Forged, SignInRequired
from labelwright.core.roles import RIGHTS, SCOPES
from labelwright.services.access import Actor, require
from labelwright.services.context import hash_secret
from labelwright.services.recognition import Caller
from labelwright.services.services import Services
from labelwright.services.sessions import Opened, is_same

COOKIE = "labelwright_session"
CSRF_HEADER = "X-CSRF-Token"
PUBLIC, SIGNED, PERSONAL, SESSION = "public", "signed", "personal", "session"
"""Rights beside those of roles: anybody; anybody signed in; all but narrow tokens; no tokens at all."""


async def identify(request: Request, services: Services) -> Caller:
    """The caller. Raises SignInRequired, or Forged for a change without the CSRF token."""
    inside = request.scope.get(IN_PROCESS)
    if isinstance(inside, Actor):
        return Caller(actor=inside)
    authorization = request.headers.get("authorization")
    if authorization is not None:
        caller = await _by_token(authorization, services)
    else:
        caller = await _by_cookie(request, services)
    request.scope["labelwright.member"] = caller.actor.id
    return caller


def check_right(caller: Caller, right: str, *, organization: bool) -> None:
    """Raise Forbidden if a token lacks the scope, or a role throughout the organization the right.

    Roles in projects are checked by the services, which know the project.
    """
    if right == PERSONAL and not caller.is_in_person:
        raise Forbidden("do this with a token (sign in, or use one with the scope admin)", "admin")
    if right == SESSION and not caller.has_session:
        raise Forbidden("do this with a token (sign in with a browser)", SESSION)
    if right not in RIGHTS:
        return
    if organization:
        require(caller.actor, right)
    elif caller.actor.scopes is not None and not any(right in SCOPES[s] for s in caller.actor.scopes):
        raise Forbidden("do this with this token", right)


def address_of(request: Request, services: Services) -> str:
    """Where a request comes from; a proxy is believed if the settings trust it."""
    host = request.client.host if request.client else ""
    trusted = {entry.strip() for entry in services.context.settings.trusted_proxies.split(",")}
    if host not in trusted:
        return host
    said = request.headers.get("x-forwarded-for", "").rsplit(",", 1)[-1].strip()
    try:
        return str(ip_address(said))
    except ValueError:
        return host


def agent_of(request: Request) -> str:
    """What the browser calls itself."""
    return request.headers.get("user-agent", "")[:300]


def set_cookie(response: Response, opened: Opened, services: Services) -> None:
    """Give the browser the cookie of a new session."""
    response.set_cookie(
        COOKIE,
        opened.secret,
        max_age=opened.seconds,
        httponly=True,
        samesite="lax",
        secure=services.context.settings.secure_cookies,
        path="/",
    )


def clear_cookie(response: Response, services: Services) -> None:
    """Take the cookie back."""
    secure = services.context.settings.secure_cookies
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=secure)


async def _by_token(authorization: str, services: Services) -> Caller:
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise SignInRequired
    secret = secret.strip()
    caller = services.accounts.remembered(hash_secret(secret))
    if caller is None:
        caller = await run_in_threadpool(services.accounts.by_token, secret)
    if caller is None or caller.has_session:
        raise SignInRequired
    return caller


async def _by_cookie(request: Request, services: Services) -> Caller:
    secret = request.cookies.get(COOKIE, "")
    caller = services.accounts.remembered(hash_secret(secret))
    if caller is None:
        caller = await run_in_threadpool(services.accounts.by_cookie, secret)
    if caller is None or not caller.has_session:
        raise SignInRequired
    if request.method not in SAFE and not is_same(request.headers.get(CSRF_HEADER), caller.csrf):
        raise Forged(f"The header {CSRF_HEADER} is missing or does not belong to this session.")
    return caller
