"""What a benchmarked service must be able to do, and how its process is watched."""

import http.client
import os
import random
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path

from benchmarks.wire import Connection

PATIENCE = 180.0


class Peer(ABC):
    """A service under test: started as its users start it, driven over HTTP."""

    name: str
    process: subprocess.Popen[bytes]

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.failed = 0  # submits that were answered with an error of the server

    @abstractmethod
    def start(self) -> float:
        """Start it; gives the seconds until it answers."""

    @abstractmethod
    def connection(self, client: int | None = None) -> Connection:
        """A connection as the owner, or as an annotator."""

    @abstractmethod
    async def prepare(self, annotators: int) -> None:
        """Make a project and so many annotators."""

    @abstractmethod
    async def import_items(self, count: int) -> float:
        """Bring in so many items; gives the seconds."""

    async def ready_to_submit(self) -> None:
        """Look up what `submit` needs, outside of what is timed."""
        return

    @abstractmethod
    async def submit(self, connection: Connection, client: int, index: int, chance: random.Random) -> float:
        """Hand in 20 boxes on an item; gives the seconds of the submitting request."""

    @abstractmethod
    async def next_task(self, connection: Connection) -> tuple[float, str]:
        """Ask for the next task; gives the seconds and the task."""

    @abstractmethod
    async def submit_task(self, connection: Connection, task: str, chance: random.Random) -> None:
        """Hand in 20 boxes on a task that `next_task` gave."""

    @abstractmethod
    async def export(self) -> tuple[float, int]:
        """Export everything as COCO; gives the seconds and the bytes."""

    def stop(self) -> None:
        """Stop it and all its children."""
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def resident(self) -> float:
        """MB resident in the process and all its children."""
        return sum(_resident(pid) for pid in _family(self.process.pid))


def boxes(chance: random.Random, count: int) -> list[tuple[float, float, float, float]]:
    """Boxes inside a 640 × 480 picture: left, top, right, bottom."""
    made: list[tuple[float, float, float, float]] = []
    for _ in range(count):
        left, top = chance.uniform(0, 560), chance.uniform(0, 400)
        made.append((left, top, left + chance.uniform(10, 80), top + chance.uniform(10, 80)))
    return made


def wait_until_healthy(port: int, path: str) -> None:
    """Wait until a GET of the path answers 200."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise TimeoutError(f"nothing healthy on port {port}")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [pid]
    if children.exists():
        for child in children.read_text().split():
            found += _family(int(child))
    return found


def _resident(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0
