"""Imports: items or labels brought in together, with their report, undone as one step."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from labelwright.core.errors import NotFound, WrongState
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.item_entries import report_of
from labelwright.services.jobs import CANCELLED, FAILED, Jobs, submit
from labelwright.storage.schema import imports, jobs

OPEN, FINISHED, UNDOING, UNDONE = "open", "done", "undoing", "undone"
SILENT_ARGS = ("keys", "mapping")  # as long as the import itself
MOST_LISTED = 1000


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """An import. Its state is its job's until it is done: queued, running, done, failed, cancelled,
    undoing, undone. `report` is there once it is done."""

    id: str
    project: str
    kind: str
    state: str
    job: str | None
    report: dict[str, Any] | None
    args: dict[str, Any]
    can_undo: bool
    created_by: str
    created_at: str
    finished_at: str | None
    undone_at: str | None


class Imports:
    """The service of imports, of items and of labels."""

    def __init__(self, context: Context, jobs_service: Jobs) -> None:
        self.context = context
        self._jobs = jobs_service

    def list(self, actor: Actor, project_id: str) -> list[ImportView]:
        """The imports of a project, newest first, without their reports. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> list[ImportView]:
            project_for(tx, actor, project_id, "project.import")
            chosen = _with_job().where(imports.c.project_id == project_id)
            rows = tx.execute(chosen.order_by(imports.c.id.desc()).limit(MOST_LISTED))
            return [view(row, with_report=False) for row in rows]

        return self.context.database.read(work)

    def get(self, actor: Actor, import_id: str) -> ImportView:
        """One import with its report. Raises NotFound."""

        def work(tx: Connection) -> ImportView:
            found = view(import_for(tx, actor, import_id))
            if found.report is None and found.kind == "items" and found.state in (FAILED, CANCELLED):
                return msgspec.structs.replace(found, report=report_of(tx, import_id))
            return found

        return self.context.database.read(work)

    def undo(self, actor: Actor, import_id: str) -> ImportView:
        """Ask for everything an import brought in to be taken back, by a job.

        Raises WrongState if it runs still, or is undone already.
        """

        def work(tx: Connection) -> ImportView:
            row = import_for(tx, actor, import_id)
            if not _can_undo(row):
                raise WrongState(
                    f"The import is {_state(row)}.", remedy="Only a finished import is undone, and once."
                )
            job = submit(tx, self.context, actor, f"undo_{row.kind}", row.project_id, {"import": row.id})
            tx.execute(update(imports).where(imports.c.id == row.id).values(state=UNDOING, job_id=job))
            record(tx, self.context, actor.id, "import.undone", row.id, {"kind": row.kind})
            announce(tx, self.context, row.project_id, "import.changed", row.id, {"state": UNDOING})
            return view(import_for(tx, actor, import_id))

        made = self.context.database.write(work)
        self._jobs.wake()
        return made


def open_import(
    tx: Connection, context: Context, actor: Actor, project_id: str, kind: str, args: Mapping[str, Any]
) -> str:
    """A new import of a kind (`items`, `labels`) with its waiting job `import_KIND`; gives its id.

    The job's args are `{"import": id}`. Call `Jobs.wake` once the transaction is on disk. Raises
    NotFound, Forbidden.
    """
    project_for(tx, actor, project_id, "project.import")
    import_id = context.new_id()
    job = submit(tx, context, actor, f"import_{kind}", project_id, {"import": import_id})
    row = {"id": import_id, "project_id": project_id, "kind": kind, "state": OPEN, "args": dict(args)}
    tx.execute(insert(imports).values(**row, job_id=job, created_by=actor.id, created_at=context.now()))
    told = {"kind": kind, **_shown(args)}
    record(tx, context, actor.id, "import.started", import_id, {**told, "project": project_id})
    announce(tx, context, project_id, "import.changed", import_id, {"state": "queued"})
    return import_id


def close_import(
    tx: Connection, context: Context, row: Row[Any], report: Mapping[str, Any], *, state: str = FINISHED
) -> None:
    """An import is done (or undone), with its report, in the caller's transaction."""
    now = context.now()
    times = {"undone_at": now} if state == UNDONE else {"finished_at": now}
    values = {"state": state, "report": dict(report), **times}
    tx.execute(update(imports).where(imports.c.id == row.id).values(**values))
    announce(tx, context, row.project_id, "import.changed", row.id, {"state": state})


def read_import(tx: Connection, import_id: str) -> Row[Any]:
    """The row of an import, for its handlers."""
    return tx.execute(select(imports).where(imports.c.id == import_id)).one()


def import_for(tx: Connection, actor: Actor, import_id: str) -> Row[Any]:
    """The row of an import with its job's state, if the actor may import. Raises NotFound."""
    row = tx.execute(_with_job().where(imports.c.id == import_id)).first()
    if row is None:
        raise NotFound("import", import_id)
    try:
        project_for(tx, actor, row.project_id, "project.import")
    except NotFound:
        raise NotFound("import", import_id) from None
    return row


def view(row: Row[Any], *, with_report: bool = True) -> ImportView:
    """An import's row, with its job's state, as people see it."""
    return ImportView(
        id=row.id,
        project=row.project_id,
        kind=row.kind,
        state=_state(row),
        job=row.job_id,
        report=row.report if with_report else None,
        args=_shown(row.args),
        can_undo=_can_undo(row),
        created_by=row.created_by,
        created_at=row.created_at,
        finished_at=row.finished_at,
        undone_at=row.undone_at,
    )


def _with_job() -> Any:  # noqa: ANN401  # a select
    state = jobs.c.state.label("job_state")
    return select(imports, state).join(jobs, jobs.c.id == imports.c.job_id, isouter=True)


def _state(row: Row[Any]) -> str:
    if row.state == OPEN:
        return str(row.job_state or FAILED)
    if row.state == UNDOING and row.job_state in (FAILED, CANCELLED):
        return FINISHED  # nothing, or only a part, was taken back; undo may be asked for again
    return str(row.state)


def _can_undo(row: Row[Any]) -> bool:
    if row.args.get("dry_run"):
        return False
    return _state(row) in (FINISHED, FAILED, CANCELLED)


def _shown(args: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in args.items() if name not in SILENT_ARGS}
