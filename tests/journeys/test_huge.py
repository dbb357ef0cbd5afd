"""A huge picture in the studio: what is seen in a tile lies in the picture where it is drawn."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Server, StartServer
from tests.journeys.studio import Studio

CALL = """
async ([method, path, body]) => {
  const csrf = (await (await fetch('/api/v1/session')).json()).csrf;
  const headers = { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' };
  const answer = await fetch('/api/v1' + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}
"""
SHARP = """
async () => {
  const picture = await window.labelwright.desk.picture;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await frame();
  while (!picture.isSharp) await frame();
  await frame();
  return [picture.width, picture.height];
}
"""
YELLOW = (255, 220, 0)
MARK = (7001, 4301, 7039, 4331)


def call(page: Page, method: str, path: str, body: object = None) -> Any:
    return page.evaluate(CALL, [method, path, body])


def opened(server: Server, page: Page, folder: Path) -> Studio:
    """The studio on the first item of a project with the pictures of a folder."""
    page.goto(server.link or "")
    page.get_by_test_id("welcome-later").click()
    ontology = [{"id": "mark", "name": "Mark"}]
    project = call(page, "POST", "/projects", {"name": "Huge", "ontology": ontology})["id"]
    order = {"kind": "items", "source": str(folder), "in_place": True}
    started = call(page, "POST", f"/projects/{project}/imports", order)["import"]["id"]
    while call(page, "GET", f"/imports/{started}")["state"] not in ("done", "failed"):
        page.wait_for_timeout(100)
    page.goto(f"{server.url}/studio/{project}?stage=annotate")
    return Studio(page).ready()


def sharp(page: Page) -> None:
    page.evaluate(SHARP)


def seen(page: Page) -> np.ndarray:
    """The drawing surface as it is on the screen."""
    box = page.get_by_test_id("surface").bounding_box()
    assert box is not None
    shot = Image.open(BytesIO(page.screenshot(clip=box))).convert("RGB")
    return np.asarray(shot).astype(int)


def yellow(page: Page) -> tuple[int, int, int, int]:
    """Where the mark is on the screen: left, top, right and bottom in pixels of the page."""
    shot = seen(page)
    rows, columns = np.nonzero((np.abs(shot - YELLOW) < 70).all(axis=2))
    assert rows.size, "no mark is seen"
    box = page.get_by_test_id("surface").bounding_box()
    assert box is not None
    return (
        int(box["x"] + columns.min()), int(box["y"] + rows.min()),
        int(box["x"] + columns.max() + 1), int(box["y"] + rows.max() + 1),
    )  # fmt: skip


def boxes(page: Page) -> list[dict[str, float]]:
    return page.evaluate("() => window.labelwright.desk.editor.store.all().map(({ shape }) => shape)")


@pytest.mark.browser
@pytest.mark.timeout(180)
def test_a_box_drawn_around_a_mark_in_a_huge_picture_lies_around_it(
    start_server: StartServer, page: Page, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    left, top, right, bottom = MARK
    ground = (
        pyvips.Image.sines(9000, 6000, hfreq=90, vfreq=60).linear([20, 20, 20], [60, 90, 110]).cast("uchar")
    )
    mark = (pyvips.Image.black(right - left, bottom - top) + list(YELLOW)).cast("uchar")
    picture = ground.insert(mark, left, top).copy(interpretation="srgb")
    picture.tiffsave(str(folder / "huge.tif"), tile=True, compression="deflate")
    studio = opened(start_server("serve"), page, folder)

    sharp(page)
    expect(page.get_by_test_id("sharpness")).to_have_count(0)
    for _ in range(40):  # the wheel keeps under the pointer what is there
        at = yellow(page)
        if page.evaluate("() => window.labelwright.desk.editor.viewport.scale") >= 6:
            break
        page.mouse.move((at[0] + at[2]) / 2, (at[1] + at[3]) / 2)
        page.mouse.wheel(0, -400)
        sharp(page)
    at = yellow(page)
    page.keyboard.press("b")
    page.mouse.move(at[0], at[1])
    page.mouse.down()
    page.mouse.move(at[2], at[3], steps=5)
    page.mouse.up()
    studio.saved()

    drawn = boxes(page)
    assert len(drawn) == 1
    found = [drawn[0][side] for side in ("left", "top", "right", "bottom")]
    assert np.abs(np.array(found) - MARK).max() < 0.5, found


@pytest.mark.browser
@pytest.mark.timeout(120)
def test_the_values_of_a_deep_picture_are_seen_through_window_and_level(
    start_server: StartServer, page: Page, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    values = np.zeros((900, 1200), np.uint16)
    values[:, 400:800] = 3000
    values[:, 800:] = 3001  # one step of 4,095: not to be seen in eight bits
    values[0, 0] = 4095
    Image.fromarray(values).save(folder / "deep.png")
    opened(start_server("serve"), page, folder)
    sharp(page)

    def grays() -> list[int]:
        shot = seen(page)
        middle = shot[shot.shape[0] // 2]
        box = page.evaluate(
            "() => { const v = window.labelwright.desk.editor.viewport;"
            " return [600, 1000].map((x) => v.left + x * v.scale); }"
        )
        return [int(middle[int(x)][0]) for x in box]

    before = grays()
    page.get_by_test_id("adjust").click()
    page.get_by_role("textbox", name="Window").fill("2")
    page.get_by_role("textbox", name="Level").fill("3000.5")
    page.get_by_role("textbox", name="Level").press("Tab")
    page.keyboard.press("Escape")
    sharp(page)
    after = grays()

    assert abs(before[0] - before[1]) <= 1
    assert after[1] - after[0] >= 60, after
