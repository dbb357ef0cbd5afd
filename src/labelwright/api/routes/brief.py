"""The brief of a project and the pictures of its guideline pages."""

from typing import Annotated

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from labelwright.api.bodies import read_body
from labelwright.api.paging import ListQuery, Page, page_of
from labelwright.api.pictures import PICTURE_HEADERS
from labelwright.api.routing import Routes
from labelwright.core.brief import Brief
from labelwright.core.errors import NotFound, StaleVersion, UnreadableImage
from labelwright.services.access import Actor
from labelwright.services.briefs import BriefView
from labelwright.services.services import Services

routes = Routes("brief")

LARGEST_PICTURE = 20 * 2**20


class BriefIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The brief, on top of the version that was seen."""

    base: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    brief: Brief


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Under which name a picture was kept; a page refers to it as `guideline:SHA256`."""

    sha256: str


@routes.get("/projects/{project}/brief", "project.read")
def get(project: str, who: Actor, services: Services) -> BriefView:
    """The current brief."""
    return services.briefs.get(who, project)


@routes.put("/projects/{project}/brief", "project.manage", raises=(StaleVersion,))
def save(project: str, body: BriefIn, who: Actor, services: Services) -> BriefView:
    """Save a new version on top of the one that was seen."""
    return services.briefs.save(who, project, base=body.base, brief=body.brief)


@routes.get("/projects/{project}/brief/versions", "project.read")
def versions(project: str, query: ListQuery, who: Actor, services: Services) -> Page[BriefView]:
    """Every version, newest first."""
    return page_of(services.briefs.versions(who, project), query)


@routes.get("/projects/{project}/brief/versions/{version}", "project.read")
def version(project: str, version: str, who: Actor, services: Services) -> BriefView:
    """One version."""
    if not (version.isascii() and version.isdecimal() and len(version) < 10 and int(version)):
        raise NotFound("version of the brief", version[:40])
    return services.briefs.get(who, project, int(version))


@routes.post(
    "/projects/{project}/guideline-images",
    "project.manage",
    status=201,
    reads="application/octet-stream",
    raises=(UnreadableImage,),
)
async def add_image(project: str, request: Request, who: Actor, services: Services) -> Kept:
    """Keep a picture for guideline pages: JPEG, PNG, GIF or WebP."""
    limit = min(LARGEST_PICTURE, services.context.settings.max_body_bytes)
    data = await read_body(request, limit)
    return Kept(sha256=await run_in_threadpool(services.briefs.add_image, who, project, [data]))


@routes.get("/projects/{project}/guideline-images/{sha256}", "project.read", sends="image/*")
def image(project: str, sha256: str, who: Actor, services: Services) -> Response:
    """A picture of a guideline page."""
    path, media_type = services.briefs.image(who, project, sha256)
    return FileResponse(path, media_type=media_type, headers=dict(PICTURE_HEADERS))
