"""Formats, and exports in them."""

from collections.abc import Iterator
from urllib.parse import quote

import msgspec
from starlette.responses import Response, StreamingResponse

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
    """Which format, and which release; without one, what is accepted now."""

    format: Text
    release: Text | None = None


class ExportQuery(ReportQuery, frozen=True, kw_only=True):
    """`media` is copy or none; `drop` allows what the format cannot hold to be left out."""

    media: Text = "copy"
    drop: bool = False


@routes.get("/formats", "project.read")
def formats(query: ListQuery, who: Actor) -> Page[FormatView]:
    """The formats that can be read and written."""
    del who
    found = [
        FormatView(name=one.name, title=one.title, keeps=sorted(one.keeps), about=one.about)
        for one in every()
    ]
    return page_of(found, query)


@routes.get("/projects/{project}/export/report", "project.export", raises=(UnknownName, InvalidInput))
def report(project: str, query: ReportQuery, who: Actor, services: Services) -> ExportReport:
    """What an export would keep, convert and drop."""
    return services.exports.report(who, project, format=query.format, release=query.release)


@routes.get(
    "/projects/{project}/export",
    "project.export",
    sends="application/zip",
    raises=(UnknownName, InvalidInput, WouldDrop, BadFile),
)
def export(project: str, query: ExportQuery, who: Actor, services: Services) -> Response:
    """A zip with the annotations, the pictures if wanted, and `report.json`."""
    name, parts = services.exports.stream(
        who, project, format=query.format, release=query.release, media=query.media, drop=query.drop
    )
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return StreamingResponse(_first_then_rest(parts), media_type="application/zip", headers=headers)


def _first_then_rest(parts: Iterator[bytes]) -> Iterator[bytes]:
    # The first part is made before the answer begins, so that an early failure is told as one.
    first = next(parts, b"")

    def rest() -> Iterator[bytes]:
        yield first
        yield from parts

    return rest()
