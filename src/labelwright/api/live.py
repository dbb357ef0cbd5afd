"""Live events: one reader of the database for everybody who listens, while somebody does.

Each listener has a queue; one that falls too far behind is told to load the page again. A listener
that comes back names the last event it saw and gets what came after.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable
from types import FrameType
from typing import Any

import msgspec
from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool

from labelwright.core.errors import LabelwrightError
from labelwright.services import events
from labelwright.services.context import Context

PAUSE = 0.7
HEARTBEAT = 15.0
LONGEST_QUEUE = 1000
REREAD = 200
"""PostgreSQL numbers events before they are committed, so a lower number may appear after a higher."""

Queue = asyncio.Queue["bytes | None"]
RELOAD = b"event: reload\ndata: {}\n\n"
BEAT = b": still here\n\n"


class Live:
    """Listeners by project, and the task that reads for them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._listeners: dict[str, set[Queue]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._seen: set[int] = set()
        self._newest = 0
        self._closed = False

    async def listen(
        self, project_id: str, after: int | None, may_stay: Callable[[], bool]
    ) -> AsyncIterator[bytes]:
        """Server-sent events of a project, for ever, with a sign of life every so often.

        Ends when the server stops, or when `may_stay` says no.
        """
        queue: Queue = asyncio.Queue(LONGEST_QUEUE)
        await self._join(project_id, queue)
        try:
            yield b"retry: 2000\n\n"
            if after is not None:
                for event in await run_in_threadpool(self._missed, project_id, after):
                    yield event
            while not self._closed:
                try:
                    event = await asyncio.wait_for(queue.get(), HEARTBEAT)
                except TimeoutError:
                    if not await run_in_threadpool(may_stay):
                        return
                    event = BEAT
                if event is None:
                    return
                yield event
        finally:
            self._leave(project_id, queue)

    def close(self) -> None:
        """End every stream; to be called on the event loop."""
        self._closed = True
        for queues in self._listeners.values():
            for queue in queues:
                _put(queue, None)
        if self._reader is not None:
            self._reader.cancel()

    async def _join(self, project_id: str, queue: Queue) -> None:
        if self._reader is None or self._reader.done():
            self._newest = await run_in_threadpool(self._context.database.read, events.newest)
            self._seen.clear()
            if self._reader is None or self._reader.done():
                self._reader = asyncio.create_task(self._read())
        self._listeners.setdefault(project_id, set()).add(queue)

    def _leave(self, project_id: str, queue: Queue) -> None:
        queues = self._listeners.get(project_id, set())
        queues.discard(queue)
        if not queues:
            self._listeners.pop(project_id, None)
        if not self._listeners and self._reader is not None:
            self._reader.cancel()
            self._reader = None

    async def _read(self) -> None:
        while True:
            await asyncio.sleep(PAUSE)
            try:
                fresh = await run_in_threadpool(self._fresh)
            except LabelwrightError:
                continue  # the database is away for a moment; the next look gets everything
            for row in fresh:
                for queue in self._listeners.get(row.project_id, ()):
                    _put(queue, wire(row))

    def _fresh(self) -> list[Row[Any]]:
        overlap = 0 if self._context.database.is_sqlite else REREAD
        start = max(0, self._newest - overlap)
        rows = self._context.database.read(lambda tx: events.since(tx, start, 500 + overlap))
        fresh = [row for row in rows if row.seq not in self._seen]
        if self._newest and not self._seen:
            fresh = [row for row in fresh if row.seq > self._newest]
        self._seen = {row.seq for row in rows} | {self._newest}
        self._newest = max([self._newest, *(row.seq for row in rows)])
        return fresh

    def _missed(self, project_id: str, after: int) -> list[bytes]:
        rows = self._context.database.read(lambda tx: events.since(tx, after))
        if len(rows) >= 500:
            return [RELOAD]
        return [wire(row) for row in rows if row.project_id == project_id]


def wire(row: Row[Any]) -> bytes:
    """An event as it is sent."""
    data = {"seq": row.seq, "kind": row.kind, "subject": row.subject, "detail": row.detail, "at": row.at}
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (row.seq, row.kind.encode(), msgspec.json.encode(data))


def end_on_signals(live: Live) -> None:
    """End the streams as soon as the process is told to stop: the server waits for open answers."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if callable(before):
            signal.signal(number, _both(loop, live, before))


def _both(
    loop: asyncio.AbstractEventLoop, live: Live, before: Callable[[int, FrameType | None], Any]
) -> Callable[[int, FrameType | None], None]:
    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(live.close)
        before(number, frame)

    return stop


def _put(queue: Queue, event: bytes | None) -> None:
    try:
        queue.put_nowait(event)
    except asyncio.QueueFull:
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(RELOAD if event is not None else None)
