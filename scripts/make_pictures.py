"""Takes the pictures of the docs from the running sample project: `python scripts/make_pictures.py`."""

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from browser import installed
from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SIZE = {"width": 1280, "height": 800}


def main() -> None:
    """Start the sample project, sign in, and take the picture of the studio."""
    with tempfile.TemporaryDirectory() as folder:
        server, told = start(Path(folder) / "data")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
                page = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
                page.goto(told["link"])
                page.wait_for_url(lambda url: "sign-in" not in url)
                page.get_by_test_id("welcome-later").click()
                page.wait_for_timeout(500)
                take_studio(page, told["url"])
                browser.close()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def start(data: Path) -> "tuple[subprocess.Popen[str], dict[str, str]]":
    """The server of the sample project, and what it announced."""
    command = [sys.executable, "-m", "labelwright", "demo", "--json", "--no-browser", "--port", "0"]
    server = subprocess.Popen([*command, "--data", str(data)], stdout=subprocess.PIPE, text=True)
    text = ""
    while not text.endswith("}\n"):
        line = server.stdout.readline() if server.stdout else ""
        if not line:
            sys.exit("the server ended before it was ready")
        text += line
    return server, json.loads(text)


def take_studio(page: Page, url: str) -> None:
    """The studio on an item with predictions to correct."""
    answer = page.request.get(f"{url}/api/v1/projects").json()
    project = answer["items"][0]["id"]
    listed = page.request.get(f"{url}/api/v1/projects/{project}/tasks?stage=review&state=waiting").json()[
        "items"
    ]
    page.goto(f"{url}/studio/{project}?stage=review&task={listed[0]['id']}")
    page.wait_for_selector("[data-testid=surface][data-ready=true]")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)
    page.get_by_label("End the tour").click()
    page.mouse.click(640, 400)
    page.keyboard.press("Tab")
    page.wait_for_timeout(800)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "studio.png")
    print(f"wrote {PICTURES / 'studio.png'}")


if __name__ == "__main__":
    main()
