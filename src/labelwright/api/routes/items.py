"""Items: lists, pictures, history, documents."""

from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.paging import ListQuery, Text, whole
from labelwright.api.pictures import picture, picture_bytes, unchanged
from labelwright.api.routing import Routes
from labelwright.core.errors import BadFile, InvalidInput, NotReady, WrongState
from labelwright.services.access import Actor
from labelwright.services.items import DocumentView, History, ItemListing, ItemView
from labelwright.services.pyramids import TilesState
from labelwright.services.services import Services

routes = Routes("items")


class ItemQuery(ListQuery, frozen=True, kw_only=True):
    """Which items; `search` looks into names and keys, `category` is an id.

    A page may also begin at a place from 0 (`offset`), or stand around an item (`around`, its id).
    """

    state: Text | None = None
    search: Text | None = None
    category: Text | None = None
    near_duplicates: bool = False
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None
    around: Text | None = None


class ReopenIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom the item goes (a member's id; null: to whoever comes), and why."""

    to: Annotated[str, msgspec.Meta(max_length=36)] | None = None
    comment: Annotated[str, msgspec.Meta(max_length=10_000)] = ""


class Reopened(msgspec.Struct, frozen=True, kw_only=True):
    """The new task."""

    task: str


@routes.get("/projects/{project}/items", "project.read")
def list_(project: str, query: ItemQuery, who: Actor, services: Services) -> ItemListing:
    """The items of a project, in order."""
    return services.items.list(
        who,
        project,
        state=query.state,
        search=query.search,
        category=query.category,
        near_duplicates=query.near_duplicates,
        cursor=query.cursor,
        offset=query.offset,
        around=query.around,
        limit=query.limit,
    )


@routes.get("/items/{item}", "project.read")
def get(item: str, who: Actor, services: Services) -> ItemView:
    """One item."""
    return services.items.get(who, item)


@routes.get("/items/{item}/image", "project.read", sends="image/*", raises=(BadFile,))
def image(item: str, request: Request, who: Actor, services: Services) -> Response:
    """The upright picture, in a form that browsers show."""
    shown = services.pictures.image(who, item)
    return picture(request, shown.path, shown.media_type, shown.tag)


@routes.get("/items/{item}/preview", "project.read", sends="image/*", raises=(BadFile,))
def preview(item: str, request: Request, who: Actor, services: Services) -> Response:
    """The upright picture, at most 2,048 pixels on its long side."""
    shown = services.pictures.preview(who, item)
    return picture(request, shown.path, shown.media_type, shown.tag)


@routes.get("/items/{item}/tiles", "project.read")
def tiles(item: str, who: Actor, services: Services) -> TilesState:
    """Whether tiles of the picture can be had; if not, they begin to be made."""
    return services.pictures.tiles(who, item)


@routes.get(
    "/items/{item}/tiles/{level}/{x}/{y}",
    "project.read",
    sends="image/*",
    raises=(BadFile, InvalidInput, NotReady),
    hot=True,
)
def tile(item: str, level: str, x: str, y: str, request: Request, who: Actor, services: Services) -> Response:
    """A tile of 512 pixels a side, with one more of each neighbor; level 0 is the picture itself."""
    at = [whole(text, name) for text, name in ((level, "level"), (x, "x"), (y, "y"))]
    row, tag = services.pictures.tile_tag(who, item, *at)
    known = unchanged(request, tag)
    if known is not None:
        return known
    found = services.pictures.tile(row, *at)
    return picture_bytes(found.data, found.media_type, tag)


@routes.get("/items/{item}/thumbnail", "project.read", sends="image/*", raises=(BadFile,))
def thumbnail(item: str, request: Request, who: Actor, services: Services) -> Response:
    """A small picture."""
    shown = services.pictures.thumbnail(who, item)
    return picture(request, shown.path, shown.media_type, shown.tag)


@routes.get("/items/{item}/history", "item.history")
def history(item: str, who: Actor, services: Services) -> History:
    """Everything that was said about an item, newest first."""
    return services.items.history(who, item)


@routes.post("/items/{item}/reopen", "project.manage", status=201, raises=(WrongState,))
def reopen(item: str, body: ReopenIn, who: Actor, services: Services) -> Reopened:
    """Open an item again for annotation, from what it holds now."""
    return Reopened(task=services.submissions.reopen(who, item, to=body.to, comment=body.comment))


@routes.get("/documents/{document}", "project.read")
def document(document: str, who: Actor, services: Services) -> DocumentView:
    """One submission, prediction or reference with its annotations."""
    return services.items.document(who, document)
