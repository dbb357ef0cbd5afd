"""The application: every route behind the gate."""

import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

import msgspec
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, compile_path
from starlette.types import ASGIApp

from labelwright import __version__
from labelwright.api import errors, openapi
from labelwright.api.endpoint import Endpoint
from labelwright.api.gate import Gate
from labelwright.api.live import Live, end_on_signals
from labelwright.api.log import make_logger
from labelwright.api.permissions import table
from labelwright.api.routing import Spec
from labelwright.api.web import FOLDER, Web
from labelwright.services.services import Services

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
NOUNS = (
    "session",
    "tokens",
    "members",
    "invitations",
    "projects",
    "ontology",
    "workflow",
    "error_codes",
    "rules",
    "brief",
    "items",
    "explore",
    "tasks",
    "workload",
    "verification",
    "issues",
    "quality",
    "costs",
    "gold",
    "lessons",
    "suspects",
    "models",
    "predictions",
    "tagging",
    "webhooks",
    "heads",
    "consequences",
    "uploads",
    "imports",
    "sources",
    "jobs",
    "releases",
    "audits",
    "export",
    "events",
    "audit",
    "about",
)
"""The modules of `routes`, in the order of the OpenAPI document."""


def specs() -> list[Spec]:
    """Every route of the API."""
    found: list[Spec] = []
    for noun in NOUNS:
        found += import_module(f"labelwright.api.routes.{noun}").routes.specs
    return found


def create_app(services: Services, *, access_log: bool = True, static: Path = FOLDER) -> ASGIApp:
    """The application on the services. Without `access_log` nothing is written but faults."""
    declared = specs()
    table(declared)  # refuses bad declarations before the first request
    app = FastAPI(
        title="Labelwright",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        exception_handlers=errors.HANDLERS,
        redirect_slashes=False,
    )
    app.state.services = services
    app.state.live = Live(services.context)
    for spec in sorted(declared, key=lambda spec: not spec.hot):  # looked through in this order
        app.router.routes.append(Route(spec.path, Endpoint(spec, services).answer, methods=[spec.method]))
    app.router.routes.append(Route("/api/openapi.json", _openapi(declared).answer, methods=["GET"]))
    app.router.routes.append(Route("/api/{path:path}", _Nowhere(declared).answer, methods=METHODS))
    app.router.routes.append(Route("/{path:path}", Web(static).answer, methods=["GET"]))
    return Gate(app, services.context.settings, make_logger(), access_log=access_log)


def _openapi(declared: list[Spec]) -> "_Document":
    return _Document(msgspec.json.encode(openapi.document(declared)))


class _Document:
    """Serves a document that never changes."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def answer(self, _request: Request) -> Response:
        return Response(self._body, media_type="application/json")


class _Nowhere:
    """Answers under /api/ where no route does: the path is unknown, or the method is."""

    def __init__(self, declared: list[Spec]) -> None:
        self._known = [(compile_path(spec.path)[0], spec.method) for spec in declared]

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        allowed = sorted({method for pattern, method in self._known if pattern.match(path)})
        if allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(allowed)})
        raise HTTPException(404)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    live: Live = app.state.live
    end_on_signals(live)
    # What lives from now on is never garbage; looking through it would stall requests for 10 to 40 ms.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    yield
    live.close()
    gc.unfreeze()
