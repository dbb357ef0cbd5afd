"""The worker as a child of the server: started when there is work, gone when there is none.

The server writes a line to the child's standard input to say that a job waits. When the server dies,
however it dies, that input ends, and the child with it; a job that was running goes on at the next
start.
"""

import os
import subprocess
import sys
import threading
from dataclasses import fields

from labelwright.services.jobs import Jobs
from labelwright.settings import PREFIX, Settings

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
PATIENCE = 10.0


class WorkerProcess:
    """Starts and watches the child."""

    def __init__(self, jobs: Jobs, settings: Settings) -> None:
        self._jobs = jobs
        self._settings = settings
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closing = threading.Event()

    def open(self) -> None:
        """Watch for jobs from now on; those that an earlier server left are gone on with."""
        self._jobs.wake = self.wake
        if self._jobs.unfinished():
            self.wake()

    def wake(self) -> None:
        """There is a job: start the child, or tell it."""
        with self._lock:
            if self._closing.is_set():
                return
            if self._child is None:
                self._child = self._start()
                threading.Thread(target=self._watch, name="worker-watch", daemon=True).start()
            else:
                _tell(self._child)

    def close(self) -> None:
        """End the child; what it was doing goes on at the next start."""
        self._closing.set()
        with self._lock:
            child = self._child
        if child is None:
            return
        if child.stdin:
            child.stdin.close()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    @property
    def pid(self) -> int | None:
        """The child's process id, if there is one."""
        child = self._child
        return None if child is None else child.pid

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # our own interpreter and module
            [sys.executable, "-m", "labelwright.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **environment(self._settings)},
        )

    def _watch(self) -> None:
        pause = FIRST_PAUSE
        while True:
            child = self._child
            if child is None:
                return
            code = child.wait()
            pause = FIRST_PAUSE if code == 0 else min(pause * 2, LONGEST_PAUSE)
            if code != 0 and self._closing.wait(pause):
                return
            with self._lock:
                if self._closing.is_set() or not self._jobs.unfinished():
                    self._child = None
                    return
                self._child = self._start()


def environment(settings: Settings) -> dict[str, str]:
    """The settings as the environment that gives them again."""
    values = {entry.name: getattr(settings, entry.name) for entry in fields(settings)}
    return {PREFIX + name.upper(): "" if value is None else str(value) for name, value in values.items()}


def _tell(child: "subprocess.Popen[bytes]") -> None:
    try:
        if child.stdin:
            child.stdin.write(b"\n")
            child.stdin.flush()
    except (OSError, ValueError):  # it is ending; the watch looks for jobs when it has
        pass
