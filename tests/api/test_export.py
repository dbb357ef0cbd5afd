"""Exports over HTTP: a zip that is streamed, and nothing dropped without a word."""

import json
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest

from labelwright.services.submissions import Submitting
from tests.api.conftest import V1, Api
from tests.api.test_pictures import add, encoded


@pytest.fixture
def project(api: Api) -> str:
    return api.world.project("Blood “cells” / 1", review=False).id


def world_id(api: Api) -> bytes:
    """Bytes behind a picture's end that make it another one."""
    return api.world.context.new_id().encode()


def label(api: Api, project: str, *operations: object) -> None:
    """One item that is done, with these annotations."""
    add(api, project, encoded("PNG") + world_id(api), width=40, height=20)
    world = api.world
    task = world.services.queue.next(world.owner, project) or ""
    world.services.submissions.submit(world.owner, task, Submitting(operations=operations))


def opened(answer: httpx.Response) -> ZipFile:
    return ZipFile(BytesIO(answer.content))


def test_an_export_is_a_zip_with_pictures_and_a_report(api: Api, owner: httpx.Client, project: str) -> None:
    label(api, project, api.world.put())

    answer = owner.get(f"{V1}/projects/{project}/export", params={"format": "coco"})

    names = opened(answer).namelist()
    assert answer.headers["content-type"] == "application/zip"
    assert "filename*=UTF-8''Blood%20%E2%80%9Ccells" in answer.headers["content-disposition"]
    assert any(name.endswith(".png") for name in names)
    assert json.loads(opened(answer).read("report.json"))["kept"] == 1


def test_without_pictures_there_are_none(api: Api, owner: httpx.Client, project: str) -> None:
    label(api, project, api.world.put())

    answer = owner.get(f"{V1}/projects/{project}/export", params={"format": "voc", "media": "none"})

    assert not any(name.endswith(".png") for name in opened(answer).namelist())


def test_what_a_format_cannot_hold_is_not_dropped_without_a_word(
    api: Api, owner: httpx.Client, project: str
) -> None:
    label(api, project, api.world.put(), api.world.put(category="dirt", box=None))
    address = f"{V1}/projects/{project}/export"

    refused = owner.get(address, params={"format": "voc"})
    told = owner.get(f"{address}/report", params={"format": "voc"}).json()
    allowed = owner.get(address, params={"format": "voc", "drop": "true"})

    assert (refused.status_code, refused.json()["code"]) == (409, "export.would_drop")
    assert refused.json()["report"]["dropped"] == told["dropped"] != {}
    assert json.loads(opened(allowed).read("report.json"))["dropped"] == told["dropped"]


def test_a_release_is_exported_as_it_was_frozen(api: Api, owner: httpx.Client, project: str) -> None:
    label(api, project, api.world.put())
    owner.post(f"{V1}/projects/{project}/releases", json={"tag": "v1"})
    label(api, project, api.world.put())

    def items(**params: str) -> int:
        answer = owner.get(f"{V1}/projects/{project}/export", params={"format": "yolo", **params})
        return json.loads(opened(answer).read("report.json"))["items"]

    assert (items(release="v1"), items()) == (1, 2)


def test_since_another_release_only_what_is_new_goes_out(api: Api, owner: httpx.Client, project: str) -> None:
    label(api, project, api.world.put())
    owner.post(f"{V1}/projects/{project}/releases", json={"tag": "v1"})
    label(api, project, api.world.put())
    owner.post(f"{V1}/projects/{project}/releases", json={"tag": "v2"})

    answer = owner.get(
        f"{V1}/projects/{project}/export", params={"format": "coco", "release": "v2", "since": "v1"}
    )

    archive = opened(answer)
    delta = json.loads(archive.read("delta.json"))
    assert json.loads(archive.read("report.json"))["items"] == 1
    assert (delta["since"], len(delta["added"]), delta["changed"], delta["removed"]) == ("v1", 1, [], [])
    assert "v2-since-v1" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"format": "excel"}, 422),
        ({}, 422),
        ({"format": "coco", "release": "none"}, 404),
        ({"format": "coco", "media": "link"}, 422),
    ],
)
def test_an_export_that_cannot_be_made_is_a_problem_and_no_zip(
    owner: httpx.Client, project: str, params: dict[str, str], status: int
) -> None:
    answer = owner.get(f"{V1}/projects/{project}/export", params=params)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_formats_are_listed(owner: httpx.Client) -> None:
    found = {entry["name"]: entry for entry in owner.get(f"{V1}/formats").json()["items"]}

    assert {"coco", "voc", "yolo", "yolo-seg"} <= set(found)
    assert "box" in found["coco"]["keeps"]


def test_a_caller_who_hangs_up_ends_the_export(api: Api, owner: httpx.Client, project: str) -> None:
    import threading

    for _ in range(3):
        label(api, project, api.world.put())

    with owner.stream("GET", f"{V1}/projects/{project}/export", params={"format": "coco"}) as answer:
        next(answer.iter_raw())

    for thread in threading.enumerate():
        if thread.name == "export":
            thread.join(10)
            assert not thread.is_alive()
