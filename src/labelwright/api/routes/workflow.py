"""The workflow of a project: how many answer, who judges, and the graph that items follow; also as a file."""

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.bodies import read_body
from labelwright.api.routing import Routes
from labelwright.core import workflow_yaml
from labelwright.core.errors import InvalidInput, Malformed
from labelwright.core.graph import Graph
from labelwright.core.workflow import Workflow
from labelwright.services.access import Actor
from labelwright.services.services import Services

routes = Routes("workflow")
YAML = "application/yaml"


class WorkflowView(msgspec.Struct, frozen=True, kw_only=True):
    """The workflow as it is set, and the graph that items follow, drawn or not."""

    workflow: Workflow
    ways: Graph


@routes.get("/projects/{project}/workflow", "project.read")
def get(project: str, who: Actor, services: Services) -> WorkflowView:
    """The workflow, and the graph that items follow."""
    return _view(services.projects.get(who, project).workflow)


@routes.put("/projects/{project}/workflow", "project.manage", raises=(InvalidInput,))
def save(project: str, body: Workflow, who: Actor, services: Services) -> WorkflowView:
    """Replace the workflow; it counts from the next answer on."""
    return _view(services.projects.update(who, project, workflow=body).workflow)


@routes.get("/projects/{project}/workflow.yaml", "project.read", sends=YAML)
def get_yaml(project: str, who: Actor, services: Services) -> Response:
    """The workflow as a YAML file."""
    workflow = services.projects.get(who, project).workflow
    ontology = services.ontologies.get(who, project).ontology
    return Response(workflow_yaml.write(workflow, ontology), media_type=YAML)


@routes.put(
    "/projects/{project}/workflow.yaml", "project.manage", reads=YAML, raises=(InvalidInput, Malformed)
)
async def save_yaml(project: str, request: Request, who: Actor, services: Services) -> WorkflowView:
    """Replace the workflow by a YAML file."""
    data = await read_body(request, services.context.settings.max_body_bytes)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("The file is not UTF-8.", remedy="Save it as UTF-8.") from None

    def work() -> WorkflowView:
        ontology = services.ontologies.get(who, project).ontology
        wanted = workflow_yaml.read(text, ontology)
        return _view(services.projects.update(who, project, workflow=wanted).workflow)

    return await run_in_threadpool(work)


def _view(workflow: Workflow) -> WorkflowView:
    return WorkflowView(workflow=workflow, ways=workflow.ways())
