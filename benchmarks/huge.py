"""How long a huge picture takes to be seen, beside a small one, in the studio of headless Chromium.

    python -m benchmarks.huge [--width 40000 --height 30000]

Makes a JPEG of 1.2 billion pixels and one of 1,200 × 900, imports both, and opens each in the studio as
often as --times says. First picture: from the click on the address until something of the item is painted.
Sharp: until every tile that is seen is there; the first time the server makes the tiles, then it has them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyvips
from playwright.sync_api import Page, sync_playwright
from scripts.browser import installed

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
V1 = "/api/v1"
MANY_TILES = 60

SHARP = """
async () => {
  const picture = await window.labelwright.desk.picture;
  while (!picture.isSharp) await new Promise((done) => setTimeout(done, 10));
}
"""
CALL = """
async ([method, path, body]) => {
  const csrf = (await (await fetch('/api/v1/session')).json()).csrf;
  const headers = { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' };
  const answer = await fetch('/api/v1' + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.status === 204 ? null : answer.json();
}
"""
TILES = """
async ([path, tiles]) => {
  const times = [];
  for (const tile of tiles) {
    const before = performance.now();
    await (await fetch(`${path}/${tile}`, { cache: 'no-store' })).blob();
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b);
}
"""


def main() -> None:
    """Make the pictures, import them, open them, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=40_000)
    parser.add_argument("--height", type=int, default=30_000)
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        pictures = make_pictures(Path(folder) / "pictures", asked.width, asked.height)
        server, told = start(Path(folder) / "data")
        try:
            browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
            page = browser.new_context(viewport={"width": 1600, "height": 900}).new_page()
            page.goto(told["link"])
            page.get_by_test_id("welcome-later").click()
            measure(page, told["url"], pictures, asked.times, Path(folder) / "data")
            browser.close()
        finally:
            server.terminate()
            server.wait(60)


def measure(page: Page, url: str, pictures: Path, times: int, data: Path) -> None:
    """The figures of both pictures, and their ratios."""
    project, seconds = imported(page, pictures)
    print(f"import of both: {seconds:.1f} s")
    tasks = {task["name"]: task for task in tasks_of(page, project)}
    studio = f"{url}/studio/{project}?stage=annotate&task="
    opened(page, studio + tasks["small.jpg"]["task"])  # so that the application itself is loaded
    small = [opened(page, studio + tasks["small.jpg"]["task"]) for _ in range(times)]
    first = opened(page, studio + tasks["huge.jpg"]["task"])
    huge = [opened(page, studio + tasks["huge.jpg"]["task"]) for _ in range(times)]
    kept = sum(file.stat().st_size for file in data.glob("renditions/*/*.tiles.tif"))
    line("first picture", [a for a, _ in small], [a for a, _ in huge])
    line("sharp, tiles kept", [b for _, b in small], [b for _, b in huge])
    line("first picture, tiles not made yet", [a for a, _ in small], [first[0]])
    line("sharp, tiles not made yet", [b for _, b in small], [first[1]])
    tiles = [f"0/{x}/{y}" for x in range(10) for y in range(MANY_TILES // 10)]
    one, other = (f"{V1}/items/{tasks[name]['item']}" for name in ("small.jpg", "huge.jpg"))
    line(
        "server: what is shown first",
        page.evaluate(TILES, [one, ["image"] * times]),
        page.evaluate(TILES, [other, ["preview"] * times]),
    )
    spent = page.evaluate(TILES, [f"{other}/tiles", tiles])
    print(f"a tile: p50 {spent[len(spent) // 2]:.1f} ms, p95 {spent[int(len(spent) * 0.95)]:.1f} ms")
    print(f"tiles kept: {kept / 1e6:,.0f} MB")


def line(title: str, small: list[float], huge: list[float]) -> None:
    """One row of medians."""
    one, other = statistics.median(small), statistics.median(huge)
    print(f"{title:36} small {one:7.0f} ms   huge {other:7.0f} ms   ratio {other / one:5.2f}", flush=True)


def opened(page: Page, address: str) -> tuple[float, float]:
    """Milliseconds from going to an address until the first picture, and until it is sharp."""
    page.goto("about:blank")
    begin = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector("[data-testid=surface][data-ready=true]", timeout=120_000)
    seen = time.perf_counter()
    page.evaluate(SHARP)
    return (seen - begin) * 1000, (time.perf_counter() - begin) * 1000


def imported(page: Page, pictures: Path) -> tuple[str, float]:
    """A project with the pictures, and the seconds that their import took."""
    call: Callable[..., Any] = lambda *what: page.evaluate(CALL, list(what))  # noqa: E731
    body = {"name": "Huge", "ontology": [{"id": "thing", "name": "Thing"}]}
    project = call("POST", "/projects", body)["id"]
    begin = time.perf_counter()
    order = {"kind": "items", "source": str(pictures), "in_place": True}
    started = call("POST", f"/projects/{project}/imports", order)["import"]["id"]
    while (state := call("GET", f"/imports/{started}", None))["state"] not in ("done", "failed"):
        page.wait_for_timeout(100)
    if state["state"] != "done":
        raise RuntimeError(json.dumps(state))
    return project, time.perf_counter() - begin


def tasks_of(page: Page, project: str) -> list[dict[str, str]]:
    """The tasks of a project with the names of their items."""
    items = page.evaluate(CALL, ["GET", f"/projects/{project}/items", None])["items"]
    return [{"name": item["name"], "task": item["task"], "item": item["id"]} for item in items]


def make_pictures(folder: Path, width: int, height: int) -> Path:
    """Two photo-like JPEG: small.jpg of 1,200 × 900 pixels, and huge.jpg."""
    folder.mkdir(parents=True)
    noise = pyvips.Image.gaussnoise(1200, 900, mean=0, sigma=10, seed=1)
    waves = pyvips.Image.sines(1200, 900, hfreq=4, vfreq=3).linear([70, 60, 50], [120, 110, 100])
    small = (waves + noise).cast("uchar").copy(interpretation="srgb").copy_memory()
    small.jpegsave(str(folder / "small.jpg"), Q=85)
    tiles = small.replicate(-(-width // 1200), -(-height // 900)).crop(0, 0, width, height)
    tiles.jpegsave(str(folder / "huge.jpg"), Q=85)
    size = (folder / "huge.jpg").stat().st_size / 1e6
    print(f"huge.jpg: {width:,} × {height:,} pixels, {size:,.0f} MB", flush=True)
    return folder


def start(data: Path) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """A fresh server, and what it announced."""
    command = [sys.executable, "-m", "labelwright", "serve", "--json", "--port", "0", "--data", str(data)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LABELWRIGHT_")}
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    text = ""
    while not text.endswith("}\n"):
        read = server.stdout.readline() if server.stdout else ""
        if not read:
            raise RuntimeError("the server ended before it was ready")
        text += read
    return server, json.loads(text)


if __name__ == "__main__":
    main()
