"""Releases."""

from typing import Annotated

import msgspec

from labelwright.api.paging import ListQuery, Page, page_of
from labelwright.api.routing import Routes
from labelwright.core.errors import NameTaken
from labelwright.services.access import Actor
from labelwright.services.item_filter import EVERYTHING, ItemFilter
from labelwright.services.release_splits import SplitPlan
from labelwright.services.releases import NewRelease, ReleaseView, Verification
from labelwright.services.services import Services

routes = Routes("releases")


class ReleaseIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A release to make, of the items in the given states that the filter chooses.

    `parent` is the tag of the release that it goes on from; without it, the newest is meant.
    """

    tag: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    notes: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    states: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=10)] = ("done",)
    filter: ItemFilter = EVERYTHING
    splits: SplitPlan = SplitPlan()
    parent: Annotated[str, msgspec.Meta(max_length=60)] | None = None

    def wanted(self) -> NewRelease:
        """As the service takes it."""
        return NewRelease(**{name: getattr(self, name) for name in self.__struct_fields__})


@routes.get("/projects/{project}/releases", "project.read")
def list_(project: str, query: ListQuery, who: Actor, services: Services) -> Page[ReleaseView]:
    """The releases of a project, newest first."""
    return page_of(services.releases.list(who, project), query)


@routes.post("/projects/{project}/releases", "release.create", status=201, raises=(NameTaken,))
def create(project: str, body: ReleaseIn, who: Actor, services: Services) -> ReleaseView:
    """Freeze what counts now under a tag."""
    return services.releases.create(who, project, body.wanted())


@routes.get("/releases/{release}", "project.read")
def get(release: str, who: Actor, services: Services) -> ReleaseView:
    """One release."""
    return services.releases.get(who, release)


@routes.post("/releases/{release}/verification", "project.read")
def verify(release: str, who: Actor, services: Services) -> Verification:
    """Compute every hash of a release again and compare."""
    return services.releases.verify(who, release)
