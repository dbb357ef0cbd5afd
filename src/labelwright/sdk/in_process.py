"""An HTTP transport that calls an ASGI application in this process: no socket, no server.

Bodies stream both ways in bounded memory, as they would over a network. The application runs on an
event loop in a thread of its own.
"""

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import Any, cast

import httpx

Message = MutableMapping[str, Any]
Application = Callable[..., Awaitable[None]]
AHEAD = 16
"""Body parts that the application may be ahead of the reader."""


class InProcess(httpx.BaseTransport):
    """Calls `app`. `scope` is added to every request's scope, where only this process can put it."""

    def __init__(self, app: Application, scope: Mapping[str, Any] | None = None) -> None:
        self._app = app
        self._scope = dict(scope or {})
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="in-process", daemon=True)
        self._thread.start()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer; its body is read as it comes."""
        exchange = _Exchange(self._loop, iter(cast("httpx.SyncByteStream", request.stream)))
        scope = {**self._scope_of(request), **self._scope}
        future = asyncio.run_coroutine_threadsafe(exchange.run(self._app, scope), self._loop)
        start = exchange.take()
        if start is None:
            future.result()
            raise httpx.RemoteProtocolError("The application gave no answer.", request=request)
        return httpx.Response(start["status"], headers=start.get("headers", []), stream=exchange)

    def close(self) -> None:
        """Stop the event loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _scope_of(self, request: httpx.Request) -> dict[str, Any]:
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query,
            "server": (request.url.host, request.url.port),
            "client": ("127.0.0.1", 0),
            "root_path": "",
        }


class _Exchange(httpx.SyncByteStream):
    """One request and its answer, between the calling thread and the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, body: Iterator[bytes]) -> None:
        self._loop = loop
        self._body = body
        self._parts: queue.Queue[Message | BaseException | None] = queue.Queue()
        self._room = asyncio.Semaphore(AHEAD)
        self._gone = asyncio.Event()
        self._sent_all = False

    async def run(self, app: Application, scope: Mapping[str, Any]) -> None:
        """Let the application answer."""
        try:
            await app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001  # handed to the thread that asked
            self._parts.put(error)
        else:
            self._parts.put(None)

    def take(self) -> Message | None:
        """The next message of the application; None at the end. Raises what the application raised."""
        part = self._parts.get()
        self._loop.call_soon_threadsafe(self._room.release)
        if isinstance(part, BaseException):
            raise part
        return part

    def __iter__(self) -> Iterator[bytes]:
        while True:
            part = self.take()
            if part is None:
                return
            if part.get("body"):
                yield part["body"]
            if not part.get("more_body", False):
                return

    def close(self) -> None:
        """Tell the application that nobody listens any more."""
        self._loop.call_soon_threadsafe(self._gone.set)

    async def _receive(self) -> Message:
        if self._sent_all:
            await self._gone.wait()
            return {"type": "http.disconnect"}
        part = await asyncio.to_thread(next, self._body, None)
        self._sent_all = part is None
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def _send(self, message: Message) -> None:
        if self._gone.is_set():
            raise OSError("the caller went away")
        waiting = asyncio.ensure_future(self._gone.wait())
        room = asyncio.ensure_future(self._room.acquire())
        _, pending = await asyncio.wait({waiting, room}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        self._parts.put(message)
