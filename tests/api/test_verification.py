"""The grid over HTTP: crops, pages, verdicts that count once, and who may."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import update

from labelwright.core.shapes import Box
from labelwright.services.access import Actor
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import items
from tests.api.conftest import V1, Api

WINDOW = {"left": 10, "top": 5, "right": 50, "bottom": 45}


class Place:
    """A project with an item under review that has a picture, and its reviewer."""

    def __init__(self, api: Api) -> None:
        self.api = api
        world = api.world
        self.project = world.project(items=1).id
        self.ana: Actor = world.person("ana", "annotator", self.project)
        self.ben: Actor = world.person("ben", "reviewer", self.project)
        self.reviewer = api.person(self.ben)
        self.item = world.services.items.list(world.owner, self.project).items[0].id
        task = world.services.queue.next(self.ana, self.project) or ""
        boxes = [Box(10, 10, 30, 30), Box(40, 40, 62, 60)]
        made = tuple(world.put(box=box) for box in boxes)
        world.services.submissions.submit(self.ana, task, Submitting(operations=made))
        self.picture = Image.effect_noise((100, 80), 80).convert("RGB")
        data = BytesIO()
        self.picture.save(data, "PNG")
        sha256, size = world.context.blobs.put([data.getvalue()])
        values = {"sha256": sha256, "bytes": size}
        world.context.database.write(
            lambda tx: tx.execute(update(items).where(items.c.id == self.item).values(**values))
        )

    @property
    def grid(self) -> str:
        return f"{V1}/projects/{self.project}/verification"

    def cells(self) -> list[dict[str, Any]]:
        return self.reviewer.get(self.grid).json()["cells"]

    def judge(self, cells: list[dict[str, Any]], **options: Any) -> httpx.Response:
        operations = [
            {
                "kind": "judge", "id": self.api.world.context.new_id(), "at": 1_700_000_000_000,
                "annotation": cell["annotation"]["id"], "verdict": "accepted", "seconds": 0.9,
            }
            for cell in cells
        ]  # fmt: skip
        body = {"drafts": [{"task": cells[0]["task"], "operations": operations}]}
        return self.reviewer.post(f"{self.grid}/operations", json=body, **options)

    def crop(self, client: httpx.Client | None = None, headers: Any = None, **changed: Any) -> httpx.Response:
        query = {**WINDOW, **changed}
        return (client or self.reviewer).get(
            f"{V1}/items/{self.item}/crop", params=query, headers=headers or {}
        )


@pytest.fixture
def place(api: Api) -> Place:
    return Place(api)


def test_a_crop_is_the_exact_part_of_the_picture(place: Place) -> None:
    answer = place.crop()

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/webp"
    sent = Image.open(BytesIO(answer.content)).convert("RGB")
    assert sent.tobytes() == place.picture.crop((10, 5, 50, 45)).tobytes()


def test_a_crop_that_the_browser_has_is_not_sent_again(place: Place) -> None:
    first = place.crop()

    again = place.crop(headers={"If-None-Match": first.headers["etag"]})
    other = place.crop(left=11, headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 304
    assert again.content == b""
    assert other.status_code == 200


def test_a_second_crop_comes_from_the_renditions(place: Place) -> None:
    kept = place.api.world.context.renditions
    place.crop()
    found = list(kept.glob("*/*.crop.*.webp"))

    assert len(found) == 1
    assert place.crop().content == found[0].read_bytes()


@pytest.mark.parametrize(
    "changed",
    [{"right": 101}, {"left": 50}, {"left": -1}, {"top": 45}, {"size": 9}, {"size": 5000}, {"left": "x"}],
)
def test_a_crop_that_cannot_be_is_refused_in_words(place: Place, changed: dict[str, Any]) -> None:
    answer = place.crop(**changed)

    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_an_outsider_learns_of_no_crop(place: Place) -> None:
    out = place.api.person(place.api.world.person("out"))

    assert place.crop(out).status_code == 404


def test_the_crop_of_a_damaged_picture_says_what_is_wrong(place: Place) -> None:
    context = place.api.world.context
    sha256, _ = context.blobs.put([b"no picture at all"])
    context.database.write(
        lambda tx: tx.execute(update(items).where(items.c.id == place.item).values(sha256=sha256))
    )

    answer = place.crop()

    assert answer.status_code == 422
    assert answer.json()["code"] == "file.unreadable_image"


def test_a_page_holds_what_the_browser_needs_to_paint(place: Place) -> None:
    page = place.reviewer.get(place.grid, params={"limit": 1, "sort": "largest"}).json()

    (cell,) = page["cells"]
    assert page["total"] == 2
    assert page["next"]
    assert cell["annotation"]["shape"] == {"kind": "box", "left": 40, "top": 40, "right": 62, "bottom": 60}
    assert cell["window"]["left"] < 40 < 62 < cell["window"]["right"]
    assert (cell["width"], cell["height"]) == (100, 80)


def test_verdicts_and_closing_over_http(place: Place) -> None:
    cells = place.cells()

    judged = place.judge(cells).json()["drafts"][0]
    standing = place.reviewer.get(f"{place.grid}/standing").json()["reviews"]
    closed = place.reviewer.post(
        f"{place.grid}/closing", json={"tasks": [cells[0]["task"]], "verdict": "accepted"}
    ).json()

    assert judged["outcome"] == "saved"
    assert standing[0]["tally"] == {"annotations": 2, "accepted": 2, "amended": 0, "returned": 0, "open": 0}
    assert closed["closed"][0]["item_state"] == "done"
    assert place.cells() == []
    history = place.reviewer.get(f"{V1}/items/{place.item}/history").json()
    assert history["submissions"][0]["seconds"] == pytest.approx(1.8)


def test_a_batch_sent_twice_under_one_key_counts_once(place: Place) -> None:
    cells = place.cells()
    operation = {
        "kind": "judge", "id": "one-operation", "at": 1, "annotation": cells[0]["annotation"]["id"],
        "verdict": "accepted", "seconds": 1,
    }  # fmt: skip
    body = {"drafts": [{"task": cells[0]["task"], "operations": [operation]}]}
    address, headers = f"{place.grid}/operations", {"Idempotency-Key": "page-1"}

    first = place.reviewer.post(address, json=body, headers=headers)
    again = place.reviewer.post(address, json=body, headers=headers)
    without_key = place.reviewer.post(address, json=body)

    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert without_key.json()["drafts"][0]["revision"] == 1


def test_annotators_may_look_at_predictions_alone(place: Place) -> None:
    ana = place.api.person(place.ana)

    assert ana.get(place.grid).status_code == 403
    assert ana.get(place.grid, params={"source": "predictions"}).status_code == 200
    assert ana.get(f"{place.grid}/standing").status_code == 403
    assert ana.post(f"{place.grid}/closing", json={"tasks": [], "verdict": "accepted"}).status_code == 403


def test_bad_bodies_are_refused(place: Place) -> None:
    address = f"{place.grid}/operations"
    cell = place.cells()[0]
    twice = {"task": cell["task"], "operations": []}

    for body in ({"drafts": [twice, twice]}, {"drafts": [{"task": ""}]}, {"judged": []}):
        assert place.reviewer.post(address, json=body).status_code == 422
    closing = place.reviewer.post(
        f"{place.grid}/closing", json={"tasks": [cell["task"]], "verdict": "returned"}
    )
    assert closing.status_code == 422
    assert closing.json()["place"] == "comment"
