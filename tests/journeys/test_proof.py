"""The whole proof: three people answer, somebody decides, experts judge, and a certificate says it."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys import crowd
from tests.journeys.conftest import StartServer
from tests.journeys.studio import Studio
from tests.journeys.test_overlap import invited
from tests.journeys.test_shapes import labelwright
from tests.journeys.test_whole_way import open_project

ITEMS = 16
HABITS = {
    "Amy": {"wrong": 0.02, "missed": 0.0},
    "Ben": {"wrong": 0.3, "missed": 0.05, "seconds": 4},
    "Cem": {"wrong": 0.05, "missed": 0.2, "loose": 10, "seconds": 11},
}
MOST = 80  # verdicts; a claim of 20 % with one error among them needs fewer


@pytest.mark.browser
@pytest.mark.timeout(290)
def test_from_three_answers_to_a_certificate(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    server = start_server("demo")
    owner = new_context().new_page()
    address = open_project(owner, server.link or "")
    project = address.rstrip("/").rsplit("/", 1)[-1]

    three_are_asked(owner, address)
    pages = [new_context().new_page() for _ in range(4)]
    for page, (name, habits) in zip(pages, HABITS.items(), strict=False):
        invited(owner, project, "annotator", page, name)
        assert crowd.answer(page, project, name, ITEMS, **habits) == ITEMS
    people_agree_so_far(owner, address)

    rita = invited(owner, project, "reviewer", pages[3], "Rita")
    one_dispute_is_decided(rita, address)
    crowd.review(rita, project, ITEMS, stage="adjudicate")
    work_is_reviewed(owner, address)
    assert crowd.review(owner, project, 2 * ITEMS) >= ITEMS - 1
    who_is_good_at_it(owner, address)

    labelwright("release", "create", "Blood cells", "v1", "--data", server.data)
    eva = invited(owner, project, "reviewer", new_context().new_page(), "Eva")  # who had no hand in it
    the_claim_is_proved(eva, owner, address)
    certificate_is_signed(owner, address)
    server.stop()
    assert "is what it was" in labelwright("release", "verify", "Blood cells", "v1", "--data", server.data)


def three_are_asked(owner: Page, address: str) -> None:
    owner.goto(f"{address}/workflow")
    owner.get_by_test_id("answers").fill("3")
    expect(owner.get_by_test_id("node-adjudicate")).to_be_visible()
    look(owner, "1-workflow")
    owner.get_by_test_id("save").click()
    expect(owner.get_by_text("Saved")).to_be_visible()


def people_agree_so_far(owner: Page, address: str) -> None:
    owner.goto(f"{address}/quality/agreement")
    headline = owner.get_by_test_id("headline")
    expect(headline).to_contain_text(f"3 people answered {ITEMS} items in common")
    expect(headline).to_contain_text(re.compile(r"0\.\d\d to 0\.\d\d"))
    look(owner, "2-agreement")


def one_dispute_is_decided(rita: Page, address: str) -> None:
    rita.goto(address)
    rita.get_by_role("link", name="Decide disputes").click()
    studio = Studio(rita).ready()
    expect(rita.get_by_test_id("adjudication")).to_contain_text("3 answers")
    look(rita, "3-adjudicate")
    while rita.get_by_test_id("dispute").count():
        left = rita.get_by_test_id("dispute").count()
        rita.get_by_test_id("dispute").first.get_by_role("button", name="Answer 1").click()
        expect(rita.get_by_test_id("dispute")).to_have_count(left - 1)
    studio.saved()
    before = studio.item
    rita.get_by_test_id("submit").click()
    rita.wait_for_function(
        "before => document.querySelector('[data-testid=studio]')?.dataset.item !== before", arg=before
    )


def work_is_reviewed(owner: Page, address: str) -> None:
    owner.goto(f"{address.replace('/projects/', '/studio/')}?stage=review")
    studio = Studio(owner).ready()
    look(owner, "4-review")
    before = studio.item
    owner.get_by_test_id("accept").click()
    owner.wait_for_function(
        "before => document.querySelector('[data-testid=studio]')?.dataset.item !== before", arg=before
    )


def who_is_good_at_it(owner: Page, address: str) -> None:
    owner.goto(f"{address}/quality/people")
    people = owner.get_by_test_id("person")
    expect(people.filter(has_text="Ben")).to_be_visible()
    skills = {
        name: float(
            re.search(r"([\d.]+) %", people.filter(has_text=name).get_by_test_id("skill").inner_text())[1]  # type: ignore[index]
        )
        for name in HABITS
    }
    assert max(skills, key=lambda name: skills[name]) == "Amy"
    look(owner, "5-people")


def the_claim_is_proved(judge: Page, owner: Page, address: str) -> None:
    owner.goto(f"{address}/releases/v1/audits")
    if owner.get_by_label("End the tour").count():
        owner.get_by_label("End the tour").click()
    owner.get_by_role("button", name="Open an audit").click()
    owner.get_by_test_id("at-most").fill("20")
    look(owner, "6-open-audit")
    owner.get_by_role("button", name="Open the audit").click()
    expect(owner.get_by_role("link", name="Judge")).to_be_visible()
    judge.goto(f"{address}/releases/v1/audits")
    judge.get_by_role("link", name="Judge").click()
    expect(judge.get_by_test_id("draw-picture")).to_be_visible()
    look(judge, "7-judge")
    for judged in range(1, MOST):
        # The third is judged wrong: a claim is proved in spite of it, only later.
        judge.keyboard.press("2" if judged == 3 else "1")
        expect(judge.get_by_test_id("standing")).to_contain_text(f"{judged} judged")
        settled = "[data-testid=draw-picture]:not([data-busy=true]), [data-testid=end]"
        expect(judge.locator(settled)).to_be_visible()
        if judge.get_by_test_id("end").count():
            break
    expect(judge.get_by_test_id("end")).to_contain_text("The claim is proved")
    look(judge, "8-proved")


def certificate_is_signed(owner: Page, address: str) -> None:
    owner.goto(f"{address}/releases/v1/audits")
    expect(owner.get_by_test_id("audit-state")).to_have_text("Proved")
    owner.get_by_role("button", name="Close and sign").click()
    statement = owner.get_by_test_id("statement")
    expect(statement).to_contain_text("% wrong (95 % confidence)")
    look(owner, "9-certificate")


def look(page: Page, name: str) -> None:
    """Pictures of a page in both themes and two widths, for those who want to look; none otherwise."""
    folder = os.environ.get("LABELWRIGHT_PICTURES")
    if not folder:
        return
    size = page.viewport_size
    for width, height, theme in ((1280, 720, "light"), (1920, 1080, "dark")):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("theme => document.documentElement.dataset.mantineColorScheme = theme", theme)
        page.wait_for_timeout(600)
        page.screenshot(path=str(Path(folder) / f"{name}-{theme}.png"))
    page.evaluate("() => document.documentElement.dataset.mantineColorScheme = 'light'")
    page.set_viewport_size(size or {"width": 1280, "height": 720})
