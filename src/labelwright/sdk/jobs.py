"""Jobs: work for a machine that is waited for."""

import time
from collections.abc import Callable, Iterator

from labelwright.sdk.connection import Connection
from labelwright.sdk.errors import JobFailed
from labelwright.sdk.records import Job, Progress

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0

Watcher = Callable[[Progress], None]


class Jobs:
    """The jobs that the caller can see."""

    def __init__(self, connection: Connection, pause: Callable[[float], None] = time.sleep) -> None:
        self._connection = connection
        self._pause = pause

    def list(self, project_id: str | None = None) -> Iterator[Job]:
        """Jobs, the newest first."""
        return self._connection.pages("/jobs", Job, project=project_id)

    def get(self, job_id: str) -> Job:
        """One job."""
        return self._connection.get(f"/jobs/{job_id}", Job)

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop after its current step."""
        self._connection.post(f"/jobs/{job_id}/cancel", type(None))

    def retry(self, job_id: str) -> None:
        """Run a job that failed or was cancelled once more."""
        self._connection.post(f"/jobs/{job_id}/retry", type(None))

    def wait(self, job_id: str, watch: Watcher | None = None) -> Job:
        """The job once it has ended; `watch` hears of its progress. Raises JobFailed if it went badly."""
        pause = FIRST_PAUSE
        while True:
            job = self.get(job_id)
            if watch is not None:
                watch(job.progress)
            if job.is_finished:
                return _done(job)
            self._pause(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)


def _done(job: Job) -> Job:
    if job.state == "done":
        return job
    error = job.error or {}
    detail = error.get("detail") or error.get("message") or f"it is {job.state}"
    raise JobFailed(f"The job “{job.kind}” did not finish: {detail}", job, error.get("remedy"))
