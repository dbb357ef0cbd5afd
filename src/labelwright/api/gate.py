"""The gate: what holds for every request, before and after the routes.

It refuses hosts and origins that are not ours, adds the headers that keep pages and pictures
harmless, gives each request an id, writes the access log, and turns what nobody foresaw into a 500
that tells the caller nothing but that id.
"""

import secrets
import time
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from labelwright.api.errors import HUNG_UP, refusal, unexpected
from labelwright.api.log import loggable
from labelwright.core.errors import Forged
from labelwright.services.access import Actor
from labelwright.settings import Settings

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
IN_PROCESS = "labelwright.actor"
"""Key of the ASGI scope under which this very process says on whose behalf it calls."""

PAGE_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Gate:
    """Wraps the application."""

    def __init__(
        self, app: ASGIApp, settings: Settings, log: FilteringBoundLogger, *, access_log: bool = True
    ) -> None:
        self._app = app
        self._log = log
        self._notes_all = access_log
        self._hosts = Hosts(settings)
        self._secure = settings.secure_cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope["labelwright.request"] = request_id
        started, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(scope, MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            await (self._refusal(scope) or self._app)(scope, receive, answer)
        except ClientDisconnect:
            status = status or HUNG_UP
        except Exception:  # noqa: BLE001  # the last resort
            self._log.exception("unexpected", request=request_id, path=loggable(scope["path"]))
            if not status:
                await unexpected(request_id)(scope, receive, answer)
        finally:
            self._note(scope, status, started, request_id)

    def _refusal(self, scope: Scope) -> Response | None:
        if isinstance(scope.get(IN_PROCESS), Actor):
            return None
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._hosts.is_ours(host):
            return refusal(
                Forged(
                    f"This server does not answer for the host “{host[:100]}”.",
                    remedy="Use the address it was started with, or set public_url.",
                )
            )
        origin = headers.get("origin")
        if scope["method"] not in SAFE and origin and not self._hosts.is_our_origin(origin, host):
            return refusal(Forged("The request comes from a page of another site."))
        return None

    def _add_headers(self, scope: Scope, headers: MutableHeaders, request_id: str) -> None:
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if self._secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if scope["path"].startswith("/api/"):
            headers.setdefault("Cache-Control", "no-store")
        headers["X-Request-Id"] = request_id

    def _note(self, scope: Scope, status: int, started: float, request_id: str) -> None:
        if not self._notes_all:
            return
        client = scope.get("client")
        self._log.info(
            "request",
            method=scope["method"],
            path=loggable(scope["path"]),
            status=status,
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
            request=request_id,
            member=scope.get("labelwright.member"),
            address=client[0] if client else None,
        )


class Hosts:
    """Which names this server answers to.

    Listening on loopback, only loopback names and the public one: a page elsewhere whose name was
    made to point here (DNS rebinding) is refused. Listening on a network with a public address
    set, that name and plain addresses; without one, any name.
    """

    def __init__(self, settings: Settings) -> None:
        public = urlsplit(settings.public_url).hostname if settings.public_url else None
        self._public = public.lower() if public else None
        self._public_origin = _origin(settings.public_url) if settings.public_url else None
        self._on_loopback = _is_loopback(settings.host)
        self.is_ours = lru_cache(maxsize=256)(self._is_ours)
        """Whether a Host header may be answered."""

    def _is_ours(self, host: str) -> bool:
        name = _name(host)
        if name is None:
            return False
        if _is_loopback(name) or name == self._public:
            return True
        return not self._on_loopback and (self._public is None or _is_address(name))

    def is_our_origin(self, origin: str, host: str) -> bool:
        """Whether a page of this origin may write: our own, or one on this machine while developing."""
        parts = urlsplit(origin)
        if origin == self._public_origin or (parts.netloc and parts.netloc == host.lower()):
            return True
        return self._on_loopback and _is_loopback(parts.hostname or "")


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    return _is_address(name) and ip_address(name).is_loopback
