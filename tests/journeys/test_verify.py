"""The grid of fast verification, on the sample project, with keys alone; its verdicts are on the server."""

import re
from collections import Counter
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Server, StartServer
from tests.journeys.studio import Studio


class Grid:
    """The grid on a page, and what the server knows."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        page.goto(server.link or server.url)
        page.get_by_test_id("welcome-later").click()
        page.wait_for_url(re.compile(r"/(projects/.*)?$"))
        self.project: str = self.api("/projects")["items"][0]["id"]

    def api(self, path: str) -> Any:
        """What the server answers to a question."""
        return self.page.evaluate("path => fetch('/api/v1' + path).then(answer => answer.json())", path)

    def open(self, query: str = "") -> None:
        self.page.goto(f"{self.server.url}/verify/{self.project}{query}")
        self.ready()

    def ready(self) -> None:
        """Every crop of the page is shown."""
        self.page.wait_for_selector("[data-testid=verify][data-ready]")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def saved(self) -> None:
        expect(self.page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")

    @property
    def shown(self) -> list[str]:
        """The ids of the annotations on the page, in order."""
        return self.page.eval_on_selector_all(
            "[data-testid=cell]", "cells => cells.map(cell => cell.dataset.annotation)"
        )

    @property
    def focused(self) -> str:
        return self.page.locator("[data-testid=cell][data-focused]").get_attribute("data-annotation") or ""

    @property
    def start(self) -> int:
        return int(self.page.get_by_test_id("grid").get_attribute("data-start") or 0)

    def accept(self) -> None:
        """Accept the page by its key, and wait for what comes next."""
        before = self.start
        self.ready()
        self.press("a")
        self.page.wait_for_function(
            "before => { const grid = document.querySelector('[data-testid=grid]');"
            " return !grid || Number(grid.dataset.start) !== before; }",
            arg=before,
        )

    def drafts(self, stage: str) -> dict[str, dict[str, Any]]:
        """The annotations in one's own drafts at a stage, by their ids."""
        tasks = self.api(f"/projects/{self.project}/tasks?state=waiting&stage={stage}&limit=1000")["items"]
        found: dict[str, dict[str, Any]] = {}
        for task in tasks:
            envelope = self.api(f"/tasks/{task['id']}")
            for annotation in envelope["draft"]["document"]["annotations"]:
                found[annotation["id"]] = annotation
        return found


def verdict(annotation: dict[str, Any]) -> str | None:
    return annotation.get("evidence", {}).get("verdict")


def test_a_review_is_done_with_keys_and_its_verdicts_are_on_the_server(
    start_server: StartServer, page: Page
) -> None:
    grid = Grid(page, start_server("demo"))
    before = grid.drafts("review")
    grid.open()
    first = grid.shown

    grid.press("ArrowRight", "Space")  # the second is wrong
    wrong = grid.focused
    grid.press("ArrowRight", "2")  # the third is of the second category
    amended = grid.focused
    grid.press("ArrowRight", "x")  # the fourth is no cell at all
    deleted = grid.focused
    assert [wrong, amended, deleted] == first[1:4]
    grid.accept()
    grid.saved()

    after = grid.drafts("review")
    assert Counter(verdict(after[one]) for one in first if one in after) == {
        "accepted": len(first) - 3, "returned": 1, "amended": 1,
    }  # fmt: skip
    assert verdict(after[wrong]) == "returned"
    assert deleted not in after
    assert after[amended]["category"] != before[amended]["category"]
    assert after[amended]["evidence"]["changed_by"]
    assert {verdict(a) for one, a in after.items() if one not in first} == {None}

    grid.press("z")  # the page is taken back, its corrections stay
    expect(page.locator("[data-testid=cell][data-state=wrong]")).to_have_count(1)
    grid.saved()
    taken_back = grid.drafts("review")
    assert Counter(verdict(taken_back[one]) for one in first if one in taken_back) == {
        None: len(first) - 2, "amended": 1,
    }  # fmt: skip

    while page.get_by_test_id("all-done").count() == 0:
        grid.accept()
    grid.saved()
    assert None not in {verdict(a) for a in grid.drafts("review").values()}
    states = grid.api(f"/projects/{grid.project}")["counts"]

    page.get_by_test_id("close-accepted").click()
    expect(page.get_by_test_id("close-accepted")).to_have_count(0)
    page.get_by_test_id("close-returned").click()
    page.get_by_test_id("return-comment").fill("One cell is marked wrongly.")
    page.get_by_test_id("return-confirm").click()
    expect(page.get_by_test_id("closing")).to_have_count(0)

    done = grid.api(f"/projects/{grid.project}")["counts"]
    assert done.get("review", 0) == 0
    assert done["returned"] == states["returned"] + 1
    assert done["done"] == states["done"] + states["review"] - 1
    item = next(
        one
        for one in grid.api(f"/projects/{grid.project}/items?state=returned&limit=100")["items"]
        if any(
            submission["comment"] == "One cell is marked wrongly."
            for submission in grid.api(f"/items/{one['id']}/history")["submissions"]
        )
    )
    submission = grid.api(f"/items/{item['id']}/history")["submissions"][0]
    document = grid.api(f"/documents/{submission['id']}")["document"]
    assert submission["verdict"] == "returned"
    assert submission["seconds"] > 0
    assert [a["id"] for a in document["annotations"] if verdict(a) == "returned"] == [wrong]


