"""The sample project is there after the first start, and the second start changes nothing."""

import httpx

from tests.journeys.conftest import Server, StartServer

EXPECTED = {"done": 12, "returned": 1, "review": 6, "waiting": 41}


def test_the_sample_project_is_made_once(start_server: StartServer) -> None:
    first = start_server("demo")
    before = projects(first)
    first.stop()
    again = start_server("demo", data=first.data)

    assert [entry["name"] for entry in before] == ["Blood cells"]
    assert before[0]["counts"] == EXPECTED
    assert projects(again) == before


def test_twenty_items_wait_with_predictions_to_correct(start_server: StartServer) -> None:
    server = start_server("demo")
    browser = signed_in(server)
    project = browser.get("/projects").json()["items"][0]["id"]
    listed = browser.get(f"/projects/{project}/items", params={"state": "waiting", "limit": 100}).json()

    histories = [browser.get(f"/items/{entry['id']}/history").json() for entry in listed["items"]]

    assert sum(bool(history["predictions"]) for history in histories) == 20


def projects(server: Server) -> list[dict]:
    """What the owner sees."""
    return signed_in(server).get("/projects").json()["items"]


def signed_in(server: Server) -> httpx.Client:
    """The owner's browser, come in by the printed link."""
    browser = httpx.Client(base_url=f"{server.url}/api/v1", timeout=30)
    answer = browser.post("/session/link", json={"token": server.link.split("#token=")[1]})
    assert answer.status_code == 200, answer.text
    return browser
