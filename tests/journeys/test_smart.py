"""The smart tools on a real picture: each marks a red blood cell as its reference box has it."""

import json
from math import cos, pi, sin
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import StartServer
from tests.journeys.studio import Studio
from tests.journeys.test_whole_way import open_project

PICTURE = "BloodImage_00345.jpg"
CELL = (183, 76, 275, 169)
"""Left, top, right and bottom of a red blood cell that stands by itself, as BCCD has them."""

PLACE = """
([x, y]) => {
  const at = window.labelwright.desk.editor.viewport.toScreen({ x, y });
  const { left, top } = document.querySelector('[data-testid=surface]').getBoundingClientRect();
  return [at.x + left, at.y + top];
}
"""
STATE = "() => { const { busy, error } = window.labelwright.desk.hand.prompting; return { busy, error }; }"
ANSWERED = "() => !window.labelwright.desk.hand.prompting.busy"

Box = tuple[float, float, float, float]


class Hand:
    """A hand that works in points of the picture."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, x: float, y: float, steps: int = 4) -> None:
        self.page.mouse.move(*self.page.evaluate(PLACE, [x, y]), steps=steps)

    def click(self, x: float, y: float) -> None:
        self.to(x, y)
        self.page.mouse.down()
        self.page.mouse.up()
        self.answered()

    def drag(self, *places: tuple[float, float]) -> None:
        self.to(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.to(*place)
        self.page.mouse.up()
        self.answered()

    def answered(self) -> None:
        """What was asked is answered; the library may have to be loaded first."""
        self.page.wait_for_function(ANSWERED, timeout=60_000)
        assert self.page.evaluate(STATE) == {"busy": False, "error": None}


def wand(hand: Hand) -> None:
    """A click beside the middle, and a drag back and forth that changes the tolerance."""
    left, top, right, bottom = CELL
    at = (left + right) / 2, top + (bottom - top) / 4
    hand.drag(at, (at[0] + 25, at[1]), at)


def scissors(hand: Hand) -> None:
    """Six clicks around the rim, the last one on the first."""
    left, top, right, bottom = CELL
    for turn in (0, 1, 2, 3, 4, 5, 0):
        angle = turn * pi / 3
        x = (left + right) / 2 + cos(angle) * (right - left) * 0.46
        y = (top + bottom) / 2 + sin(angle) * (bottom - top) * 0.46
        hand.click(x, y)


def superpixels(hand: Hand) -> None:
    """One stroke up and down over the cell."""
    left, top, right, bottom = CELL
    wide, high = right - left, bottom - top
    stroke = [
        (left + wide * 0.2, top + high * 0.35),
        (left + wide * 0.2, top + high * 0.65),
        (left + wide * 0.5, top + high * 0.88),
        (left + wide * 0.5, top + high * 0.12),
        (left + wide * 0.8, top + high * 0.35),
        (left + wide * 0.8, top + high * 0.65),
    ]
    hand.drag(*stroke)


def grabcut(hand: Hand) -> None:
    """A box, and a stroke that says what belongs to the cell."""
    left, top, right, bottom = CELL
    hand.drag((left - 4, top - 4), (right, top), (right + 4, bottom + 4))
    hand.drag(((left * 2 + right) / 3, (top + bottom) / 2), ((left + right * 2) / 3, (top + bottom) / 2))


TOOLS = {"w": wand, "i": scissors, "s": superpixels, "g": grabcut}


@pytest.mark.timeout(280)
def test_each_smart_tool_marks_a_blood_cell_and_asks_nobody_else(
    start_server: StartServer, page: Page
) -> None:
    server = start_server("demo")
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    project = open_project(page, server.link or "")
    page.goto(_studio(page, project))
    studio = Studio(page).ready()
    assert studio.item == PICTURE
    assert not _library(asked), "the picture library came before anybody chose a smart tool"

    hand = Hand(page)
    before = _shapes(page, studio.task)
    for key, use in TOOLS.items():
        page.keyboard.press(key)
        use(hand)
        if key != "i":  # the scissors took it when their wire was closed
            page.keyboard.press("Enter")
    studio.count(len(before) + len(TOOLS))
    studio.saved()

    made = {name: shape for name, shape in _shapes(page, studio.task).items() if name not in before}
    overlaps = {name: round(_iou(_bounds(shape), CELL), 2) for name, shape in made.items()}
    assert len(overlaps) == len(TOOLS)
    assert min(overlaps.values()) > 0.7, overlaps
    assert {shape["kind"] for shape in made.values()} == {"polygon"}
    assert _library(asked)
    assert {url for url in asked if not url.startswith((server.url, "data:", "blob:"))} == set()

    page.keyboard.press("Control+z")
    studio.count(len(before) + len(TOOLS) - 1)


def test_what_is_dropped_or_fails_leaves_nothing_and_a_failure_says_so(
    start_server: StartServer, page: Page
) -> None:
    server = start_server("demo")
    project = open_project(page, server.link or "")
    page.goto(_studio(page, project))
    studio = Studio(page).ready()
    hand = Hand(page)
    before = len(_shapes(page, studio.task))

    page.route("**/assets/library-*", lambda route: route.abort())
    page.keyboard.press("w")
    hand.to(230, 100)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_function(ANSWERED)
    assert "could not be loaded" in page.get_by_test_id("smart-words").inner_text()
    page.unroute("**/assets/library-*")

    hand.click(230, 100)
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    studio.count(before)

    page.keyboard.press("g")
    hand.to(643, 100)
    page.mouse.down()
    hand.to(656, 160)
    page.mouse.up()
    page.wait_for_function(ANSWERED)
    assert "outside the picture" in page.get_by_test_id("smart-words").inner_text()
    page.keyboard.press("Enter")
    studio.count(before)


def _studio(page: Page, project: str) -> str:
    """The address of the studio on the picture."""
    found = _read(page, f"/api/v1/projects/{project.rsplit('/', 1)[1]}/items?limit=100&search={PICTURE}")
    return f"{project.replace('/projects/', '/studio/')}?stage=annotate&task={found['items'][0]['task']}"


def _read(page: Page, address: str) -> Any:
    return json.loads(page.evaluate("address => fetch(address).then((answer) => answer.text())", address))


def _library(asked: set[str]) -> list[str]:
    return [url for url in asked if "/assets/library-" in url or "/assets/vision-worker" in url]


def _shapes(page: Page, task: str) -> dict[str, Any]:
    """The shapes that the server has for a task, by annotation."""
    annotations = _read(page, f"/api/v1/tasks/{task}")["draft"]["document"]["annotations"]
    return {entry["id"]: entry["shape"] for entry in annotations}


def _bounds(shape: dict[str, Any]) -> Box:
    points = [point for part in shape["parts"] for ring in part for point in ring]
    across, down = [x for x, _ in points], [y for _, y in points]
    return min(across), min(down), max(across), max(down)


def _iou(a: Box, b: Box) -> float:
    wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    both = wide * high
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)
