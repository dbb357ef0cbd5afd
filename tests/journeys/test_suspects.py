"""Suspects on the sample project: searched for, judged by keys, sent back with a note, and their yield."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from labelwright.demo.seed import reference
from tests.journeys.conftest import Server, StartServer

PLANTED = 4


class Suspects:
    """The page of suspects, and what the server knows."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        page.goto(server.link or server.url)
        page.get_by_test_id("welcome-later").click()
        page.wait_for_url(re.compile(r"/(projects/.*)?$"))
        self.project: str = self.api("/projects")["items"][0]["id"]

    def api(self, path: str) -> Any:
        """What the server answers to a question."""
        return self.page.evaluate("path => fetch('/api/v1' + path).then(answer => answer.json())", path)

    def open(self) -> None:
        self.page.goto(f"{self.server.url}/projects/{self.project}/quality/suspects")
        self.page.get_by_test_id("suspects-page").wait_for()

    @property
    def shown(self) -> list[str]:
        return self.page.eval_on_selector_all(
            "[data-testid=suspect]", "cells => cells.map(cell => cell.dataset.id)"
        )

    @property
    def focused(self) -> str:
        return self.page.locator("[data-testid=suspect][data-focused]").get_attribute("data-id") or ""

    def state(self, suspect: str, state: str) -> None:
        expect(self.page.locator(f"[data-testid=suspect][data-id='{suspect}']")).to_have_attribute(
            "data-state", state
        )


def alone(boxes: list[list[float]]) -> int:
    """The place of a box that meets no other."""

    def meet(one: list[float], other: list[float]) -> bool:
        return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

    return next(
        place
        for place, box in enumerate(boxes)
        if not any(meet(box, other) for other in boxes if other is not box)
    )


def predictions(names: list[str]) -> dict[str, Any]:
    """What stands in the items, as COCO, but for one thing in each of the first four."""
    categories = {"rbc": 1, "wbc": 2, "platelets": 3}
    annotations: list[dict[str, Any]] = []
    for image, name in enumerate(names, 1):
        boxes = [(category, list(box.bounds)) for category, box in reference(name)]
        if image == 1:
            boxes[0] = ("platelets" if boxes[0][0] == "wbc" else "wbc", boxes[0][1])
        if image == 2:
            boxes.append(("platelets", [2.0, 2.0, 42.0, 42.0]))
        if image == 3:
            del boxes[alone([box for _, box in boxes])]
        if image == 4:
            left, top, right, bottom = boxes[0][1]
            boxes[0] = (boxes[0][0], [left, top, right, (top + bottom) / 2])
        for category, (left, top, right, bottom) in boxes:
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image,
                    "category_id": categories[category],
                    "bbox": [left, top, right - left, bottom - top],
                    "area": (right - left) * (bottom - top),
                    "iscrowd": 0,
                    "score": 0.95,
                }
            )
    return {
        "images": [
            {"id": image, "file_name": name, "width": 640, "height": 480}
            for image, name in enumerate(names, 1)
        ],
        "categories": [
            {"id": number, "name": name} for number, name in enumerate(("RBC", "WBC", "Platelets"), 1)
        ],
        "annotations": annotations,
    }


@pytest.fixture
def suspects(start_server: StartServer, page: Page, tmp_path: Path) -> Suspects:
    """The sample project with predictions of a model for what is done."""
    made = Suspects(page, start_server("demo"))
    done = made.api(f"/projects/{made.project}/items?state=done&limit=500")["items"]
    file = tmp_path / "predictions.json"
    file.write_text(json.dumps(predictions([item["name"] for item in done])), encoding="utf-8")
    order = ["import", "Blood cells", str(file), "--as", "predictions", "--only", "labels"]
    order += ["--format", "coco", "--model", "net@1", "--data", str(made.server.data)]
    ran = subprocess.run([sys.executable, "-m", "labelwright", *order], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return made


def test_suspects_are_found_judged_by_keys_and_sent_back(suspects: Suspects) -> None:
    page = suspects.page
    suspects.open()
    expect(page.get_by_text("Nothing was searched for yet")).to_be_visible()

    page.get_by_role("button", name="Search for suspects").click()
    page.get_by_test_id("suspects").wait_for()

    listed = suspects.api(f"/projects/{suspects.project}/suspects")["items"]
    ids = suspects.shown
    assert ids == [one["id"] for one in listed]
    assert len(ids) >= PLANTED
    assert {one["kind"] for one in listed} >= {"wrong_category", "missing", "extra", "loose_shape"}
    expect(page.get_by_test_id("suspect-side")).to_contain_text(listed[0]["name"])

    assert suspects.focused == ids[0]
    page.keyboard.press("1")
    suspects.state(ids[0], "wrong")
    page.keyboard.press("2")
    suspects.state(ids[1], "fine")
    assert suspects.focused == ids[2]
    expect(page.get_by_test_id("yield-total")).to_contain_text("1 of 2 were wrong: 50 %")

    page.keyboard.press("z")
    suspects.state(ids[1], "open")
    assert suspects.focused == ids[1]
    expect(page.get_by_test_id("yield-total")).to_contain_text("1 of 1 were wrong")
    page.keyboard.press("ArrowRight")
    assert suspects.focused == ids[2]

    page.keyboard.press("s")
    suspects.state(ids[2], "wrong")
    page.locator(f"[data-testid=suspect][data-id='{ids[2]}']").click()
    expect(page.get_by_test_id("sent-back")).to_contain_text("open again")

    item = suspects.api(f"/items/{listed[2]['item']}")
    notes = suspects.api(f"/items/{listed[2]['item']}/issues")["items"]
    assert item["state"] == "returned"
    assert listed[2]["reasons"][0] in notes[-1]["comments"][0]["text"]
    page.get_by_role("link", name="Correct it in the studio").click()
    page.wait_for_url(re.compile("/studio/"))


def test_the_list_is_narrowed_and_what_was_judged_is_found_again(suspects: Suspects) -> None:
    page = suspects.page
    suspects.open()
    page.get_by_role("button", name="Search for suspects").click()
    page.get_by_test_id("suspects").wait_for()
    kinds = suspects.api(f"/projects/{suspects.project}/suspects/overview")["kinds"]
    kind, number = max(kinds.items(), key=lambda entry: entry[1])

    page.get_by_label("Kind").select_option(kind)
    expect(page.get_by_test_id("suspect")).to_have_count(min(number, 60))
    first = suspects.shown[0]
    suspects.page.locator(f"[data-testid=suspect][data-id='{first}']").press("2")
    suspects.state(first, "fine")
    page.get_by_text("Judged", exact=True).click()

    expect(page.get_by_test_id("suspect")).to_have_count(1)
    assert suspects.shown == [first]
    page.get_by_role("button", name="Search again").click()
    expect(page.get_by_test_id("suspect-run")).to_contain_text("1 were judged before and left out.")
