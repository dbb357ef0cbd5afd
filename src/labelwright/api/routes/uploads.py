"""Uploads: files on their way to an import, straight to disk."""

from typing import Annotated

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from labelwright.api.bodies import declared_length
from labelwright.api.routing import Routes
from labelwright.core.errors import StorageFailure, TooLarge
from labelwright.services.access import Actor
from labelwright.services.services import Services
from labelwright.services.uploads import UploadNote

routes = Routes("uploads")

PIECE = 1 << 20


class FileQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The name of the file, a relative path with slashes."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=900)]


class FileKept(msgspec.Struct, frozen=True, kw_only=True):
    """A file that arrived whole."""

    name: str
    bytes: int


@routes.post("/projects/{project}/uploads", "project.import", status=201)
def open_(project: str, who: Actor, services: Services) -> UploadNote:
    """Begin an upload."""
    return services.uploads.open(who, project)


@routes.put(
    "/uploads/{upload}/files", "project.import", reads="application/octet-stream", raises=(StorageFailure,)
)
async def put_file(
    upload: str, query: FileQuery, request: Request, who: Actor, services: Services
) -> FileKept:
    """Send one file; a file of the same name is replaced. Nothing is kept of half a file."""
    limit = services.context.settings.max_upload_bytes
    if declared_length(request) > limit:
        raise TooLarge("The file", limit, "max_upload_bytes")
    incoming = await run_in_threadpool(services.uploads.file, who, upload, query.name)
    try:
        piece = bytearray()
        async for chunk in request.stream():
            piece += chunk
            if incoming.size + len(piece) > limit:
                raise TooLarge("The file", limit, "max_upload_bytes")
            if len(piece) >= PIECE:
                await run_in_threadpool(incoming.write, bytes(piece))
                piece.clear()
        await run_in_threadpool(incoming.write, bytes(piece))
        size = await run_in_threadpool(incoming.finish)
    finally:
        await run_in_threadpool(incoming.abandon)
    return FileKept(name=query.name, bytes=size)


@routes.delete("/uploads/{upload}", "project.import")
def remove(upload: str, who: Actor, services: Services) -> None:
    """Throw an upload away."""
    services.uploads.remove(who, upload)
