"""Suspects: annotations probably wrong, missing or extra, the verdicts on them, and the yield of looking."""

from typing import Annotated

import msgspec

from labelwright.api.paging import Cursor, Text
from labelwright.api.routing import Routes
from labelwright.core.errors import Forbidden, InvalidInput, NotFound, WrongState
from labelwright.services.access import Actor
from labelwright.services.services import Services
from labelwright.services.suspect_verdicts import JudgedSuspect, SuspectVerdict
from labelwright.services.suspect_views import SuspectPage, SuspectsOverview
from labelwright.services.suspects import SuspectQuery

routes = Routes("suspects")


class SuspectsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which suspects of the newest list; `show` is open, judged or all."""

    kind: Text | None = None
    category: Text | None = None
    minimum_score: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    show: Text = "open"
    cursor: Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 60

    def to_service(self) -> SuspectQuery:
        """As the service takes it."""
        return SuspectQuery(**{name: getattr(self, name) for name in self.__struct_fields__})


class SuspectVerdictIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """wrong, fine or corrected; null takes it back. With `send_back` a wrong one's item is opened again."""

    verdict: Text | None
    send_back: bool = False
    comment: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class RunStarted(msgspec.Struct, frozen=True, kw_only=True):
    """The run that looks for suspects."""

    run: str


@routes.get("/projects/{project}/suspects", "task.review", raises=(InvalidInput,))
def list_(project: str, query: SuspectsQuery, who: Actor, services: Services) -> SuspectPage:
    """The suspects of the newest run, the likeliest first."""
    return services.suspects.list(who, project, query.to_service())


@routes.get("/projects/{project}/suspects/overview", "task.review")
def overview(project: str, who: Actor, services: Services) -> SuspectsOverview:
    """Where the search stands, what it would use, and what looking at suspects brought so far."""
    return services.suspects.overview(who, project)


@routes.post("/projects/{project}/suspects/runs", "task.review", status=202, raises=(WrongState,))
def start(project: str, who: Actor, services: Services) -> RunStarted:
    """Look for suspects among the done items; a job does it."""
    return RunStarted(run=services.suspects.start(who, project))


@routes.post(
    "/projects/{project}/suspects/{suspect}/verdict",
    "task.review",
    raises=(NotFound, Forbidden, InvalidInput, WrongState),
)
def judge(
    project: str, suspect: str, body: SuspectVerdictIn, who: Actor, services: Services
) -> JudgedSuspect:
    """Say what a suspect is; sending its item back asks for a manager."""
    given = SuspectVerdict(verdict=body.verdict, send_back=body.send_back, comment=body.comment)
    return services.suspect_verdicts.judge(who, project, suspect, given)
