"""Tiles over HTTP: made once, upright, cached by browsers, refused in words."""

import threading
import time
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
import pyvips
from PIL import Image

from labelwright.core.errors import NoRoom
from labelwright.media.decode import ImageLimits
from labelwright.media.rendition import examine
from labelwright.services import pyramids
from labelwright.services.pictures import Pictures
from labelwright.services.renditions import Renditions
from tests.api.conftest import V1, Api
from tests.api.test_pictures import add

DEEP = ["Deep gray (I;16), shown from its darkest to its brightest values."]


@pytest.fixture
def project(api: Api) -> str:
    return api.world.project().id


def png(values: np.ndarray) -> bytes:
    out = BytesIO()
    Image.fromarray(values).save(out, "PNG")
    return out.getvalue()


def noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def added(api: Api, project: str, data: bytes, width: int, height: int, **values: object) -> str:
    return add(api, project, data, width=width, height=height, **values)


@pytest.fixture
def big(api: Api, project: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, np.ndarray]:
    """An item whose pyramid is made by a process of its own, as of a huge one."""
    monkeypatch.setattr(pyramids, "AT_ONCE", 1000)
    values = noise(1100, 700)
    return added(api, project, png(values), 1100, 700), values


def when_ready(client: httpx.Client, item: str) -> dict[str, object]:
    deadline = time.monotonic() + 60
    while True:
        told = client.get(f"{V1}/items/{item}/tiles").json()
        if told["state"] != "making" or time.monotonic() > deadline:
            return told
        time.sleep(0.05)


def test_a_small_picture_has_its_tiles_at_once(api: Api, owner: httpx.Client, project: str) -> None:
    values = noise(600, 400)
    item = added(api, project, png(values), 600, 400)

    answer = owner.get(f"{V1}/items/{item}/tiles/0/1/0")

    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert (np.asarray(Image.open(BytesIO(answer.content))) == values[:, 511:]).all()
    assert owner.get(f"{V1}/items/{item}/tiles").json() == {
        "state": "ready", "done": 1.0, "problem": None, "remedy": None,
    }  # fmt: skip


