"""A dataset gets two versions in the browser: split, compared with pictures, described, and exported."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import StartServer
from tests.journeys.test_shapes import labelwright

SLOW = 40_000  # milliseconds that a page may take on a busy machine


def pictures(folder: Path, numbers: range, category: int = 0) -> Path:
    """A COCO folder with pictures that nothing else looks like, and one box in each."""
    (folder / "images").mkdir(parents=True)
    images: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    for number in numbers:
        name = f"street {number}.png"
        Image.effect_noise((320, 240), 20 + 9 * number).convert("RGB").save(folder / "images" / name)
        images.append({"id": number, "file_name": name, "width": 320, "height": 240})
        box = [10 + number, 40, 50, 60]
        boxes.append({"id": number, "image_id": number, "category_id": category, "bbox": box})
    names = [{"id": 0, "name": "Car"}, {"id": 1, "name": "Truck"}]
    told = {"images": images, "categories": names, "annotations": boxes}
    (folder / "labels.json").write_text(json.dumps(told))
    return folder


def release(page: Page, tag: str, split: str) -> None:
    """Make a release in its dialog."""
    page.get_by_role("button", name="New release").click()
    page.get_by_label("Tag").fill(tag)
    page.get_by_role("combobox", name="Splits").click()
    page.get_by_role("option", name=split, exact=True).click()
    page.get_by_role("button", name="Make the release").click()
    expect(page.get_by_role("heading", name=tag, exact=True)).to_be_visible(timeout=SLOW)


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_two_releases_are_made_compared_described_and_exported(
    start_server: StartServer, new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    data = tmp_path / "server"
    ontology = tmp_path / "ontology.yaml"
    ontology.write_text("categories:\n  - name: Car\n  - name: Truck\n")
    labelwright("project", "create", "Streets", "--ontology", ontology, "--no-review", "--data", data)
    labelwright("import", "Streets", pictures(tmp_path / "one", range(10)), "--data", data)
    server = start_server(data=data)
    page = new_context().new_page()
    page.goto(server.link or server.url)
    page.get_by_test_id("welcome-later").click()
    page.get_by_role("link", name="Streets").first.click()
    page.wait_for_url("**/projects/*")
    address = f"{page.url.rstrip('/')}/releases"
    page.goto(address)
    page.get_by_label("End the tour").click()  # it stands over the list

    # The first is shared out at random; two pictures come in and two labels change before the second.
    release(page, "v1", "At random")
    labelwright("import", "Streets", pictures(tmp_path / "two", range(10, 12)), "--data", data)
    changed = pictures(tmp_path / "three", range(2), category=1)
    labelwright("import", "Streets", changed, "--only", "labels", "--mode", "replace", "--data", data)
    page.goto(address)
    release(page, "v2", "As in the release before, new items added")

    # What changed is told in numbers and pictures, and a number filters.
    page.get_by_role("link", name="Changes").click()
    expect(page.get_by_role("button", name="Items added 2")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("article")).to_have_count(4)
    page.get_by_role("button", name="Items added 2").click()
    expect(page.get_by_role("article")).to_have_count(2)
    names = [page.get_by_role("article").nth(place).get_attribute("aria-label") or "" for place in range(2)]
    assert [name.split("/")[-1] for name in names] == ["street 10.png", "street 11.png"]
    expect(page.get_by_role("article").first.locator("svg path")).to_have_count(1)
    told = json.loads(labelwright("release", "diff", "Streets", "v1", "v2", "--json", "--data", data))
    assert told["items"] == {"added": 2, "removed": 0, "changed": 2}
    assert told["moved"] == {}

    # The card says what is there and what nobody knows.
    page.goto(f"{address}/v2/card")
    expect(page.get_by_text("How far annotators agree was not measured.")).to_be_visible(timeout=SLOW)

    # An export has the splits; one since the first holds the four items.
    page.goto(address)
    page.get_by_role("button", name="Export", exact=True).first.click()
    with page.expect_download(timeout=SLOW) as download:
        page.get_by_role("link", name="Download the zip").click()
    with zipfile.ZipFile(download.value.path()) as whole:
        report = json.loads(whole.read("report.json"))
    assert (report["release"], report["items"]) == ("v2", 12)
    out = tmp_path / "yolo"
    labelwright("export", "Streets", out, "--format", "yolo", "--release", "v2", "--data", data)
    sizes = {split: len(list((out / "labels" / split).rglob("*.txt"))) for split in ("train", "val", "test")}
    assert sum(sizes.values()) == 12
    assert all(sizes.values())
    delta = tmp_path / "delta"
    labelwright(
        "export", "Streets", delta, "--format", "coco", "--release", "v2", "--since", "v1", "--data", data
    )  # fmt: skip
    listed = json.loads((delta / "delta.json").read_text())
    assert (len(listed["added"]), len(listed["changed"]), listed["removed"]) == (2, 2, [])
    assert json.loads((delta / "report.json").read_text())["items"] == 4
    assert labelwright("release", "verify", "Streets", "v1", "--deep", "--data", data)
