"""Predictions of a project: pre-labeling by a model, a look beforehand, click to segment."""

from typing import Annotated

import msgspec

from labelwright.api.routing import Routes
from labelwright.core.errors import BadFile, InvalidInput, NotFound
from labelwright.core.model_errors import ModelFailure, UnknownModel
from labelwright.services.access import Actor
from labelwright.services.item_filter import EVERYTHING, ItemFilter
from labelwright.services.predictions import LookView, PredictedBy, PredictIn
from labelwright.services.segmenting import PromptIn, Readiness, SegmentView
from labelwright.services.services import Services

routes = Routes("predictions")


class LookIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which model to ask about how many items, drawn evenly from those that fit."""

    model: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    filter: ItemFilter = EVERYTHING
    count: Annotated[int, msgspec.Meta(ge=1, le=24)] = 12


class PredictStarted(msgspec.Struct, frozen=True, kw_only=True):
    """The job that pre-labels."""

    job: str


class AuthorIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose predictions, as `author` of the list."""

    author: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class PredictionsRemoved(msgspec.Struct, frozen=True, kw_only=True):
    """How many items had predictions of theirs."""

    items: int


@routes.get("/projects/{project}/predictions", "item.history")
def list_(project: str, who: Actor, services: Services) -> list[PredictedBy]:
    """Who predicted what in a project."""
    return services.predictions.list(who, project)


@routes.post(
    "/projects/{project}/predictions",
    "project.manage",
    status=202,
    raises=(NotFound, UnknownModel, InvalidInput),
)
def start(project: str, body: PredictIn, who: Actor, services: Services) -> PredictStarted:
    """Pre-label items by a model, by a job. What people have said is never touched."""
    return PredictStarted(job=services.predictions.start(who, project, body))


@routes.post(
    "/projects/{project}/predictions/look",
    "project.manage",
    raises=(NotFound, UnknownModel, InvalidInput, ModelFailure),
)
def look(project: str, body: LookIn, who: Actor, services: Services) -> LookView:
    """What a model finds on a few items at any score, to choose thresholds and categories."""
    return services.predictions.look(who, project, body.model, body.filter, body.count)


@routes.post("/projects/{project}/predictions/remove", "project.manage")
def remove(project: str, body: AuthorIn, who: Actor, services: Services) -> PredictionsRemoved:
    """Hide what an author predicted; what people took over stays."""
    return PredictionsRemoved(items=services.predictions.remove(who, project, body.author))


@routes.post("/items/{item}/segment/prepare", "task.annotate", hot=True, raises=(NotFound,))
def prepare(item: str, who: Actor, services: Services) -> Readiness:
    """Begin to look at an item, so that its first click is answered at once."""
    return services.segmenting.prepare(who, item)


@routes.post(
    "/items/{item}/segment",
    "task.annotate",
    hot=True,
    raises=(NotFound, UnknownModel, InvalidInput, BadFile, ModelFailure),
)
def segment(item: str, body: PromptIn, who: Actor, services: Services) -> SegmentView:
    """The mask for clicks and a box."""
    return services.segmenting.segment(who, item, body)