def test_a_browser_that_has_a_tile_is_not_sent_it_again(api: Api, owner: httpx.Client, project: str) -> None:
    item = added(api, project, png(noise(60, 40)), 60, 40)
    tag = owner.get(f"{V1}/items/{item}/tiles/0/0/0").headers["etag"]

    again = owner.get(f"{V1}/items/{item}/tiles/0/0/0", headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")


def test_a_large_picture_is_made_aside_and_said_to_be_on_its_way(
    owner: httpx.Client, big: tuple[str, np.ndarray]
) -> None:
    item, values = big

    early = owner.get(f"{V1}/items/{item}/tiles/0/0/0")
    told = when_ready(owner, item)
    late = owner.get(f"{V1}/items/{item}/tiles/0/0/0")

    assert (early.status_code, early.json()["code"]) == (409, "conflict.not_ready")
    assert told["state"] == "ready"
    assert (np.asarray(Image.open(BytesIO(late.content))) == values[:513, :513]).all()


def test_many_requests_make_a_pyramid_once(
    api: Api, big: tuple[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    item, _ = big
    made: list[str] = []
    really = pyramids.make_apart

    def counted(orders: pyramids.Orders, watch: object) -> None:
        made.append(orders.name)
        really(orders, watch)

    monkeypatch.setattr(pyramids, "make_apart", counted)
    clients = [api.person(api.world.owner) for _ in range(6)]
    threads = [threading.Thread(target=when_ready, args=(client, item)) for client in clients]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 1


def test_many_requests_make_a_small_pyramid_once(
    api: Api, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = added(api, project, png(noise(900, 800)), 900, 800)
    made: list[str] = []
    really = pyramids.make_pyramid

    def counted(source: object, name: str, *rest: object) -> None:
        made.append(name)
        time.sleep(0.2)
        really(source, name, *rest)

    monkeypatch.setattr(pyramids, "make_pyramid", counted)
    statuses: list[int] = []
    clients = [api.person(api.world.owner) for _ in range(6)]

    def ask(client: httpx.Client) -> None:
        statuses.append(client.get(f"{V1}/items/{item}/tiles/0/0/0").status_code)

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 6
    assert len(made) == 1


@pytest.mark.parametrize(
    ("at", "place"),
    [("1/0/0", "level"), ("0/2/0", "x"), ("0/0/1", "y"), ("a/0/0", "level"), ("0/-1/0", "x"),
     ("0/0/99999999999999999999", "y")],
)  # fmt: skip
def test_a_tile_that_is_not_there_is_refused_with_its_place(
    api: Api, owner: httpx.Client, project: str, at: str, place: str
) -> None:
    item = added(api, project, png(noise(1000, 40)[:, :600]), 600, 40)
    levels = 2

    answer = owner.get(f"{V1}/items/{item}/tiles/{at.replace('1/0/0', f'{levels}/0/0')}")

    assert (answer.status_code, answer.json()["place"]) == (422, place)
    assert answer.json()["remedy"]


def test_the_file_may_vanish_before_its_tiles_are_made(
    api: Api, owner: httpx.Client, project: str, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.png"
    item = added(api, project, png(noise(60, 40)), 60, 40, source_path=str(gone))

    for path in ("tiles", "tiles/0/0/0", "image"):
        answer = owner.get(f"{V1}/items/{item}/{path}")

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_damaged_file_is_told_once_and_not_tried_with_every_request(
    api: Api, owner: httpx.Client, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = added(api, project, png(noise(600, 400))[:9000], 600, 400)
    tries: list[str] = []
    really = pyramids.make_pyramid

    def counted(source: object, name: str, *rest: object) -> None:
        tries.append(name)
        really(source, name, *rest)

    monkeypatch.setattr(pyramids, "make_pyramid", counted)

    answers = [owner.get(f"{V1}/items/{item}/tiles/0/0/0") for _ in range(3)]
    told = owner.get(f"{V1}/items/{item}/tiles").json()

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(422, "file.unreadable_image")] * 3
    assert told["state"] == "failed"
    assert "cut short" in told["problem"]
    assert told["remedy"]
    assert len(tries) == 1


def test_a_full_disk_is_told_and_tried_again_later(
    api: Api, owner: httpx.Client, big: tuple[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    item, _ = big
    monkeypatch.setattr(pyramids, "LEFT_FREE", 2**60)

    told = when_ready(owner, item)
    tile = owner.get(f"{V1}/items/{item}/tiles/0/0/0")
    monkeypatch.setattr(pyramids, "LEFT_FREE", 0)
    monkeypatch.setattr(pyramids, "REMEMBERED", 0.0)

    assert told["state"] == "failed"
    assert "no room" in told["problem"]
    assert (tile.status_code, tile.json()["code"]) == (503, NoRoom.code)
    assert when_ready(owner, item)["state"] == "ready"


def test_old_pyramids_make_room_for_new_ones(
    api: Api, owner: httpx.Client, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pyramids, "AT_ONCE", 1000)
    ids = [added(api, project, png(np.roll(noise(700, 500), number, 0)), 700, 500) for number in range(3)]
    context = api.world.context
    object.__setattr__(context.settings, "max_tiles_bytes", 3_600_000)  # room for two

    for item in ids:
        assert when_ready(owner, item)["state"] == "ready"
    kept = list(context.renditions.glob("*/*.tiles.tif"))

    assert len(kept) == 2
    assert when_ready(owner, ids[0])["state"] == "ready"


def test_a_damaged_pyramid_is_made_anew(api: Api, owner: httpx.Client, project: str) -> None:
    item = added(api, project, png(noise(60, 40)), 60, 40)
    owner.get(f"{V1}/items/{item}/tiles/0/0/0")
    kept = next(api.world.context.renditions.glob("*/*.tiles.tif"))
    kept.write_bytes(b"")
    api.world.services.pictures = Pictures(api.world.context)  # as after a restart

    first = owner.get(f"{V1}/items/{item}/tiles/0/0/0")
    second = owner.get(f"{V1}/items/{item}/tiles/0/0/0")

    assert (first.status_code, second.status_code) == (422, 200)


def envelope(api: Api, owner: httpx.Client, project: str, item: str) -> dict[str, object]:
    tasks = owner.get(f"{V1}/projects/{project}/tasks").json()["items"]
    task = next(task["id"] for task in tasks if task["item"] == item)
    return owner.get(f"{V1}/tasks/{task}").json()["item"]


def test_the_envelope_says_how_a_picture_is_shown(api: Api, owner: httpx.Client, project: str) -> None:
    plain = added(api, project, png(noise(60, 40)), 60, 40)
    huge = added(api, project, png(noise(61, 40)), 40_000, 30_000)

    small, large = (envelope(api, owner, project, item) for item in (plain, huge))

    assert (small["tiles"], small["depth"]) == (None, None)
    assert large["tiles"] == {"size": 512, "overlap": 1, "levels": 8}
    assert large["preview"] == f"{V1}/items/{huge}/preview"


def test_a_deep_picture_comes_with_its_values(api: Api, owner: httpx.Client, project: str) -> None:
    values = np.linspace(100, 4000, 600 * 400).reshape(400, 600).astype(np.uint16)
    item = added(api, project, png(values), 600, 400, notes=DEEP)

    told = envelope(api, owner, project, item)
    tile = owner.get(f"{V1}/items/{item}/tiles/0/0/0")
    two = np.asarray(Image.open(BytesIO(tile.content))).astype(int)

    assert told["tiles"]["levels"] == 2
    assert (told["depth"]["minimum"], told["depth"]["maximum"], told["depth"]["bits"]) == (100, 4000, 16)
    assert 100 < told["depth"]["low"] < 110
    assert (two[..., 0] * 256 + two[..., 1] == values[:, :513]).all()


def test_a_deep_picture_whose_file_is_gone_still_has_an_envelope(
    api: Api, owner: httpx.Client, project: str, tmp_path: Path
) -> None:
    gone = str(tmp_path / "gone.png")
    item = added(api, project, png(noise(60, 40)), 60, 40, notes=DEEP, source_path=gone)

    assert envelope(api, owner, project, item)["depth"] is None


def test_a_large_picture_has_a_preview(api: Api, owner: httpx.Client, project: str) -> None:
    wide = pyvips.Image.sines(9000, 1000).linear(100, 120).cast("uchar")
    item = added(api, project, wide.pngsave_buffer(compression=1), 9000, 1000)
    small = added(api, project, png(noise(60, 40)), 60, 40)

    shown = owner.get(f"{V1}/items/{item}/preview")
    again = owner.get(f"{V1}/items/{item}/preview", headers={"If-None-Match": shown.headers["etag"]})

    assert Image.open(BytesIO(shown.content)).size == (2048, 228)
    assert again.status_code == 304
    assert owner.get(f"{V1}/items/{small}/preview").content == png(noise(60, 40))


def test_a_huge_tiff_is_converted_for_those_who_ask_for_all_of_it(
    api: Api, owner: httpx.Client, project: str
) -> None:
    wide = pyvips.Image.sines(6000, 4500).linear(100, 120).cast("uchar")
    data = wide.tiffsave_buffer(tile=True, compression="deflate")
    item = added(api, project, data, 6000, 4500, media_type="image/tiff")

    shown = owner.get(f"{V1}/items/{item}/image")

    assert shown.headers["content-type"] == "image/png"
    assert (np.asarray(Image.open(BytesIO(shown.content))) == wide.numpy()).all()


def test_an_import_keeps_what_a_huge_picture_is_first_shown_by(api: Api) -> None:
    values = (np.arange(700 * 400) % 5000).reshape(400, 700).astype(np.uint16)
    found = examine(png(values), "deep.png", ImageLimits())
    kept = Renditions(api.world.context.renditions)

    kept.keep_examined("ab" * 32, found)

    assert kept.depth("ab" * 32) == found.depth
    assert kept.find("ab" * 32, "preview") is not None
    assert not list(api.world.context.renditions.rglob(".*"))
