"""The whole way, as people go it: from images to a reviewed, exported data set, in the browser."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from pycocotools.coco import COCO

from tests.journeys.conftest import StartServer
from tests.journeys.studio import Studio

PASSWORD = "a long enough password"


def open_project(page: Page, link: str) -> str:
    """Come in by the printed link and open the sample project; gives its address."""
    page.goto(link)
    page.get_by_test_id("welcome-later").click()
    page.get_by_role("link", name="Blood cells").first.click()
    page.wait_for_url("**/projects/*")
    return page.url.rstrip("/")


def two_pictures(folder: Path) -> list[Path]:
    """Two pictures that the project does not have, and a file that is none."""
    folder.mkdir()
    made = []
    for number in (1, 2):
        picture = Image.effect_noise((640, 480), 60 + number).convert("RGB")
        made.append(folder / f"new {number}.png")
        picture.save(made[-1])
    broken = folder / "broken.jpg"
    broken.write_bytes(b"this is no picture")
    return [*made, broken]


def invite(page: Page, project: str, role: str) -> str:
    """A link that brings a person in, made on the members page."""
    page.goto(f"{project}/members")
    page.get_by_role("button", name="Invite").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Role").click()
    page.get_by_role("option", name=role, exact=True).click()
    dialog.get_by_role("button", name="Make the link").click()
    link = dialog.locator("pre").inner_text()
    page.keyboard.press("Escape")
    return link


def join(page: Page, link: str, name: str) -> None:
    """Accept an invitation."""
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(f"{name.lower()}@example.org")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/projects/*")


@pytest.mark.browser
@pytest.mark.timeout(280)
def test_from_images_to_a_reviewed_exported_data_set(
    start_server: StartServer, new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    server = start_server("demo")
    owner = new_context(accept_downloads=True).new_page()
    asked: set[str] = set()
    owner.on("request", lambda request: asked.add(request.url))
    project = open_project(owner, server.link or "")

    # Images come in; the one that is none is named, the others are there.
    owner.goto(f"{project}/import")
    owner.locator("input[type=file]").first.set_input_files(two_pictures(tmp_path / "pictures"))
    owner.get_by_role("button", name="Import 3 files").click()
    expect(owner.get_by_text("broken.jpg").first).to_be_visible()
    owner.goto(f"{project}/items")
    expect(owner.get_by_text("62 items")).to_be_visible()

    # A person is invited, joins, and labels with mouse and keyboard.
    link = invite(owner, project, "Annotator")
    carla_page = new_context().new_page()
    join(carla_page, link, "Carla")
    carla_page.get_by_role("link", name="Start annotating").click()
    carla = Studio(carla_page).ready()
    first, first_task = carla.item, carla.task
    carla.draw_box((0.30, 0.30), (0.42, 0.45))
    carla.count(1)
    carla_page.keyboard.press("2")
    carla.draw_box((0.55, 0.30), (0.70, 0.50))
    carla_page.keyboard.press("Control+z")
    carla.count(1)
    carla_page.keyboard.press("Control+Shift+z")
    carla.count(2)
    carla.saved()
    carla_page.keyboard.press("Control+Enter")
    carla.next_item(first_task)
    assert carla.item != first

    # The owner reviews Carla's work, and returns it with a reason.
    item = item_of(owner, project, first)
    owner.goto(f"{project.replace('/projects/', '/studio/')}?stage=review&task={item['task']}")
    review = Studio(owner).ready()
    review.count(2)
    owner.keyboard.press("v")
    owner.mouse.click(*review.at(0.36, 0.375))
    owner.keyboard.press("r")
    owner.get_by_test_id("return").click()
    owner.get_by_test_id("return-comment").fill("The first box is too small.")
    review_task = review.task
    owner.get_by_test_id("return-confirm").click()
    review.next_item(review_task)

    # It is back in Carla's queue, before anything new, with what was said.
    carla_page.goto(f"{project.replace('/projects/', '/studio/')}?stage=annotate")
    carla.ready()
    for _ in range(2):  # tasks that Carla holds already come first
        if carla.item == first:
            break
        held = carla.task
        carla_page.get_by_test_id("skip").click()
        carla_page.get_by_test_id("skip-confirm").click()
        carla.next_item(held)
    assert carla.item == first
    carla.count(2)
    carla_page.keyboard.press("v")
    carla_page.mouse.click(*carla.at(0.36, 0.375))
    carla.drag((0.42, 0.45), (0.46, 0.50))
    carla.saved()
    corrected = carla.task
    carla_page.keyboard.press("Control+Enter")
    carla.next_item(corrected)

    # The correction is accepted, and the item is done.
    item = item_of(owner, project, first)
    owner.goto(f"{project.replace('/projects/', '/studio/')}?stage=review&task={item['task']}")
    review.ready()
    accepted = review.task
    owner.keyboard.press("Control+Enter")
    review.next_item(accepted)
    assert item_of(owner, project, first)["state"] == "done"

    # A release is made and exported as COCO, which the reference tool reads.
    owner.goto(f"{project}/releases")
    if owner.get_by_label("End the tour").count():
        owner.get_by_label("End the tour").click()
    owner.get_by_role("button", name="New release").click()
    owner.get_by_label("Tag").fill("first")
    owner.get_by_role("button", name="Make the release").click()
    owner.get_by_role("button", name="Export", exact=True).click()
    with owner.expect_download() as download:
        owner.get_by_role("link", name="Download the zip").click()
    check_export(Path(download.value.path()), first, tmp_path / "coco")

    # The pages asked for nothing outside of the server.
    local = (f"{server.url}/", f"blob:{server.url}/", "data:")
    assert not [url for url in asked if not url.startswith(local)]


def item_of(page: Page, project: str, name: str) -> dict:
    """What the API says of an item, asked from the page."""
    address = f"/api/v1/projects/{project.rsplit('/', 1)[1]}/items?limit=100&search={name}"
    found = json.loads(page.evaluate("address => fetch(address).then(r => r.text())", address))
    return found["items"][0]


def check_export(archive: Path, name: str, folder: Path) -> None:
    """The reference tool loads it and sees Carla's two boxes, inside of the picture."""
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    coco = COCO(str(folder / "annotations.json"))
    image = next(entry for entry in coco.imgs.values() if entry["file_name"] == name)
    boxes = [entry["bbox"] for entry in coco.imgToAnns[image["id"]]]
    assert [entry["name"] for entry in coco.cats.values()] == ["RBC", "WBC", "Platelets"]
    assert len(coco.imgs) == 13
    assert len(boxes) == 2
    for left, top, width, height in boxes:
        assert 0 <= left < left + width <= image["width"]
        assert 0 <= top < top + height <= image["height"]
    with Image.open(folder / "images" / name) as picture:
        assert picture.size == (image["width"], image["height"])
    assert json.loads((folder / "report.json").read_text())["dropped"] == {}
