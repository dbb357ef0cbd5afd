"""What follows from alarms about somebody's work: the plan, what followed, and lifting it."""

import msgspec

from labelwright.api.routing import Routes
from labelwright.core.consequences import ConsequencePlan
from labelwright.core.errors import NotFound, WrongState
from labelwright.services.access import Actor
from labelwright.services.consequences import ConsequenceView
from labelwright.services.services import Services

routes = Routes("consequences")


class ConsequencesOut(msgspec.Struct, frozen=True, kw_only=True):
    """What followed, newest first."""

    consequences: list[ConsequenceView]


@routes.get("/projects/{project}/consequences", "project.read")
def list_(project: str, who: Actor, services: Services) -> ConsequencesOut:
    """What followed from alarms; annotators see what concerns themselves."""
    return ConsequencesOut(consequences=services.consequences.of(who, project))


@routes.get("/projects/{project}/consequences/plan", "project.read")
def plan(project: str, who: Actor, services: Services) -> ConsequencePlan:
    """What follows from alarms in this project."""
    return services.consequences.plan(who, project)


@routes.put("/projects/{project}/consequences/plan", "project.manage")
def set_plan(project: str, body: ConsequencePlan, who: Actor, services: Services) -> ConsequencePlan:
    """Decide what follows from alarms from now on; by default nothing does."""
    return services.consequences.set_plan(who, project, body)


@routes.post(
    "/projects/{project}/consequences/{consequence}/lift", "project.manage", raises=(NotFound, WrongState)
)
def lift(project: str, consequence: str, who: Actor, services: Services) -> ConsequenceView:
    """End a consequence."""
    return services.consequences.lift(who, project, consequence)
