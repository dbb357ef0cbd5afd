"""Uploads: safe names, nothing of half a file."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from labelwright.api.app import create_app
from labelwright.api.callers import COOKIE
from labelwright.sdk.in_process import InProcess
from tests.api.conftest import HERE, V1, Api


@pytest.fixture
def upload(api: Api, owner: httpx.Client) -> str:
    return owner.post(f"{V1}/projects/{api.world.project().id}/uploads").json()["id"]


def files(api: Api) -> set[str]:
    folder = api.world.context.uploads
    return {
        path.relative_to(folder).as_posix().partition("/")[2] or path.name
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".json"
    }


@pytest.mark.parametrize("name", ["a.png", "folder/ä b.jpg", "x/y/z/…🐍.tif", ".hidden", "a..b", "-rf"])
def test_a_file_lies_under_the_name_it_was_sent_with(
    api: Api, owner: httpx.Client, upload: str, name: str
) -> None:
    answer = owner.put(f"{V1}/uploads/{upload}/files", params={"name": name}, content=b"bytes")

    assert answer.json() == {"name": name, "bytes": 5}
    assert files(api) == {name}


@pytest.mark.parametrize(
    "name",
    [
        "../a.png", "a/../../b.png", "/etc/passwd", "a//b.png", "a/./b", "..", ".", "a/", "C:/x.png", "C:x",
        "..\\a.png", "a\nb.png", "a\x7fb", "x" * 256, "ä" * 200, "/".join(["d" * 100] * 10), "",
    ],
)  # fmt: skip
def test_a_hostile_name_is_refused(api: Api, owner: httpx.Client, upload: str, name: str) -> None:
    answer = owner.put(f"{V1}/uploads/{upload}/files", params={"name": name}, content=b"bytes")

    assert answer.status_code == 422
    assert files(api) == set()


def test_a_file_and_a_folder_of_one_name_are_told_apart(owner: httpx.Client, upload: str) -> None:
    address = f"{V1}/uploads/{upload}/files"
    owner.put(address, params={"name": "a"}, content=b"1")

    assert owner.put(address, params={"name": "a/b"}, content=b"2").status_code == 422
    owner.put(address, params={"name": "c/d"}, content=b"1")
    assert owner.put(address, params={"name": "c"}, content=b"2").status_code == 422


def test_sending_a_file_again_replaces_it(api: Api, owner: httpx.Client, upload: str) -> None:
    address = f"{V1}/uploads/{upload}/files"

    for content in (b"first", b"second"):
        owner.put(address, params={"name": "a"}, content=content)

    assert (api.world.context.uploads / upload / "a").read_bytes() == b"second"


def test_nothing_is_kept_of_a_file_that_breaks_off(api: Api, owner: httpx.Client, upload: str) -> None:
    received: Iterator[dict[str, object]] = iter(
        [{"type": "http.request", "body": b"x" * (3 << 20), "more_body": True}, {"type": "http.disconnect"}]
    )
    sent: list[dict[str, object]] = []
    headers = {"host": "127.0.0.1", **owner.headers, "cookie": f"{COOKIE}={owner.cookies[COOKIE]}"}
    scope = {
        "type": "http", "method": "PUT", "path": f"{V1}/uploads/{upload}/files", "query_string": b"name=a",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def receive() -> dict[str, object]:
        return next(received)

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    asyncio.run(api.app(scope, receive, send))

    assert files(api) == set()
    assert [message["status"] for message in sent if "status" in message] == [499]


def test_a_file_above_the_limit_leaves_nothing(api: Api, owner: httpx.Client, upload: str) -> None:
    settings = replace(api.world.context.settings, max_upload_bytes=2_000_000)
    services = type(api.world.services)(replace(api.world.context, settings=settings))
    transport = InProcess(create_app(services, access_log=False))
    client = httpx.Client(transport=transport, base_url=HERE, headers=owner.headers, cookies=owner.cookies)
    address = f"{V1}/uploads/{upload}/files"

    declared = client.put(address, params={"name": "a"}, content=b"x" * 2_000_001)
    streamed = client.put(address, params={"name": "a"}, content=iter([b"x" * 1_500_000] * 2))
    transport.close()

    assert declared.status_code == streamed.status_code == 413
    assert files(api) == set()


def test_an_upload_is_its_makers_alone(api: Api, owner: httpx.Client, upload: str) -> None:
    manager = api.person(api.world.person("mia", "manager"))

    answer = manager.put(f"{V1}/uploads/{upload}/files", params={"name": "a"}, content=b"bytes")

    assert answer.status_code == 404
    assert manager.delete(f"{V1}/uploads/{upload}").status_code == 404
    assert files(api) == set()


def test_an_upload_thrown_away_is_gone(api: Api, owner: httpx.Client, upload: str) -> None:
    owner.put(f"{V1}/uploads/{upload}/files", params={"name": "a"}, content=b"bytes")

    assert owner.delete(f"{V1}/uploads/{upload}").status_code == 204
    assert list(Path(api.world.context.uploads).iterdir()) == []
    assert owner.delete(f"{V1}/uploads/{upload}").status_code == 404
