"""Live events of a project."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from labelwright.api.live import Live
from labelwright.api.routing import Routes
from labelwright.core.errors import LabelwrightError
from labelwright.services.recognition import Caller
from labelwright.services.services import Services

routes = Routes("events")


@routes.get("/projects/{project}/events", "project.read", sends="text/event-stream")
async def listen(project: str, request: Request, caller: Caller, services: Services) -> Response:
    """What happens in a project, as server-sent events; Last-Event-ID goes on where one left."""
    await run_in_threadpool(services.projects.get, caller.actor, project)
    live: Live = request.app.state.live
    stream = live.listen(project, _last_seen(request), lambda: _may_stay(services, caller, project))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


def _last_seen(request: Request) -> int | None:
    said = request.headers.get("last-event-id", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None


def _may_stay(services: Services, caller: Caller, project: str) -> bool:
    """Whether the listener is still signed in and still has access."""
    try:
        services.projects.get(caller.actor, project)
    except LabelwrightError:
        return False
    return services.accounts.still_known(caller)
