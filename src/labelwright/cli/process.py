"""`labelwright serve | worker | demo`: the commands that stay until they are stopped."""

import os
import webbrowser
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from labelwright.cli.options import HERE, Place
from labelwright.cli.output import say, show_json
from labelwright.settings import Settings

Host = Annotated[str | None, Parameter(help="Address to listen on.", env_var=())]
Port = Annotated[int | None, Parameter(help="Port to listen on; 0 takes a free one.", env_var=())]
DEMO_DATA = Path(".demo")


def serve(*, host: Host = None, port: Port = None, place: Place = HERE) -> None:
    """Run the server until it is stopped (Ctrl-C), with its worker."""
    from labelwright.serving import run

    settings = place.settings(host=host, port=port)
    run(settings, ready=lambda url, link: _announce(url, link, settings, json=place.json))


def worker(*, place: Place = HERE) -> None:
    """Run background jobs until stopped; the server starts one by itself when there is work."""
    from labelwright.app import run_worker

    run_worker(place.settings())


def demo(
    *,
    host: Host = None,
    port: Port = None,
    browser: Annotated[bool, Parameter(help="Open the browser.")] = True,
    place: Place = HERE,
) -> None:
    """Run a server with a sample project of real images, in the folder .demo unless --data is given."""
    from labelwright.serving import run

    settings = place.settings(host=host, port=port)
    if place.data is None:
        settings = place.settings(host=host, port=port) if _names_data() else _with_data(place, host, port)

    def ready(url: str, link: str | None) -> None:
        _announce(url, link, settings, json=place.json)
        if browser and link and _has_screen():
            webbrowser.open(link)

    run(settings, ready=ready, demo=True)


def _with_data(place: Place, host: str | None, port: int | None) -> Settings:
    return Place(data=DEMO_DATA, database=place.database).settings(host=host, port=port)


def _names_data() -> bool:
    return "LABELWRIGHT_DATA" in os.environ


def _announce(url: str, link: str | None, settings: Settings, *, json: bool) -> None:
    if json:
        show_json({"url": url, "link": link, "data": str(settings.data)})
        return
    say(f"Labelwright is at {url}")
    say(f"  data: {settings.data.resolve()}")
    if link:
        say(f"  sign in as the owner, once: {link}")
    say("  stop: Ctrl-C")


def _has_screen() -> bool:
    if os.environ.get("CI"):
        return False
    return (
        bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or os.name == "nt" or _is_mac()
    )


def _is_mac() -> bool:
    import sys

    return sys.platform == "darwin"
