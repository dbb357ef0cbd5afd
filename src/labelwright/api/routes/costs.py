"""What work costs in a project, and when it will be done. Rates are for managers alone."""

import msgspec

from labelwright.api.routing import Routes
from labelwright.core.errors import InvalidInput
from labelwright.core.rates import Rates
from labelwright.services.access import Actor
from labelwright.services.costs import CostView, ForecastView
from labelwright.services.services import Services

routes = Routes("quality")


class Reaching(msgspec.Struct, kw_only=True):
    """What a forecast is for: the share of the items to be done."""

    target: float = 1.0


@routes.get("/projects/{project}/rates", "project.manage")
def rates(project: str, who: Actor, services: Services) -> Rates:
    """What an hour costs, by member and role, and an hour of the machine."""
    return services.costs.rates(who, project)


@routes.put("/projects/{project}/rates", "project.manage", raises=(InvalidInput,))
def set_rates(project: str, body: Rates, who: Actor, services: Services) -> Rates:
    """Put other rates in place of those that were."""
    return services.costs.set_rates(who, project, body)


@routes.get("/projects/{project}/quality/cost", "project.manage")
def ledger(project: str, who: Actor, services: Services) -> CostView:
    """What the work cost by category, stage and kind, and per accepted annotation."""
    return services.costs.ledger(who, project)


@routes.get("/projects/{project}/quality/forecast", "project.manage", raises=(InvalidInput,))
def forecast(project: str, query: Reaching, who: Actor, services: Services) -> ForecastView:
    """When a share of the items will be done, and what that will still cost, as a range."""
    return services.costs.forecast(who, project, query.target)
