"""A release is audited in the browser until its claim is proved, and its certificate is made again."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import StartServer
from tests.journeys.test_shapes import labelwright
from tests.journeys.test_whole_way import open_project

MOST = 60  # no claim of 20 % needs as many verdicts without an error


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_claim_is_proved_by_judging_and_its_certificate_holds(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    server = start_server("demo")
    page = new_context().new_page()
    address = open_project(page, server.link or "")
    labelwright("release", "create", "Blood cells", "v1", "--data", server.data)
    page.goto(f"{address}/releases")
    if page.get_by_label("End the tour").count():
        page.get_by_label("End the tour").click()
    expect(page.get_by_test_id("measured")).to_have_text("Accuracy not measured")

    # The claim is fixed, then what is drawn is judged with one key until it is decided.
    page.goto(f"{address}/releases/v1/audits")
    page.get_by_role("button", name="Open an audit").click()
    page.get_by_test_id("at-most").fill("20")
    page.get_by_role("button", name="Open the audit").click()
    page.get_by_role("link", name="Judge").click()
    expect(page.get_by_test_id("draw-picture")).to_be_visible()
    picture(page, "judge")
    judged = 0
    while not page.get_by_test_id("end").count():
        assert judged < MOST
        page.keyboard.press("1")
        judged += 1
        said = page.get_by_test_id("standing")
        expect(said).to_contain_text(f"{judged} judged")
        expect(
            page.locator("[data-testid=draw-picture]:not([data-busy=true]), [data-testid=end]")
        ).to_be_visible()
    expect(page.get_by_test_id("end")).to_contain_text("The claim is proved")

    # Closing signs the certificate; the release tells what was measured.
    page.get_by_role("link", name="To the audits").click()
    expect(page.get_by_test_id("audit-state")).to_have_text("Proved")
    picture(page, "audits")
    page.get_by_role("button", name="Close and sign").click()
    expect(page.get_by_test_id("statement")).to_contain_text("% wrong (95 % confidence)")
    picture(page, "certificate")
    page.goto(f"{address}/releases")
    expect(page.get_by_test_id("measured")).to_contain_text("wrong (95 % confidence)")

    # Without the server, the draw, the bounds and the signature are made and checked again.
    server.stop()
    assert "is what it was" in labelwright("release", "verify", "Blood cells", "v1", "--data", server.data)


def picture(page: Page, name: str) -> None:
    """A picture of a page for those who want to look; none otherwise."""
    folder = os.environ.get("LABELWRIGHT_PICTURES")
    if folder:
        page.wait_for_timeout(500)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
