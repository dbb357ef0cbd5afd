"""Nothing is lost and nothing overwritten unseen: conflicts, undo, crashes, full disks, news of the task."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Route, expect
from scripts.browser import installed

from tests.journeys.conftest import FLAGS, StartServer
from tests.journeys.studio import Studio
from tests.journeys.test_durability import address_of, studio_of

pytestmark = pytest.mark.browser
NewContext = Callable[..., BrowserContext]
OPERATIONS = re.compile(r"/operations$")


def shapes(studio: Studio) -> list[dict[str, Any]]:
    """The shapes on the desk."""
    return studio.page.evaluate("window.labelwright.desk.editor.store.all().map(a => a.shape)")


def move(studio: Studio, dx: float, dy: float) -> None:
    """Move the only box on the desk, as a hand with the select tool does."""
    studio.page.evaluate(
        """([dx, dy]) => {
          const { editor } = window.labelwright.desk;
          const [first] = editor.store.all();
          const { left, top, right, bottom } = first.shape;
          const [x, y] = [{ left: left + dx, right: right + dx }, { top: top + dy, bottom: bottom + dy }];
          const shape = { kind: 'box', ...x, ...y };
          editor.perform('Move', [{ kind: 'put', annotation: { ...first, shape } }]);
        }""",
        [dx, dy],
    )


def two_tabs(start_server: StartServer, new_context: NewContext) -> tuple[Studio, Studio]:
    """Two tabs of one person on one task with one box."""
    context = new_context()
    first = studio_of(start_server("demo"), context.new_page())
    first.draw_box((0.3, 0.3), (0.4, 0.4))
    first.saved()
    second = Studio(context.new_page())
    second.page.goto(address_of(first))
    second.ready().count(1)
    return first, second


@contextmanager
def cut_off(studio: Studio) -> Iterator[None]:
    """One tab whose operations do not reach the server."""

    def refuse(route: Route) -> None:
        route.abort()

    studio.page.route(OPERATIONS, refuse)
    yield
    studio.page.unroute(OPERATIONS, refuse)
    studio.page.evaluate("window.labelwright.desk.sync.retry()")


def notice(studio: Studio, name: str) -> Any:
    return studio.page.get_by_test_id(f"{name}-notice")


def test_two_tabs_that_move_one_box_are_shown_both_versions_and_one_is_chosen(
    start_server: StartServer, new_context: NewContext
) -> None:
    first, second = two_tabs(start_server, new_context)
    with cut_off(first):
        move(first, 40, 0)
        move(second, 0, 60)
        second.saved()
    expect(notice(first, "conflict")).to_contain_text("changed in two places at once")
    expect(notice(second, "conflict")).to_be_visible()
    expect(first.page.get_by_test_id("conflict-mark")).to_be_visible()
    mine, theirs = shapes(first)[0], None

    first.page.keyboard.press("Control+Enter")  # work with an open conflict is not handed in
    expect(first.page.get_by_text("changed in two places at once").first).to_be_visible()
    first.page.bring_to_front()
    first.page.get_by_test_id("conflict-open").click()
    expect(first.page.get_by_test_id("conflict")).to_be_visible()
    first.page.wait_for_timeout(600)
    first.page.screenshot(path=picture("conflict"))
    first.page.get_by_test_id("choose-aside").click()
    first.saved()

    expect(notice(first, "conflict")).to_have_count(0)
    expect(notice(second, "conflict")).to_have_count(0)
    theirs = shapes(first)[0]
    assert theirs["left"] == pytest.approx(mine["left"] - 40)
    assert theirs["top"] == pytest.approx(mine["top"] + 60)
    assert shapes(second) == shapes(first)


def test_a_box_deleted_in_one_tab_and_moved_in_the_other_stands_until_somebody_chooses(
    start_server: StartServer, new_context: NewContext
) -> None:
    first, second = two_tabs(start_server, new_context)
    with cut_off(first):
        first.page.evaluate(
            "() => { const { editor } = window.labelwright.desk; const [a] = editor.store.all();"
            " editor.perform('Delete', [{ kind: 'delete', id: a.id }]); }"
        )
        first.count(0)
        move(second, 0, 60)
        second.saved()
    first.count(1)  # it comes back, and is asked about
    first.page.bring_to_front()
    first.page.get_by_test_id("conflict-open").click()
    expect(first.page.get_by_test_id("conflict")).to_contain_text("deleted in this tab")
    first.page.wait_for_timeout(600)
    first.page.screenshot(path=picture("deletion"))
    first.page.get_by_test_id("choose-aside").click()

    first.count(0)
    first.saved()
    second.count(0)


def test_edits_of_different_fields_merge_without_a_word(
    start_server: StartServer, new_context: NewContext
) -> None:
    first, second = two_tabs(start_server, new_context)
    with cut_off(first):
        move(first, 40, 0)
        second.page.evaluate(
            "() => { const { editor } = window.labelwright.desk; const [a] = editor.store.all();"
            " const other = editor.ontology.categories.find(c => c.id !== a.category);"
            " editor.perform('Set', [{ kind: 'put', annotation: { ...a, category: other.id } }]); }"
        )
        second.saved()
    first.saved()

    both = "window.labelwright.desk.editor.store.all().map(a => [a.category, a.shape.left])"
    expect(notice(first, "conflict")).to_have_count(0)
    assert first.page.evaluate(both) == second.page.evaluate(both)
    assert first.page.evaluate("window.labelwright.desk.sync.conflicts.length") == 0


def test_undo_walks_back_over_a_reload_one_gesture_at_a_time(
    start_server: StartServer, new_context: NewContext
) -> None:
    studio = studio_of(start_server("demo"), new_context().new_page())
    address = address_of(studio)
    studio.draw_box((0.2, 0.2), (0.3, 0.3))
    studio.draw_box((0.4, 0.2), (0.5, 0.3))
    studio.page.keyboard.press("Escape")
    studio.page.keyboard.press("Control+a")
    studio.page.keyboard.press("Delete")
    studio.count(0)
    studio.saved()

    studio.page.goto(address)
    studio.ready().count(0)
    studio.page.keyboard.press("Control+z")
    studio.count(2)  # one gesture took both away
    studio.saved()
    studio.page.goto(address)
    studio.ready().count(2)
    studio.page.keyboard.press("Control+z")
    studio.count(1)
    studio.page.keyboard.press("Control+Shift+z")
    studio.count(2)
    studio.page.keyboard.press("Control+z")
    studio.page.keyboard.press("Control+z")
    studio.count(0)


@contextmanager
def own_browser(kind: BrowserType, profile: Path) -> Iterator[tuple[subprocess.Popen[bytes], BrowserContext]]:
    """A browser in a process of its own, which can be killed; its profile stays."""
    path = installed()
    assert path is not None
    (profile / "DevToolsActivePort").unlink(missing_ok=True)
    flags = [*FLAGS, "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
    process = subprocess.Popen(
        [path, *flags, "--window-size=1280,800", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        port = debugging_port(profile)
        browser = kind.connect_over_cdp(f"http://127.0.0.1:{port}")
        context = browser.contexts[0]
        context.set_default_timeout(60_000)  # a killed profile takes its time
        yield process, context
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def debugging_port(profile: Path) -> int:
    deadline = time.monotonic() + 30
    place = profile / "DevToolsActivePort"
    while time.monotonic() < deadline:
        if place.exists() and (lines := place.read_text().splitlines()):
            return int(lines[0])
        time.sleep(0.05)
    raise AssertionError("the browser did not start")


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for what only a question to the page can tell."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


KEPT_POINTS = """new Promise((done) => {
  const opening = indexedDB.open('labelwright');
  opening.onsuccess = () => {
    const asked = opening.result.transaction('strokes').objectStore('strokes').getAll();
    asked.onsuccess = () => {
      opening.result.close();
      done(asked.result[0]?.stroke.state.corners.length);
    };
  };
})"""


def test_a_browser_killed_in_mid_stroke_offers_the_half_drawn_shape_again(
    start_server: StartServer, browser: Browser, tmp_path: Path
) -> None:
    server = start_server("demo")
    profile = tmp_path / "profile"
    with own_browser(browser.browser_type, profile) as (process, context):
        studio = studio_of(server, context.pages[0])
        address = address_of(studio)
        studio.draw_box((0.2, 0.6), (0.3, 0.7))
        studio.page.keyboard.press("p")
        for x, y in ((0.5, 0.3), (0.7, 0.3), (0.8, 0.45), (0.7, 0.6)):
            studio.page.mouse.click(*studio.at(x, y))
        until(lambda: studio.page.evaluate(KEPT_POINTS) == 4)
        studio.saved()
        cookies = context.cookies()  # the browser writes them only twice a minute
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
    with own_browser(browser.browser_type, profile) as (_, context):
        context.add_cookies(cookies)
        page = context.pages[0]
        page.goto(address)
        # That the welcome waits is remembered by the browser, which had no time to write it either.
        later = page.get_by_test_id("welcome-later")
        expect(later.or_(page.get_by_test_id("surface")).first).to_be_visible(timeout=60_000)
        if later.count():
            later.click()
            page.goto(address)
        studio = Studio(page).ready()
        studio.count(1)
        expect(notice(studio, "stroke")).to_contain_text("olygon of 4 points")
        page.screenshot(path=picture("stroke"))
        page.keyboard.press("Enter")
        expect(notice(studio, "stroke")).to_have_count(0)
        page.mouse.click(*studio.at(0.5, 0.55))
        page.keyboard.press("Enter")
        studio.count(2)
        studio.saved()
        polygon = shapes(studio)[1]

    assert polygon["kind"] == "polygon"
    assert len(polygon["parts"][0][0]) == 5


def test_a_browser_without_room_says_so_and_asks_before_it_loses_anything(
    start_server: StartServer, new_context: NewContext
) -> None:
    context, server = new_context(), start_server("demo")
    page = context.new_page()
    page.goto(server.url)
    room = {"origin": server.url.rstrip("/"), "quotaSize": 1}
    context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", room)
    studio = studio_of(server, page)
    studio.draw_box((0.2, 0.2), (0.3, 0.3))
    studio.saved()

    context.set_offline(True)
    studio.draw_box((0.4, 0.2), (0.5, 0.3))
    state = studio.page.get_by_test_id("save-state")
    expect(state).to_have_attribute("data-state", "offline")
    expect(state).to_contain_text("only in this tab")
    studio.page.screenshot(path=picture("no-room"))
    asked: list[str] = []
    studio.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    with studio.page.expect_event("dialog"):
        studio.page.close(run_before_unload=True)
    assert asked == ["beforeunload"]

    context.set_offline(False)
    studio.saved()
    expect(state).to_have_attribute("data-unkept", "0")
    studio.count(2)


def test_a_task_handed_in_from_another_tab_is_told_and_late_work_is_offered_to_the_next_round(
    start_server: StartServer, new_context: NewContext
) -> None:
    first, second = two_tabs(start_server, new_context)
    task = first.task
    first.page.wait_for_timeout(500)
    first.page.keyboard.press("Control+Enter")
    first.next_item(task)

    expect(notice(second, "standing")).to_contain_text("handed in elsewhere")
    second.draw_box((0.6, 0.6), (0.7, 0.7))
    expect(second.page.get_by_test_id("save-state")).to_have_attribute("data-state", "closed")
    item = second.page.evaluate("window.labelwright.desk.envelope.item.id")
    second.page.screenshot(path=picture("handed-in"))
    again = second.page.evaluate(
        "async item => { const csrf = (await (await fetch('/api/v1/session')).json()).csrf;"
        " return (await fetch(`/api/v1/items/${item}/reopen`, { method: 'POST', body: '{}',"
        " headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf } })).json(); }",
        item,
    )
    second.page.goto(f"{second.page.url.split('?')[0]}?stage=annotate&task={again['task']}")
    second.ready().count(1)
    expect(notice(second, "left")).to_contain_text("left changes of 1 annotation")
    second.page.screenshot(path=picture("left"))
    second.page.get_by_test_id("left-bring").click()

    second.count(2)


def test_categories_that_change_while_an_item_is_open_are_told_and_loaded_without_losing_work(
    start_server: StartServer, new_context: NewContext
) -> None:
    studio = studio_of(start_server("demo"), new_context().new_page())
    studio.page.keyboard.press("2")
    studio.draw_box((0.2, 0.2), (0.3, 0.3))
    studio.saved()
    removed = studio.page.evaluate(
        """async () => {
          const { desk } = window.labelwright;
          const [drawn] = desk.editor.store.all();
          const csrf = (await (await fetch('/api/v1/session')).json()).csrf;
          const path = `/api/v1/projects/${desk.envelope.task.project}/ontology`;
          const now = await (await fetch(path)).json();
          const categories = now.ontology.categories.filter((c) => c.id !== drawn.category);
          const body = JSON.stringify({ base: now.version, categories });
          await fetch(path, { method: 'PUT', body,
            headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf } });
          return now.ontology.categories.find((c) => c.id === drawn.category).name;
        }"""
    )

    studio.page.keyboard.press("1")
    studio.draw_box((0.4, 0.2), (0.5, 0.3))
    expect(notice(studio, "ontology")).to_contain_text(f"Deletes “{removed}”")
    studio.page.screenshot(path=picture("ontology"))
    studio.page.get_by_test_id("ontology-load").click()
    expect(notice(studio, "ontology")).to_have_count(0)
    studio.count(2)
    studio.page.wait_for_timeout(700)
    studio.page.screenshot(path=picture("ontology-loaded"))
    studio.page.keyboard.press("Control+Enter")
    expect(studio.page.get_by_text("not in the ontology").first).to_be_visible()
    studio.page.keyboard.press("v")
    studio.page.keyboard.press("1")  # what is selected moves to the first category
    studio.saved()
    task = studio.task
    studio.page.keyboard.press("Control+Enter")
    studio.next_item(task)


def picture(name: str) -> str | None:
    """Where a picture of a page goes, for those who want to look; nowhere otherwise."""
    folder = os.environ.get("LABELWRIGHT_PICTURES")
    return str(Path(folder) / f"{name}.png") if folder else None
