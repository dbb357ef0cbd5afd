"""The dataset page, on the sample project: filters by click, views, tags on many, and its address."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Server, StartServer


class Dataset:
    """The dataset page, and what the server knows."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        page.goto(server.link or server.url)
        page.get_by_test_id("welcome-later").click()
        page.wait_for_url(re.compile(r"/(projects/.*)?$"))
        self.project: str = self.api("/projects")["items"][0]["id"]
        self.items: dict[str, Any] = self.api(f"/projects/{self.project}/items?limit=500")

    def api(self, path: str) -> Any:
        """What the server answers to a question."""
        return self.page.evaluate("path => fetch('/api/v1' + path).then(answer => answer.json())", path)

    def open(self, query: str = "") -> None:
        self.page.goto(f"{self.server.url}/projects/{self.project}/explore{query}")
        self.cards.first.wait_for()

    @property
    def cards(self) -> Locator:
        return self.page.get_by_test_id("item")

    @property
    def filter(self) -> dict[str, Any]:
        """The filter in the address."""
        return json.loads(parse_qs(urlsplit(self.page.url).query).get("filter", ["{}"])[0])

    def facet(self, name: str) -> Locator:
        return self.page.locator(f"[data-facet={name}]")

    def counts(self, number: int) -> None:
        words = f"{number} item" if number == 1 else f"{number} items"
        expect(self.page.get_by_test_id("total")).to_have_text(words)


@pytest.fixture
def dataset(start_server: StartServer, page: Page) -> Dataset:
    return Dataset(page, start_server("demo"))


def test_bars_filter_and_let_go_and_the_address_brings_it_back(dataset: Dataset) -> None:
    page, every = dataset.page, dataset.items["total"]
    states = [item["state"] for item in dataset.items["items"]]
    dataset.open()
    dataset.counts(every)

    dataset.facet("states").locator("[data-value=done]").click()
    dataset.counts(states.count("done"))
    assert dataset.filter == {"states": ["done"]}
    expect(page.get_by_test_id("chips")).to_contain_text("State: Done")
    # What else there is stays in sight, so that the choice can be widened.
    dataset.facet("states").locator("[data-value=review]").click()
    dataset.counts(states.count("done") + states.count("review"))

    bins = dataset.facet("annotations").locator("button[data-min]:not(:disabled)")
    bins.last.click()
    expect(bins.last).to_have_attribute("aria-pressed", "true")
    least = dataset.filter["annotations"]["min"]
    found = [
        item for item in dataset.items["items"]
        if item["state"] in ("done", "review") and item["annotations"] >= least
    ]  # fmt: skip
    dataset.counts(len(found))
    address = page.url

    page.go_back()
    dataset.counts(states.count("done") + states.count("review"))
    page.goto(address)
    dataset.counts(len(found))
    expect(dataset.cards).to_have_count(len(found))
    bins.last.click()
    dataset.counts(states.count("done") + states.count("review"))
    page.get_by_role("button", name="Clear all filters").click()
    dataset.counts(every)


def test_many_items_are_tagged_at_once_and_the_view_is_kept(dataset: Dataset) -> None:
    page = dataset.page
    done = [item["id"] for item in dataset.items["items"] if item["state"] == "done"]
    dataset.open()
    dataset.facet("states").locator("[data-value=done]").click()
    dataset.counts(len(done))

    dataset.cards.first.hover()
    dataset.cards.first.locator("input[type=checkbox]").click()
    expect(page.get_by_test_id("acts")).to_contain_text("1 item selected")
    page.get_by_role("button", name=f"Select all {len(done)}").click()
    page.get_by_role("button", name="Tags…").click()
    page.get_by_role("combobox", name="Add").fill("checked twice")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("act-confirm")).to_have_text(f"Change {len(done)} items")
    page.get_by_test_id("act-confirm").click()
    expect(dataset.facet("tags").locator("[data-value='checked twice']")).to_contain_text(str(len(done)))

    page.get_by_role("button", name="Clear all filters").click()
    dataset.facet("tags").locator("[data-value='checked twice']").click()
    dataset.counts(len(done))
    page.get_by_test_id("views").click()
    page.get_by_role("menuitem", name="Save this view…").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Twice checked")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The view is saved")).to_be_visible()

    dataset.open()
    dataset.counts(dataset.items["total"])
    page.get_by_test_id("views").click()
    page.get_by_role("menuitem", name="Twice checked").click()
    dataset.counts(len(done))
    assert dataset.filter == {"tags": ["checked twice"]}


def test_an_item_opens_beside_the_gallery_and_arrows_go_on(dataset: Dataset) -> None:
    page = dataset.page
    names = [item["name"] for item in dataset.items["items"]]
    dataset.open()

    dataset.cards.nth(1).locator("button").first.click()
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text(names[1])
    page.keyboard.press("ArrowRight")
    expect(panel).to_contain_text(names[2])
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)

    # By keys alone: to the third, chosen; then its panel.
    dataset.cards.first.locator("button").first.focus()
    for key in ("ArrowRight", "ArrowRight", "x"):
        page.keyboard.press(key)
        page.wait_for_timeout(120)
    expect(dataset.cards.nth(2)).to_have_attribute("data-chosen", "true")


def test_the_old_addresses_of_the_list_lead_here(dataset: Dataset) -> None:
    dataset.page.goto(f"{dataset.server.url}/projects/{dataset.project}/items?state=done")
    dataset.page.wait_for_url("**/explore?filter=**")

    assert dataset.filter == {"states": ["done"]}
