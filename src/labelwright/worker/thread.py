"""Jobs in a thread of this process, for commands that work on a data folder without a server."""

import os
import threading

from labelwright.core.errors import Conflict
from labelwright.services.context import Context
from labelwright.services.jobs import Jobs


class WorkerThread:
    """Runs jobs as soon as the first one is asked for, unless a worker of a server does so already."""

    def __init__(self, context: Context, jobs: Jobs) -> None:
        self._context = context
        self._jobs = jobs
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._poke = self._stop = _nothing

    def open(self) -> None:
        """Watch for jobs from now on."""
        self._jobs.wake = self.wake

    def wake(self) -> None:
        """There is a job."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._start()
        self._poke()

    def close(self) -> None:
        """Stop at the next safe place; what is left goes on with the next worker."""
        self._stop()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        from labelwright.worker.engine import Engine, take_identity  # DBOS takes a second to load

        try:
            identity = take_identity(self._context, f"a command (process {os.getpid()})")
        except Conflict:
            return  # the server's worker looks for waiting jobs by itself
        engine = Engine(self._context, identity)
        self._poke, self._stop = engine.poke, engine.stop

        def run() -> None:
            try:
                engine.run()
            finally:
                identity.close()

        self._thread = threading.Thread(target=run, name="worker", daemon=True)
        self._thread.start()


def _nothing() -> None:
    pass
