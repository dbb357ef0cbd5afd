"""A write that is sent twice is done once."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from labelwright.storage.schema import idempotency
from tests.api.conftest import V1, Api

KEY = {"Idempotency-Key": "0123456789abcdef"}


def names(client: httpx.Client) -> list[str]:
    return [entry["name"] for entry in client.get(f"{V1}/projects").json()["items"]]


def test_the_same_request_again_gets_the_same_answer(owner: httpx.Client) -> None:
    first, second = (owner.post(f"{V1}/projects", json={"name": "Cells"}, headers=KEY) for _ in range(2))

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert names(owner) == ["Cells"]


def test_sent_eight_times_at_once_it_is_done_once(api: Api) -> None:
    clients = [api.person(api.world.owner) for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda c: c.post(f"{V1}/projects", json={"name": "Cells"}, headers=KEY), clients)
        )

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"conflict.in_progress"}


def test_another_request_under_the_same_key_is_refused(owner: httpx.Client) -> None:
    owner.post(f"{V1}/projects", json={"name": "Cells"}, headers=KEY)

    answer = owner.post(f"{V1}/projects", json={"name": "Other"}, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid.key_reused")
    assert names(owner) == ["Cells"]


def test_a_refusal_is_not_kept(owner: httpx.Client) -> None:
    refused = owner.post(f"{V1}/projects", json={"name": " "}, headers=KEY)

    made = owner.post(f"{V1}/projects", json={"name": "Cells"}, headers=KEY)

    assert (refused.status_code, made.status_code) == (422, 201)


def test_keys_of_two_people_are_two_keys(api: Api, owner: httpx.Client) -> None:
    manager = api.person(api.world.person("mia", "manager"))

    first = owner.post(f"{V1}/projects", json={"name": "One"}, headers=KEY)
    second = manager.post(f"{V1}/projects", json={"name": "Two"}, headers=KEY)

    assert (first.status_code, second.status_code) == (201, 201)


def test_an_answer_that_holds_a_secret_is_kept_nowhere(api: Api, owner: httpx.Client) -> None:
    body = {"name": "script", "scopes": ["read"]}

    made = owner.post(f"{V1}/tokens", json=body, headers=KEY)

    assert made.json()["token"].startswith("lw_")
    kept = api.world.context.database.read(lambda tx: tx.execute(idempotency.select()).all())
    assert kept == []


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
def test_a_key_that_is_none_is_refused(owner: httpx.Client, key: str) -> None:
    answer = owner.post(f"{V1}/projects", json={"name": "Cells"}, headers={"Idempotency-Key": key})

    assert answer.status_code == 422
