"""Gold: items whose answer is known, how much of them is mixed into work, and what people answered."""

from typing import Annotated

import msgspec

from labelwright.api.paging import ListQuery, Page, Text, page_of
from labelwright.api.routing import Routes
from labelwright.core.errors import InvalidInput, NotFound
from labelwright.core.gold import GoldPlan
from labelwright.services.access import Actor
from labelwright.services.gold import (
    Candidates,
    GoldAdded,
    GoldAnswerView,
    GoldComparison,
    GoldView,
)
from labelwright.services.services import Services

routes = Routes("gold")

Id = Annotated[str, msgspec.Meta(max_length=36)]
Words = Annotated[str, msgspec.Meta(max_length=5_000)]


class GoldQuery(ListQuery, frozen=True, kw_only=True):
    """Which gold items; `retired` adds those that are no longer asked."""

    retired: bool = False


class AnswersQuery(ListQuery, frozen=True, kw_only=True):
    """Whose answers, and to which kind of question: gold, qualification or course."""

    member: Text | None = None
    purpose: Text | None = None


class CandidatesOut(msgspec.Struct, frozen=True, kw_only=True):
    """What each source offers."""

    sources: list[Candidates]


class GoldIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes gold: the named `items`, or `count` of the source, spread over categories.

    `mixed` says whether queues get it; tests and courses may ask it in any case.
    """

    source: Text
    items: Annotated[list[Id], msgspec.Meta(max_length=1_000)] | None = None
    count: Annotated[int, msgspec.Meta(ge=1, le=1_000)] | None = None
    explanation: Words = ""
    mixed: bool = True


class GoldChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes about a gold item; what is left out stays."""

    explanation: Words | None = None
    mixed: bool | None = None
    retired: bool | None = None


@routes.get("/projects/{project}/gold/plan", "project.manage")
def plan(project: str, who: Actor, services: Services) -> GoldPlan:
    """How much gold people get among their work."""
    return services.gold.plan(who, project)


@routes.put("/projects/{project}/gold/plan", "project.manage")
def set_plan(project: str, body: GoldPlan, who: Actor, services: Services) -> GoldPlan:
    """Decide how much gold people get from now on."""
    return services.gold.set_plan(who, project, body)


@routes.get("/projects/{project}/gold", "project.manage")
def list_(project: str, query: GoldQuery, who: Actor, services: Services) -> Page[GoldView]:
    """The gold items of a project, the newest first."""
    return page_of(services.gold.of(who, project, retired=query.retired), query)


@routes.get("/projects/{project}/gold/candidates", "project.manage")
def candidates(project: str, who: Actor, services: Services) -> CandidatesOut:
    """What could become gold."""
    return CandidatesOut(sources=services.gold.candidates(who, project))


@routes.post("/projects/{project}/gold", "project.manage", raises=(InvalidInput,))
def add(project: str, body: GoldIn, who: Actor, services: Services) -> GoldAdded:
    """Make items gold."""
    if (body.items is None) == (body.count is None):
        raise InvalidInput("Say which items, or how many.", place="items", remedy="Send items or count.")
    wanted = body.items if body.items is not None else body.count or 0
    return services.gold.add(
        who, project, source=body.source, wanted=wanted, explanation=body.explanation, mixed=body.mixed
    )


@routes.patch("/gold/{gold}", "project.manage", raises=(NotFound,))
def change(gold: str, body: GoldChange, who: Actor, services: Services) -> GoldView:
    """Change what is told of a gold item, whether queues get it, or retire it."""
    return services.gold.change(
        who, gold, explanation=body.explanation, mixed=body.mixed, retired=body.retired
    )


@routes.get("/projects/{project}/gold/answers", "project.read")
def answers(project: str, query: AnswersQuery, who: Actor, services: Services) -> Page[GoldAnswerView]:
    """What people answered to gold; who may not manage sees what they are told of their own."""
    return page_of(services.gold.answers(who, project, member=query.member, purpose=query.purpose), query)


@routes.get("/gold-answers/{answer}", "project.read", raises=(NotFound,))
def comparison(answer: str, who: Actor, services: Services) -> GoldComparison:
    """An answer beside what is right."""
    return services.gold.comparison(who, answer)
