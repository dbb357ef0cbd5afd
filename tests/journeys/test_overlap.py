"""Overlap in the browser: the plan is set, people answer without seeing each other, somebody decides."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import StartServer
from tests.journeys.studio import Studio
from tests.journeys.test_whole_way import join, open_project

ANSWER = """async ({ project, box, category }) => {
  const csrf = (await (await fetch('/api/v1/session')).json()).csrf;
  const send = async (path, body) => (await fetch(`/api/v1${path}`, { method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf } })).json();
  const { task, ontology } = await send(`/projects/${project}/tasks/next`, { stage: 'annotate' });
  const id = () => crypto.randomUUID();
  const named = ontology.ontology.categories.find((one) => one.name === category).id;
  const [left, top, right, bottom] = box;
  const put = { kind: 'put', id: id(), at: Date.now(), seconds: 4, annotation: { id: id(), category: named,
    shape: { kind: 'box', left, top, right, bottom }, attributes: {}, group: null, flags: {} } };
  const said = await send(`/tasks/${task.id}/submission`, { since: 0, operations: [put] });
  return [task.item, said.item_state];
}"""


def invited(owner: Page, project: str, role: str, page: Page, name: str) -> Page:
    """A person who joined the project by an invitation."""
    link = owner.evaluate(
        """async ({ project, role }) => {
          const csrf = (await (await fetch('/api/v1/session')).json()).csrf;
          const made = await (await fetch('/api/v1/invitations', { method: 'POST',
            body: JSON.stringify({ role, project, expires_in_days: 1 }),
            headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf } })).json();
          return made.link;
        }""",
        {"project": project, "role": role},
    )
    join(page, link, name)
    return page


@pytest.mark.browser
@pytest.mark.timeout(280)
def test_answers_that_differ_are_decided_side_by_side(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    server = start_server("demo")
    owner = new_context().new_page()
    address = open_project(owner, server.link or "")
    project = address.rstrip("/").rsplit("/", 1)[-1]

    # The plan is set on the page of the workflow, and drawn there.
    owner.goto(f"{address}/workflow")
    owner.get_by_test_id("answers").fill("2")
    expect(owner.get_by_test_id("node-adjudicate")).to_be_visible()
    owner.get_by_test_id("save").click()
    expect(owner.get_by_text("Saved")).to_be_visible()

    # Two people answer the same item, one after the other; neither sees the other.
    people = [new_context().new_page() for _ in range(3)]
    ana = invited(owner, project, "annotator", people[0], "Ana")
    ben = invited(owner, project, "annotator", people[1], "Ben")
    rita = invited(owner, project, "reviewer", people[2], "Rita")
    said = {"project": project, "category": "RBC"}
    first, state = ana.evaluate(ANSWER, {**said, "box": [100, 100, 180, 180]})
    assert state == "waiting"
    second, state = ben.evaluate(ANSWER, {**said, "box": [300, 200, 390, 290], "category": "WBC"})

    assert first == second
    assert state == "adjudicate"

    # Somebody else decides between them.
    rita.goto(f"{address}")
    rita.get_by_role("link", name="Decide disputes").click()
    studio = Studio(rita).ready()
    expect(rita.get_by_test_id("adjudication")).to_contain_text("2 answers")
    expect(rita.get_by_test_id("dispute")).to_have_count(2)
    picture(rita, "adjudicate")
    rita.get_by_test_id("beside").click()
    expect(rita.get_by_test_id("side-by-side").locator("img")).to_have_count(3)
    rita.wait_for_timeout(600)
    picture(rita, "side-by-side")
    rita.keyboard.press("Escape")
    for _ in range(2):
        rita.get_by_test_id("dispute").first.get_by_role("button", name="Answer 1").click()
    expect(rita.get_by_text("Everything in dispute is decided")).to_be_visible()
    studio.count(1)
    studio.saved()
    task = studio.task
    rita.get_by_test_id("submit").click()

    # What was decided goes on to a review by somebody else.
    expect(rita.get_by_text("Nothing is in dispute")).to_be_visible()
    assert task
    owner.goto(f"{address}/items?state=review")
    state = owner.evaluate(
        "async (item) => (await (await fetch(`/api/v1/items/${item}`)).json()).state", first
    )
    assert state == "review"


def picture(page: Page, name: str) -> None:
    """A picture of a page for those who want to look; none otherwise."""
    folder = os.environ.get("LABELWRIGHT_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))
