"""A delivery is judged by ISO 2859-1 in the browser, refused, and sent back to review."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.conftest import StartServer
from tests.journeys.test_proof import look
from tests.journeys.test_shapes import labelwright
from tests.journeys.test_whole_way import open_project


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_delivery_is_refused_and_goes_back_to_review(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    server = start_server("demo")
    page = new_context().new_page()
    address = open_project(page, server.link or "")
    labelwright("release", "create", "Blood cells", "v1", "--data", server.data)
    page.goto(f"{address}/releases/v1/audits")
    if page.get_by_label("End the tour").count():
        page.get_by_label("End the tour").click()

    # The plan is seen before it is used: how many are drawn, and what that lets through.
    page.get_by_role("button", name="Open an audit").click()
    page.get_by_text("Items that lack something").click()
    page.get_by_test_id("purpose").select_option("iso")
    plan = page.get_by_test_id("acceptance-plan")
    expect(plan).to_contain_text("of 12 are drawn; up to")
    page.get_by_test_id("aql").select_option("6.5")
    expect(plan).to_contain_text("2 of 12 are drawn; up to 0 may be wrong")
    look(page, "delivery-1-plan")
    page.get_by_role("button", name="Open the audit").click()
    page.get_by_role("link", name="Judge").click()
    expect(page.get_by_text("Is this item as it should be?")).to_be_visible()
    look(page, "delivery-2-judge")
    page.keyboard.press("4")
    expect(page.get_by_test_id("end")).to_contain_text("The delivery is refused")

    # Refused work waits for review again; the release stays what it is.
    page.get_by_role("link", name="To the audits").click()
    expect(page.get_by_test_id("delivery")).to_contain_text("Refused: 1 of 1 wrong")
    look(page, "delivery-3-refused")
    page.get_by_test_id("send-back").click()
    expect(page.get_by_text("12 items wait for review again")).to_be_visible()
    page.get_by_role("button", name="Close and sign").click()
    expect(page.get_by_text("Delivery: Refused: 1 of 1 wrong")).to_be_visible()
    look(page, "delivery-4-certificate")
    server.stop()
    assert "is what it was" in labelwright("release", "verify", "Blood cells", "v1", "--data", server.data)
