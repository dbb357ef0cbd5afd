"""Imports and jobs over HTTP: begun once, seen by those who may, stopped and tried again."""

from pathlib import Path

import httpx
import pytest

from tests.api.conftest import V1, Api


@pytest.fixture
def project(api: Api) -> str:
    return api.world.project().id


def begin(client: httpx.Client, project: str, **headers: str) -> httpx.Response:
    upload = client.post(f"{V1}/projects/{project}/uploads").json()["id"]
    client.put(f"{V1}/uploads/{upload}/files", params={"name": "a.png"}, content=b"bytes")
    body = {"kind": "items", "upload": upload}
    return client.post(f"{V1}/projects/{project}/imports", json=body, headers=headers)


def test_an_import_begins_with_a_job_that_waits(owner: httpx.Client, project: str) -> None:
    started = begin(owner, project)

    made = started.json()["import"]
    assert started.status_code == 202
    assert (made["state"], made["kind"], made["can_undo"]) == ("queued", "items", False)
    assert owner.get(f"{V1}/imports/{made['id']}").json() == made
    assert owner.get(f"{V1}/jobs/{made['job']}").json()["state"] == "queued"
    assert [job["id"] for job in owner.get(f"{V1}/jobs", params={"project": project}).json()["items"]] == [
        made["job"]
    ]


def test_an_import_that_is_asked_for_twice_begins_once(owner: httpx.Client, project: str) -> None:
    upload = owner.post(f"{V1}/projects/{project}/uploads").json()["id"]
    body = {"kind": "items", "upload": upload}

    answers = [
        owner.post(f"{V1}/projects/{project}/imports", json=body, headers={"Idempotency-Key": "k1"})
        for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert len(owner.get(f"{V1}/projects/{project}/imports").json()["items"]) == 1


def test_a_job_is_cancelled_once_and_tried_again(owner: httpx.Client, project: str) -> None:
    job = begin(owner, project).json()["import"]["job"]

    cancelled, again = (owner.post(f"{V1}/jobs/{job}/cancel") for _ in range(2))
    retried = owner.post(f"{V1}/jobs/{job}/retry")

    assert cancelled.json()["state"] == "cancelled"
    assert (again.status_code, again.json()["code"]) == (409, "conflict.wrong_state")
    assert retried.json()["state"] == "queued"


def test_a_running_import_is_not_undone(owner: httpx.Client, project: str) -> None:
    made = begin(owner, project).json()["import"]

    answer = owner.post(f"{V1}/imports/{made['id']}/undo")

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict.wrong_state")


def test_only_an_owner_imports_from_a_folder_of_the_server(api: Api, project: str, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    body = {"kind": "items", "source": str(tmp_path / "pictures"), "in_place": True}
    manager = api.person(api.world.person("mia", "manager"))

    refused = manager.post(f"{V1}/projects/{project}/imports", json=body)

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert api.person(api.world.owner).post(f"{V1}/projects/{project}/imports", json=body).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "items"},
        {"kind": "items", "source": "relative/path"},
        {"kind": "items", "source": "/no/such/folder"},
        {"kind": "items", "upload": "x", "source": "/tmp"},
        {"kind": "nothing"},
        {},
    ],
)
def test_a_source_that_is_none_is_refused(owner: httpx.Client, project: str, body: dict[str, str]) -> None:
    assert owner.post(f"{V1}/projects/{project}/imports", json=body).status_code == 422
    assert owner.get(f"{V1}/projects/{project}/imports").json()["items"] == []


def test_the_folder_of_labelwright_itself_is_not_imported(
    api: Api, owner: httpx.Client, project: str
) -> None:
    for source in (api.world.context.settings.data, Path("/")):
        body = {"kind": "items", "source": str(source)}

        assert owner.post(f"{V1}/projects/{project}/imports", json=body).status_code == 422
