"""Projects and their progress."""

from typing import Annotated

import msgspec

from labelwright.api.callers import SIGNED
from labelwright.api.paging import ListQuery, Page, page_of
from labelwright.api.routing import Routes
from labelwright.core import ontology_yaml
from labelwright.core.brief import Brief
from labelwright.core.errors import NameTaken
from labelwright.core.ontology import Category, Ontology, RelationSpec
from labelwright.core.workflow import Workflow
from labelwright.services.access import Actor
from labelwright.services.progress import ProgressView
from labelwright.services.projects import ProjectView
from labelwright.services.services import Services

routes = Routes("projects")

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Description = Annotated[str, msgspec.Meta(max_length=20_000)]


class ProjectQuery(ListQuery, frozen=True, kw_only=True):
    """Which projects."""

    archived: bool = False


class WorkflowIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether submissions are reviewed, whether by their own author, and how long a lease lasts.

    Overlap and graph stay as they are; `/projects/{project}/workflow` sets those too.
    """

    review: bool = True
    self_review: bool = False
    lease_seconds: Annotated[int, msgspec.Meta(ge=15, le=86_400)] = 300

    def onto(self, before: Workflow) -> Workflow:
        """A workflow with these settings instead of its own."""
        return msgspec.structs.replace(before, **msgspec.structs.asdict(self))


class ProjectIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A project to make; the ontology as categories, or as the text of a YAML file."""

    name: Name
    description: Description = ""
    ontology: list[Category] | None = None
    relations: list[RelationSpec] = []
    ontology_yaml: str | None = None
    workflow: WorkflowIn | None = None
    brief: Brief | None = None

    def first_ontology(self) -> Ontology:
        """The ontology, wherever it was given. Raises InvalidOntology."""
        if self.ontology_yaml is not None:
            return ontology_yaml.read(self.ontology_yaml)
        return Ontology(categories=tuple(self.ontology or ()), relations=tuple(self.relations))


class ProjectChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes of a project; what is left out stays."""

    name: Name | None = None
    description: Description | None = None
    workflow: WorkflowIn | None = None
    archived: bool | None = None


@routes.get("/projects", SIGNED)
def list_(query: ProjectQuery, who: Actor, services: Services) -> Page[ProjectView]:
    """The projects one has access to, newest first."""
    return page_of(services.projects.list(who, archived=query.archived), query)


@routes.post("/projects", "project.create", organization=True, status=201, raises=(NameTaken,))
def create(body: ProjectIn, who: Actor, services: Services) -> ProjectView:
    """Make a project, and be its manager."""
    return services.projects.create(
        who,
        body.name,
        description=body.description,
        ontology=body.first_ontology(),
        workflow=body.workflow.onto(Workflow()) if body.workflow else None,
        brief=body.brief,
    )


@routes.get("/projects/{project}", "project.read")
def get(project: str, who: Actor, services: Services) -> ProjectView:
    """One project."""
    return services.projects.get(who, project)


@routes.patch("/projects/{project}", "project.manage", raises=(NameTaken,))
def change(project: str, body: ProjectChange, who: Actor, services: Services) -> ProjectView:
    """Change name, description or workflow, or put the project away."""
    before = services.projects.get(who, project).workflow if body.workflow else Workflow()
    return services.projects.update(
        who,
        project,
        name=body.name,
        description=body.description,
        workflow=body.workflow.onto(before) if body.workflow else None,
        archived=body.archived,
    )


@routes.get("/projects/{project}/progress", "project.read")
def progress(project: str, who: Actor, services: Services) -> ProgressView:
    """How far a project is, how fast it goes, and who waits for what."""
    return services.progress.get(who, project)
