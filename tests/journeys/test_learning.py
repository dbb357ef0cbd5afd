"""Gold, a course and a test: somebody learns, fails, passes, works, and is checked unannounced."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys import crowd
from tests.journeys.conftest import StartServer
from tests.journeys.studio import Studio
from tests.journeys.test_overlap import invited
from tests.journeys.test_proof import look
from tests.journeys.test_whole_way import open_project

HELP = """
  const csrf = (await (await fetch('/api/v1/session')).json()).csrf;
  const send = async (path, body, method = 'POST') => {
    const answer = await fetch(`/api/v1${path}`, { method, body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf } });
    return answer.status === 204 ? null : answer.json();
  };
  const get = async (path) => (await fetch(`/api/v1${path}`)).json();
"""

ASK_FOR_SKILL = (
    """async ({ project }) => {"""
    + HELP
    + """
  const { workflow } = await get(`/projects/${project}/workflow`);
  const nodes = [{ kind: 'stage', id: 'first', work: 'annotate', to: 'review', skill: 'cells' },
    { kind: 'stage', id: 'review', work: 'review', to: 'done' }];
  await send(`/projects/${project}/workflow`, { ...workflow, graph: { start: 'first', nodes } }, 'PUT');
}"""
)

# Answers what is left of an attempt with what is right, as somebody would who learned it.
ANSWER_RIGHT = (
    """async ({ project, attempt, right }) => {"""
    + HELP
    + """
  for (;;) {
    const { task, state } = await get(`/attempts/${attempt}`);
    if (!task) return state;
    await send(`/tasks/${task}/lease`, {});
    const { item } = await get(`/tasks/${task}`);
    const operations = right[item.name].map((one) => ({ kind: 'put', id: crypto.randomUUID(), at: Date.now(),
      seconds: 1, annotation: { id: crypto.randomUUID(), category: one.category, shape: one.shape,
        attributes: {}, group: null, flags: {} } }));
    await send(`/tasks/${task}/submission`, { since: 0, operations });
  }
}"""
)

RIGHT = (
    """async ({ project }) => {"""
    + HELP
    + """
  const found = {};
  for (const gold of (await get(`/projects/${project}/gold?limit=100`)).items) {
    const item = await get(`/items/${gold.item}/history`);
    const newest = item.submissions[0];
    found[gold.item_name] = (await get(`/documents/${newest.id}`)).document.annotations;
  }
  return found;
}"""
)


@pytest.mark.browser
@pytest.mark.timeout(290)
def test_somebody_learns_is_tested_and_is_checked_unannounced(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    server = start_server("demo")
    owner = new_context().new_page()
    address = open_project(owner, server.link or "")
    project = address.rstrip("/").rsplit("/", 1)[-1]

    gold_is_made(owner, address)
    lessons_are_made(owner, address)
    right = owner.evaluate(RIGHT, {"project": project})
    owner.evaluate(ASK_FOR_SKILL, {"project": project})

    ben = invited(owner, project, "annotator", new_context().new_page(), "Ben")
    work_asks_for_a_skill(ben, address)
    a_course_shows_what_is_right(ben, address)
    the_test_is_failed(ben, address)
    another_attempt_is_granted(owner, address)
    the_test_is_passed(ben, address, project, right)
    gold_comes_unannounced_and_is_told_later(ben, owner, address, project)


def gold_is_made(owner: Page, address: str) -> None:
    owner.goto(f"{address}/quality/gold")
    expect(owner.get_by_text("No gold items yet")).to_be_visible()
    if owner.get_by_label("End the tour").count():
        owner.get_by_label("End the tour").click()
    look(owner, "gold-1-empty")
    owner.get_by_test_id("add-gold").click()
    owner.get_by_test_id("gold-count").fill("12")
    owner.get_by_test_id("gold-explanation").fill("Every cell is marked, also those that the border cuts.")
    look(owner, "gold-2-add")
    owner.get_by_test_id("add-gold-now").click()
    expect(owner.get_by_test_id("gold-item")).to_have_count(12)
    owner.get_by_test_id("gold-rate").fill("50")
    owner.get_by_label("Tasks of work between two").fill("0")
    owner.get_by_test_id("gold-feedback").select_option("later")
    owner.get_by_test_id("later-hours").fill("0")
    owner.get_by_test_id("save-plan").click()
    expect(owner.get_by_test_id("save-plan")).to_be_disabled()
    look(owner, "gold-3-pool")


def lessons_are_made(owner: Page, address: str) -> None:
    owner.goto(f"{address}/learn")
    expect(owner.get_by_text("No tests or courses yet")).to_be_visible()
    look(owner, "learn-1-empty")
    for kind, name in (("Course", "First steps with blood cells"), ("Test", "Blood cells")):
        owner.get_by_test_id("new-lesson").click()
        owner.get_by_text(f"{kind}: ").click()
        owner.get_by_test_id("lesson-name").fill(name)
        owner.get_by_label("What its people read first").fill("Mark every cell with a box.")
        owner.get_by_label("Items asked in an attempt").fill("2")
        if kind == "Test":
            owner.get_by_test_id("skill").fill("cells")
        owner.get_by_test_id("choose-all").click()
        look(owner, f"learn-2-new-{kind.lower()}")
        owner.get_by_test_id("save-lesson").click()
        made = owner.get_by_test_id("lesson").filter(has=owner.get_by_text(name, exact=True))
        expect(made).to_be_visible()


def work_asks_for_a_skill(ben: Page, address: str) -> None:
    ben.goto(f"{address.replace('/projects/', '/studio/')}?stage=annotate")
    expect(ben.get_by_test_id("missing-skill")).to_contain_text("with the skill “cells”")
    look(ben, "learn-3-missing")
    ben.get_by_role("link", name="See how to gain it").click()
    expect(ben.get_by_test_id("missing-skill")).to_contain_text("It is granted by: Blood cells.")
    look(ben, "learn-4-learner")


def a_course_shows_what_is_right(ben: Page, address: str) -> None:
    ben.get_by_test_id("lesson").filter(has_text="First steps").get_by_test_id("begin").click()
    for number in (1, 2):
        studio = Studio(ben).ready()
        expect(ben.get_by_test_id("attempt")).to_have_text(f"Course: {number} of 2")
        ben.keyboard.press("b")
        studio.draw_box((0.2, 0.2), (0.35, 0.4))
        studio.saved()
        if number == 1:
            look(ben, "learn-5-course")
        ben.wait_for_timeout(450)  # a new item cannot be handed in by a key still pressed for the one before
        ben.get_by_test_id("submit").click()
        compared = ben.get_by_test_id("compare")
        expect(compared.get_by_test_id("explanation")).to_contain_text("Every cell is marked")
        expect(compared.locator("path[data-layer=given]")).to_have_count(1)
        assert compared.locator("path[data-layer=right]").count() > 1
        ben.keyboard.press("ArrowDown")
        expect(compared.get_by_test_id("difference").first).to_have_attribute("data-on", "true")
        ben.keyboard.press("f")
        look(ben, f"learn-6-compare-{number}")
        ben.keyboard.press("Enter")
    expect(ben.get_by_test_id("attempt-end")).to_contain_text("Not passed yet")
    look(ben, "learn-7-end")
    ben.get_by_role("link", name="Back to Learn").click()


def the_test_is_failed(ben: Page, address: str) -> None:
    test = ben.get_by_test_id("lesson").filter(has_text="Blood cells").filter(has_text="cells”")
    test.get_by_test_id("begin").click()
    for number in (1, 2):
        studio = Studio(ben).ready()
        expect(ben.get_by_test_id("attempt")).to_have_text(f"Test: {number} of 2")
        before = studio.task
        ben.wait_for_timeout(450)
        ben.get_by_test_id("submit").click()
        if number == 1:
            ben.wait_for_function(
                "before => document.querySelector('[data-testid=studio]')?.dataset.task !== before",
                arg=before,
            )
    expect(ben.get_by_test_id("attempt-end")).to_contain_text("Not passed yet: Blood cells")
    ben.get_by_role("link", name="Back to Learn").click()
    expect(test.get_by_test_id("lesson-standing")).to_contain_text("It can be tried again from")
    expect(test.get_by_test_id("begin")).to_be_disabled()


def another_attempt_is_granted(owner: Page, address: str) -> None:
    owner.goto(f"{address}/learn")
    owner.get_by_test_id("lesson").nth(1).get_by_test_id("results").click()
    expect(owner.get_by_test_id("tried")).to_contain_text("Ben")
    look(owner, "learn-8-results")
    owner.get_by_test_id("forgive").click()
    expect(owner.get_by_text("Does not count")).to_be_visible()


def the_test_is_passed(ben: Page, address: str, project: str, right: dict[str, object]) -> None:
    ben.goto(f"{address}/learn")
    ben.get_by_test_id("lesson").nth(1).get_by_test_id("begin").click()
    Studio(ben).ready()
    attempt = ben.url.rsplit("attempt=", 1)[-1]
    assert ben.evaluate(ANSWER_RIGHT, {"project": project, "attempt": attempt, "right": right}) == "passed"
    ben.reload()
    expect(ben.get_by_test_id("attempt-end")).to_contain_text("You hold the skill “cells” now.")
    look(ben, "learn-9-passed")


def gold_comes_unannounced_and_is_told_later(ben: Page, owner: Page, address: str, project: str) -> None:
    ben.get_by_role("link", name="To the work").click()
    Studio(ben).ready()
    expect(ben.get_by_test_id("attempt")).to_have_count(0)
    crowd.answer(ben, project, "Ben", 20)
    owner.goto(f"{address}/quality/gold")
    told = owner.get_by_test_id("told-answer")
    expect(told.first).to_be_visible()
    look(owner, "gold-4-answers")
    ben.goto(f"{address}/learn")
    expect(ben.get_by_test_id("told-answer").first).to_be_visible()
    look(ben, "learn-10-told")
    ben.get_by_test_id("told-answer").first.click()
    expect(ben.get_by_test_id("compare-score")).to_contain_text("% right")
    look(ben, "learn-11-comparison")
