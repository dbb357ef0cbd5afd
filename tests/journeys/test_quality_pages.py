"""The pages of quality: three people answer the same items, a reviewer puts things right, and it shows."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys import crowd
from tests.journeys.conftest import StartServer
from tests.journeys.studio import Studio
from tests.journeys.test_overlap import invited, picture
from tests.journeys.test_whole_way import open_project

ITEMS = 24

PLAN = """async ({ project }) => {
  const csrf = (await (await fetch('/api/v1/session')).json()).csrf;
  const { workflow } = await (await fetch(`/api/v1/projects/${project}/workflow`)).json();
  const overlap = { ...workflow.overlap, answers: 3, adjudicate_below: 0.2 };
  const said = await fetch(`/api/v1/projects/${project}/workflow`, { method: 'PUT',
    body: JSON.stringify({ ...workflow, review: true, overlap }),
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf } });
  return said.status;
}"""


@pytest.mark.browser
@pytest.mark.timeout(280)
def test_agreement_people_and_cost_are_read_at_a_glance(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    server = start_server("demo")
    owner = new_context().new_page()
    address = open_project(owner, server.link or "")
    project = address.rstrip("/").rsplit("/", 1)[-1]

    # Before anybody answered twice, the page says how to get there.
    owner.goto(f"{address}/quality/agreement")
    expect(owner.get_by_text("No item was answered by two people yet")).to_be_visible()
    expect(owner.get_by_role("link", name="Set overlap in the workflow")).to_be_visible()

    assert owner.evaluate(PLAN, {"project": project}) == 200
    pages = [new_context().new_page() for _ in range(4)]
    amy, ben, cem = (
        invited(owner, project, "annotator", pages[at], name) for at, name in enumerate(("Amy", "Ben", "Cem"))
    )
    rita = invited(owner, project, "reviewer", pages[3], "Rita")
    habits = {
        "Amy": {},
        "Ben": {"wrong": 0.35, "seconds": 4},
        "Cem": {"missed": 0.15, "loose": 12, "seconds": 11},
    }
    for page, name in ((amy, "Amy"), (ben, "Ben"), (cem, "Cem")):
        assert crowd.answer(page, project, name, ITEMS, **habits[name]) == ITEMS
    assert crowd.review(rita, project, 3 * ITEMS) > ITEMS

    agreement_is_explained(owner, address)
    people_are_shown(owner, address)
    cost_adds_up(owner, address)
    everybody_sees_themselves(ben, address)


def agreement_is_explained(page: Page, address: str) -> None:
    page.goto(f"{address}/quality")
    expect(page).to_have_url(re.compile("/quality/agreement$"))
    headline = page.get_by_test_id("headline")
    expect(headline).to_contain_text(re.compile(r"0\.\d\d to 0\.\d\d"))
    expect(headline).to_contain_text("3 people answered 24 items in common")
    picture(page, "agreement")

    headline.get_by_test_id("how").first.click()
    expect(page.get_by_test_id("how-told")).to_contain_text("Krippendorff")
    page.keyboard.press("Escape")

    # A cell of the matrix opens the items that both answered, the least agreement first.
    page.get_by_test_id("pairs").get_by_test_id("pair").first.click()
    shown = page.get_by_test_id("behind").first
    expect(shown.locator("img").first).to_be_visible()
    shares = [float(found) for found in re.findall(r"([\d.]+) % agree", shown.inner_text())]
    assert shares == sorted(shares)
    assert len(shares) == ITEMS

    page.get_by_test_id("confused").locator("button").first.click()
    expect(page.get_by_text(re.compile(r"\d+ times? confused")).first).to_be_visible()
    expect(page.get_by_test_id("by-category")).to_contain_text("Alpha of one category")


def people_are_shown(page: Page, address: str) -> None:
    page.goto(f"{address}/quality/people")
    people = page.get_by_test_id("person")
    expect(people.filter(has_text="Ben")).to_be_visible()
    skills = {
        name: float(
            re.search(r"([\d.]+) %", people.filter(has_text=name).get_by_test_id("skill").inner_text())[1]
        )  # type: ignore[index]
        for name in ("Amy", "Ben")
    }
    assert skills["Amy"] > skills["Ben"]
    people.filter(has_text="Ben").get_by_role("button").first.click()
    expect(page.get_by_test_id("person-more").get_by_test_id("confusion")).to_be_visible()
    people.filter(has_text="Amy").get_by_test_id("skill").hover()
    expect(page.get_by_text(re.compile("By gold items and reviews"))).to_be_visible()
    picture(page, "people")


def cost_adds_up(page: Page, address: str) -> None:
    page.goto(f"{address}/quality/cost")
    expect(page.get_by_text("Times, for no rates are set")).to_be_visible()
    page.get_by_test_id("set-rates").click()
    page.get_by_test_id("currency").fill("€")
    page.get_by_test_id("rate-annotator").fill("18")
    page.get_by_test_id("rate-reviewer").fill("30")
    page.get_by_test_id("rate-owner").fill("40")
    page.get_by_test_id("save-rates").click()
    tables = page.get_by_test_id("ledger")
    expect(tables).to_have_count(3)
    expect(tables.first).to_contain_text("€")
    for table in tables.all():
        rows = table.locator("tbody tr").all()
        *parts, total = [
            float(row.locator("td").nth(2).inner_text().split()[0].replace(",", "")) for row in rows
        ]
        assert round(sum(parts), 2) == total
        assert total > 0
    expect(page.get_by_test_id("forecast")).to_contain_text("A forecast needs three days")
    picture(page, "cost")


def everybody_sees_themselves(page: Page, address: str) -> None:
    page.goto(f"{address}/quality")
    expect(page).to_have_url(re.compile("/quality/people$"))
    expect(page.get_by_test_id("person")).to_have_count(1)
    expect(page.get_by_test_id("person")).to_contain_text("Ben")
    expect(page.get_by_text("You see nobody else")).to_be_visible()
    picture(page, "people-own")


def test_who_picks_an_often_confused_category_is_told_so_once(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    server = start_server("demo")
    owner = new_context().new_page()
    address = open_project(owner, server.link or "")
    project = address.rstrip("/").rsplit("/", 1)[-1]
    ontology = owner.evaluate(
        "async project => (await fetch(`/api/v1/projects/${project}/ontology`)).json()", project
    )
    category = ontology["ontology"]["categories"][1]["id"]
    report = {
        "warnings": {category: "Look twice."},
        "pairs": [{"one": category, "other": "x", "one_for_other": 6, "other_for_one": 0}],
    }  # fmt: skip
    owner.route("**/quality/warnings*", lambda route: route.fulfill(json=report))

    owner.goto(f"{address.replace('/projects/', '/studio/')}?stage=annotate")
    Studio(owner).ready()
    note = owner.get_by_test_id("confusion-note")
    expect(note).to_have_count(0)
    owner.get_by_test_id(f"category-{category}").click()
    expect(note).to_contain_text("Look twice: 6 times")
    picture(owner, "confusion-note")
    owner.get_by_role("radiogroup").first.get_by_role("radio").first.click()
    owner.get_by_test_id(f"category-{category}").click()

    expect(note).to_have_count(0)
