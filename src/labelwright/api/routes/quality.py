"""How good the work of a project is: agreement between people, and how reliable each of them is."""

from labelwright.api.routing import Routes
from labelwright.services.access import Actor
from labelwright.services.quality import AgreementView
from labelwright.services.quality_people import PeopleReport
from labelwright.services.services import Services

routes = Routes("quality")


@routes.get("/projects/{project}/quality/agreement", "item.history")
def agreement(project: str, who: Actor, services: Services) -> AgreementView:
    """How far several people's answers agree, with intervals, and where they agree least."""
    return services.quality.agreement(who, project)


@routes.get("/projects/{project}/quality/people", "project.read")
def people(project: str, who: Actor, services: Services) -> PeopleReport:
    """How reliable everybody is, with the evidence; annotators see themselves."""
    return services.quality.people(who, project)
