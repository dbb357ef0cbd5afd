"""Bringing in items and labels: uploads, the import itself, its report, and its undoing."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from labelwright.sdk.connection import Connection
from labelwright.sdk.jobs import Jobs, Watcher
from labelwright.sdk.records import Import, Progress
from labelwright.sdk.sources import chunks, files


class Imports:
    """Imports of a project. A source is a folder, a zip or a file on the caller's machine."""

    def __init__(self, connection: Connection, jobs: Jobs, *, same_machine: bool) -> None:
        self._connection = connection
        self._jobs = jobs
        self._same_machine = same_machine

    def list(self, project_id: str) -> Iterator[Import]:
        """The imports of a project, the newest first."""
        return self._connection.pages(f"/projects/{project_id}/imports", Import)

    def get(self, import_id: str) -> Import:
        """One import with its report."""
        return self._connection.get(f"/imports/{import_id}", Import)

    def undo(self, import_id: str, watch: Watcher | None = None) -> Import:
        """Take back everything an import brought in."""
        answer = self._connection.post(f"/imports/{import_id}/undo", dict[str, Any])
        return self._finish(answer, watch)

    def items(
        self,
        project_id: str,
        source: Path,
        *,
        in_place: bool = False,
        keys: Mapping[str, str] | None = None,
        watch: Watcher | None = None,
    ) -> Import:
        """Bring in the images of a source. `keys` gives the client's own id by file name."""
        body: dict[str, Any] = {"kind": "items", "in_place": in_place}
        if keys:
            body["keys"] = dict(keys)
        return self._start(project_id, source, body, watch, here=in_place)

    def labels(
        self,
        project_id: str,
        source: Path,
        *,
        format: str = "auto",  # noqa: A002  # the word of the command line and the API
        kind: str = "annotations",
        mode: str = "add",
        model: str | None = None,
        dry_run: bool = False,
        create_categories: bool = False,
        mapping: Mapping[str, Any] | None = None,
        iou: float = 0.5,
        keep: str = "evidence",
        duplicate_iou: float = 0.99,
        leave_out_duplicates: bool = False,
        watch: Watcher | None = None,
    ) -> Import:
        """Bring in labels as annotations, predictions or references; a dry run only reports.

        `mode` is add, replace or merge. A merge makes one of two annotations of a category whose IoU is
        at least `iou`, and `keep` says which one stays: `ours`, `theirs`, or the one with a person's
        `evidence`. `mapping` says what becomes of the categories and attributes of the files, such as
        `{"categories": {"Car": {"do": "map", "to": "vehicle"}, "misc": {"do": "ignore"}}}`; the report
        of a dry run lists them under `file_categories` and `file_attributes`.
        """
        body: dict[str, Any] = {
            "kind": "labels",
            "format": format,
            "as": kind,
            "mode": mode,
            "dry_run": dry_run,
            "create_categories": create_categories,
            "iou": iou,
            "keep": keep,
            "duplicate_iou": duplicate_iou,
            "leave_out_duplicates": leave_out_duplicates,
        }
        if model:
            body["model"] = model
        if mapping:
            body["mapping"] = dict(mapping)
        return self._start(project_id, source, body, watch)

    def upload(self, project_id: str, source: Path, watch: Watcher | None = None) -> str:
        """Send every file of a source; gives the upload's id."""
        upload = self._connection.post(f"/projects/{project_id}/uploads", dict[str, Any])["id"]
        todo = files(source)
        for done, (name, path) in enumerate(todo):
            if watch is not None:
                watch(Progress(done=done, total=len(todo), note="Uploading"))
            self._connection.upload(f"/uploads/{upload}/files", _opener(path), name=name)
        return str(upload)

    def _start(
        self,
        project_id: str,
        source: Path,
        body: dict[str, Any],
        watch: Watcher | None,
        *,
        here: bool = False,
    ) -> Import:
        if self._same_machine or here:
            body["source"] = str(source.resolve()) if self._same_machine else str(source)
        else:
            body["upload"] = self.upload(project_id, source, watch)
        answer = self._connection.post(f"/projects/{project_id}/imports", dict[str, Any], body)
        return self._finish(answer, watch)

    def _finish(self, answer: dict[str, Any], watch: Watcher | None) -> Import:
        made = answer.get("import", answer)
        if made.get("job"):
            self._jobs.wait(made["job"], watch)
        return self.get(made["id"])


def _opener(path: Path) -> Callable[[], Iterator[bytes]]:
    return lambda: chunks(path)
