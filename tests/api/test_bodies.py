"""Bad input: each ends in a problem document that says what, where and what to do."""

from dataclasses import replace

import httpx
import pytest

from labelwright.api.app import create_app
from labelwright.api.errors import MEDIA_TYPE
from labelwright.sdk.in_process import InProcess
from tests.api.conftest import HERE, V1, Api

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"{", 400, "malformed"),
        (b'{"name": NaN}', 400, "malformed"),
        (b'{"name": Infinity}', 400, "malformed"),
        (b'{"name": "a", "name": "b"}', 400, "malformed"),
        (b"[" * 100_000, 400, "malformed"),
        (b'{"name":' + b'{"a":' * 50_000, 400, "malformed"),
        (b'{"name": "\xff"}', 400, "malformed"),
        (b'{"name": "\\ud800"}', 400, "malformed"),
        (b'{"name": "a\\u0000b"}', 422, "invalid"),
        (b'{"name": 7}', 422, "invalid"),
        (b'{"name": ""}', 422, "invalid"),
        (b'{"name": "  "}', 422, "invalid"),
        (b'{"name": "a", "nmae": "b"}', 422, "invalid"),
        (b'{"name": "a", "ontology": [{"id": "c", "name": "C", "color": "red"}]}', 422, "invalid.ontology"),
        (b'{"name": "a", "ontology_yaml": "a: [b"}', 422, "invalid.ontology"),
        (b'{"name": "a", "workflow": {"lease_seconds": -1}}', 422, "invalid"),
        (b'["name"]', 422, "invalid"),
        (b"null", 422, "invalid"),
    ],
)
def test_a_bad_body_is_refused_and_nothing_is_made(
    api: Api, owner: httpx.Client, body: bytes, status: int, code: str
) -> None:
    answer = owner.post(f"{V1}/projects", content=body, headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["detail"]
    assert owner.get(f"{V1}/projects").json()["items"] == []


def test_the_place_of_the_fault_is_named(api: Api, owner: httpx.Client) -> None:
    task = "01900000-0000-7000-8000-000000000000"
    ops = [{"kind": "put", "id": "a", "at": 1, "annotation": {"id": "b", "category": "c", "shape": {
        "kind": "box", "left": 5, "top": 0, "right": 1, "bottom": 1}}}]  # fmt: skip

    answer = owner.post(f"{V1}/tasks/{task}/operations", json={"since": 0, "operations": ops})

    assert answer.status_code == 422
    assert answer.json()["place"] == "$.operations[0].annotation.shape"
    assert "width and height above zero" in answer.json()["detail"]
    assert answer.json()["code"] == "invalid.shape"


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=x", "limit=99999999999999999999", "cursor=%00", "cursor=-1", "limit=1&limit=2"],
)
def test_a_bad_query_is_refused(owner: httpx.Client, query: str) -> None:
    answer = owner.get(f"{V1}/projects?{query}")

    assert answer.status_code == 422
    assert answer.json()["place"] in ("limit", "cursor")


@pytest.mark.parametrize("thing", ["x" * 5000, "%00", "..%2f..", "' OR 1=1 --", "%F0%9F%90%8D", "-1"])
def test_an_odd_id_is_nothing(owner: httpx.Client, thing: str) -> None:
    for path in ("projects", "items", "tasks", "documents", "releases"):
        assert owner.get(f"{V1}/{path}/{thing}").status_code == 404


def test_an_unknown_path_and_a_wrong_method_are_problems_too(owner: httpx.Client) -> None:
    nowhere, wrong = owner.get(f"{V1}/nothing"), owner.put(f"{V1}/projects", json={})

    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "GET, POST"


@pytest.fixture
def narrow(api: Api):
    """A server that reads at most 1000 bytes."""
    settings = replace(api.world.context.settings, max_body_bytes=1000)
    services = type(api.world.services)(replace(api.world.context, settings=settings))
    transport = InProcess(create_app(services, access_log=False))
    client = httpx.Client(transport=transport, base_url=HERE)
    client.headers["Authorization"] = api.program(api.world.owner, "admin").headers["Authorization"]
    yield client
    transport.close()


def test_a_body_above_the_limit_is_not_read(narrow: httpx.Client) -> None:
    sent = 0

    def endless():
        nonlocal sent
        while sent < 100:
            sent += 1
            yield b" " * 500

    declared = narrow.post(f"{V1}/projects", content=b" " * 1001, headers=JSON)
    streamed = narrow.post(f"{V1}/projects", content=endless(), headers=JSON)

    assert declared.status_code == streamed.status_code == 413
    assert declared.json()["remedy"] == "Send less at once, or raise the setting max_body_bytes."
    assert sent < 100


def test_what_nobody_foresaw_tells_the_caller_only_its_number(
    api: Api, owner: httpx.Client, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(api.world.services.projects, "list", broken)

    answer = owner.get(f"{V1}/projects")

    assert answer.status_code == 500
    assert answer.json()["request"] == answer.headers["x-request-id"]
    assert "secret reason" not in answer.text
