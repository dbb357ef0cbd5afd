"""Labels with other words come in by the browser: a COCO folder and a VOC one, mapped, previewed, undone."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.journeys.conftest import StartServer
from tests.journeys.test_shapes import labelwright

JOB = 40_000  # milliseconds that a job may take on a busy machine
WORDS = ("Cars", "lorry", "junk", "tram")
VOC = """<annotation><filename>{name}</filename>
<size><width>320</width><height>240</height><depth>3</depth></size>
<object><name>{word}</name><bndbox><xmin>{left}</xmin><ymin>41</ymin><xmax>90</xmax><ymax>120</ymax></bndbox></object>
</annotation>"""
CALL = """async ([method, path]) => {
  const session = await (await fetch('/api/v1/session')).json();
  const answer = await fetch('/api/v1' + path, {method, headers: {'X-CSRF-Token': session.csrf}});
  return answer.json();
}"""


def pictures(folder: Path) -> list[str]:
    """Three pictures that nothing else looks like."""
    folder.mkdir(parents=True)
    names = [f"street {number}.png" for number in range(3)]
    for number, name in enumerate(names):
        Image.effect_noise((320, 240), 40 + 9 * number).convert("RGB").save(folder / name)
    return names


def coco(folder: Path) -> Path:
    """A folder of pictures with a COCO file that calls things in its own way, and says one of them twice."""
    names = pictures(folder / "images")
    images = [{"id": n, "file_name": name, "width": 320, "height": 240} for n, name in enumerate(names)]
    boxes: list[dict[str, Any]] = [
        {
            "image_id": n,
            "category_id": word,
            "bbox": [10 + 70 * word, 40, 50, 60],
            "attributes": {"hidden": bool(n)},
        }
        for n in range(len(names))
        for word in range(len(WORDS))
    ]
    boxes.append({"image_id": 0, "category_id": 99, "bbox": [1, 1, 5, 5]})
    categories = [{"id": n, "name": name} for n, name in enumerate(WORDS)]
    annotations = [{"id": n, **box} for n, box in enumerate(boxes)]
    content = {"images": images, "categories": categories, "annotations": annotations}
    (folder / "labels.json").write_text(json.dumps(content))
    return folder


def voc(folder: Path) -> Path:
    """VOC's XML files about two of the pictures: a box that is nearly there already, and one that is not."""
    (folder / "Annotations").mkdir(parents=True)
    for number, left in ((0, 14), (1, 15)):
        told = VOC.format(name=f"street {number}.png", word="automobile", left=left)
        (folder / "Annotations" / f"street {number}.xml").write_text(
            told.replace("90<", "63<").replace("120<", "100<")
        )
    return folder


def become(page: Page, word: str, option: str) -> None:
    """Choose what a word of the file becomes."""
    choice = page.get_by_role("combobox", name=f"What “{word}” becomes")
    choice.click()
    page.get_by_role("option", name=option, exact=True).click()
    expect(choice).to_have_value(option)


def previewed(page: Page) -> None:
    """Ask for the preview again, and wait for it."""
    page.get_by_role("button", name="Preview again").click()
    expect(page.get_by_role("button", name="Apply")).to_be_enabled(timeout=JOB)


def stat(page: Page, word: str) -> Locator:
    return page.get_by_text(word, exact=True).locator("xpath=preceding-sibling::*[1]")


def documents(page: Page, project: str) -> dict[str, list[tuple[str, list[float]]]]:
    """Category and box of what counts, by item."""
    said: dict[str, list[tuple[str, list[float]]]] = {}
    for item in page.evaluate(CALL, ["GET", f"/projects/{project}/items"])["items"]:
        history = page.evaluate(CALL, ["GET", f"/items/{item['id']}/history"])
        newest = max(history["submissions"], key=lambda entry: entry["id"], default=None)
        told = page.evaluate(CALL, ["GET", f"/documents/{newest['id']}"])["document"] if newest else {}
        said[item["name"].split("/")[-1]] = [
            (a["category"], [a["shape"][side] for side in ("left", "top", "right", "bottom")])
            for a in told.get("annotations", [])
        ]
    return said


