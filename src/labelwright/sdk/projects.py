"""Projects and what belongs to them: ontology, brief, people, progress."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from labelwright.core.brief import Brief
from labelwright.core.ids import is_uuid
from labelwright.core.ontology import Category
from labelwright.sdk.connection import Connection
from labelwright.sdk.errors import NotFound
from labelwright.sdk.records import OntologyVersion, Project
from labelwright.sdk.sources import chunks


class Projects:
    """The projects that the caller can see."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Iterator[Project]:
        """Every project."""
        return self._connection.pages("/projects", Project)

    def create(
        self,
        name: str,
        *,
        description: str = "",
        ontology_yaml: str | None = None,
        ontology: tuple[Category, ...] | None = None,
        workflow: dict[str, Any] | None = None,
    ) -> Project:
        """A new project."""
        body: dict[str, Any] = {"name": name, "description": description}
        given = {"ontology_yaml": ontology_yaml, "ontology": ontology, "workflow": workflow}
        body.update({key: value for key, value in given.items() if value is not None})
        return self._connection.post("/projects", Project, body)

    def get(self, project_id: str) -> Project:
        """One project by its id."""
        return self._connection.get(f"/projects/{project_id}", Project)

    def find(self, name_or_id: str) -> Project:
        """One project by its id or its name. Raises NotFound naming the projects there are."""
        if is_uuid(name_or_id):
            return self.get(name_or_id)
        known = list(self.list())
        for project in known:
            if project.name == name_or_id:
                return project
        folded = [entry for entry in known if entry.name.casefold() == name_or_id.casefold()]
        if len(folded) == 1:
            return folded[0]
        listed = ", ".join(f"“{entry.name}”" for entry in known)
        raise NotFound(
            f"There is no project “{name_or_id}” that you can see.",
            code="not_found",
            status=404,
            remedy=f"Known: {listed}."
            if known
            else "Make one: labelwright project create NAME --ontology FILE.",
        )

    def ontology(self, project_id: str) -> OntologyVersion:
        """What can be said in a project."""
        return self._connection.get(f"/projects/{project_id}/ontology", OntologyVersion)

    def workflow(self, project_id: str) -> str:
        """The workflow of a project as the text of a YAML file."""
        return self._connection.text(f"/projects/{project_id}/workflow.yaml")

    def set_workflow(self, project_id: str, text: str) -> dict[str, Any]:
        """Replace the workflow by the text of a YAML file; gives it, and the graph that items follow."""
        path = f"/projects/{project_id}/workflow.yaml"
        return self._connection.put_bytes(path, dict[str, Any], text.encode())

    def set_brief(self, project_id: str, brief: Brief, base: int) -> int:
        """Replace the brief that is at version `base`; gives the new version."""
        body = {"base": base, "brief": brief}
        answer = self._connection.put(f"/projects/{project_id}/brief", dict[str, Any], body)
        return int(answer["version"])

    def brief(self, project_id: str) -> tuple[int, Brief]:
        """Version and content of the brief."""
        answer = self._connection.get(f"/projects/{project_id}/brief", dict[str, Any])
        return int(answer["version"]), msgspec.convert(answer["brief"], Brief, strict=False)

    def add_guideline_image(self, project_id: str, picture: Path) -> str:
        """Keep a picture for guideline pages; gives its SHA-256, by which pages refer to it."""
        path = f"/projects/{project_id}/guideline-images"
        answer = self._connection.post_bytes(path, dict[str, Any], lambda: chunks(picture))
        return str(answer["sha256"])

    def progress(self, project_id: str) -> dict[str, Any]:
        """States, throughput, people, and who waits for what."""
        return self._connection.get(f"/projects/{project_id}/progress", dict[str, Any])

    def add_member(self, project_id: str, member_id: str, role: str) -> None:
        """Give a member a role in the project."""
        self._connection.put(f"/projects/{project_id}/members/{member_id}", type(None), {"role": role})