def test_a_box_is_dragged_right_in_place(start_server: StartServer, page: Page) -> None:
    grid = Grid(page, start_server("demo"))
    grid.open()
    chosen = grid.focused
    before = grid.drafts("review")[chosen]["shape"]

    grid.press("Enter")
    handle = page.locator("[data-testid=fix-surface] [data-handle=se]")
    handle.wait_for()
    box = handle.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 30, box["y"] - 24, steps=5)
    page.mouse.up()
    grid.press("Enter")

    expect(page.locator(f"[data-annotation='{chosen}'][data-state=fixed]")).to_have_count(1)
    grid.saved()
    after = grid.drafts("review")[chosen]
    assert (after["shape"]["left"], after["shape"]["top"]) == (before["left"], before["top"])
    assert after["shape"]["right"] < before["right"]
    assert after["shape"]["bottom"] < before["bottom"]
    assert verdict(after) == "amended"


def test_a_cell_leads_to_its_annotation_in_the_studio(start_server: StartServer, page: Page) -> None:
    grid = Grid(page, start_server("demo"))
    grid.open()
    chosen = grid.focused
    grid.press("Enter")

    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open in the studio").click()
    Studio(opened.value).ready()

    ids = opened.value.evaluate("[...window.labelwright.desk.editor.selection.ids]")
    assert ids == [chosen]


def test_verdicts_without_a_network_survive_a_reload_and_arrive_once(
    start_server: StartServer, page: Page
) -> None:
    grid = Grid(page, start_server("demo"))
    grid.open()
    first = grid.shown
    stop = "**/verification/operations"
    page.route(stop, lambda route: route.abort())

    grid.accept()
    expect(page.get_by_test_id("offline")).to_be_visible()
    assert {verdict(a) for a in grid.drafts("review").values()} == {None}
    page.reload()
    expect(page.get_by_test_id("offline")).to_be_visible()
    page.unroute(stop)
    page.get_by_role("button", name="Try now").click()

    grid.saved()
    found = grid.drafts("review")
    assert {verdict(found[one]) for one in first} == {"accepted"}


def test_predictions_are_taken_over_with_their_origin(start_server: StartServer, page: Page) -> None:
    grid = Grid(page, start_server("demo"))
    grid.open("?source=predictions&sort=score")
    first = grid.shown

    grid.press("Space")
    rejected = grid.focused
    grid.accept()
    grid.saved()

    made = grid.drafts("annotate").values()
    origins = {a["evidence"]["prediction"] for a in made if a.get("evidence", {}).get("prediction")}
    assert origins == set(first) - {rejected}
    grid.press("z")
    grid.saved()
    expect(page.locator("[data-testid=cell][data-state=wrong]")).to_have_count(1)
    left = [a for a in grid.drafts("annotate").values() if a.get("evidence", {}).get("prediction")]
    assert left == []
