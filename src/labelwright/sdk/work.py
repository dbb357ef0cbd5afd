"""Items, and the tasks by which people work on them."""

from collections.abc import Iterable, Iterator
from typing import Any

from labelwright.core.operations import Operation
from labelwright.sdk.connection import Connection
from labelwright.sdk.records import Envelope, Item, Task


class Items:
    """The items of projects."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, project_id: str, *, state: str | None = None, search: str | None = None) -> Iterator[Item]:
        """The items of a project, in order."""
        return self._connection.pages(f"/projects/{project_id}/items", Item, state=state, search=search)

    def get(self, item_id: str) -> Item:
        """One item."""
        return self._connection.get(f"/items/{item_id}", Item)

    def history(self, item_id: str) -> dict[str, Any]:
        """Submissions, operations, predictions and references of an item."""
        return self._connection.get(f"/items/{item_id}/history", dict[str, Any])

    def add_issue(self, item_id: str, text: str, **pin: object) -> dict[str, Any]:
        """Pin an issue on an item; `pin` may hold annotation, x, y and task."""
        return self._connection.post(f"/items/{item_id}/issues", dict[str, Any], {"text": text, **pin})


class Tasks:
    """The caller's tasks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, project_id: str, *, stage: str | None = None, state: str | None = None) -> Iterator[Task]:
        """The tasks of a project."""
        return self._connection.pages(f"/projects/{project_id}/tasks", Task, stage=stage, state=state)

    def next(
        self, project_id: str, *, stage: str | None = None, holding: tuple[str, ...] = ()
    ) -> Envelope | None:
        """The next task with everything to work on it, held for a while; None if nothing waits."""
        body = {"stage": stage, "holding": holding}
        return self._connection.post(f"/projects/{project_id}/tasks/next", Envelope, body)

    def get(self, task_id: str) -> Envelope:
        """A task that the caller holds, or may look at."""
        return self._connection.get(f"/tasks/{task_id}", Envelope)

    def hold(self, task_id: str) -> None:
        """Take a task, or hold it for longer."""
        self._connection.post(f"/tasks/{task_id}/lease", type(None))

    def release(self, task_id: str) -> None:
        """Let go of a task; the work stays as a draft."""
        self._connection.delete(f"/tasks/{task_id}/lease")

    def save(self, task_id: str, operations: Iterable[Operation], since: int) -> dict[str, Any]:
        """Add operations to the draft that was seen at revision `since`."""
        body = {"since": since, "operations": list(operations)}
        return self._connection.post(f"/tasks/{task_id}/operations", dict[str, Any], body)

    def submit(
        self,
        envelope: Envelope,
        operations: Iterable[Operation] = (),
        *,
        verdict: str | None = None,
        comment: str | None = None,
    ) -> dict[str, Any]:
        """Hand in the work on a task, with the last operations; a review carries its verdict."""
        body: dict[str, Any] = {
            "since": envelope.draft.revision,
            "operations": list(operations),
            "guideline_version": envelope.draft.guideline_version or envelope.brief_version,
        }
        given = {"verdict": verdict, "comment": comment}
        body.update({name: value for name, value in given.items() if value is not None})
        return self._connection.post(f"/tasks/{envelope.task.id}/submission", dict[str, Any], body)

    def skip(self, task_id: str, reason: str, comment: str = "") -> None:
        """Pass a task by, saying why."""
        self._connection.post(f"/tasks/{task_id}/skip", type(None), {"reason": reason, "comment": comment})
