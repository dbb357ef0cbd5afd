"""Runs the web application on a socket until told to stop.

The port is taken before anything else is done, so that a port in use is said at once and plainly.
SIGTERM and SIGINT let running requests finish.
"""

import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from labelwright.app import opened, serving_application
from labelwright.core.errors import Conflict, StorageFailure
from labelwright.settings import Settings

if TYPE_CHECKING:
    import uvicorn

Ready = Callable[[str, str | None], None]
"""Told the server's address, and the owner's one-time link if there is one."""

SWITCH_SECONDS = 0.0005
FINISH_SECONDS = 10
"""How long running requests may take to finish once the server is told to stop."""


def run(settings: Settings, *, ready: Ready, demo: bool = False) -> None:
    """Serve until a signal. Raises Conflict if the port or the data folder is taken."""
    _end_on_terminate()
    listening = listen(settings.host, settings.port)
    try:
        settings = replace(settings, port=listening.getsockname()[1])
        url = settings.public_url or address(listening)
        with (
            opened(settings, said=f"the server at {url} (process {os.getpid()})") as context,
            serving_application(context, demo=demo) as (application, link),
            asyncio.Runner(loop_factory=_loop) as runner,
        ):
            runner.run(_serve(application, listening, lambda: ready(url, link)))
    finally:
        listening.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises Conflict if it is taken, StorageFailure if it is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Head and body leave as two writes; without this the second waits 40 ms for an acknowledgement.
    # Connections inherit it from the socket they arrive at.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(1024)
    except (OSError, OverflowError) as error:
        made.close()
        raise _cannot_listen(host, port, error) from error
    return made


def address(listening: socket.socket) -> str:
    """The URL of a socket; a wildcard address is shown as this machine's own."""
    bound: tuple[str, int] = listening.getsockname()[:2]
    port = bound[1]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound[0], bound[0])  # noqa: S104  # shown, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _ignore(*_: object) -> None:
    pass


def _end_on_terminate() -> None:
    def end(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)  # so that a start that is cut off still lets go of everything


def _cannot_listen(host: str, port: int, error: OSError | OverflowError) -> Exception:
    where = f"{host}:{port}"
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        remedy = "Stop the other program, or choose another port with --port (0 takes a free one)."
        return Conflict(f"The port {port} on {host} is taken by another program.", place=where, remedy=remedy)
    if number == errno.EACCES:
        remedy = "Choose a port above 1023 with --port."
        return Conflict(f"This user may not listen on port {port}.", place=where, remedy=remedy)
    return StorageFailure(
        f"Cannot listen on {where}: {error}.", place=where, remedy="Check --host and --port."
    )


async def _serve(
    application: Any,  # noqa: ANN401  # any ASGI application
    listening: socket.socket,
    started: Callable[[], None],
) -> None:
    # Uvicorn handles signals while it serves, then raises them again for whoever handled them before.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _ignore)
    server = _server(application)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not running.done():
        await asyncio.sleep(0.01)
    if server.started:
        started()
    await running


def _loop() -> asyncio.AbstractEventLoop:
    # The writer thread gives the interpreter away at each statement; with the usual 5 ms until it gets
    # it back, a submit of twenty statements would mostly wait.
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        import uvloop
    except ImportError:  # where it has no wheel
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _server(application: Any) -> "uvicorn.Server":  # noqa: ANN401
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=FINISH_SECONDS,
            proxy_headers=False,  # api/callers.py believes the proxies of the settings, and no other
        )
    )
