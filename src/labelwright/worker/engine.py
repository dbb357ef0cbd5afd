"""The engine: takes waiting jobs from our table and runs each as a durable workflow of DBOS.

The row says what is promised; DBOS remembers what was begun and by whom, so that a worker which comes
back under the same name goes on with it, and (on PostgreSQL) another one adopts what a dead worker
left. A workflow's id is the job's id and the attempts it had, so beginning one twice is harmless.
"""

import threading
import time
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import Connection, select, update

from labelwright.services.context import Context
from labelwright.services.jobs import QUEUED, RUNNING
from labelwright.storage.schema import jobs
from labelwright.worker.identity import HostSlot, Identity, OnlyWorker
from labelwright.worker.jobs import perform

VERSION = "1"  # of the workflow's shape: DBOS goes on only with what the same version began
AT_ONCE = 2
LOOK_SECONDS = 1.0
ADOPT_SECONDS = 2.0
BEGUN = ("PENDING", "ENQUEUED", "DELAYED")

_engine: "Engine | None" = None


@DBOS.workflow(name="labelwright.job")
def _workflow(job_id: str, first: int) -> None:
    if _engine is not None:
        _engine.perform(job_id, first)


class Engine:
    """Runs jobs in this process; there can be one."""

    def __init__(self, context: Context, identity: Identity) -> None:
        self._context = context
        self._identity = identity
        self._stopping = threading.Event()
        self._poke = threading.Event()
        self._lock = threading.Lock()
        self._active: set[str] = set()

    def run(self, idle_seconds: float | None = None) -> None:
        """Run jobs until stopped, or until there was nothing to do for so long."""
        global _engine  # DBOS is one per process, and so are we
        _engine = self
        DBOS(config=_config(self._context, self._identity.name))
        DBOS.launch()
        try:
            self._loop(idle_seconds)
        finally:
            self._stopping.set()
            self._wait_for_active()
            DBOS.destroy()
            _engine = None

    def perform(self, job_id: str, first: int) -> None:
        """Run one job; called by its workflow."""
        with self._lock:
            if job_id in self._active:
                return
            self._active.add(job_id)
        try:
            perform(self._context, job_id, first, self._stopping)
        finally:
            with self._lock:
                self._active.discard(job_id)
            self._poke.set()

    def poke(self) -> None:
        """Look for waiting jobs now."""
        self._poke.set()

    def stop(self) -> None:
        """End `run` once the jobs have reached a safe place; they go on with the next worker."""
        self._stopping.set()
        self._poke.set()

    def _loop(self, idle_seconds: float | None) -> None:
        last_work, last_look = time.monotonic(), 0.0
        while not self._stopping.is_set():
            self._identity.check()
            now = time.monotonic()
            if now - last_look > ADOPT_SECONDS:
                self._restart_lost()
                self._adopt()
                last_look = now
            started = self._start_waiting()
            if started or self._active:
                last_work = now
            elif idle_seconds is not None and now - last_work > idle_seconds:
                return
            self._poke.wait(LOOK_SECONDS)
            self._poke.clear()

    def _start_waiting(self) -> bool:
        room = AT_ONCE - len(self._active)
        if room <= 0:
            return False
        waiting = select(jobs.c.id, jobs.c.attempts).where(jobs.c.state == QUEUED)
        chosen = waiting.order_by(jobs.c.created_at, jobs.c.id).limit(AT_ONCE * 2)
        found = self._context.database.read(lambda tx: tx.execute(chosen).all())
        fresh = [row for row in found if row.id not in self._active][:room]
        for row in fresh:
            with SetWorkflowID(f"{row.id}.{row.attempts}"):
                handle = DBOS.start_workflow(_workflow, row.id, row.attempts)
            if handle.get_status().status not in BEGUN:
                self._renumber(row.id, row.attempts)
        return bool(fresh)

    def _renumber(self, job_id: str, attempts: int) -> None:
        # Its workflow has ended. If the job waits nevertheless, the database failed before it began:
        # then it needs a workflow of another name.
        same = (jobs.c.id == job_id) & (jobs.c.state == QUEUED) & (jobs.c.attempts == attempts)
        again = update(jobs).where(same).values(attempts=attempts + 1)
        self._context.database.write(lambda tx: tx.execute(again).rowcount)

    def _restart_lost(self) -> None:
        # A job can be marked as running with no workflow behind it: the data came from a backup, or the
        # database failed just as it ended. Rows are read first: whatever runs by then has begun by then.
        running = select(jobs.c.id, jobs.c.attempts).where(jobs.c.state == RUNNING)
        rows = self._context.database.read(lambda tx: tx.execute(running).all())
        if not rows:
            return
        begun = {status.workflow_id.rpartition(".")[0] for status in _begun()}
        lost = [row for row in rows if row.id not in begun]

        def restart(tx: Connection) -> None:
            for row in lost:
                same = (jobs.c.id == row.id) & (jobs.c.state == RUNNING) & (jobs.c.attempts == row.attempts)
                tx.execute(update(jobs).where(same).values(state=QUEUED))

        if lost:
            self._context.database.write(restart)

    def _adopt(self) -> None:
        if self._context.database.is_sqlite:
            return
        for status in _begun():
            owner = status.executor_id
            if owner and owner != self._identity.name and self._identity.is_dead(owner):
                DBOS.resume_workflow(status.workflow_id)

    def _wait_for_active(self) -> None:
        while self._active:
            time.sleep(0.05)


def _begun() -> list[Any]:
    return list(DBOS.list_workflows(status=list(BEGUN), load_input=False, load_output=False))


def take_identity(context: Context, said: str, patience: float = 0.0) -> Identity:
    """The name of a worker in this process. Raises Conflict if the data folder has its worker already."""
    url = context.settings.database
    if url is None:
        return OnlyWorker(context.settings.data).take(said, patience)
    return HostSlot(url)


def _config(context: Context, name: str) -> DBOSConfig:
    settings = context.settings
    return DBOSConfig(
        name="labelwright",
        system_database_url=settings.database or f"sqlite:///{settings.data.resolve() / 'jobs.sqlite'}",
        executor_id=name,
        application_version=VERSION,
        log_level="CRITICAL",
        max_executor_threads=8,
    )
