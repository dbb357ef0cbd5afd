"""Every shape is drawn with a real pointer, saved, released, exported, and found as it was drawn."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import BrowserContext, Page

from labelwright.demo import BLOOD_CELLS
from tests.journeys.conftest import StartServer
from tests.journeys.studio import Studio

ROOT = Path(__file__).parent.parent.parent
NEAR = 1.0  # image points: half a screen pixel and a rounding, at the zoom of the whole picture

Place = tuple[float, float]


def labelwright(*arguments: str | Path) -> str:
    """What a command says."""
    done = subprocess.run(
        [sys.executable, "-m", "labelwright", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Hand:
    """Draws at places of the item, whatever the zoom."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def at(self, place: Place) -> Place:
        """Where a place of the item lies on the page."""
        return tuple(
            self.page.evaluate(
                """([x, y]) => {
                    const p = window.labelwright.desk.editor.viewport.toScreen({x, y});
                    const box = document.querySelector('[data-testid=surface]').getBoundingClientRect();
                    return [p.x + box.left, p.y + box.top];
                }""",
                list(place),
            )
        )

    def key(self, key: str) -> "Hand":
        """Press a key."""
        self.page.keyboard.press(key)
        return self

    def drag(self, *places: Place, modifier: str | None = None) -> "Hand":
        """Press at the first place, go along the others, let go at the last."""
        if modifier:
            self.page.keyboard.down(modifier)
        self.page.mouse.move(*self.at(places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.at(place), steps=4)
        self.page.mouse.up()
        if modifier:
            self.page.keyboard.up(modifier)
        return self

    def click(self, *places: Place, modifier: str | None = None) -> "Hand":
        """Click at each place."""
        if modifier:
            self.page.keyboard.down(modifier)
        for place in places:
            self.page.mouse.move(*self.at(place))
            self.page.mouse.down()
            self.page.mouse.up()
        if modifier:
            self.page.keyboard.up(modifier)
        return self

    def tool(self, name: str) -> "Hand":
        """Take a tool from the rail, with nothing selected."""
        self.page.keyboard.press("v")
        self.page.keyboard.press("Escape")
        self.page.get_by_test_id(f"tool.{name}").click()
        return self

    def category(self, name: str) -> "Hand":
        """Choose the category of what is drawn next."""
        self.page.keyboard.press("v")
        self.page.keyboard.press("Escape")
        self.page.get_by_role("radio", name=name).click()
        return self


def shapes_of(page: Page) -> list[dict[str, Any]]:
    """What the studio holds, in the order it was drawn."""
    return page.evaluate("window.labelwright.desk.editor.store.all().map(a => a.shape ?? null)")


def near(found: Any, wanted: Any) -> bool:
    """Whether two shapes are the same to a pixel."""
    if isinstance(wanted, dict):
        return set(found) == set(wanted) and all(near(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(near(a, b) for a, b in zip(found, wanted, strict=True))
    if isinstance(wanted, float | int) and not isinstance(wanted, bool):
        return abs(found - wanted) <= NEAR
    return bool(found == wanted)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A data folder with a project of one picture that knows every shape."""
    data = tmp_path / "server"
    picture = next(iter(sorted((BLOOD_CELLS / "JPEGImages").glob("*.jpg"))))
    labelwright(
        "project", "create", "Shapes", "--ontology", ROOT / "examples/every_shape.yaml", "--no-review",
        "--data", data,
    )  # fmt: skip
    labelwright("import", "Shapes", picture, "--data", data)
    return data


@pytest.fixture
def studio(project: Path, start_server: StartServer, new_context: Callable[..., BrowserContext]) -> Studio:
    """The studio with the picture on the desk."""
    server = start_server(data=project)
    page = new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.goto(server.link or server.url)
    page.get_by_test_id("welcome-later").click()
    page.get_by_role("link", name="Shapes").first.click()
    page.get_by_role("link", name="Start annotating").click()
    return Studio(page).ready()


@pytest.mark.browser
def test_every_shape_is_exported_as_it_was_drawn(studio: Studio, project: Path, tmp_path: Path) -> None:
    page = studio.page
    hand = Hand(page)

    hand.category("Sign").tool("box").drag((20, 20), (80, 60))
    hand.tool("extreme").click((130, 20), (100, 45), (125, 70), (160, 40))
    hand.tool("rotated_box").drag((200, 60), (260, 60)).click((230, 20))
    hand.category("Field").tool("polygon").click((300, 20), (380, 20), (380, 90), (300, 90)).key("Enter")
    hand.category("Lane").tool("polyline").click((20, 120), (80, 140), (140, 110)).key("Enter")
    hand.category("Corner").tool("points").click((180, 120)).click(
        (200, 130), (210, 110), modifier="Shift"
    ).key("Enter")
    hand.category("Wheel").tool("ellipse").drag((240, 110), (300, 150))
    hand.category("Person").tool("skeleton").click((350, 120), (390, 140))
    hand.click((310, 140), modifier="Shift").key("Tab").click((340, 180))
    hand.category("Car").tool("cuboid").drag((20, 200), (80, 250)).click((100, 180))
    hand.category("Field").tool("brush").drag((150, 220), (200, 220), (200, 240))
    hand.tool("lasso").drag((240, 200), (300, 200), (300, 250), (240, 250), (240, 202))
    studio.count(12)

    drawn = shapes_of(page)
    expected = [
        {"kind": "box", "left": 20, "top": 20, "right": 80, "bottom": 60},
        {"kind": "box", "left": 100, "top": 20, "right": 160, "bottom": 70},
        {"kind": "rotated_box", "x": 230, "y": 40, "width": 60, "height": 40, "angle": 0},
        {"kind": "polygon", "parts": [[[[300, 20], [380, 20], [380, 90], [300, 90]]]]},
        {"kind": "polyline", "points": [[20, 120], [80, 140], [140, 110]]},
        {"kind": "points", "points": [[180, 120]]},
        {"kind": "points", "points": [[200, 130], [210, 110]]},
        {"kind": "ellipse", "x": 270, "y": 130, "rx": 30, "ry": 20, "angle": 0},
        {"kind": "skeleton",
         "keypoints": [[350, 120, 2], [390, 140, 2], [310, 140, 1], [310, 140, 0], [340, 180, 2]]},
        {"kind": "cuboid", "front": [[20, 200], [80, 200], [80, 250], [20, 250]],
         "back": [[40, 180], [100, 180], [100, 230], [40, 230]]},
    ]  # fmt: skip
    for found, wanted in zip(drawn, expected, strict=False):
        if wanted["kind"] == "skeleton":  # an absent keypoint's place says nothing
            found["keypoints"][3] = wanted["keypoints"][3]
        assert near(found, wanted), (found, wanted)
    brush, lasso = drawn[10], drawn[11]
    assert brush["kind"] == lasso["kind"] == "mask"
    assert abs(sum(lasso["runs"][1::2]) - 60 * 50) < 200
    assert brush["left"] < 150 < 200 < brush["left"] + brush["width"]

    # A hole in the polygon, a bite out of the mask, a relation and a tag.
    hand.key("v").click((340, 60)).key("Alt+p").click((330, 40), (350, 40), (350, 60), (330, 60)).key("Enter")
    hand.key("v").click((270, 225)).key("x").drag((270, 225), (272, 225))
    hand.tool("relate").click((50, 40), (130, 45))
    page.get_by_text("Night").click()
    studio.count(13)
    studio.saved()

    held = page.evaluate("window.labelwright.desk.editor.store.all()")
    known: dict[str, dict[str, Any]] = {annotation["id"]: annotation for annotation in held}
    (polygon,) = (a["shape"] for a in held if (a.get("shape") or {}).get("kind") == "polygon")
    assert len(polygon["parts"][0]) == 2  # the outline and the hole
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-testid=nothing-left]")

    labelwright("release", "create", "Shapes", "v1", "--data", project)
    labelwright(
        "export", "Shapes", tmp_path / "out", "--format", "labelwright", "--release", "v1", "--data", project
    )
    rows = pq.read_table(tmp_path / "out" / "annotations.parquet").to_pylist()
    exported = {row["annotation"]: row for row in rows}
    assert set(exported) == set(known)
    for annotation_id, annotation in known.items():
        row = exported[annotation_id]
        assert (json.loads(row["shape"]) if row["shape"] else None) == annotation.get("shape")
        assert json.loads(row["relations"] or "[]") == (annotation.get("relations") or [])
    assert sum(bool(annotation.get("relations")) for annotation in held) == 1
