"""Real workers in processes of their own, that tests may kill; jobs that do what a test says."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from labelwright.services.context import Context
from labelwright.worker.child import environment
from tests.services.conftest import World, world

__all__ = ["world"]

PATIENCE = 60.0


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for something that other processes do."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def noisy_pictures(folder: Path, count: int) -> Path:
    """A folder of different pictures that take a moment to read."""
    folder.mkdir()
    for number in range(count):
        picture = Image.effect_noise((160, 120), 80).convert("RGB")
        picture.putpixel((0, 0), (number % 256, number // 256, 7))
        picture.save(folder / f"{number:04d}.png")
    return folder


class Hosts:
    """Worker processes, each as if on a host of its own."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._all: list[subprocess.Popen[bytes]] = []

    def start(self, host: str) -> "subprocess.Popen[bytes]":
        """A worker on a host of that name."""
        code = (
            f"import socket; socket.gethostname = lambda: {host!r}\n"
            "from labelwright.worker.__main__ import main; main()"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            env={**os.environ, **environment(self._context.settings)},
        )
        self._all.append(process)
        return process

    def kill_all(self) -> None:
        """kill -9 to every one."""
        for process in self._all:
            process.send_signal(signal.SIGKILL)
            process.wait()


@pytest.fixture
def hosts(context: Context) -> Iterator[Hosts]:
    """Workers for the time of a test."""
    made = Hosts(context)
    yield made
    made.kill_all()


def added(world: World, project: str) -> int:
    """How many items a project has."""
    return world.services.items.list(world.owner, project, limit=1).total
