"""Jobs: work for a machine, as people see it. The rows here are what is promised; workers keep it.

A job is a row that is written in the same transaction as what asks for it, so none is ever lost.
`wake` is called after that; whoever runs jobs beside this process sets it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from labelwright.core.errors import NotFound, WrongState
from labelwright.core.roles import allows
from labelwright.services.access import ORGANIZATION_WIDE, Actor, project_for, require
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.storage.schema import jobs, project_members

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
UNFINISHED = (QUEUED, RUNNING)
MOST_LISTED = 1000


class JobProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a job is; `total` is None while it is not known."""

    done: int
    total: int | None
    note: str


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """A job. `error` has code, detail and remedy; `attempts` counts how often it was begun."""

    id: str
    kind: str
    project: str | None
    state: str
    progress: JobProgress
    report: Any
    error: dict[str, Any] | None
    attempts: int
    cancel_requested: bool
    created_by: str
    created_at: str
    started_at: str | None
    finished_at: str | None


class Jobs:
    """The service of jobs."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.wake: Callable[[], None] = lambda: None

    def list(self, actor: Actor, project_id: str | None = None) -> list[JobView]:
        """The jobs of a project, or of every project the actor manages, newest first."""

        def work(tx: Connection) -> list[JobView]:
            chosen = select(jobs).order_by(jobs.c.id.desc()).limit(MOST_LISTED)
            if project_id:
                project_for(tx, actor, project_id, "job.manage")
                chosen = chosen.where(jobs.c.project_id == project_id)
            elif actor.role not in ORGANIZATION_WIDE:
                managed = _managed(tx, actor)
                if not managed:
                    require(actor, "job.manage")
                chosen = chosen.where(jobs.c.project_id.in_(managed))
            else:
                require(actor, "job.manage")
            return [_view(row) for row in tx.execute(chosen)]

        return self.context.database.read(work)

    def get(self, actor: Actor, job_id: str) -> JobView:
        """One job. Raises NotFound."""
        return self.context.database.read(lambda tx: _view(_job_for(tx, actor, job_id)))

    def cancel(self, actor: Actor, job_id: str) -> JobView:
        """Stop a job after its current step; one that waits does not begin. Raises WrongState if it ended."""

        def work(tx: Connection) -> JobView:
            row = _job_for(tx, actor, job_id, lock=True)
            if row.state not in UNFINISHED:
                raise WrongState(f"The job is {row.state} already.", remedy="There is nothing to cancel.")
            values: dict[str, Any] = {"cancel_requested": True}
            if row.state == QUEUED:
                values |= {"state": CANCELLED, "finished_at": self.context.now()}
            return self._change(tx, actor, row, "job.cancelled", values)

        return self.context.database.write(work)

    def retry(self, actor: Actor, job_id: str) -> JobView:
        """Run a job that failed or was cancelled once more; it goes on where it stopped.

        Raises WrongState for one that has not ended, or ended well.
        """

        def work(tx: Connection) -> JobView:
            row = _job_for(tx, actor, job_id, lock=True)
            if row.state not in (FAILED, CANCELLED):
                raise WrongState(
                    f"The job is {row.state}.", remedy="Only a failed or cancelled job is retried."
                )
            values = {"state": QUEUED, "cancel_requested": False, "error": None, "finished_at": None}
            return self._change(tx, actor, row, "job.retried", values)

        made = self.context.database.write(work)
        self.wake()
        return made

    def unfinished(self) -> int:
        """How many jobs wait or run."""
        counted = select(func.count()).select_from(jobs).where(jobs.c.state.in_(UNFINISHED))
        return self.context.database.read(lambda tx: int(tx.execute(counted).scalar_one()))

    def _change(
        self, tx: Connection, actor: Actor, row: Row[Any], action: str, values: Mapping[str, Any]
    ) -> JobView:
        tx.execute(update(jobs).where(jobs.c.id == row.id).values(**values))
        record(tx, self.context, actor.id, action, row.id, {"kind": row.kind})
        changed = tx.execute(select(jobs).where(jobs.c.id == row.id)).one()
        tell(tx, self.context, changed)
        return _view(changed)


def submit(
    tx: Connection, context: Context, actor: Actor, kind: str, project_id: str | None, args: Mapping[str, Any]
) -> str:
    """A new waiting job, in the caller's transaction; call `Jobs.wake` once that is on disk."""
    job_id = context.new_id()
    row = {"id": job_id, "kind": kind, "project_id": project_id, "state": QUEUED, "args": dict(args)}
    tx.execute(insert(jobs).values(**row, created_by=actor.id, created_at=context.now()))
    if project_id:
        announce(tx, context, project_id, "job.changed", job_id, {"state": QUEUED})
    return job_id


def tell(tx: Connection, context: Context, row: Row[Any]) -> None:
    """Announce the state of a job to those who watch its project."""
    if row.project_id:
        detail = {"state": row.state, "done": row.done, "total": row.total, "note": row.note}
        announce(tx, context, row.project_id, "job.changed", row.id, detail)


def _job_for(tx: Connection, actor: Actor, job_id: str, *, lock: bool = False) -> Row[Any]:
    statement = select(jobs).where(jobs.c.id == job_id)
    row = tx.execute(statement.with_for_update() if lock else statement).first()
    if row is None or (row.project_id is None and actor.role not in ORGANIZATION_WIDE):
        raise NotFound("job", job_id)
    if row.project_id is None:
        require(actor, "job.manage")
        return row
    try:
        project_for(tx, actor, row.project_id, "job.manage")
    except NotFound:
        raise NotFound("job", job_id) from None
    return row


def _managed(tx: Connection, actor: Actor) -> list[str]:
    mine = select(project_members).where(project_members.c.member_id == actor.id)
    return [
        row.project_id
        for row in tx.execute(mine)
        if allows(row.role, "job.manage") and actor.may("job.manage", row.role)
    ]


def _view(row: Row[Any]) -> JobView:
    return JobView(
        id=row.id,
        kind=row.kind,
        project=row.project_id,
        state=row.state,
        progress=JobProgress(done=row.done, total=row.total, note=row.note),
        report=row.report,
        error=row.error,
        attempts=row.attempts,
        cancel_requested=row.cancel_requested,
        created_by=row.created_by,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
