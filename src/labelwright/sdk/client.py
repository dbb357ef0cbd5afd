"""The client: one object with the nouns of the product as its fields."""

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import httpx

from labelwright.sdk.audits import Audits
from labelwright.sdk.connected import Sources
from labelwright.sdk.connection import Connection
from labelwright.sdk.delivery import Exports, Releases
from labelwright.sdk.explore import Explore
from labelwright.sdk.gold import Gold
from labelwright.sdk.imports import Imports
from labelwright.sdk.jobs import Jobs
from labelwright.sdk.models import Models
from labelwright.sdk.people import Members, Tokens
from labelwright.sdk.projects import Projects
from labelwright.sdk.records import Session
from labelwright.sdk.tagging import Tagging, Webhooks
from labelwright.sdk.work import Items, Tasks

if TYPE_CHECKING:
    from labelwright.sdk.dataset import ReleaseData


class Client:
    """A server, as the holder of a token sees it. Close it, or use it in a `with`.

    >>> with Client("http://127.0.0.1:8100", token="…") as labelwright:  # doctest: +SKIP
    ...     project = labelwright.projects.find("Blood cells")
    ...     labelwright.exports.download(project.id, Path("cells.zip"), format="coco")
    """

    def __init__(
        self,
        server: str,
        token: str | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        same_machine: bool = False,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.connection = Connection(server, token, transport, pause)
        self.jobs = Jobs(self.connection, pause)
        self.projects = Projects(self.connection)
        self.imports = Imports(self.connection, self.jobs, same_machine=same_machine)
        self.sources = Sources(self.connection, self.jobs)
        self.items = Items(self.connection)
        self.explore = Explore(self.connection)
        self.tasks = Tasks(self.connection)
        self.releases = Releases(self.connection)
        self.audits = Audits(self.connection)
        self.gold = Gold(self.connection)
        self.models = Models(self.connection, self.jobs)
        self.tagging = Tagging(self.connection)
        self.webhooks = Webhooks(self.connection)
        self.exports = Exports(self.connection)
        self.members = Members(self.connection)
        self.tokens = Tokens(self.connection)

    def whoami(self) -> Session:
        """The member whose token this is."""
        return self.connection.get("/session", Session)

    def formats(self) -> list[dict[str, Any]]:
        """The formats that the server reads and writes."""
        answer = self.connection.get("/formats", dict[str, list[dict[str, Any]]])
        return answer["items"]

    def open_release(self, project: str, tag: str, folder: Path) -> "ReleaseData":
        """A release as trainers want it; it is fetched into the folder unless it lies there already.

        Raises BadFile if something else is in the folder.
        """
        from labelwright.sdk.dataset import open_release

        found = self.projects.find(project)
        release = self.releases.find(found.id, tag)
        mark = folder.with_name(f".{folder.name}.release")
        if not (folder.is_dir() and mark.exists() and mark.read_text() == release.sha256):
            self.exports.download(found.id, folder, format="labelwright", release=tag)
            mark.write_text(release.sha256)
        return open_release(folder)

    def close(self) -> None:
        """Let go of the server."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
