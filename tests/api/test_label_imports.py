"""Imports of labels over HTTP: the mapping as one structure, the look, and what is refused."""

import json
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from labelwright.worker.jobs import perform
from tests.api.conftest import V1, Api


@pytest.fixture
def project(api: Api) -> str:
    return api.world.project(items=1, review=False).id


def uploaded(client: httpx.Client, project: str, name: str, words: list[str]) -> str:
    """An upload of a COCO file with a box for each word."""
    content = {
        "images": [{"id": 1, "file_name": name, "width": 100, "height": 80}],
        "categories": [{"id": number, "name": word} for number, word in enumerate(words)],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": n, "bbox": [12 * n, 2, 10, 10]} for n in range(len(words))
        ],
    }
    upload = client.post(f"{V1}/projects/{project}/uploads").json()["id"]
    client.put(
        f"{V1}/uploads/{upload}/files", params={"name": "labels.json"}, content=json.dumps(content).encode()
    )
    return upload


def run(api: Api, client: httpx.Client, project: str, **body: Any) -> dict[str, Any]:
    started = client.post(f"{V1}/projects/{project}/imports", json={"kind": "labels", **body})
    assert started.status_code == 202, started.text
    made = started.json()["import"]
    perform(api.world.context, made["job"], 0, threading.Event())
    return client.get(f"{V1}/imports/{made['id']}").json()


def test_labels_come_in_by_a_mapping_and_a_merge(api: Api, owner: httpx.Client, project: str) -> None:
    name = owner.get(f"{V1}/projects/{project}/items").json()["items"][0]["name"]
    upload = uploaded(owner, project, name, ["Zelle", "junk", "new"])
    mapping = {
        "categories": {
            "Zelle": {"do": "map", "to": "cell"},
            "junk": {"do": "ignore"},
            "new": {"do": "create", "name": "Brand new", "color": "#123456"},
        }
    }

    preview = run(api, owner, project, upload=upload, mapping=mapping, mode="merge", dry_run=True)
    done = run(api, owner, project, upload=upload, mapping=mapping, mode="merge", iou=0.7, keep="ours")

    assert preview["report"]["created_categories"] == ["Brand new"]
    assert preview["can_undo"] is False
    counts = {"matched": 0, "the_same": 0, "ours_kept": 0, "theirs_taken": 0, "added": 2}
    assert done["report"]["merge"] == {"iou": 0.7, "keep": "ours", **counts}
    assert "mapping" not in done["args"]


def test_a_look_says_what_an_upload_holds(owner: httpx.Client, project: str) -> None:
    upload = uploaded(owner, project, "a.png", ["Cell"])

    look = owner.post(f"{V1}/projects/{project}/imports/look", json={"upload": upload}).json()

    assert (look["images"], look["label_files"]) == (0, 1)
    assert look["formats"][0]["name"] == "coco"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"mapping": {"categories": {"a": {"do": "map", "to": "nothing"}}}}, "mapping.categories.a"),
        ({"mapping": {"categories": {"a": {"do": "paint"}}}}, None),
        ({"mapping": {"attributes": {"a": {"do": "create", "kind": "poem"}}}}, "mapping.attributes.a"),
        ({"mode": "both"}, "mode"),
        ({"mode": "merge", "iou": 0}, "iou"),
        ({"keep": "mine"}, "keep"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(
    owner: httpx.Client, project: str, wrong: dict[str, Any], place: str | None
) -> None:
    upload = uploaded(owner, project, "a.png", ["Cell"])

    answer = owner.post(
        f"{V1}/projects/{project}/imports", json={"kind": "labels", "upload": upload, **wrong}
    )

    assert answer.status_code == 422
    assert place is None or answer.json()["place"] == place


def test_a_look_at_the_server_is_for_owners(api: Api, project: str, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    manager = api.person(api.world.person("mia", "manager"))

    refused = manager.post(f"{V1}/projects/{project}/imports/look", json={"source": str(tmp_path / "here")})

    assert refused.status_code == 403


@pytest.mark.parametrize(
    "name",
    [
        "a.jsonl", "a.ndjson", "a.geojson", "a.manifest", "a.xml", "a.csv", "a.tsv", "a.txt", "data.yaml",
        "a.yml", "a.parquet", "a.tfrecord", "a.tfrecord-00001-of-00010", "a.record", "a.datum", "a.ini",
        "a.pbtxt", "a.npy",
    ],
)  # fmt: skip
def test_label_files_of_every_kind_are_uploaded_and_known_as_labels(
    owner: httpx.Client, project: str, name: str
) -> None:
    upload = owner.post(f"{V1}/projects/{project}/uploads").json()["id"]

    sent = owner.put(f"{V1}/uploads/{upload}/files", params={"name": f"labels/{name}"}, content=b"bytes")
    look = owner.post(f"{V1}/projects/{project}/imports/look", json={"upload": upload}).json()

    assert sent.status_code == 200
    assert (look["images"], look["label_files"]) == (0, 1)
