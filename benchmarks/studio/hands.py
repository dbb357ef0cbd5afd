"""What a shape costs the hand: a scripted expert draws real ground truth with each tool.

    python -m benchmarks.studio.hands --bccd FOLDER --bsds FOLDER

Boxes are BCCD's (Pascal VOC), areas are regions of the Berkeley segmentations (BSDS500). For every tool
it prints the keys, clicks and screen pixels of pointer travel an object took, and the IoU it reached.
The expert knows the truth and trembles never, so the figures compare tools, not people.
"""

import argparse
import json
import math
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any
from xml.etree import ElementTree

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Page, sync_playwright
from scripts.browser import installed

from benchmarks.studio.serving import Serving, enter

Place = tuple[float, float]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

ONTOLOGY = """
categories:
  - {name: Box, shapes: [box]}
  - {name: Polygon, shapes: [polygon]}
  - {name: Mask, shapes: [mask]}
"""
BOXES = 12
REGIONS = 8
FINE = 3
ANSWER = 20_000  # milliseconds a proposal may take


class Hand:
    """A pointer and keys that count what they do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.reset()

    def reset(self) -> None:
        """Begin a new object."""
        self.keys = self.clicks = 0
        self.travel = 0.0
        self.last: Place | None = None

    def key(self, key: str) -> None:
        """Press one key."""
        self.page.keyboard.press(key)
        self.keys += 1

    def move(self, place: Place) -> None:
        """Go to a place of the item, in a straight line."""
        x, y = self._screen(place)
        if self.last is not None:
            self.travel += math.hypot(x - self.last[0], y - self.last[1])
        self.last = (x, y)
        self.page.mouse.move(x, y)

    def click(self, place: Place) -> None:
        """Go there and click."""
        self.drag([place])

    def drag(self, places: Iterable[Place]) -> None:
        """Press at the first place, go along, let go at the last."""
        first, *others = places
        self.move(first)
        self.page.mouse.down()
        for place in others:
            self.move(place)
        self.page.mouse.up()
        self.clicks += 1

    def proposed(self) -> None:
        """Wait until the smart tool's answer is shown; waiting costs the hand nothing."""
        self.page.wait_for_timeout(150)
        self.page.wait_for_function("() => !window.labelwright.desk.hand.prompting.busy", timeout=ANSWER)
        self.page.wait_for_timeout(100)

    def _screen(self, place: Place) -> Place:
        x, y = self.page.evaluate(
            """([x, y]) => {
                const p = window.labelwright.desk.editor.viewport.toScreen({ x, y });
                const box = document.querySelector('[data-testid=surface]').getBoundingClientRect();
                return [p.x + box.left, p.y + box.top];
            }""",
            list(place),
        )
        return x, y


@dataclass
class Cost:
    """What the objects of one tool cost."""

    keys: list[int] = field(default_factory=list[int])
    clicks: list[int] = field(default_factory=list[int])
    travel: list[float] = field(default_factory=list[float])
    iou: list[float] = field(default_factory=list[float])

    def say(self, tool: str) -> None:
        """Print one row."""
        if not self.iou:
            print(f"| {tool} | | | | nothing came out |", flush=True)
            return
        hand = f"{mean(self.keys):.1f} | {mean(self.clicks):.1f} | {mean(self.travel):,.0f}"
        print(f"| {tool} | {hand} | {mean(self.iou):.3f} |", flush=True)


def boxes_of(folder: Path) -> tuple[Path, list[tuple[float, ...]]]:
    """A picture of BCCD and its boxes."""
    picture = sorted((folder / "JPEGImages").glob("*.jpg"))[0]
    tree = ElementTree.parse(folder / "Annotations" / f"{picture.stem}.xml")
    found = [
        tuple(float(entry.findtext(f"bndbox/{name}", "0")) for name in ("xmin", "ymin", "xmax", "ymax"))
        for entry in tree.iter("object")
    ]
    return picture, [b for b in found if b[2] - b[0] > 10 and b[3] - b[1] > 10][:BOXES]


