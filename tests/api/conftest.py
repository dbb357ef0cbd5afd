"""An application on a fresh database, and people who call it."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from starlette.types import ASGIApp

from labelwright.api.app import create_app
from labelwright.api.callers import COOKIE, CSRF_HEADER
from labelwright.sdk.in_process import InProcess
from labelwright.services.access import Actor
from labelwright.services.sessions import open_session
from tests.services.conftest import World, world

__all__ = ["world"]

HERE = "http://127.0.0.1:8100"
V1 = "/api/v1"


@dataclass
class Api:
    """The application, and clients of the people of a world."""

    app: ASGIApp
    transport: InProcess
    world: World

    def nobody(self) -> httpx.Client:
        """A client without any key."""
        return httpx.Client(transport=self.transport, base_url=HERE, timeout=60)

    def person(self, who: Actor) -> httpx.Client:
        """A client with a session, as a browser page has it."""
        context = self.world.context
        opened = context.database.write(lambda tx: open_session(tx, context, who.id, "test"))
        client = self.nobody()
        client.cookies.set(COOKIE, opened.secret)
        client.headers[CSRF_HEADER] = opened.csrf
        return client

    def program(self, who: Actor, *scopes: str) -> httpx.Client:
        """A client with a personal token."""
        made = self.world.services.accounts.tokens.create(who, "test", scopes)
        client = self.nobody()
        client.headers["Authorization"] = f"Bearer {made.token}"
        return client


@pytest.fixture
def api(world: World) -> Iterator[Api]:
    """The application on a fresh service."""
    app = create_app(world.services, access_log=False)
    transport = InProcess(app)
    yield Api(app, transport, world)
    transport.close()


@pytest.fixture
def owner(api: Api) -> httpx.Client:
    """The owner, signed in."""
    return api.person(api.world.owner)
