"""How long the smart tools take to answer, in headless Chromium without a GPU, and what it costs the page.

    python -m benchmarks.smart

Opens the studio on a real microscope image (640 × 480) and on the same image six times as large (11
megapixels), and asks the magic wand and the live wire as a hand does: from the event in the page to the
proposal that is there to be painted. Beside each stands the time in frames (16.7 ms), and, where Python's
OpenCV is installed, the ratio to the same calls there (`pip install opencv-python-headless`). The last
lines are frames of the page while the wire follows the pointer once a frame.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from scripts.browser import installed

from benchmarks.studio.frames import Frames, frames, say
from benchmarks.studio.serving import Serving, enter
from labelwright.demo import BLOOD_CELLS

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
ONTOLOGY = "categories:\n  - id: cell\n    name: Cell\n    shapes: [mask, polygon]\n"
PICTURE = BLOOD_CELLS / "JPEGImages" / "BloodImage_00345.jpg"
LARGER = 6
FRAME = 16.7
SEED = (229, 78)
"""A place on the rim of a cell, in the small picture."""
NEAR = 360

READY = """
async () => {
  const { hand } = window.labelwright.desk;
  window.ask = async (inputs) => {
    const { prompting } = hand;
    const start = performance.now();
    for (const { kind, x, y } of inputs) hand.feed({ kind, at: { x, y }, shift: false, alt: false });
    while (prompting.busy) await new Promise((done) => {
      const stop = prompting.changed.subscribe(() => (stop(), done()));
    });
    if (prompting.error) throw new Error(prompting.error);
    return performance.now() - start;
  };
}
"""
FIRST = """
async (place) => {
  const start = performance.now();
  window.labelwright.desk.hand.use('wand');
  await window.ask([{ kind: 'pointerDown', ...place }]);
  return performance.now() - start;
}
"""
WAND = """
async (places) => {
  window.labelwright.desk.hand.use('wand');
  const times = [];
  for (const place of places) {
    times.push(await window.ask([{ kind: 'pointerDown', ...place }, { kind: 'pointerUp', ...place }]));
  }
  window.labelwright.desk.hand.use('select');
  return times;
}
"""
SEEDS = """
async (places) => {
  const times = [];
  for (const place of places) {
    window.labelwright.desk.hand.use('scissors');
    times.push(await window.ask([{ kind: 'pointerDown', ...place }, { kind: 'pointerUp', ...place }]));
    times.push(await window.ask([{ kind: 'pointerMove', x: place.x + 5, y: place.y }]));
    window.labelwright.desk.hand.use('select');
  }
  return times.reduce((sums, time, i) => (i % 2 ? sums : [...sums, time + times[i + 1]]), []);
}
"""
WIRE = """
async ([seed, places]) => {
  window.labelwright.desk.hand.use('scissors');
  await window.ask([{ kind: 'pointerDown', ...seed }, { kind: 'pointerUp', ...seed }]);
  const times = [];
  for (const place of places) times.push(await window.ask([{ kind: 'pointerMove', ...place }]));
  return times;
}
"""
FOLLOW = """
([seed, seconds]) => new Promise((done) => {
  const { hand } = window.labelwright.desk;
  const times = [];
  const start = performance.now();
  let before = start;
  const frame = (now) => {
    times.push(now - before);
    before = now;
    const turn = ((now - start) / 1000) * 2;
    const at = { x: seed.x + Math.cos(turn) * 90, y: seed.y + Math.sin(turn) * 60 };
    hand.feed({ kind: 'pointerMove', at, shift: false, alt: false });
    if (now - start < seconds * 1000) requestAnimationFrame(frame);
    else done(times.slice(2).sort((a, b) => a - b));
  };
  requestAnimationFrame(frame);
})
"""

Place = tuple[float, float]
Native = dict[str, float]


def main() -> None:
    """Measure both pictures, and print."""
    native = natives()
    if not native:
        print("Python's OpenCV is not installed: nothing to compare with.")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
        limit: Frames | None = None
        for factor in (1, LARGER):
            folder = Path(name) / str(factor)
            serving = Serving(folder, ONTOLOGY, enlarged(folder, factor))
            try:
                page = browser.new_context(viewport={"width": 1600, "height": 900}).new_page()
                page.goto("about:blank")
                limit = limit or frames(page)
                enter(page, serving.link)
                measure(page, factor, native.get(factor, {}), limit)
            finally:
                serving.close()
        browser.close()


def enlarged(folder: Path, factor: int) -> Path:
    """The picture, so many times as large."""
    folder.mkdir()
    picture = folder / "cells.png"
    with Image.open(PICTURE) as opened:
        size = (opened.width * factor, opened.height * factor)
        opened.convert("RGB").resize(size, Image.Resampling.BICUBIC).save(picture)
    return picture


def measure(page: Page, factor: int, native: Native, limit: Frames) -> None:
    """One picture: the first answer, the wand, a seed of the wire, the wire."""
    print(f"\n{640 * factor} × {480 * factor}")
    page.evaluate(READY)
    seed = place((SEED[0] * factor, SEED[1] * factor))
    print(f"{'first answer, library loaded':34} {page.evaluate(FIRST, seed) / 1000:8.1f} s")
    inside = [place((x * factor, y * factor)) for x in range(60, 600, 60) for y in range(60, 440, 95)]
    line("wand, a click", page.evaluate(WAND, inside), native.get("wand"))
    rim = [
        place((x * factor, y * factor)) for x, y in ((190, 120), (229, 78), (270, 125), (120, 60), (330, 205))
    ]
    line("live wire, a new seed", page.evaluate(SEEDS, rim), native.get("seed"))
    reach = 90 if factor == 1 else 300
    around = [(x, y) for x in range(-reach, reach + 1, reach // 9) for y in range(-60, 61, 15)]
    ways = [place((seed["x"] + x, seed["y"] + y)) for x, y in around]
    line("live wire, a move", page.evaluate(WIRE, [seed, ways]), native.get("wire"))
    times = page.evaluate(FOLLOW, [seed, 3])
    late = times[int(len(times) * 0.95)]
    say("frames while the wire follows", Frames(times[len(times) // 2], late, len(times)), limit)


def line(title: str, times: list[float], native: float | None) -> None:
    """Print one line."""
    times = sorted(times)
    late = times[min(len(times) - 1, int(len(times) * 0.95))]
    median = statistics.median(times)
    beside = f"   {median / native:6.1f} × Python's OpenCV" if native else ""
    shares = f"{median / FRAME:5.2f} frames (p95 {late / FRAME:5.2f})"
    told = f"{title:34} p50 {median:7.1f} ms   p95 {late:7.1f} ms   {shares}"
    print(told + beside, flush=True)


def place(at: Place) -> dict[str, float]:
    """A place as the page takes it."""
    return {"x": at[0], "y": at[1]}


def natives() -> dict[int, Native]:
    """The same calls in Python's OpenCV, in milliseconds, by how large the picture is; empty without it."""
    try:
        import cv2  # pyright: ignore[reportMissingImports]
        import numpy
    except ImportError:
        return {}
    return {factor: _native(cv2, numpy, factor) for factor in (1, LARGER)}


