"""The tagging service and webhooks over HTTP: bodies, statuses, what is kept back."""

import base64
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from labelwright.sdk import Client
from labelwright.services import tagging
from tests.api.conftest import HERE, V1, Api
from tests.services.test_predictions import CELL, detector


@pytest.fixture
def picture() -> bytes:
    data = BytesIO()
    Image.new("RGB", (100, 80), (1, 50, 90)).save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def model(api: Api, tmp_path: Path) -> str:
    detector(api.world, tmp_path, CELL)
    return "tiny"


def test_bytes_and_json_get_the_same_answer(
    api: Api, owner: httpx.Client, model: str, picture: bytes
) -> None:
    project = api.world.project()
    raw = owner.post(f"{V1}/tag?model=tiny&boxes=true&project={project.id}", content=picture)
    said = {"image": base64.b64encode(picture).decode(), "model": model, "boxes": True}
    as_json = owner.post(f"{V1}/tag", json={**said, "project": project.id})

    assert raw.status_code == as_json.status_code == 200
    assert raw.json() == as_json.json()
    assert raw.json()["tags"][0] == {
        "label": "cell",
        "confidence": 0.9,
        "category": "cell",
        "name": "Cell",
    }


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"image": "AAAA"}, 422, "file.unreadable_image"),
        ({"image": "#"}, 422, "invalid"),
        ({"address": "http://127.0.0.1/", "fetch": True}, 422, "invalid"),
        ({"image": "AAAA", "model": "nobody"}, 422, "model.unknown"),
        ({"image": "AAAA", "project": "nothing"}, 404, "not_found"),
        ({"image": "AAAA", "least_confidence": 2}, 422, "invalid"),
        ({"picture": "AAAA"}, 422, "invalid"),
    ],
)
def test_bad_requests_are_named(owner: httpx.Client, body: dict, status: int, code: str) -> None:
    answer = owner.post(f"{V1}/tag", json=body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_json_that_is_none_is_named(owner: httpx.Client) -> None:
    answer = owner.post(f"{V1}/tag", content=b"{", headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_full_service_says_when_to_come_again(
    owner: httpx.Client, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "RUNNING", 0)
    monkeypatch.setattr(tagging, "WAITING", 0)

    answer = owner.post(f"{V1}/tag", content=picture)

    assert (answer.status_code, answer.json()["code"]) == (429, "tagging.busy")
    assert answer.headers["Retry-After"] == "5"


def test_the_client_tags_asks_and_manages_webhooks(
    api: Api, model: str, picture: bytes, tmp_path: Path
) -> None:
    project = api.world.project()
    made = api.world.services.accounts.tokens.create(api.world.owner, "program", ["manage"])
    (tmp_path / "one.png").write_bytes(picture)
    client = Client(HERE, made.token, transport=api.transport)  # the fixture closes the transport
    said = client.tagging.tag(tmp_path / "one.png", model=model, project=project.id, ask_below=0.99)
    good, bad = client.tagging.batch([picture, b"no picture"], model=model)
    asked = client.tagging.request(said.request or "")
    webhook = client.webhooks.add(project.id, "http://1.1.1.1/", "tag.answered")
    listed = client.webhooks.list(project.id)
    off = client.webhooks.turn(webhook.id, on=False)
    client.webhooks.remove(webhook.id)
    left = client.webhooks.list(project.id)

    assert (said.state, asked.state, asked.said["model"]) == ("pending", "pending", "tiny")
    assert good.result is not None
    assert good.result.tags[0].label == "cell"
    assert (bad.error or {})["code"] == "file.unreadable_image"
    assert webhook.secret
    assert [(one.id, one.secret) for one in listed] == [(webhook.id, None)]
    assert (off.active, left) == (False, [])
