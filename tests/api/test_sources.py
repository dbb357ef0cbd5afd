"""Sources over HTTP: connected, synced by a job, and their pictures shown like any other."""

import threading
from pathlib import Path

import httpx
from sqlalchemy import select

from labelwright.storage.schema import sources
from labelwright.worker.jobs import perform
from tests.api.conftest import V1, Api
from tests.services.test_item_import import data_of


def test_a_source_is_connected_synced_looked_at_and_removed(
    api: Api, owner: httpx.Client, tmp_path: Path
) -> None:
    project = api.world.project().id
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.png").write_bytes(data_of(1))

    made = owner.post(f"{V1}/projects/{project}/sources", json={"url": str(folder)})
    begun = owner.post(f"{V1}/sources/{made.json()['id']}/sync")
    perform(api.world.context, begun.json()["job"], 0, threading.Event())

    assert (made.status_code, begun.status_code) == (201, 202)
    assert owner.get(f"{V1}/imports/{begun.json()['import_id']}").json()["report"]["added"] == 1
    (listed,) = owner.get(f"{V1}/projects/{project}/sources").json()["items"]
    assert (listed["items"], listed["report"]["added"], listed["job"]) == (1, 1, None)
    item = owner.get(f"{V1}/projects/{project}/items").json()["items"][0]["id"]
    assert owner.get(f"{V1}/items/{item}/image").content == data_of(1)
    for kind in ("thumbnail", "preview", "crop?left=0&top=0&right=20&bottom=20"):
        assert owner.get(f"{V1}/items/{item}/{kind}").status_code == 200
    assert owner.delete(f"{V1}/sources/{listed['id']}").status_code == 204
    assert owner.get(f"{V1}/items/{item}/image").status_code == 200


def test_a_picture_that_changed_in_its_source_is_an_error_with_a_name(
    api: Api, owner: httpx.Client, tmp_path: Path
) -> None:
    project = api.world.project().id
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.png").write_bytes(data_of(1))
    source = owner.post(f"{V1}/projects/{project}/sources", json={"url": str(folder)}).json()["id"]
    begun = owner.post(f"{V1}/sources/{source}/sync").json()
    perform(api.world.context, begun["job"], 0, threading.Event())
    (folder / "a.png").write_bytes(data_of(2))
    item = owner.get(f"{V1}/projects/{project}/items").json()["items"][0]["id"]

    answer = owner.get(f"{V1}/items/{item}/image")

    assert (answer.status_code, answer.json()["code"]) == (422, "file.source_changed")


def test_a_key_is_refused_and_never_kept(api: Api, owner: httpx.Client) -> None:
    project = api.world.project().id
    body = {"url": "s3://bucket", "secret_access_key": "hidden-word"}

    answer = owner.post(f"{V1}/projects/{project}/sources", json=body)

    assert answer.status_code == 422
    assert api.world.context.database.read(lambda tx: tx.execute(select(sources)).all()) == []
