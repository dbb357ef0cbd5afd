"""Formats, and exports in them."""

from collections.abc import AsyncGenerator, Generator
from urllib.parse import quote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from labelwright.api.callers import SIGNED
from labelwright.api.paging import ListQuery, Page, Text, page_of
from labelwright.api.routing import Routes
from labelwright.core.errors import BadFile, InvalidInput, UnknownName
from labelwright.formats.format import WouldDrop
from labelwright.formats.registry import every
from labelwright.services.access import Actor
from labelwright.services.exports import ExportReport
from labelwright.services.services import Services

routes = Routes("exports")


class FormatView(msgspec.Struct, frozen=True, kw_only=True):
    """A format, and the kinds of annotation that it keeps."""

    name: str
    title: str
    keeps: list[str]
    about: str


class ReportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which format, and which release; without one, what is accepted now.

    `since` is the tag of another release: then only what is new or other since then.
    """

    format: Text
    release: Text | None = None
    since: Text | None = None


class ExportQuery(ReportQuery, frozen=True, kw_only=True):
    """`media` is copy or none; `drop` allows what the format cannot hold to be left out."""

    media: Text = "copy"
    drop: bool = False


@routes.get("/formats", SIGNED)
def formats(query: ListQuery) -> Page[FormatView]:
    """The formats that can be read and written."""
    found = [
        FormatView(name=one.name, title=one.title, keeps=sorted(one.keeps), about=one.about)
        for one in every()
    ]
    return page_of(found, query)


@routes.get("/projects/{project}/export/report", "project.export", raises=(UnknownName, InvalidInput))
def report(project: str, query: ReportQuery, who: Actor, services: Services) -> ExportReport:
    """What an export would keep, convert and drop."""
    return services.exports.report(
        who, project, format=query.format, release=query.release, since=query.since
    )


@routes.get(
    "/projects/{project}/export",
    "project.export",
    sends="application/zip",
    raises=(UnknownName, InvalidInput, WouldDrop, BadFile),
)
def export(project: str, query: ExportQuery, who: Actor, services: Services) -> Response:
    """A zip with the annotations, the pictures if wanted, and `report.json`."""
    name, parts = services.exports.stream(
        who,
        project,
        format=query.format,
        release=query.release,
        since=query.since,
        media=query.media,
        drop=query.drop,
    )
    # The first part is made before the answer begins, so that an early failure is told as one.
    first = next(parts, b"")
    named = f"attachment; filename=export.zip; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": named}
    return StreamingResponse(_sent(first, parts), media_type="application/zip", headers=headers)


async def _sent(first: bytes, rest: Generator[bytes]) -> AsyncGenerator[bytes]:
    # Closed by hand: a caller who hangs up must not leave the writer waiting for a reader.
    part: bytes | None = first
    try:
        while part is not None:
            yield part
            part = await run_in_threadpool(next, rest, None)
    finally:
        rest.close()
