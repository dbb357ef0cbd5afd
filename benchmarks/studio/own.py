"""Labelwright's studio with a picture of 4000 × 3000, driven for frames, opening, memory and the wire."""

from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from benchmarks.studio import scenes
from benchmarks.studio.frames import Frames, frames, say

ONTOLOGY = """
categories:
  - {name: Box, shapes: [box]}
  - {name: Area, shapes: [polygon, mask]}
"""
SIZE = (4000, 3000)

OPENED = """
([count]) => new Promise((done) => {
  const begin = performance.now();
  document.querySelector('a[href*="/studio/"]').click();
  const look = () => {
    const desk = window.labelwright?.desk;
    const ready = document.querySelector('[data-testid=surface][data-ready=true]');
    if (ready && desk && desk.editor.store.size >= count) {
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begin)));
    } else requestAnimationFrame(look);
  };
  look();
})
"""


def picture(folder: Path) -> Path:
    """A picture of noise, large enough to be in the way."""
    path = folder / "large.jpg"
    Image.effect_noise((SIZE[0] // 8, SIZE[1] // 8), 60).resize(SIZE).convert("RGB").save(path)
    return path


def show(page: Page, kind: str, count: int) -> None:
    """Put a scene on the desk, not saved, and let it come to rest."""
    page.evaluate(scenes.FILL, [kind, count])
    page.evaluate(scenes.SHOW)
    page.wait_for_timeout(2500)


def measure(page: Page, limit: Frames) -> None:
    """Print the frames of every scene and gesture."""
    for kind, count in (
        ("box", 1_000),
        ("box", 10_000),
        ("polygon", 10_000),
        ("mask", 200),
        ("box", 100_000),
    ):
        show(page, kind, count)
        for name, gesture in (("pan", scenes.PAN), ("zoom", scenes.ZOOM)):
            say(f"Labelwright, {count:,} × {kind}, {name}", frames(page, gesture), limit)
    show(page, "polygon", 10_000)
    say("Labelwright, a vertex among 10,000 polygons", frames(page, scenes.DRAG), limit)
    page.keyboard.press("Escape")
    page.evaluate(scenes.WIDE_MASK)
    page.evaluate(scenes.SHOW)
    page.wait_for_timeout(1500)
    say("Labelwright, a brush on a 12-megapixel mask", frames(page, scenes.PAINT), limit)
    print(f"{'  lifting the brush':46} {page.evaluate(scenes.LIFT):11.1f} ms", flush=True)


def opening(page: Page) -> None:
    """Save 10,000 boxes, open them from the project's page, and tell time, memory and bytes on the wire."""
    project = page.url.split("/studio/")[1].split("?")[0]
    page.reload()
    page.wait_for_selector("[data-testid=surface][data-ready=true]")
    page.evaluate(scenes.FILL, ["box", 10_000])
    print(f"{'saved annotations':46} {page.evaluate(scenes.SAVE):11,d}", flush=True)
    page.goto(f"{page.url.split('/studio/')[0]}/projects/{project}")
    page.wait_for_selector('a[href*="/studio/"]')
    page.wait_for_timeout(1500)
    for turn in ("first", "second"):
        print(
            f"{f'10,000 boxes, open, {turn} time':46} {page.evaluate(OPENED, [10_000]):11.0f} ms", flush=True
        )
        if turn == "first":
            page.get_by_test_id("leave").click()
            page.wait_for_selector('a[href*="/studio/"]')
            page.wait_for_timeout(1500)
    client = page.context.new_cdp_session(page)
    client.send("HeapProfiler.collectGarbage")
    used = client.send("Runtime.getHeapUsage")["usedSize"]
    print(f"{'10,000 boxes, JS heap':46} {used / 1e6:11.1f} MB", flush=True)
    print(f"{'one changed box among 10,000, on the wire':46} {one_change(page):11,d} bytes", flush=True)


def one_change(page: Page) -> int:
    """The bytes of the request that saves one moved box."""
    sent: list[int] = []
    page.on(
        "request",
        lambda request: (
            sent.append(len(request.post_data_buffer or b"")) if "/operations" in request.url else None
        ),
    )
    page.evaluate(
        """() => {
          const { editor } = window.labelwright.desk;
          const first = editor.store.all()[0];
          const { left, top, right, bottom } = first.shape;
          const shape = { kind: 'box', left: left + 1, top, right: right + 1, bottom };
          editor.perform('Move', [{ kind: 'put', annotation: { ...first, shape } }]);
        }"""
    )
    page.wait_for_timeout(3000)
    return max(sent, default=0)