def categories(page: Page, project: str) -> dict[str, str]:
    view = page.evaluate(CALL, ["GET", f"/projects/{project}/ontology"])
    return {category["name"]: category["id"] for category in view["ontology"]["categories"]}


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_labels_with_other_words_are_mapped_previewed_brought_in_and_undone(
    start_server: StartServer, new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    data = tmp_path / "server"
    ontology = tmp_path / "ontology.yaml"
    ontology.write_text("categories:\n  - name: Car\n  - name: Truck\n")
    labelwright("project", "create", "Streets", "--ontology", ontology, "--no-review", "--data", data)
    server = start_server(data=data)
    page = new_context().new_page()
    page.goto(server.link or server.url)
    page.get_by_test_id("welcome-later").click()
    page.get_by_role("link", name="Streets").first.click()
    page.wait_for_url("**/projects/*")
    base, project = page.url.rstrip("/"), page.url.rstrip("/").split("/")[-1]

    # A folder of pictures and labels is dropped as one: pictures first, then the labels' preview.
    page.goto(f"{base}/import")
    page.locator("input[type=file][webkitdirectory]").first.set_input_files(coco(tmp_path / "coco"))
    expect(page.get_by_text("There are labels among the files: COCO")).to_be_visible(timeout=JOB)
    page.get_by_role("button", name=re.compile("Import 4 files")).click()
    expect(page.get_by_text("These look like COCO")).to_be_visible(timeout=JOB)

    # A name that is close is suggested; the others are mapped, left out, and created under another name.
    expect(page.get_by_role("combobox", name="What “Cars” becomes")).to_have_value("Car")
    become(page, "lorry", "Truck")
    become(page, "junk", "Leave it out")
    page.get_by_label("Name of the new category for “tram”").fill("Streetcar")
    previewed(page)
    expect(stat(page, "Annotations would come in")).to_have_text("9")
    expect(page.get_by_text("there is no category 99")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile(r"street 0\.png: 3 come in, 0 are there"))).to_be_visible()
    assert documents(page, project) == {f"street {number}.png": [] for number in range(3)}
    page.get_by_role("button", name="Apply").click()
    expect(stat(page, "Annotations came in")).to_have_text("9", timeout=JOB)

    # They are what counts now, and the item's page shows them.
    ids = categories(page, project)
    assert list(ids) == ["Car", "Truck", "Streetcar"]
    after = documents(page, project)
    assert after["street 1.png"] == [
        (ids["Car"], [10, 40, 60, 100]),
        (ids["Truck"], [80, 40, 130, 100]),
        (ids["Streetcar"], [220, 40, 270, 100]),
    ]
    found = page.evaluate(CALL, ["GET", f"/projects/{project}/items"])["items"]
    page.goto(f"{server.url.rstrip('/')}/items/{found[1]['id']}")
    expect(page.get_by_role("img", name="3 annotations")).to_be_visible()

    # VOC calls a car otherwise; merged, the box that is there takes the file's shape and nothing comes twice.
    page.goto(f"{base}/import")
    page.get_by_role("tab", name="Labels of other tools").click()
    page.locator("input[type=file][webkitdirectory]").last.set_input_files(voc(tmp_path / "voc"))
    page.get_by_role("button", name="Preview what will change").click()
    expect(page.get_by_text("These look like Pascal VOC")).to_be_visible(timeout=JOB)
    become(page, "automobile", "Car")
    page.get_by_role("combobox", name="Where there is something already").click()
    page.get_by_role("option", name="Merge with it").click()
    page.get_by_role("combobox", name="Of two that are the same").click()
    page.get_by_role("option", name="Take the file’s").click()
    previewed(page)
    expect(page.get_by_text("2 taken from the file")).to_be_visible()
    page.get_by_role("button", name="Apply").click()
    expect(stat(page, "Annotations came in")).to_have_text("2", timeout=JOB)
    merged = documents(page, project)
    assert merged["street 0.png"][0] == (ids["Car"], [13, 40, 63, 100])
    assert [category for category, _ in merged["street 0.png"]] == list(ids.values())

    # Both are undone, the newest first, each as one step; what was created goes as well.
    undo(page, 0)
    assert documents(page, project) == after
    undo(page, 1)
    assert documents(page, project) == {f"street {number}.png": [] for number in range(3)}
    assert list(categories(page, project)) == ["Car", "Truck"]


def undo(page: Page, place: int) -> None:
    """Undo the import at a place of the list."""
    page.reload()
    entry = page.get_by_text("Labels as annotations", exact=True).nth(place).locator("xpath=../../..")
    entry.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_role("button", name="Undo the import").click()
    expect(entry.get_by_text("Undone", exact=True)).to_be_visible(timeout=JOB)