def _native(cv2: Any, numpy: Any, factor: int) -> Native:
    image = cv2.resize(cv2.imread(str(PICTURE)), None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    lab = cv2.cvtColor(cv2.GaussianBlur(image, (3, 3), 0), cv2.COLOR_BGR2Lab)
    flags = 4 | (255 << 8) | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY
    near = min(NEAR, *image.shape[:2])
    crop = image[:near, :near].copy()
    scissors = cv2.segmentation.IntelligentScissorsMB()
    scissors.setEdgeFeatureCannyParameters(32, 100).setGradientMagnitudeMaxLimit(200)

    def wand() -> None:
        mask = numpy.zeros((lab.shape[0] + 2, lab.shape[1] + 2), numpy.uint8)
        cv2.floodFill(lab, mask, (SEED[0] * factor, SEED[1] * factor), 0, (18, 9, 9), (18, 9, 9), flags)
        cv2.threshold(cv2.blur(mask, (5, 5)), 127, 255, cv2.THRESH_BINARY)

    def seed() -> None:
        scissors.applyImage(crop)
        scissors.buildMap((near // 2, near // 2))

    return {"wand": _timed(wand), "seed": _timed(seed), "wire": _timed(lambda: scissors.getContour((20, 30)))}


def _timed(act: Callable[[], Any]) -> float:
    times: list[float] = []
    for _ in range(9):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
