"""Models run in processes of their own, so that one which hangs, dies or eats the memory hurts nobody else.

A process is kept for each model and method while it is used, so that a click never waits behind a batch.
Messages (`messages.py`) come with their length before them, over the process's own pipes; a model file never
writes to them.
"""

import atexit
import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labelwright.assist.manifest import Manifest
from labelwright.assist.messages import ANSWERED, Limits, Told, begin, packed, unpacked
from labelwright.core.model_errors import ModelDied, ModelFailure, ModelTimeout

LENGTH = struct.Struct("<Q")
IDLE_SECONDS = 300.0
MOST_PROCESSES = 8


class ModelHosts:
    """The processes. `ask` may be called from any thread; each process answers one question at a time."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits, clock
        self._lock = threading.Lock()
        self._hosts: dict[tuple[str, str, str, str], _Host] = {}
        self._timer: threading.Timer | None = None
        atexit.register(self.close)

    def ask(self, folder: Path, manifest: Manifest, method: str, *given: Any) -> Any:  # noqa: ANN401
        """What a method of a model answers.

        Raises ModelTimeout, ModelDied, ModelFailure and its other kinds, BadModelFile, UnfitModel.
        """
        host = self._host(folder, manifest, method)
        try:
            return host.ask(method, given)
        finally:
            host.used = self._clock()
            self._sweep_later()

    def sweep(self) -> None:
        """End the processes that nobody has asked for a while."""
        with self._lock:
            self._timer = None
            ended = [self._hosts.pop(name) for name in self._idle()]
            left = bool(self._hosts)
        for host in ended:
            host.end()
        if left:
            self._sweep_later()

    def close(self) -> None:
        """End every process."""
        with self._lock:
            hosts, self._hosts = list(self._hosts.values()), {}
            if self._timer is not None:
                self._timer.cancel()
        for host in hosts:
            host.end()

    def _host(self, folder: Path, manifest: Manifest, method: str) -> "_Host":
        key = (str(folder), manifest.name, manifest.version, method)
        with self._lock:
            idle = [name for name in self._idle() if name != key]
            if key not in self._hosts and len(self._hosts) - len(idle) >= MOST_PROCESSES:
                free = [name for name, host in self._hosts.items() if not host.busy and name not in idle]
                idle += sorted(free, key=lambda name: self._hosts[name].used)[:1]
            for name in idle:
                self._hosts.pop(name).end()
            if key not in self._hosts:
                self._hosts[key] = _Host(folder, manifest, self._limits, self._clock())
            self._hosts[key].used = self._clock()  # so that no sweep takes it before it is asked
            return self._hosts[key]

    def _idle(self) -> list[tuple[str, str, str, str]]:
        now = self._clock()
        return [
            name for name, host in self._hosts.items() if not host.busy and now - host.used > IDLE_SECONDS
        ]

    def _sweep_later(self) -> None:
        with self._lock:
            if self._timer is None:
                self._timer = threading.Timer(IDLE_SECONDS + 1, self.sweep)
                self._timer.daemon = True
                self._timer.start()


class _Host:
    def __init__(self, folder: Path, manifest: Manifest, limits: Limits, now: float) -> None:
        self._folder, self._manifest, self._limits = folder, manifest, limits
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.used = now

    @property
    def busy(self) -> bool:
        return self._turn.locked()

    def ask(self, method: str, given: tuple[Any, ...]) -> Any:  # noqa: ANN401
        with self._turn:
            if method not in ANSWERED:
                raise ModelFailure(self._manifest.name, f"cannot be asked to {method}")
            process = self._process if self._process and self._process.poll() is None else self._start()
            try:
                _send(process, packed([method, packed(given)]))
                answer = self._receive(process, ANSWERED[method])
            except (BrokenPipeError, EOFError):
                raise ModelDied(self._manifest.name, self._how(process)) from None
            except BaseException:
                self._kill(process)  # an answer may be under way, which nobody waits for any more
                raise
            if isinstance(answer, Told):
                raise answer.raised()
            return answer

    def end(self) -> None:
        if self._process is not None:
            self._kill(self._process)

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "labelwright.assist.host_process"]
        process = subprocess.Popen(  # noqa: S603  # our own module, named above
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=dict(os.environ),
        )
        self._process = process
        _send(process, begin(self._folder, self._manifest, self._limits))
        return process

    def _receive(self, process: "subprocess.Popen[bytes]", kind: Any) -> Any:  # noqa: ANN401
        until = time.monotonic() + self._limits.seconds
        size = LENGTH.unpack(self._read(process, LENGTH.size, until))[0]
        fine, data = unpacked(self._read(process, size, until), tuple[bool, bytes])
        return unpacked(data, kind if fine else Told)

    def _read(self, process: "subprocess.Popen[bytes]", size: int, until: float) -> bytearray:
        if process.stdout is None:
            raise EOFError
        got = bytearray()
        while len(got) < size:
            left = until - time.monotonic()
            ready = select.select([process.stdout], [], [], max(0.0, left))[0]
            if not ready:
                self._kill(process)
                raise ModelTimeout(self._manifest.name, self._limits.seconds)
            piece = os.read(process.stdout.fileno(), min(size - len(got), 1 << 20))
            if not piece:
                raise EOFError
            got += piece
        return got

    def _how(self, process: "subprocess.Popen[bytes]") -> str:
        try:
            status = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            status = None
        self._kill(process)
        if status is None:
            return "it stopped talking"
        return f"signal {-status}" if status < 0 else f"status {status}"

    def _kill(self, process: "subprocess.Popen[bytes]") -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        if self._process is process:
            self._process = None


def _send(process: "subprocess.Popen[bytes]", data: bytes) -> None:
    if process.stdin is None:
        raise BrokenPipeError
    view = memoryview(LENGTH.pack(len(data)) + data)
    while view:
        view = view[os.write(process.stdin.fileno(), view) :]
