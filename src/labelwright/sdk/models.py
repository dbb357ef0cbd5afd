"""Models and what they predict, through the client."""

from pathlib import Path
from typing import Any

import msgspec

from labelwright.sdk.connection import Connection
from labelwright.sdk.jobs import Jobs, Watcher
from labelwright.sdk.records import Job
from labelwright.sdk.sources import chunks


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model; `state` is installed, available or broken."""

    name: str
    version: str
    title: str
    about: str
    adapter: str
    tasks: list[str]
    licence: str
    source: str
    package: str
    bytes: int
    state: str
    problem: str | None = None
    built_in: bool = False
    labels: list[str] = []
    author: str = ""


class Models:
    """The models of a server."""

    def __init__(self, connection: Connection, jobs: Jobs) -> None:
        self._connection, self._jobs = connection, jobs

    def list(self) -> list[Model]:
        """Every model that is installed, and those known by name."""
        return self._connection.get("/models", list[Model])

    def add(self, name: str, watch: Watcher | None = None) -> Model:
        """Fetch a model of the catalog and wait until it is there. Raises JobFailed."""
        started = self._connection.post("/models", dict[str, Any], {"name": name})
        self._jobs.wait(started["job"], watch)
        return self._connection.get(f"/models/{name}", Model)

    def add_file(self, name: str, file: Path, **given: str | None) -> Model:
        """Add an ONNX file of one's own, or the package of a model of the catalog.

        `given`: title, version, licence, and labels as lines.
        """
        self._connection.upload(f"/models/{name}/file", lambda: chunks(file), file=file.name, **given)
        return self._connection.get(f"/models/{name}", Model)

    def remove(self, name: str) -> None:
        """Remove a model; what it predicted stays."""
        self._connection.delete(f"/models/{name}")

    def try_on(self, name: str, picture: Path) -> dict[str, Any]:
        """What a model says of a picture."""
        return self._connection.post_bytes(f"/models/{name}/try", dict[str, Any], lambda: chunks(picture))

    def predict(
        self,
        project_id: str,
        model: str,
        watch: Watcher | None = None,
        **options: Any,  # noqa: ANN401  # JSON
    ) -> Job:
        """Pre-label a project and wait for the report.

        `options`: filter, mapping, least_score, thresholds, segmenter, replace. Raises JobFailed.
        """
        body = {"model": model, **{name: value for name, value in options.items() if value is not None}}
        started = self._connection.post(f"/projects/{project_id}/predictions", dict[str, Any], body)
        return self._jobs.wait(started["job"], watch)
