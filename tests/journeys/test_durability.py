"""Bad days in the studio: a dead network, a dead server, two tabs. No edit is lost."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import Server, StartServer
from tests.journeys.studio import Studio


def studio_of(server: Server, page: Page) -> Studio:
    """The studio on the first task of the sample project."""
    page.goto(server.link or "")
    page.get_by_test_id("welcome-later").click()
    page.get_by_role("link", name="Blood cells").first.click()
    page.get_by_role("link", name="Start annotating").click()
    return Studio(page).ready()


def address_of(studio: Studio) -> str:
    """The address that opens this very task."""
    return f"{studio.page.url.split('?')[0]}?stage=annotate&task={studio.task}"


@pytest.mark.browser
def test_what_is_drawn_without_a_network_is_delivered_once_it_is_back(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    studio = studio_of(start_server("demo"), context.new_page())
    address = address_of(studio)

    context.set_offline(True)
    studio.draw_box((0.2, 0.2), (0.3, 0.3))
    studio.draw_box((0.4, 0.2), (0.5, 0.3))
    studio.count(2)
    expect(studio.page.get_by_test_id("save-state")).to_have_attribute("data-state", "offline")
    context.set_offline(False)

    studio.saved()
    studio.page.goto(address)
    studio.ready().count(2)


@pytest.mark.browser
def test_what_is_drawn_while_the_server_is_dead_survives_closing_the_tab(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    server = start_server("demo")
    context = new_context()
    studio = studio_of(server, context.new_page())
    address = address_of(studio)
    studio.draw_box((0.2, 0.2), (0.3, 0.3))
    studio.saved()

    server.kill()
    studio.draw_box((0.4, 0.2), (0.5, 0.3))
    expect(studio.page.get_by_test_id("save-state")).to_have_attribute("data-state", "offline")
    studio.page.close()
    start_server("demo", data=server.data, port=urlsplit(server.url).port)

    again = Studio(context.new_page())
    again.page.goto(address)
    again.ready().count(2)
    again.saved()


@pytest.mark.browser
def test_two_tabs_on_one_task_merge(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    first = studio_of(start_server("demo"), context.new_page())
    second = Studio(context.new_page())
    second.page.goto(address_of(first))
    second.ready()

    first.draw_box((0.2, 0.2), (0.3, 0.3))
    first.saved()
    second.draw_box((0.4, 0.2), (0.5, 0.3))
    second.saved()
    first.draw_box((0.6, 0.2), (0.7, 0.3))
    first.saved()

    first.count(3)
    second.count(3)  # told by the first as soon as it is saved
