"""How good the work of a project is: agreement between people, and how reliable each of them is."""

from typing import Annotated

import msgspec

from labelwright.api.routing import Routes
from labelwright.core.errors import InvalidInput
from labelwright.services.access import Actor
from labelwright.services.agreement_slices import Slice
from labelwright.services.item_filter import read_filter
from labelwright.services.quality import AgreementView, Warned
from labelwright.services.quality_items import Behind
from labelwright.services.quality_people import PeopleReport
from labelwright.services.review_samples import ReviewSampling
from labelwright.services.services import Services

routes = Routes("quality")


class About(msgspec.Struct, kw_only=True):
    """What a number is about: two people, two categories, or both, each as `ID,ID`."""

    people: str = ""
    categories: str = ""


class SliceQuery(msgspec.Struct, kw_only=True):
    """Which pair (people, annotator-reviewer, annotator-adjudicator, consensus-reviewer) and which items.

    `filter` is that of the dataset page, as a JSON object; days as 2026-03-31 (UTC, both included).
    """

    pair: str = "people"
    filter: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    since: str = ""
    until: str = ""


@routes.get("/projects/{project}/quality/agreement", "item.history")
def agreement(project: str, who: Actor, services: Services) -> AgreementView:
    """How far several people's answers agree, with intervals, and where they agree least."""
    return services.quality.agreement(who, project)


@routes.get("/projects/{project}/quality/agreement/slice", "item.history", raises=(InvalidInput,))
def agreement_slice(project: str, query: SliceQuery, who: Actor, services: Services) -> AgreementView:
    """How far people, or the stages of a pair, agree on a part of the items and days."""
    wanted = Slice(
        pair=query.pair,
        items=read_filter(query.filter or None),
        since=query.since or None,
        until=query.until or None,
    )
    return services.agreement_slices.measure(who, project, wanted)


@routes.get("/projects/{project}/quality/people", "project.read")
def people(project: str, who: Actor, services: Services) -> PeopleReport:
    """How reliable everybody is, with the evidence; annotators see themselves."""
    return services.quality.people(who, project)


@routes.get("/projects/{project}/quality/warnings", "project.read")
def warnings(project: str, who: Actor, services: Services) -> Warned:
    """Categories that are often taken for another, for whoever picks one; at most 15 minutes old."""
    return services.quality.warnings(who, project)


@routes.get("/projects/{project}/quality/agreement/items", "item.history", raises=(InvalidInput,))
def behind(project: str, query: About, who: Actor, services: Services) -> Behind:
    """Items that two people both answered, or where categories were confused, least agreement first."""
    return services.quality_items.behind(who, project, _two(query.people), _two(query.categories))


@routes.get("/projects/{project}/quality/review", "item.history")
def review(project: str, who: Actor, services: Services) -> ReviewSampling:
    """What reviewing only a part has shown, and how good what nobody looked at is by that."""
    return services.review_samples.get(who, project)


def _two(words: str) -> list[str]:
    return words.split(",") if words else []
