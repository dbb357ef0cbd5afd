"""The dataset page: items by a filter, facets, acts on many items, and saved views."""

from typing import Annotated

import msgspec

from labelwright.api.paging import Text
from labelwright.api.routing import Routes
from labelwright.core.errors import Forbidden, InvalidInput, NotFound
from labelwright.services.access import Actor
from labelwright.services.explore import ExplorePage, Order
from labelwright.services.explore_facets import Facet
from labelwright.services.explore_outlines import ItemOutlines
from labelwright.services.item_acts import Done, ReopenedMany, Selection
from labelwright.services.item_filter import read_filter
from labelwright.services.services import Services
from labelwright.services.views import Looked, View

routes = Routes("explore")

FilterText = Annotated[str, msgspec.Meta(max_length=4000)]
Tags = Annotated[tuple[Annotated[str, msgspec.Meta(max_length=100)], ...], msgspec.Meta(max_length=20)]
Id = Annotated[str, msgspec.Meta(max_length=36)]
REFUSES = (NotFound, Forbidden, InvalidInput)


class ExploreQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which items (`filter`, a JSON object), in which order, and which part of them.

    `sort`: position, name, annotations, size (pixels), bytes, created, updated, or category with the id of
    one in `sort_category`. A page follows a cursor, or begins at a place from 0 (`offset`).
    """

    filter: FilterText | None = None
    sort: Text = "position"
    sort_category: Text | None = None
    descending: bool = False
    cursor: Annotated[str, msgspec.Meta(max_length=1500)] | None = None
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class FacetQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which items (`filter`), and which facets (`of`, with commas between)."""

    of: Annotated[str, msgspec.Meta(max_length=400)]
    filter: FilterText | None = None


class FacetsOut(msgspec.Struct, frozen=True, kw_only=True):
    """The facets, in the order they were asked for."""

    facets: list[Facet]


class OutlineQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which items (`items`, ids with commas between; up to 200), and how many of each at most."""

    items: Annotated[str, msgspec.Meta(max_length=4000)]
    most: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 60


class OutlinesOut(msgspec.Struct, frozen=True, kw_only=True):
    """The outlines of those items of which something counts."""

    items: list[ItemOutlines]


class TagIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tags to put on items, and tags to take off."""

    selection: Selection
    add: Tags = ()
    remove: Tags = ()


class SplitIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The split to put items into: train, val or test; null: none."""

    selection: Selection
    split: Text | None


class AssignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom the waiting tasks go (a member's id; null: to whoever comes)."""

    selection: Selection
    to: Id | None


class ReopenManyIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which items to open again, for whom (null: whoever comes), and why."""

    selection: Selection
    to: Id | None = None
    comment: Annotated[str, msgspec.Meta(max_length=10_000)] = ""


class ViewIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A view to keep."""

    name: Text
    looked: Looked
    shared: bool = False


class ViewChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a view changes; what is left out stays."""

    name: Text | None = None
    looked: Looked | None = None
    shared: bool | None = None


class ViewsOut(msgspec.Struct, frozen=True, kw_only=True):
    """One's own views and the shared ones, by name."""

    items: list[View]


@routes.get("/projects/{project}/explore", "project.read", raises=REFUSES)
def page(project: str, query: ExploreQuery, who: Actor, services: Services) -> ExplorePage:
    """The items that fit a filter, a page at a time."""
    return services.explore.page(
        who,
        project,
        read_filter(query.filter),
        Order(by=query.sort, descending=query.descending, category=query.sort_category),
        cursor=query.cursor,
        offset=query.offset,
        limit=query.limit,
    )


@routes.get("/projects/{project}/explore/facets", "project.read", raises=REFUSES)
def facets(project: str, query: FacetQuery, who: Actor, services: Services) -> FacetsOut:
    """How the items that fit a filter spread over categories, sizes, people and so on."""
    names = [name for name in query.of.split(",") if name]
    return FacetsOut(facets=services.explore_facets.of(who, project, read_filter(query.filter), names))


@routes.get("/projects/{project}/explore/outlines", "item.history", raises=REFUSES)
def outlines(project: str, query: OutlineQuery, who: Actor, services: Services) -> OutlinesOut:
    """What counts for some items, to be drawn over small pictures."""
    ids = [part for part in query.items.split(",") if part][:200]
    return OutlinesOut(items=services.explore.outlines(who, project, ids, query.most))


@routes.post("/projects/{project}/explore/tags", "task.review", raises=REFUSES)
def tag(project: str, body: TagIn, who: Actor, services: Services) -> Done:
    """Put tags on items, or take them off."""
    return services.item_acts.tag(who, project, body.selection, add=body.add, remove=body.remove)


@routes.post("/projects/{project}/explore/split", "project.manage", raises=REFUSES)
def split(project: str, body: SplitIn, who: Actor, services: Services) -> Done:
    """Put items into a split."""
    return services.item_acts.split(who, project, body.selection, body.split)


@routes.post("/projects/{project}/explore/assignment", "project.manage", raises=REFUSES)
def assign(project: str, body: AssignIn, who: Actor, services: Services) -> Done:
    """Give the waiting annotation tasks of items to a member, or to whoever comes."""
    return services.item_acts.assign(who, project, body.selection, body.to)


@routes.post("/projects/{project}/explore/reopen", "project.manage", raises=REFUSES)
def reopen(project: str, body: ReopenManyIn, who: Actor, services: Services) -> ReopenedMany:
    """Open items again for annotation, each from what it holds now."""
    return services.item_acts.reopen(who, project, body.selection, to=body.to, comment=body.comment)


@routes.get("/projects/{project}/views", "project.read")
def views(project: str, who: Actor, services: Services) -> ViewsOut:
    """The saved views of a project: one's own, and those that are shared."""
    return ViewsOut(items=services.views.list(who, project))


@routes.post("/projects/{project}/views", "project.read", status=201, raises=REFUSES)
def save_view(project: str, body: ViewIn, who: Actor, services: Services) -> View:
    """Keep a view; sharing it is for reviewers."""
    return services.views.save(who, project, body.name, body.looked, shared=body.shared)


@routes.patch("/views/{view}", "project.read", raises=REFUSES)
def change_view(view: str, body: ViewChange, who: Actor, services: Services) -> View:
    """Rename, share or overwrite a view of one's own; a manager also a shared one."""
    return services.views.change(who, view, name=body.name, shared=body.shared, looked=body.looked)


@routes.delete("/views/{view}", "project.read", raises=(NotFound, Forbidden))
def delete_view(view: str, who: Actor, services: Services) -> None:
    """Delete a view of one's own; a manager also a shared one."""
    services.views.delete(who, view)
