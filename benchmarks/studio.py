"""The studio's frame rate while the view moves, beside an empty page of the same browser.

    python -m benchmarks.studio

Starts the sample project, opens its studio in headless Chromium without a GPU, puts so many boxes into
the editor, and moves the view once in every frame. An empty page tells what the browser itself reaches.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from scripts.browser import installed

COUNTS = (0, 1_000, 10_000)
SECONDS = 3
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

FRAMES = """
([seconds, gesture]) => new Promise((done) => {
  const viewport = window.labelwright?.desk.editor.viewport;
  const times = [];
  const start = performance.now();
  let before = start;
  const frame = (now) => {
    times.push(now - before);
    before = now;
    const turn = Math.sin((now - start) / 300);
    if (gesture === 'pan') viewport.pan(turn * 12, turn * 7);
    if (gesture === 'zoom') viewport.zoom(1 + turn * 0.03);
    if (now - start < seconds * 1000) requestAnimationFrame(frame);
    else done(times.slice(2).sort((a, b) => a - b));
  };
  requestAnimationFrame(frame);
})
"""

FILL = """
(count) => {
  const { editor } = window.labelwright.desk;
  const { imageWidth, imageHeight } = editor.viewport;
  let seed = 7;
  const chance = (below) => ((seed = (seed * 16807) % 2147483647) / 2147483647) * below;
  while (editor.store.size < count) {
    const [left, top] = [chance(imageWidth * 0.9), chance(imageHeight * 0.9)];
    const shape = { kind: 'box', left, top, right: left + 2 + chance(40), bottom: top + 2 + chance(40) };
    const annotation = { id: editor.newId(), category: editor.category.id, shape };
    editor.store.apply({ kind: 'put', annotation });
  }
  editor.store.changed.emit();
  editor.stale.push(null);
  editor.painted.emit();
  editor.viewport.fit();
}
"""


def main() -> None:
    """Print the median and the 95th percentile of the time between frames, and their ratio."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server, told = start(Path(folder) / "data")
        try:
            browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
            page = browser.new_context(viewport={"width": 1600, "height": 900}).new_page()
            page.goto("about:blank")
            limit = line("empty page", page, "none", None)
            open_studio(page, told["link"])
            for count in COUNTS:
                page.evaluate(FILL, count)
                page.wait_for_timeout(1500)
                for gesture in ("pan", "zoom"):
                    line(f"{count:,} boxes, {gesture}", page, gesture, limit)
            browser.close()
        finally:
            server.terminate()
            server.wait(30)


def start(data: Path) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """The server of the sample project, and what it announced."""
    command = [sys.executable, "-m", "labelwright", "demo", "--json", "--no-browser", "--port", "0"]
    server = subprocess.Popen([*command, "--data", str(data)], stdout=subprocess.PIPE, text=True)
    text = ""
    while not text.endswith("}\n"):
        read = server.stdout.readline() if server.stdout else ""
        if not read:
            raise RuntimeError("the server ended before it was ready")
        text += read
    return server, json.loads(text)


def open_studio(page: Page, link: str) -> None:
    """The studio on the first task that waits."""
    page.goto(link)
    page.get_by_test_id("welcome-later").click()
    page.get_by_role("link", name="Blood cells").first.click()
    page.get_by_role("link", name="Start annotating").click()
    page.wait_for_selector("[data-testid=surface][data-ready=true]")


def line(title: str, page: Page, gesture: str, limit: float | None) -> float:
    """Measure, print, and give the median."""
    times = page.evaluate(FRAMES, [SECONDS, gesture])
    median, late = times[len(times) // 2], times[int(len(times) * 0.95)]
    beside = "" if limit is None else f"   {median / limit:5.2f} × an empty page's"
    print(f"{title:22} p50 {median:6.1f} ms   p95 {late:6.1f} ms{beside}", flush=True)
    return float(median)


if __name__ == "__main__":
    main()
