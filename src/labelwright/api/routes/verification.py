"""Fast verification: a grid of crops, verdicts by the page, and closing many reviews at once."""

from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.paging import Cursor, Text
from labelwright.api.pictures import picture_bytes, unchanged
from labelwright.api.routing import Routes
from labelwright.core.errors import BadFile, Forbidden, InvalidInput, NotFound
from labelwright.core.operations import Operation
from labelwright.media.crop import CROP_TYPE, Window
from labelwright.services.access import Actor
from labelwright.services.services import Services
from labelwright.services.verdicts import MOST_TASKS, BegunReview, Closing, Judged, TaskOperations
from labelwright.services.verification import GridPage, GridQuery

routes = Routes("verification")

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=36)]
Pixel = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Operations = Annotated[tuple[Operation, ...], msgspec.Meta(max_length=2000)]


class CropQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the picture, in whole pixels (right and bottom lie outside); `size`: its longest side."""

    left: Pixel
    top: Pixel
    right: Pixel
    bottom: Pixel
    size: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 240


class CellQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What the grid shows, and in which order.

    `source`: review, or predictions of items still to be annotated. `kind` of shape. `sort`: suspicion,
    similarity, smallest, largest, score or random.
    """

    source: Text = "review"
    category: Text | None = None
    kind: Text | None = None
    model: Text | None = None
    minimum_score: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    sort: Text = "suspicion"
    cursor: Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 60

    def to_service(self) -> GridQuery:
        """As the service takes it."""
        return GridQuery(**{name: getattr(self, name) for name in self.__struct_fields__})


class DraftIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Operations for one's own draft of a task."""

    task: Id
    operations: Operations


class OperationsIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Operations for the drafts of several tasks: judge, put or delete."""

    drafts: Annotated[tuple[DraftIn, ...], msgspec.Meta(max_length=MOST_TASKS)]


class JudgedOut(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each draft, in the order they were sent."""

    drafts: list[Judged]


class BegunReviews(msgspec.Struct, frozen=True, kw_only=True):
    """The reviews one has begun."""

    reviews: list[BegunReview]


class ClosingIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which reviews to hand in, as accepted or returned; what is returned needs a comment."""

    tasks: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_TASKS)]
    verdict: Text
    comment: Annotated[str, msgspec.Meta(max_length=10_000)] | None = None


@routes.get("/items/{item}/crop", "project.read", sends="image/*", raises=(BadFile, InvalidInput))
def crop(item: str, query: CropQuery, request: Request, who: Actor, services: Services) -> Response:
    """A part of the upright picture, shrunk where it is larger than `size`, never enlarged."""
    window = Window(query.left, query.top, query.right, query.bottom)
    row, tag = services.crops.found(who, item, window, query.size)
    known = unchanged(request, tag)
    if known is not None:
        return known
    return picture_bytes(services.crops.crop(row, window, query.size), CROP_TYPE, tag)


@routes.get("/projects/{project}/verification", "task.annotate", raises=(NotFound, Forbidden, InvalidInput))
def page(project: str, query: CellQuery, who: Actor, services: Services) -> GridPage:
    """A page of the grid. Annotations under review are for reviewers, predictions for annotators."""
    return services.verification.page(who, project, query.to_service())


@routes.post(
    "/projects/{project}/verification/operations",
    "task.annotate",
    raises=(NotFound, Forbidden, InvalidInput),
)
def judge(project: str, body: OperationsIn, who: Actor, services: Services) -> JudgedOut:
    """Save verdicts and corrections in one's own drafts of several tasks, which are taken by this."""
    sent = [TaskOperations(task=entry.task, operations=entry.operations) for entry in body.drafts]
    return JudgedOut(drafts=services.verdicts.judge(who, project, sent))


@routes.get("/projects/{project}/verification/standing", "task.review", raises=(NotFound, Forbidden))
def standing(project: str, who: Actor, services: Services) -> BegunReviews:
    """The reviews one has begun, and how many of their annotations are judged."""
    return BegunReviews(reviews=services.verdicts.standing(who, project))


@routes.post(
    "/projects/{project}/verification/closing", "task.review", raises=(NotFound, Forbidden, InvalidInput)
)
def close(project: str, body: ClosingIn, who: Actor, services: Services) -> Closing:
    """Hand in several reviews; those that are not fully judged stay open, each with its reason."""
    return services.verdicts.close(who, project, body.tasks, body.verdict, body.comment)
