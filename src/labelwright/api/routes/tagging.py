"""The tagging service: one picture, a batch, and requests that a person answers."""

from typing import Annotated

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from labelwright.api.bodies import decode, read_body
from labelwright.api.routing import Routes
from labelwright.core.errors import BadFile, InvalidInput, NotFound
from labelwright.core.model_errors import ModelFailure, UnknownModel
from labelwright.services.access import Actor
from labelwright.services.on_call import TagRequestView
from labelwright.services.outward import NotReached
from labelwright.services.services import Services
from labelwright.services.tagging import (
    MOST_IMAGES,
    Batch,
    Busy,
    PictureIn,
    Tagged,
    TagOptions,
)

routes = Routes("tagging")

REFUSALS = (Busy, BadFile, InvalidInput, NotFound, NotReached, UnknownModel, ModelFailure)


class TagQuery(TagOptions, frozen=True, kw_only=True):
    """The options beside a picture that is the body; a mapping needs JSON."""

    mapping: None = None  # pyright: ignore[reportIncompatibleVariableOverride]
    name: Annotated[str, msgspec.Meta(max_length=300)] | None = None


class TagIn(TagOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One picture with the options: its bytes in base64, or an address and `fetch`: true."""

    image: str | None = None
    address: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=300)] | None = None


class BatchIn(TagOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to 64 pictures with the options."""

    images: Annotated[list[PictureIn], msgspec.Meta(min_length=1, max_length=MOST_IMAGES)]


_one = msgspec.json.Decoder(TagIn)


@routes.post("/tag", "project.read", organization=True, reads="application/octet-stream", raises=REFUSALS)
async def tag(query: TagQuery, request: Request, who: Actor, services: Services) -> Tagged:
    """Tags of the picture in the body; or of the one that a JSON body holds or names."""
    services.tagging.check_room()
    data = await read_body(request, services.context.settings.max_body_bytes)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    picture: PictureIn | bytes = data
    options: TagOptions = query
    name = query.name
    if kind == "application/json":
        body: TagIn = await decode(data, _one, strict=True)
        picture = PictureIn(image=body.image, address=body.address, name=body.name)
        options, name = body, body.name
    return await run_in_threadpool(services.tagging.tag, who, picture, options, name)


@routes.post("/tag/batch", "project.read", organization=True, raises=REFUSALS)
def tag_batch(body: BatchIn, who: Actor, services: Services) -> Batch:
    """Tags of up to 64 pictures; each has its result or its error."""
    return services.tagging.batch(who, body.images, body)


@routes.get("/tag/requests/{request_id}", "project.export", raises=(NotFound,))
def get_request(request_id: str, who: Actor, services: Services) -> TagRequestView:
    """A request that waits for a person, or the answer."""
    return services.tagging.request(who, request_id)
