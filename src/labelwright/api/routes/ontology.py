"""The ontology of a project: as JSON for the editor, as YAML for hands."""

from typing import Annotated

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.bodies import read_body
from labelwright.api.paging import ListQuery, Page, page_of
from labelwright.api.routing import Routes
from labelwright.core.errors import InvalidOntology, Malformed, StaleVersion, WrongState
from labelwright.core.ontology import Category, RelationSpec
from labelwright.core.rules import Rule
from labelwright.services.access import Actor
from labelwright.services.ontologies import OntologySaved, OntologyVersion, OntologyView
from labelwright.services.services import Services

routes = Routes("ontology")

YAML = "application/yaml"
Version = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class SaveQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Whether to save, or only to say what saving would touch."""

    dry_run: bool = False


class YamlQuery(SaveQuery, frozen=True, kw_only=True):
    """As for saving; `base` is the version the file was made from, else the current one."""

    base: Version | None = None


class OntologyIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The categories in their order. One left out is deleted, or merged as `merges` says.

    Without `relations` or `rules` those of before stay.
    """

    base: Version
    categories: list[Category]
    merges: dict[str, str] = {}
    relations: list[RelationSpec] | None = None
    rules: list[Rule] | None = None


class Base(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version that was seen."""

    base: Version


@routes.get("/projects/{project}/ontology", "project.read")
def get(project: str, who: Actor, services: Services) -> OntologyView:
    """The current ontology, with the annotations of each category."""
    return services.ontologies.get(who, project)


@routes.put("/projects/{project}/ontology", "project.manage", raises=(StaleVersion,))
def save(project: str, query: SaveQuery, body: OntologyIn, who: Actor, services: Services) -> OntologySaved:
    """Save a new version on top of the one that was seen, or say what that would touch."""
    return services.ontologies.save(
        who,
        project,
        base=body.base,
        categories=body.categories,
        merges=body.merges,
        relations=body.relations,
        rules=body.rules,
        dry_run=query.dry_run,
    )


@routes.post("/projects/{project}/ontology/undo", "project.manage", raises=(StaleVersion, WrongState))
def undo(project: str, body: Base, who: Actor, services: Services) -> OntologySaved:
    """Take back the newest change that still stands."""
    return services.ontologies.undo(who, project, base=body.base)


@routes.get("/projects/{project}/ontology/versions", "project.read")
def versions(project: str, query: ListQuery, who: Actor, services: Services) -> Page[OntologyVersion]:
    """Every version, newest first."""
    return page_of(services.ontologies.versions(who, project), query)


@routes.get("/projects/{project}/ontology.yaml", "project.read", sends=YAML)
def get_yaml(project: str, who: Actor, services: Services) -> Response:
    """The current ontology as a YAML file."""
    return Response(services.ontologies.yaml(who, project), media_type=YAML)


@routes.put(
    "/projects/{project}/ontology.yaml",
    "project.manage",
    reads=YAML,
    raises=(StaleVersion, InvalidOntology, Malformed),
)
async def save_yaml(
    project: str, query: YamlQuery, request: Request, who: Actor, services: Services
) -> OntologySaved:
    """Save a YAML file as the new version, or say what that would touch."""
    text = _text(await read_body(request, services.context.settings.max_body_bytes))
    return await run_in_threadpool(
        services.ontologies.save_yaml, who, project, text, base=query.base, dry_run=query.dry_run
    )


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("The file is not UTF-8.", remedy="Save it as UTF-8.") from None
    if "\x00" in text:
        raise InvalidOntology("The file holds the character NUL.")
    return text
