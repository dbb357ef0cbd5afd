"""Sources: folders, buckets and lists of addresses whose pictures stay where they are."""

from typing import Annotated, Any

import msgspec

from labelwright.api.paging import ListQuery, Page, page_of
from labelwright.api.routing import Routes
from labelwright.core.errors import BadFile, InvalidInput, NotFound
from labelwright.services.access import Actor
from labelwright.services.services import Services
from labelwright.services.sources import SourceSyncing, SourceView

routes = Routes("sources")

Word = Annotated[str, msgspec.Meta(max_length=300)]


class SourceIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where pictures lie: `s3://BUCKET/PREFIX`, `gs://…`, `az://…`, `https://…` of a list, or a folder.

    `credentials` names keys in the environment of the server; the keys themselves are never sent.
    """

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    endpoint: Word | None = None
    region: Word | None = None
    path_style: bool | None = None
    credentials: Word | None = None
    account: Word | None = None


@routes.get("/projects/{project}/sources", "project.import")
def list_(project: str, query: ListQuery, who: Actor, services: Services) -> Page[SourceView]:
    """The sources of a project, newest first."""
    return page_of(services.sources.list(who, project), query)


@routes.post("/projects/{project}/sources", "project.import", status=201, raises=(InvalidInput, BadFile))
def connect(project: str, body: SourceIn, who: Actor, services: Services) -> SourceView:
    """Connect a source, once a picture of it could be read; or change the options of one that is."""
    options: dict[str, Any] = msgspec.structs.asdict(body)
    return services.sources.connect(who, project, options.pop("url"), options)


@routes.post("/sources/{source}/sync", "project.import", status=202, raises=(NotFound,))
def sync(source: str, who: Actor, services: Services) -> SourceSyncing:
    """Look for what is new, changed or gone, by a job."""
    return services.sources.sync(who, source)


@routes.delete("/sources/{source}", "project.import", raises=(NotFound,))
def remove(source: str, who: Actor, services: Services) -> None:
    """Sync a source no more; its items stay."""
    services.sources.remove(who, source)
