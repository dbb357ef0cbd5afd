"""Issues pinned on items, and the comments under them."""

from typing import Annotated

import msgspec

from labelwright.api.paging import ListQuery, Page, page_of
from labelwright.api.routing import Routes
from labelwright.services.access import Actor
from labelwright.services.issues import IssueView
from labelwright.services.services import Services

routes = Routes("issues")

Said = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
Id = Annotated[str, msgspec.Meta(max_length=36)]
Coordinate = Annotated[float, msgspec.Meta(ge=-1e7, le=1e7)]


class IssueIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An issue with its first comment, pinned to an annotation or an image point if given."""

    text: Said
    annotation: Id | None = None
    x: Coordinate | None = None
    y: Coordinate | None = None
    task: Id | None = None


class IssueChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The new state: open or resolved."""

    state: str


class CommentIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A comment."""

    text: Said


@routes.get("/items/{item}/issues", "project.read")
def list_(item: str, query: ListQuery, who: Actor, services: Services) -> Page[IssueView]:
    """The issues of an item, oldest first."""
    return page_of(services.issues.list(who, item), query)


@routes.post("/items/{item}/issues", "issue.write", status=201)
def open_(item: str, body: IssueIn, who: Actor, services: Services) -> IssueView:
    """Open an issue."""
    return services.issues.open(
        who, item, body.text, annotation=body.annotation, x=body.x, y=body.y, task=body.task
    )


@routes.patch("/issues/{issue}", "issue.write")
def change(issue: str, body: IssueChange, who: Actor, services: Services) -> IssueView:
    """Resolve an issue, or open it again."""
    return services.issues.set_state(who, issue, body.state)


@routes.post("/issues/{issue}/comments", "issue.write", status=201)
def comment(issue: str, body: CommentIn, who: Actor, services: Services) -> IssueView:
    """Add a comment."""
    return services.issues.comment(who, issue, body.text)
