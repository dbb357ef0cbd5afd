"""Jobs: work for a machine."""

from labelwright.api.paging import ListQuery, Page, Text, page_of
from labelwright.api.routing import Routes
from labelwright.core.errors import NotFound, WrongState
from labelwright.services.access import Actor
from labelwright.services.jobs import JobView
from labelwright.services.services import Services

routes = Routes("jobs")


class JobQuery(ListQuery, frozen=True, kw_only=True):
    """Which jobs: of one project, or of all that one manages."""

    project: Text | None = None


@routes.get("/jobs", "job.manage", raises=(NotFound,))
def list_(query: JobQuery, who: Actor, services: Services) -> Page[JobView]:
    """The jobs one may manage, newest first."""
    return page_of(services.jobs.list(who, query.project), query)


@routes.get("/jobs/{job}", "job.manage")
def get(job: str, who: Actor, services: Services) -> JobView:
    """One job."""
    return services.jobs.get(who, job)


@routes.post("/jobs/{job}/cancel", "job.manage", raises=(WrongState,))
def cancel(job: str, who: Actor, services: Services) -> JobView:
    """Stop a job after its current step."""
    return services.jobs.cancel(who, job)


@routes.post("/jobs/{job}/retry", "job.manage", raises=(WrongState,))
def retry(job: str, who: Actor, services: Services) -> JobView:
    """Run a job that failed or was cancelled once more; it goes on where it stopped."""
    return services.jobs.retry(who, job)
