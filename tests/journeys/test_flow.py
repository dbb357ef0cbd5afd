"""The way through the work by keys: the list, questions, own keys, the small map, the strip, proposals."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.conftest import StartServer
from tests.journeys.studio import Studio
from tests.journeys.test_durability import studio_of

pytestmark = pytest.mark.browser


@pytest.fixture
def studio(start_server: StartServer, new_context: Callable[..., BrowserContext]) -> Studio:
    """An item with predictions, open in the studio."""
    opened = studio_of(start_server("demo"), new_context().new_page())
    project, task = with_predictions(opened)
    opened.page.goto(f"{opened.page.url.split('/studio/')[0]}/studio/{project}?stage=annotate&task={task}")
    return opened.ready()


def with_predictions(studio: Studio) -> tuple[str, str]:
    """The project, and the task of a waiting item that a model has proposed at least six things for."""
    project = studio.page.url.split("/studio/")[1].split("?")[0]
    found = studio.page.evaluate(
        """async project => {
          const items = `/api/v1/projects/${project}/items?state=waiting&limit=100`;
          const listed = await (await fetch(items)).json();
          for (const item of listed.items) {
            const history = await (await fetch(`/api/v1/items/${item.id}/history`)).json();
            if (history.predictions.some(one => one.annotations > 5) && !item.held_by) return item.task;
          }
        }""",
        project,
    )
    assert found
    return project, found


def test_proposals_are_accepted_and_waved_away_by_keys_and_stay_so(studio: Studio) -> None:
    page = studio.page
    rows = page.get_by_test_id("prediction-row")
    before = proposed(studio)
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = focused(studio)

    page.keyboard.press("Shift+Delete")
    after_reject = focused(studio)
    page.keyboard.press("Enter")

    assert second not in (after_reject, focused(studio))
    studio.count(1)
    expect(rows).to_have_count(before - 2)
    studio.saved()
    page.reload()
    studio.ready().count(1)
    page.get_by_role("tab", name="Proposed").click()
    expect(rows).to_have_count(before - 2)
    expect(page.get_by_test_id("restore")).to_have_text("Bring back 1")

    slide_to(studio, 0.8)
    above = proposed(studio)
    assert 0 < above < before - 2
    page.get_by_test_id("surface").focus()
    page.keyboard.press("Shift+Enter")
    studio.count(1 + above)
    page.keyboard.press("Control+z")
    studio.count(1)
    expect(rows).to_have_count(above)


def test_the_list_leads_the_way_and_attributes_are_answered_by_keys_alone(studio: Studio) -> None:
    the_list_is_searched_sorted_and_leads_the_way(studio)
    attributes_are_answered_one_at_a_time_by_keys_alone(studio)


def test_the_map_the_strip_the_pins_and_the_search_of_categories_lead_on(studio: Studio) -> None:
    the_small_map_moves_the_view_and_is_away_when_all_is_seen(studio)
    a_category_is_found_by_its_name_beside_the_pointer(studio)
    a_pin_on_the_picture_opens_its_issue(studio)
    another_item_is_opened_from_the_strip_and_by_key_with_the_work_saved(studio)


def the_list_is_searched_sorted_and_leads_the_way(studio: Studio) -> None:
    page = studio.page
    page.keyboard.press("Shift+Enter")
    total = annotations(studio)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+f")
    page.keyboard.type("rbc")
    rows = page.get_by_test_id("annotation-row")
    expect(rows.filter(has_text="RBC")).to_have_count(rows.count())
    found = rows.count()
    assert 2 < found < total

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_test_id("list-status")).to_contain_text("2 selected")
    page.keyboard.press("Shift+I")
    expect(page.get_by_test_id("aside")).to_contain_text(f"{total - 2} others are not shown")
    page.get_by_test_id("surface").focus()
    for _ in range(3):  # Tab goes round among the two that are shown
        page.keyboard.press("Tab")
    assert selected(studio)[0] in listed(studio)[:2]
    page.keyboard.press("Shift+I")
    expect(page.get_by_test_id("aside")).to_have_count(0)

    page.get_by_test_id("list-order").click()
    page.get_by_text("Size, largest first").click()
    page.get_by_test_id("surface").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert selected(studio) == [listed(studio)[0]]
    area = "({shape: s}) => (s.right - s.left) * (s.bottom - s.top)"
    sizes = ask(studio, f"flow.listing.ordered().map({area})")
    assert sizes == sorted(sizes, reverse=True)


def attributes_are_answered_one_at_a_time_by_keys_alone(studio: Studio) -> None:
    page = studio.page
    page.keyboard.press("Escape")
    page.keyboard.press("Control+f")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    title = page.get_by_test_id("asking-progress")
    expect(title).to_have_text(re.compile(r"^Overlapping: (\d+) of \1$"))  # all have their default
    first = selected(studio)[0]

    page.keyboard.press("y")
    second = selected(studio)[0]
    page.keyboard.press("b")  # means nothing here, and begins no box
    page.keyboard.press("ArrowLeft")
    assert selected(studio) == [first]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Backspace")
    expect(title).to_have_text(re.compile(r"^Overlapping: (\d+) of (?!\1$)\d+$"))
    page.keyboard.press("ArrowDown")
    expect(title).to_contain_text("Type:")
    third = selected(studio)[0]
    page.keyboard.press("3")
    page.keyboard.press("Escape")

    assert values(studio, first) == {"overlapping": True}
    assert values(studio, second) == {}
    assert values(studio, third)["type"] == "monocyte"
    expect(page.get_by_test_id("asking")).to_have_count(0)
    expect(page.get_by_test_id("studio")).to_have_attribute("data-tool", "select")
    studio.saved()


def test_a_key_is_given_to_another_action_and_works_after_a_reload(studio: Studio) -> None:
    page = studio.page
    page.keyboard.press("?")
    row = page.get_by_test_id("keys-tool.box")
    row.get_by_label("Draw boxes: B. Press to change").click()
    page.keyboard.press("h")
    expect(page.get_by_text("It means “Move the view” now.")).to_be_visible()
    page.get_by_role("button", name="Leave it").click()
    expect(row).to_contain_text("B")

    row.get_by_label("Draw boxes: B. Press to change").click()
    page.keyboard.press("Control+Alt+w")
    expect(row).to_contain_text("Ctrl+Alt+W")
    page.keyboard.press("Escape")
    page.reload()
    studio.ready()
    page.keyboard.press("b")
    expect(page.get_by_test_id("studio")).to_have_attribute("data-tool", "select")
    page.keyboard.press("Control+Alt+w")
    expect(page.get_by_test_id("studio")).to_have_attribute("data-tool", "box")

    page.goto(page.url.split("/studio/")[0] + "/shortcuts")
    expect(page.get_by_test_id("keys-tool.box")).to_contain_text("Ctrl+Alt+W")
    page.get_by_test_id("keys-reset").click()
    expect(page.get_by_test_id("keys-tool.box")).not_to_contain_text("Ctrl+Alt+W")


def the_small_map_moves_the_view_and_is_away_when_all_is_seen(studio: Studio) -> None:
    page = studio.page
    minimap = page.get_by_test_id("minimap")
    expect(minimap).to_have_count(0)
    for _ in range(6):
        page.keyboard.press("+")
    expect(minimap).to_be_visible()
    box = minimap.bounding_box()
    assert box is not None

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.3, steps=5)
    page.mouse.up()

    view = ask(studio, "(({width, height}) => ({width, height}))(editor.viewport)")
    middle = ask(
        studio, "editor.viewport.toImage(argument)", {"x": view["width"] / 2, "y": view["height"] / 2}
    )
    item = ask(studio, "[editor.viewport.imageWidth, editor.viewport.imageHeight]")
    assert [middle["x"] / item[0], middle["y"] / item[1]] == pytest.approx([0.2, 0.3], abs=0.02)
    assert annotations(studio) == 0  # the hand did not draw through the map
    page.get_by_test_id("surface").focus()
    page.keyboard.press("0")
    expect(minimap).to_have_count(0)


def another_item_is_opened_from_the_strip_and_by_key_with_the_work_saved(studio: Studio) -> None:
    page = studio.page
    first, name, before = studio.task, studio.item, annotations(studio)
    studio.draw_box((0.4, 0.2), (0.5, 0.3))
    page.keyboard.press("Shift+T")
    strip = page.get_by_test_id("filmstrip")
    expect(strip.locator("[data-here=true]")).to_contain_text(name)
    expect(strip.get_by_test_id("filmstrip-place")).to_contain_text("of 60")

    page.keyboard.press("PageDown")
    studio.next_item(first)
    second = studio.task
    assert studio.item > name
    expect(strip).to_be_visible()
    strip.get_by_role("option", name=name).click()
    studio.next_item(second)

    assert studio.task == first
    studio.count(before + 1)


def a_category_is_found_by_its_name_beside_the_pointer(studio: Studio) -> None:
    page = studio.page
    page.keyboard.press("b")
    page.keyboard.press("/")
    page.keyboard.type("plat")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("category-search")).to_have_count(0)
    studio.drag((0.2, 0.2), (0.3, 0.3))

    studio.count(1)
    assert page.evaluate("() => labelwright.desk.editor.store.all()[0].category") == "platelets"


def a_pin_on_the_picture_opens_its_issue(studio: Studio) -> None:
    page = studio.page
    page.get_by_role("tab", name="Issues").click()
    page.get_by_label("New issue").fill("Is this one cell or two?")
    page.get_by_role("button", name="Pin a place").click()
    page.mouse.click(*studio.at(0.6, 0.6))
    page.get_by_role("button", name=re.compile("Raise at")).click()
    pin = page.get_by_test_id("pin")
    expect(pin).to_have_attribute("aria-label", "Issue: Is this one cell or two?")
    page.get_by_role("tab", name="Marked").click()
    page.get_by_test_id("tool.select").click()  # pins are in the way of no tool that draws

    x, y = studio.at(0.6, 0.6)
    page.mouse.click(x, y - 14)

    expect(page.get_by_role("tab", name="Issues")).to_have_attribute("aria-selected", "true")
    expect(page.locator("[data-pointed=true]")).to_contain_text("Is this one cell or two?")


def ask(studio: Studio, script: str, *argument: Any) -> Any:
    """What the studio's desk answers."""
    return studio.page.evaluate(
        f"argument => {{ const {{ editor, flow }} = labelwright.desk; return {script}; }}", *argument
    )


def proposed(studio: Studio) -> int:
    return ask(studio, "flow.proposals.shown().length")


def focused(studio: Studio) -> str:
    return ask(studio, "flow.proposals.focused?.annotation.id")


def annotations(studio: Studio) -> int:
    return ask(studio, "editor.store.size")


def selected(studio: Studio) -> list[str]:
    return ask(studio, "[...editor.selection.ids]")


def listed(studio: Studio) -> list[str]:
    return ask(studio, "flow.listing.ordered().map(one => one.id)")


def values(studio: Studio, annotation: str) -> dict[str, Any]:
    return ask(studio, "editor.store.get(argument).attributes ?? {}", annotation)


def slide_to(studio: Studio, least: float) -> None:
    """Set the slider of scores by keys."""
    thumb = studio.page.get_by_role("slider", name="Least score")
    thumb.focus()
    thumb.press("Home")
    for _ in range(round(least * 100)):
        thumb.press("ArrowRight")
