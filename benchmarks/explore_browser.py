"""Scrolling the dataset page in headless Chromium: frames, and how many elements there are."""

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from scripts.browser import installed

from benchmarks.studio.frames import frames, say

FLAGS = ["--no-sandbox", "--disable-gpu"]
SCROLL = "document.querySelector('[data-testid=gallery]').scrollTop = {}"
ELEMENTS = "document.querySelectorAll('*').length"


def scroll(folder: Path) -> None:
    """Serve the data of a folder, and scroll it."""
    command = [sys.executable, "-m", "labelwright", "serve", "--data", str(folder), "--port", "8391"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            link = _link(server)
            with sync_playwright() as playwright:
                path = installed()
                browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.goto("about:blank")
                limit = frames(page)
                say("an empty page", limit)
                page.goto(link)
                page.get_by_test_id("welcome-later").click()
                project = page.evaluate("fetch('/api/v1/projects').then(a => a.json())")["items"][0]["id"]
                page.goto(f"{link.split('/sign-in')[0]}/projects/{project}/explore")
                page.get_by_test_id("item").first.wait_for()
                page.wait_for_timeout(2000)
                for name, pixels in (("slowly", "t * 600"), ("fast", "t * 6000"), ("anywhere", "t * 700000")):
                    say(f"gallery scrolled {name}", frames(page, SCROLL.format(pixels)), limit)
                    print(f"  {page.evaluate(ELEMENTS):,} elements on the page, {_cards(page)} items drawn")
                browser.close()
        finally:
            server.terminate()


def _cards(page: Page) -> int:
    return page.get_by_test_id("item").count()


def _link(server: "subprocess.Popen[str]") -> str:
    for line in server.stdout or ():
        found = re.search(r"http://\S+/sign-in\S*", line)
        if found:
            return found[0]
    raise AssertionError("the server gave no link")