def regions_of(folder: Path) -> tuple[Path, list[Mask]]:
    """A photo of BSDS and the larger connected regions that one person saw in it."""
    best: tuple[Path, list[Mask]] | None = None
    for picture in sorted((folder / "images").glob("*.jpg"))[:8]:
        with Image.open(folder / "segmentations" / f"{picture.stem}_ann1.png") as image:
            labels = np.asarray(image)
        found = [labels == number for number in np.unique(labels)]
        whole = [m for m in (_one_piece(m) for m in found if m.mean() < 0.25) if m is not None]
        fits = [m for m in whole if m.mean() > 0.004 and _is_inside(m)][:REGIONS]
        if best is None or len(fits) > len(best[1]):
            best = (picture, fits)
    assert best is not None
    return best


def _one_piece(mask: Mask) -> Mask | None:
    # The piece around its deepest place, if that is most of the region.
    image = Image.fromarray(mask.astype(np.uint8)).copy()  # one that may be painted on
    x, y = middle(mask)
    ImageDraw.floodfill(image, (int(x), int(y)), 2)
    piece = np.asarray(image) == 2
    return piece if piece.sum() > 0.6 * mask.sum() else None


def _is_inside(mask: Mask) -> bool:
    return not (mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any())


def outline(mask: Mask, step: int) -> list[Place]:
    """Every `step`-th place along the outer border, clockwise (Moore neighbour tracing)."""
    # On pixels a third as large, so that the way runs along the edge and not through the middle.
    mask = np.kron(mask, np.ones((FINE, FINE), np.bool_))
    ys, xs = np.nonzero(mask)
    start = (int(ys[0]), int(xs[0]))
    around = [(0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1)]
    border, at, back = [start], start, 0
    for _ in range(8 * len(ys)):
        for turn in range(1, 9):
            dy, dx = around[(back + turn) % 8]
            y, x = at[0] + dy, at[1] + dx
            if 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and mask[y, x]:
                back = (back + turn + 5) % 8
                at = (y, x)
                break
        if at == start:
            break
        border.append(at)
    return [((x + 0.5) / FINE, (y + 0.5) / FINE) for y, x in border[:: step * FINE]]


def corners(mask: Mask, tolerance: float) -> list[Place]:
    """The border with no more corners than a careful hand clicks (Douglas and Peucker, 1973)."""
    line = outline(mask, 1)
    half = len(line) // 2
    return _thin(line[: half + 1], tolerance)[:-1] + _thin([*line[half:], line[0]], tolerance)[:-1]


def _thin(line: list[Place], tolerance: float) -> list[Place]:
    (ax, ay), (bx, by) = line[0], line[-1]
    length = math.hypot(bx - ax, by - ay) or 1.0
    away = [abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length for x, y in line]
    far = int(np.argmax(away))
    if away[far] <= tolerance or len(line) < 3:
        return [line[0], line[-1]]
    return _thin(line[: far + 1], tolerance)[:-1] + _thin(line[far:], tolerance)


def strokes(mask: Mask, radius: int) -> list[list[Place]]:
    """Level strokes of a brush that stay inside and cover most of the mask."""
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    inner = np.asarray(image.filter(ImageFilter.MinFilter(2 * radius + 1))) > 0
    found: list[list[Place]] = []
    for y in range(0, mask.shape[0], max(1, round(radius * 1.2))):
        row = np.flatnonzero(np.diff(np.concatenate(([0], inner[y].astype(np.int8), [0]))))
        for a, b in zip(row[::2], row[1::2], strict=True):
            found.append([(float(a) + 0.5, y + 0.5), (float(b) - 0.5, y + 0.5)])
    return found


