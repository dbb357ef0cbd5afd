"""The real thing: a server as its own process on a free port, and Chromium with a page.

The browser is the one that `make test` chose. A journey that fails leaves a picture of its page in
`tests/screenshots`.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from scripts.browser import installed

PICTURES = Path(__file__).parent.parent / "screenshots"
START_SECONDS = 120
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Server:
    """A running `labelwright`. `link` signs the owner in, once."""

    process: subprocess.Popen[str]
    url: str
    link: str | None
    data: Path
    log: list[str] = field(default_factory=list)

    def kill(self) -> None:
        """End it with no warning, as a power cut would."""
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> int:
        """End it as a service manager would; gives the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


StartServer = Callable[..., Server]


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Starts servers: `start_server("demo")`, `start_server(data=…, port=…, database=…)`."""
    started: list[Server] = []

    def start(
        command: str = "serve", *, data: Path | None = None, port: int = 0, database: str | None = None
    ) -> Server:
        folder = data or tmp_path / "server"
        arguments = [sys.executable, "-m", "labelwright", command, "--json", "--data", str(folder)]
        arguments += ["--port", str(port), *(["--database", database] if database else [])]
        arguments += ["--no-browser"] if command == "demo" else []
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LABELWRIGHT_")}
        process = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        log: list[str] = []
        threading.Thread(target=_follow, args=(process.stderr, log), daemon=True).start()
        told = _announcement(process, log)
        server = Server(process, told["url"], told["link"], folder, log)
        started.append(server)
        return server

    yield start
    for server in started:
        try:
            server.stop()
        except subprocess.TimeoutExpired:
            server.kill()
            raise


def _follow(stream: Any, log: list[str]) -> None:
    log.extend(stream)


def _announcement(process: subprocess.Popen[str], log: list[str]) -> dict[str, Any]:
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    text = ""
    try:
        while line := process.stdout.readline():
            text += line
            if line.startswith("}"):
                return json.loads(text)
    finally:
        watchdog.cancel()
    process.wait(30)
    raise AssertionError(f"the server ended with {process.returncode}:\n{text}{''.join(log)}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; a machine without one is told how to get it."""
    path = installed()
    assert path is not None, "no browser here: run “python scripts/browser.py”"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def new_context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts, one for each person of a journey; a failure leaves their pictures."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        # Journeys find things by their English words, on machines of every language.
        options.setdefault("locale", "en-US")
        context = browser.new_context(**options)
        context.set_default_timeout(20_000)
        made.append(context)
        return context

    yield make
    for number, context in enumerate(made):
        if getattr(request.node, "failed", False):
            _picture(context, f"{request.node.name}-{number}")
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """One person's page."""
    return new_context().new_page()


def _picture(context: BrowserContext, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    for number, page in enumerate(context.pages):
        page.screenshot(path=PICTURES / f"{name}-{number}.png")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Remembers on the test whether it failed, for the pictures."""
    report = yield
    if report.when == "call":
        item.failed = report.failed
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a real server, most of it a real browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and "page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
