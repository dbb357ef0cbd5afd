"""Workload: who has how much to do, and sharing it out. For managers."""

import msgspec

from labelwright.api.routing import Routes
from labelwright.core.errors import InvalidInput
from labelwright.services.access import Actor
from labelwright.services.assigning import Assigned, Assigning, TakenAway
from labelwright.services.services import Services
from labelwright.services.workload import WorkloadView

routes = Routes("tasks")


class TakingAway(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose tasks to take away; of one stage, or all. `held`: also those they hold right now."""

    member: str
    stage: str | None = None
    held: bool = False


@routes.get("/projects/{project}/workload", "project.manage")
def workload(project: str, who: Actor, services: Services) -> WorkloadView:
    """Who has how much to do, how long it waits, and when the review queue will be empty."""
    return services.workload.get(who, project)


@routes.post("/projects/{project}/workload/assign", "project.manage", raises=(InvalidInput,))
def assign_evenly(project: str, body: Assigning, who: Actor, services: Services) -> Assigned:
    """Share waiting tasks of a stage out among people, evenly; nobody gets their own work."""
    return services.assignments.assign(who, project, body)


@routes.post("/projects/{project}/workload/take-away", "project.manage")
def take_away(project: str, body: TakingAway, who: Actor, services: Services) -> TakenAway:
    """Give what waits for somebody to whoever comes."""
    return services.assignments.take_away(who, project, body.member, stage=body.stage, held=body.held)
