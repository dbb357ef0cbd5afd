"""Peers' canvases with the same boxes: Konva and Annotorious, from their packages on npm."""

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.studio.frames import Frames, frames, say

PACKAGES = ("konva", "@annotorious/annotorious")

CHANCE = """
let seed = 7;
const chance = (below) => ((seed = (seed * 16807) % 2147483647) / 2147483647) * below;
const boxes = (n) => Array.from({ length: n }, () => {
  const [x, y] = [chance(3800), chance(2850)];
  return { x, y, w: 4 + chance(80), h: 4 + chance(80) };
});
const count = Number(new URLSearchParams(location.search).get('n'));
"""

KONVA = f"""<!doctype html><body style="margin:0"><div id="stage"></div>
<script src="/node_modules/konva/konva.min.js"></script><script>
{CHANCE}
const stage = new Konva.Stage({{ container: 'stage', width: 1240, height: 820 }});
const layer = new Konva.Layer();
stage.add(layer);
const image = new Image();
image.onload = () => {{
  layer.add(new Konva.Image({{ image, width: 4000, height: 3000 }}));
  for (const b of boxes(count)) {{
    layer.add(new Konva.Rect({{ x: b.x, y: b.y, width: b.w, height: b.h, stroke: '#E69F00', strokeWidth: 2,
      strokeScaleEnabled: false, fill: 'rgba(230,159,0,0.16)' }}));
  }}
  stage.scale({{ x: 0.27, y: 0.27 }});
  layer.draw();
  window.stage = stage;
}};
image.src = '/large.jpg';
</script></body>"""

ANNOTORIOUS = f"""<!doctype html>
<link rel="stylesheet" href="/node_modules/@annotorious/annotorious/dist/annotorious.css">
<body style="margin:0;overflow:hidden">
<div id="view" style="transform-origin:0 0"><img id="image" src="/large.jpg" width="1080"></div>
<script src="/node_modules/@annotorious/annotorious/dist/annotorious.js"></script><script>
{CHANCE}
const image = document.getElementById('image');
const begin = () => {{
  const anno = Annotorious.createImageAnnotator(image);
  anno.setAnnotations(boxes(count).map((b, i) => ({{
    id: 'b' + i, bodies: [], target: {{ annotation: 'b' + i, selector: {{ type: 'RECTANGLE',
      geometry: {{ x: b.x, y: b.y, w: b.w, h: b.h,
        bounds: {{ minX: b.x, minY: b.y, maxX: b.x + b.w, maxY: b.y + b.h }} }} }} }},
  }})));
  window.anno = anno;
}};
if (image.complete) begin(); else image.onload = begin;
</script></body>"""

# Konva moves its stage; Annotorious has no view of its own, so the page around it is moved.
KONVA_PAN = "window.stage.position({ x: Math.sin(t * 3) * 120, y: Math.sin(t * 3) * 70 });"
KONVA_ZOOM = "const s = 0.27 * (1 + 0.3 * Math.sin(t * 3)); window.stage.scale({ x: s, y: s });"
PAGE_PAN = (
    "document.getElementById('view').style.transform = "
    "`translate(${Math.sin(t * 3) * 120}px, ${Math.sin(t * 3) * 70}px)`;"
)
PAGE_ZOOM = "document.getElementById('view').style.transform = `scale(${1 + 0.3 * Math.sin(t * 3)})`;"


@contextmanager
def served(folder: Path, picture: Path) -> Generator[str | None]:
    """The address of the peers' pages, or None where their packages cannot be installed."""
    shutil.copy(picture, folder / "large.jpg")
    (folder / "package.json").write_text('{"private": true}')
    npm = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", *PACKAGES]
    if subprocess.run(npm, cwd=folder, capture_output=True).returncode != 0:
        yield None
        return
    (folder / "konva.html").write_text(KONVA)
    (folder / "annotorious.html").write_text(ANNOTORIOUS)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def measure(page: Page, address: str, limit: Frames) -> None:
    """Print the frames of both, at counts they stand."""
    for name, pan, zoom in (("konva", KONVA_PAN, KONVA_ZOOM), ("annotorious", PAGE_PAN, PAGE_ZOOM)):
        for count in (1_000, 10_000):
            page.goto(f"{address}/{name}.html?n={count}")
            wanted = "stage" if name == "konva" else "anno"
            page.wait_for_function(f"window.{wanted} !== undefined", timeout=120_000)
            page.wait_for_timeout(1500)
            for gesture, each in (("pan", pan), ("zoom", zoom)):
                say(f"{name.title()}, {count:,} × box, {gesture}", frames(page, each), limit)
