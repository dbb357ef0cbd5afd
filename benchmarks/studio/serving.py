"""A server of its own with one project of one picture, for a benchmark of the studio."""

import json
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page


class Serving:
    """`labelwright serve` on a project; `link` signs its owner in."""

    def __init__(self, folder: Path, ontology: str, picture: Path) -> None:
        self.data = folder / "data"
        (folder / "ontology.yaml").write_text(ontology)
        self._run("project", "create", "Bench", "--ontology", folder / "ontology.yaml", "--no-review")
        self._run("import", "Bench", picture)
        command = [sys.executable, "-m", "labelwright", "serve", "--json", "--port", "0"]
        self.process = subprocess.Popen(
            [*command, "--data", str(self.data)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        text = ""
        while not text.endswith("}\n"):
            read = self.process.stdout.readline() if self.process.stdout else ""
            if not read:
                raise RuntimeError("the server ended before it was ready")
            text += read
        self.link = str(json.loads(text)["link"])

    def _run(self, *arguments: str | Path) -> None:
        command = [sys.executable, "-m", "labelwright", *map(str, arguments), "--data", str(self.data)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def close(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait(30)


def enter(page: Page, link: str) -> None:
    """The studio on the only task."""
    page.goto(link)
    page.get_by_test_id("welcome-later").click()
    page.get_by_role("link", name="Bench").first.click()
    page.get_by_role("link", name="Start annotating").click()
    page.wait_for_selector("[data-testid=surface][data-ready=true]")
    page.wait_for_timeout(1000)
    if page.get_by_label("End the tour").count():
        page.get_by_label("End the tour").click()
