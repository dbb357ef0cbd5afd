"""One run of a job: what its handler is given, and how the run begins and ends.

A handler is a function of a run that gives a report. It works in chunks: before each it calls
`check`, and it writes each in one transaction that also calls `step`. Whatever ends the process in
between, the handler is called again and finds what is done already.
"""

import threading
from typing import Any

from sqlalchemy import Connection, Row, select, update

from labelwright.core.errors import LabelwrightError
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.jobs import CANCELLED, DONE, FAILED, QUEUED, RUNNING, UNFINISHED, tell
from labelwright.storage.schema import jobs, members


class JobCancelled(Exception):
    """Somebody asked for the job to stop."""


class JobInterrupted(Exception):
    """The worker is being stopped; the job goes on later."""


class JobRun:
    """A job that is being worked on."""

    def __init__(self, context: Context, row: Row[Any], first: int, stopping: threading.Event) -> None:
        self.context = context
        self.id: str = row.id
        self.kind: str = row.kind
        self.project_id: str | None = row.project_id
        self.created_by: str = row.created_by
        self.args: dict[str, Any] = row.args
        self.crashes: int = row.attempts - first - 1
        """How often this job was begun since it was asked for, and neither ended nor was handed back."""
        self._stopping = stopping

    def check(self) -> None:
        """Raise JobCancelled or JobInterrupted if the job is to stop here."""
        if self._stopping.is_set():
            raise JobInterrupted
        asked = select(jobs.c.cancel_requested).where(jobs.c.id == self.id)
        if self.context.database.read(lambda tx: tx.execute(asked).scalar()):
            raise JobCancelled

    def step(self, tx: Connection, done: int, total: int | None = None, note: str = "") -> None:
        """Say how far the job is, in the transaction that took it there."""
        values = {"done": done, "total": total, "note": note}
        tx.execute(update(jobs).where(jobs.c.id == self.id).values(**values))
        tell(tx, self.context, _row(tx, self.id))

    def actor(self) -> Actor:
        """The member who asked for the job, with the role they have now."""

        def work(tx: Connection) -> Actor:
            row = tx.execute(select(members).where(members.c.id == self.created_by)).one()
            return Actor(id=row.id, name=row.name, email=row.email, role=row.role)

        return self.context.database.read(work)


def begin(context: Context, job_id: str, first: int, stopping: threading.Event) -> JobRun | None:
    """The run of a waiting job, or of one whose worker died; None if it has ended."""

    def work(tx: Connection) -> JobRun | None:
        row = tx.execute(select(jobs).where(jobs.c.id == job_id).with_for_update()).first()
        if row is None or row.state not in UNFINISHED:
            return None
        values = {"state": RUNNING, "attempts": row.attempts + 1}
        started = row.started_at or context.now()
        tx.execute(update(jobs).where(jobs.c.id == job_id).values(**values, started_at=started))
        changed = _row(tx, job_id)
        tell(tx, context, changed)
        return JobRun(context, changed, first, stopping)

    return context.database.write(work)


def end_well(context: Context, job_id: str, report: Any) -> None:  # noqa: ANN401  # JSON
    """The job is done."""
    _end(context, job_id, {"state": DONE, "report": report, "error": None})


def end_cancelled(context: Context, job_id: str) -> None:
    """The job stopped because somebody asked."""
    _end(context, job_id, {"state": CANCELLED})


def end_badly(context: Context, job_id: str, error: dict[str, Any]) -> None:
    """The job failed, for a reason in words."""
    _end(context, job_id, {"state": FAILED, "error": error})


def hand_back(context: Context, job_id: str) -> None:
    """Let the job wait again, for a worker that stays."""

    def work(tx: Connection) -> None:
        tx.execute(update(jobs).where(jobs.c.id == job_id, jobs.c.state == RUNNING).values(state=QUEUED))

    context.database.write(work)


def in_words(error: Exception) -> dict[str, Any]:
    """An error as a job keeps it: code, detail, place and remedy."""
    if isinstance(error, LabelwrightError):
        return {
            "code": error.code,
            "title": "The job could not finish",
            "detail": error.message,
            "place": error.place,
            "remedy": error.remedy,
        }
    return {
        "code": "unexpected",
        "title": "The job could not finish",
        "detail": f"Something unforeseen went wrong ({type(error).__name__}: {error}).",
        "place": None,
        "remedy": "Try it again. If it fails again, the server's log has the details for a report.",
    }


def _end(context: Context, job_id: str, values: dict[str, Any]) -> None:
    def work(tx: Connection) -> None:
        ended = {**values, "finished_at": context.now(), "cancel_requested": False}
        tx.execute(update(jobs).where(jobs.c.id == job_id, jobs.c.state == RUNNING).values(**ended))
        tell(tx, context, _row(tx, job_id))

    context.database.write(work)


def _row(tx: Connection, job_id: str) -> Row[Any]:
    return tx.execute(select(jobs).where(jobs.c.id == job_id)).one()
