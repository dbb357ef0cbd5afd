"""Releases."""

from typing import Annotated

import msgspec
from starlette.responses import Response

from labelwright.api.paging import ListQuery, Page, Text, page_of
from labelwright.api.routing import Routes
from labelwright.core.errors import InvalidInput, NameTaken
from labelwright.services.access import Actor
from labelwright.services.item_filter import EVERYTHING, ItemFilter
from labelwright.services.release_card import Card, markdown
from labelwright.services.release_diff import ChangePage, Difference
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


class DeepQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the bytes of the pictures are hashed again too."""

    deep: bool = False


@routes.post("/releases/{release}/verification", "project.read")
def verify(release: str, query: DeepQuery, who: Actor, services: Services) -> Verification:
    """Compute every hash of a release again, and make its certificates anew from their logs."""
    return services.certificates.verify(who, release, deep=query.deep)


class ChangesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """From which item on, how many, and which kind of change.

    `change`: items.added, items.removed, items.changed, moved (to another split), or of an annotation added,
    removed, changed, category, shape, attributes, group, relations, flags, unsure.
    """

    start: Annotated[int, msgspec.Meta(ge=0, le=2_000_000_000)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    change: Text | None = None


@routes.get("/releases/{release}/difference/{other}", "project.read", raises=(InvalidInput,))
def difference(release: str, other: str, who: Actor, services: Services) -> Difference:
    """What changed from one release to another, counted."""
    return services.release_diffs.summary(who, release, other)


@routes.get("/releases/{release}/difference/{other}/items", "project.read", raises=(InvalidInput,))
def changes(release: str, other: str, query: ChangesQuery, who: Actor, services: Services) -> ChangePage:
    """The items that changed from one release to another, each with what changed on it."""
    return services.release_diffs.page(
        who, release, other, start=query.start, limit=query.limit, kind=query.change
    )


@routes.get("/releases/{release}/card", "project.read")
def card(release: str, who: Actor, services: Services) -> Card:
    """What is known of a release: its contents, its origin, who made it, and the gaps."""
    return services.release_cards.card(who, release)


@routes.get("/releases/{release}/card.md", "project.read", sends="text/markdown")
def card_page(release: str, who: Actor, services: Services) -> Response:
    """The card as a Markdown page."""
    text = markdown(services.release_cards.card(who, release))
    return Response(text.encode(), media_type="text/markdown; charset=utf-8")
