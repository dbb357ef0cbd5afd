"""The server itself: whether it works, and what it can do."""

import msgspec

from labelwright import __version__
from labelwright.api.callers import PUBLIC
from labelwright.api.routing import Routes
from labelwright.core.errors import StorageFailure
from labelwright.services.events import newest
from labelwright.services.services import Services

routes = Routes("about")


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The server answers and reaches its database."""

    status: str


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """The version of the product."""

    version: str


@routes.get("/health", PUBLIC, raises=(StorageFailure,))
def health(services: Services) -> Health:
    """Whether the server works; 503 when the database does not answer."""
    services.context.database.read(newest)
    return Health(status="ok")


@routes.get("/version", PUBLIC)
def version() -> Version:
    """Which version this is."""
    return Version(version=__version__)