def middle(mask: Mask) -> Place:
    """The place that lies deepest inside."""
    inner = smaller = mask
    while smaller.any():
        inner = smaller
        # One pixel less on every side; a wide filter does the same far more slowly.
        smaller = np.asarray(Image.fromarray(inner.astype(np.uint8)).filter(ImageFilter.MinFilter(3))) > 0
        if smaller.sum() == inner.sum():
            break
    ys, xs = np.nonzero(inner)
    return float(xs[len(xs) // 2]) + 0.5, float(ys[len(ys) // 2]) + 0.5


def drawn(shape: dict[str, Any], size: tuple[int, int]) -> Mask:
    """The pixels of a shape; `size` is (height, width)."""
    canvas = np.zeros(size, np.bool_)
    if shape["kind"] == "mask":
        runs = np.repeat(np.arange(len(shape["runs"])) % 2 == 1, shape["runs"])
        window = runs.reshape(shape["height"], shape["width"])
        top, left = shape["top"], shape["left"]
        canvas[top : top + shape["height"], left : left + shape["width"]] = window
        return canvas
    image = Image.new("1", (size[1], size[0]))
    pen = ImageDraw.Draw(image)
    for part in shape.get("parts", []):
        for number, ring in enumerate(part):
            pen.polygon([(x - 0.5, y - 0.5) for x, y in ring], fill=0 if number else 1)
    return np.asarray(image)


def iou(a: Mask, b: Mask) -> float:
    """What both cover over what either covers."""
    return float((a & b).sum() / max(1, (a | b).sum()))


def box_iou(a: Iterable[float], b: Iterable[float]) -> float:
    """IoU of two boxes: left, top, right, bottom."""
    (al, at, ar, ab), (bl, bt, br, bb) = a, b
    common = max(0.0, min(ar, br) - max(al, bl)) * max(0.0, min(ab, bb) - max(at, bt))
    return common / ((ar - al) * (ab - at) + (br - bl) * (bb - bt) - common)


def made(page: Page) -> dict[str, Any] | None:
    """The shape that was just drawn; it is taken away for the next."""
    found = page.evaluate(
        """() => {
            const { editor, hand } = window.labelwright.desk;
            hand.feed({ kind: 'cancel' });
            const all = editor.store.all();
            const shape = all.length ? JSON.stringify(all[all.length - 1].shape) : null;
            editor.perform('Clear', all.map(({ id }) => ({ kind: 'delete', id })));
            return shape;
        }"""
    )
    return json.loads(found) if found else None


def use(page: Page, category: str, tool: str) -> None:
    """Choose the category and the tool, not counted: they stay from object to object."""
    page.evaluate(
        """([category, tool]) => {
            const { editor, hand } = window.labelwright.desk;
            hand.use('select');
            editor.selection.clear();
            editor.setCategory(editor.ontology.categories.find((c) => c.name === category).id);
            hand.use(tool);
        }""",
        [category, tool],
    )


def measure_boxes(page: Page, boxes: list[tuple[float, ...]]) -> None:
    """Print the table of boxes."""

    def drag(hand: Hand, box: tuple[float, ...]) -> None:
        left, top, right, bottom = box
        hand.drag([(left, top), (right, bottom)])

    def two(hand: Hand, box: tuple[float, ...]) -> None:
        left, top, right, bottom = box
        hand.click((left, top))
        hand.click((right, bottom))

    def extreme(hand: Hand, box: tuple[float, ...]) -> None:
        left, top, right, bottom = box
        x, y = (left + right) / 2, (top + bottom) / 2
        for place in ((x, top), (right, y), (x, bottom), (left, y)):
            hand.click(place)

    for name, tool, draw in (
        ("box, drag", "box", drag),
        ("box, two clicks", "box", two),
        ("box, four ends", "extreme", extreme),
    ):
        cost = Cost()
        for box in boxes:
            found = _one(page, "Box", tool, lambda hand, draw=draw, box=box: draw(hand, box), cost)
            if found:
                cost.iou.append(box_iou(box, (found["left"], found["top"], found["right"], found["bottom"])))
        cost.say(name)


def _one(
    page: Page, category: str, tool: str, draw: Callable[[Hand], None], cost: Cost
) -> dict[str, Any] | None:
    use(page, category, tool)
    hand = Hand(page)
    draw(hand)
    found = made(page)
    if found:
        cost.keys.append(hand.keys)
        cost.clicks.append(hand.clicks)
        cost.travel.append(hand.travel)
    return found


def _polygon(hand: Hand, mask: Mask) -> None:
    for place in corners(mask, 1.5):
        hand.click(place)
    hand.key("Enter")


def _freehand(hand: Hand, mask: Mask) -> None:
    hand.drag(outline(mask, 4))
    hand.key("Enter")


def _brush(hand: Hand, mask: Mask) -> None:
    zoom = hand.page.evaluate("window.labelwright.desk.editor.viewport.scale")
    # The middle with a large brush, then along the border with it and with a fine one.
    for radius, paths in (
        (8, strokes(mask, 8)),
        (8, [outline_inside(mask, 8)]),
        (3, [outline_inside(mask, 3)]),
    ):
        hand.page.evaluate("b => window.labelwright.desk.editor.options.set({ brush: b })", radius * zoom)
        for path in paths:
            if path:
                hand.drag(path)


def outline_inside(mask: Mask, radius: int) -> list[Place]:
    """A way along the border, a brush's radius inside."""
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    inner = np.asarray(image.filter(ImageFilter.MinFilter(2 * radius + 1))) > 0
    return outline(inner, 3) if inner.any() else []


def _wand(hand: Hand, mask: Mask) -> None:
    hand.click(middle(mask))
    hand.proposed()
    hand.key("Enter")


def _scissors(hand: Hand, mask: Mask) -> None:
    border = outline(mask, 1)
    for place in border[:: max(1, len(border) // 8)]:
        hand.click(place)
        hand.proposed()
    hand.key("Enter")
    hand.page.wait_for_timeout(400)


def _superpixels(hand: Hand, mask: Mask) -> None:
    for path in strokes(mask, 6)[::2]:
        hand.drag(path)
        hand.proposed()
    hand.key("Enter")


def _grabcut(hand: Hand, mask: Mask) -> None:
    ys, xs = np.nonzero(mask)
    hand.drag([(xs.min() - 3.0, ys.min() - 3.0), (xs.max() + 3.0, ys.max() + 3.0)])
    hand.proposed()
    hand.key("Enter")


AREAS: tuple[tuple[str, str, str, Callable[[Hand, Mask], None]], ...] = (
    ("polygon, clicks", "Polygon", "polygon", _polygon),
    ("polygon, freehand", "Polygon", "polygon", _freehand),
    ("mask, lasso", "Mask", "lasso", lambda hand, mask: hand.drag(outline(mask, 4))),
    ("mask, brush", "Mask", "brush", _brush),
    ("mask, wand (1 click)", "Mask", "wand", _wand),
    ("mask, superpixels", "Mask", "superpixels", _superpixels),
    ("mask, GrabCut (1 box)", "Mask", "grabcut", _grabcut),
    ("polygon, live wire (8 clicks)", "Polygon", "scissors", _scissors),
)


def measure_areas(page: Page, masks: list[Mask]) -> None:
    """Print the table of areas."""
    for name, category, tool, draw in AREAS:
        cost = Cost()
        for mask in masks:
            found = _one(page, category, tool, lambda hand, draw=draw, mask=mask: draw(hand, mask), cost)
            if found:
                size = (mask.shape[0], mask.shape[1])
                cost.iou.append(iou(mask, drawn(found, size)))
        cost.say(name)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studio.hands", description=__doc__)
    parser.add_argument("--bccd", type=Path, required=True, help="folder with JPEGImages and Annotations")
    parser.add_argument("--bsds", type=Path, required=True, help="folder with images and segmentations")
    given = parser.parse_args()
    cells, boxes = boxes_of(given.bccd)
    photo, masks = regions_of(given.bsds)
    head = (
        "| tool | keys | clicks | pointer travel, px | IoU with the truth |\n| --- | --- | --- | --- | --- |"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed(), args=["--no-sandbox", "--disable-gpu"]
        )
        for title, picture, measure in (
            (f"{len(boxes)} boxes of BCCD", cells, lambda page: measure_boxes(page, boxes)),
            (f"{len(masks)} regions of BSDS500", photo, lambda page: measure_areas(page, masks)),
        ):
            with tempfile.TemporaryDirectory() as folder:
                serving = Serving(Path(folder), ONTOLOGY, picture)
                page = browser.new_context(viewport={"width": 1600, "height": 900}).new_page()
                enter(page, serving.link)
                print(f"\n{title}, {picture.name}\n\n{head}", flush=True)
                measure(page)
                page.close()
                serving.close()
        browser.close()


if __name__ == "__main__":
    main()
