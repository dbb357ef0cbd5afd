"""A real server on this machine that webhooks are sent to, with bad manners where wanted."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Listener:
    """What it got, and how it answers: a status, `hang`, `drip`, `huge` or `redirect`."""

    url: str = ""
    manner: str | int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    picture: bytes = b""
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener for the time of the `with`."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            listener.got.append((dict(self.headers), body))
            self.answer()

        def do_GET(self) -> None:
            listener.got.append((dict(self.headers), b""))
            self.answer()

        def answer(self) -> None:
            manner = listener.manner
            if manner == "hang":
                listener.over.wait(30)
                return
            if manner == "redirect":
                self.send_response(302)
                self.send_header("Location", f"{listener.url}elsewhere")
                self.end_headers()
                return
            self.send_response(manner if isinstance(manner, int) else 200)
            self.end_headers()
            try:
                if manner == "drip":
                    while not listener.over.is_set():
                        self.wfile.write(b".")
                        self.wfile.flush()
                        time.sleep(0.05)
                elif manner == "huge":
                    for _ in range(100):
                        self.wfile.write(b"x" * 2**20)
                else:
                    self.wfile.write(listener.picture)
            except OSError:
                pass  # the other side has heard enough

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    listener.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        listener.over.set()
        server.shutdown()
        server.server_close()
