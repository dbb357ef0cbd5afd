"""Sources that stay connected: folders of the server, buckets and lists of addresses."""

from collections.abc import Iterator
from typing import Any

from labelwright.sdk.connection import Connection
from labelwright.sdk.jobs import Jobs, Watcher
from labelwright.sdk.records import Source


class Sources:
    """The sources of projects. Their pictures are not copied; syncing finds what is new or changed."""

    def __init__(self, connection: Connection, jobs: Jobs) -> None:
        self._connection = connection
        self._jobs = jobs

    def list(self, project_id: str) -> Iterator[Source]:
        """The sources of a project, the newest first."""
        return self._connection.pages(f"/projects/{project_id}/sources", Source)

    def connect(self, project_id: str, url: str, **options: object) -> Source:
        """Connect a source, such as `s3://bucket/prefix`.

        Options are `endpoint`, `region`, `path_style`, `account`, and `credentials`: the name of keys
        in the environment of the server. Nothing is kept unless a picture could be read.
        """
        body = {"url": url, **{name: value for name, value in options.items() if value is not None}}
        return self._connection.post(f"/projects/{project_id}/sources", Source, body)

    def sync(self, source_id: str, watch: Watcher | None = None) -> dict[str, Any]:
        """Bring in what is new, and mark what changed or vanished; gives the report."""
        begun = self._connection.post(f"/sources/{source_id}/sync", dict[str, Any])
        return dict(self._jobs.wait(begun["job"], watch).report)

    def remove(self, source_id: str) -> None:
        """Sync a source no more; its items stay."""
        self._connection.delete(f"/sources/{source_id}")
