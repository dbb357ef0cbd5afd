"""A label rule from the manager who writes it to the annotator who keeps to it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import StartServer
from tests.journeys.studio import Studio
from tests.journeys.test_whole_way import invite, join, open_project


def write_a_rule(owner: Page, project: str) -> None:
    """A minimum size for the first category, with what it would find, saved."""
    owner.goto(f"{project}/ontology")
    owner.get_by_role("button", name="Add a rule").click()
    owner.get_by_role("menuitem", name="Minimum size").click()
    form = owner.get_by_test_id("rule-form")
    form.get_by_label("Width, px").fill("60")
    form.get_by_label("Height, px").fill("60")
    form.get_by_label("Message").fill("Cells that the border cuts to slivers are left out.")
    expect(owner.get_by_test_id("rule")).to_contain_text("“RBC” is at least 60 px wide, 60 px high")
    owner.get_by_role("button", name="Review and save").click()
    dialog = owner.get_by_role("dialog")
    expect(dialog).to_contain_text("Changes the label rules")
    offenders = dialog.get_by_test_id("offenders")
    expect(offenders.get_by_test_id("offender").first).to_contain_text("“RBC” is too small: ")
    expect(offenders.get_by_role("link").first).to_have_attribute("href", re.compile("/items/"))
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).to_have_count(0)
    row = owner.get_by_test_id("rule")
    row.get_by_label("Show the work that breaks it").click()
    expect(row.get_by_test_id("offender").first).to_be_visible()


def problems(page: Page) -> list[str]:
    """What the studio says is broken."""
    return page.get_by_test_id("problem").all_inner_texts()


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_rule_is_written_seen_broken_and_mended(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    server = start_server("demo")
    owner = new_context().new_page()
    project = open_project(owner, server.link or "")

    # The manager writes a rule and sees the work that would break it, before and after saving.
    write_a_rule(owner, project)
    link = invite(owner, project, "Annotator")

    # The annotator draws something too small, and is told at once.
    page = new_context().new_page()
    join(page, link, "Carla")
    page.get_by_role("link", name="Start annotating").click()
    carla = Studio(page).ready()
    before = carla.task
    carla.draw_box((0.30, 0.30), (0.50, 0.60))
    expect(page.get_by_test_id("problems")).to_have_count(0)
    carla.draw_box((0.60, 0.60), (0.62, 0.62))
    carla.count(2)
    expect(page.get_by_test_id("problem")).to_have_count(1)
    assert "“RBC” is too small" in problems(page)[0]
    assert problems(page)[0].startswith("Cells that the border cuts")

    # It cannot be handed in: the studio says so, selects the place and shows it.
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    page.wait_for_timeout(500)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Label rules are broken in 1 place").first).to_be_visible()
    assert carla.task == before
    selected = "() => window.labelwright.desk.editor.selected().map(a => a.shape.right - a.shape.left)"
    (width,) = page.evaluate(selected)
    assert width < 60

    # F8 leads there as well, from wherever one is.
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    page.keyboard.press("F8")
    assert page.evaluate(selected) == [width]

    # Mended, the mark goes away, and the work is taken.
    page.keyboard.press("0")
    carla.drag((0.62, 0.62), (0.74, 0.80))
    expect(page.get_by_test_id("problems")).to_have_count(0)
    carla.saved()
    page.keyboard.press("Control+Enter")
    carla.next_item(before)


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_rule_written_while_an_item_is_open_is_told_by_the_server_and_shown(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    owner, page = context.new_page(), context.new_page()
    project = open_project(owner, start_server("demo").link or "")
    page.goto(f"{project.replace('/projects/', '/studio/')}?stage=annotate")
    studio = Studio(page).ready()
    before = studio.task
    studio.draw_box((0.60, 0.60), (0.62, 0.62))
    studio.saved()

    write_a_rule(owner, project)
    page.bring_to_front()
    expect(page.get_by_test_id("problems")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_test_id("problem")).to_have_count(1)
    assert studio.task == before
    page.keyboard.press("0")
    studio.drag((0.62, 0.62), (0.74, 0.80))
    expect(page.get_by_test_id("problems")).to_have_count(0)
    studio.saved()
    page.keyboard.press("Control+Enter")
    studio.next_item(before)
