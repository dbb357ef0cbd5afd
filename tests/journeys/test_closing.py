"""Handing in is meant once: a key held down, and a sign-in that ended, do no harm."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.journeys.conftest import StartServer
from tests.journeys.test_durability import address_of, studio_of


@pytest.mark.browser
def test_a_key_held_down_hands_in_one_item(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    studio = studio_of(start_server("demo"), context.new_page())
    first = studio.task
    studio.draw_box((0.2, 0.2), (0.3, 0.3))
    studio.saved()

    studio.page.keyboard.down("Control")
    for _ in range(40):  # without a release between them, these are repeats
        studio.page.keyboard.down("Enter")
        studio.page.wait_for_timeout(50)
    studio.page.keyboard.up("Enter")
    studio.page.keyboard.up("Control")
    studio.next_item(first)

    answer = studio.page.evaluate(
        "project => fetch(`/api/v1/projects/${project}/tasks?state=submitted&stage=annotate&limit=100`)"
        ".then(r => r.json()).then(page => page.items.map(task => task.id))",
        studio.page.url.split("/studio/")[1].split("?")[0],
    )
    assert first in answer
    assert studio.task not in answer
    assert len(answer) == 20  # the sample project begins with 19


@pytest.mark.browser
def test_work_after_a_sign_out_elsewhere_is_delivered_after_the_next_sign_in(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    server = start_server("demo")
    context = new_context()
    studio = studio_of(server, context.new_page())
    address = address_of(studio)
    studio.draw_box((0.2, 0.2), (0.3, 0.3))
    studio.saved()
    cookies = context.cookies()

    context.clear_cookies()  # what signing out in another tab does to this one
    studio.draw_box((0.4, 0.2), (0.5, 0.3))
    studio.page.wait_for_url("**/sign-in**")
    context.add_cookies(cookies)

    studio.page.goto(address)
    studio.ready().count(2)
    studio.saved()
    studio.page.reload()
    studio.ready().count(2)
