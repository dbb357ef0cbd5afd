"""python -m benchmarks.studio: frame times of the studio beside peers' pages and an empty page.

Everything runs in one headless Chromium without a GPU, one after the other. An empty page tells what
the browser itself reaches on this machine now; every figure is printed beside it.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from scripts.browser import installed

from benchmarks.studio import label_studio, own, peers
from benchmarks.studio.frames import frames, say
from benchmarks.studio.serving import Serving, enter

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def main() -> None:
    """Print a line for every scene."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studio")
    parser.add_argument("--label-studio", type=Path, help="the label-studio command of an environment")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        picture = own.picture(folder)
        server = Serving(folder, own.ONTOLOGY, picture)
        try:
            browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
            page = browser.new_context(viewport={"width": 1600, "height": 900}).new_page()
            page.set_default_timeout(120_000)
            page.goto("about:blank")
            limit = frames(page)
            say("an empty page", limit)
            enter(page, server.link)
            own.measure(page, limit)
            own.opening(page)
            (folder / "peers").mkdir()
            with peers.served(folder / "peers", picture) as address:
                if address is None:
                    print("The peers' packages could not be installed: left out.")
                else:
                    peers.measure(page, address, limit)
            if given.label_studio:
                label_studio.measure(page, given.label_studio, folder / "label-studio", picture, limit)
            browser.close()
        finally:
            server.close()


if __name__ == "__main__":
    main()
