"""Crops of items: decoded once, kept within bounds, and made anew when what was kept is gone."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import update

from labelwright.core.errors import NotFound, UnreadableImage
from labelwright.core.shapes import Bounds
from labelwright.media.crop import Window
from labelwright.services import crops as module
from labelwright.services.crops import Crops, sweep
from labelwright.storage.schema import items
from tests.services.conftest import World


@pytest.fixture
def picture(world: World) -> str:
    """An item with a picture of its own."""
    data = BytesIO()
    Image.effect_noise((100, 80), 90).convert("RGB").save(data, "PNG")
    return with_bytes(world, data.getvalue())


def with_bytes(world: World, data: bytes) -> str:
    project = world.project(f"With {len(data)}", items=1)
    item = world.services.items.list(world.owner, project.id).items[0].id
    sha256, size = world.context.blobs.put([data])
    values = {"sha256": sha256, "bytes": size}
    world.context.database.write(
        lambda tx: tx.execute(update(items).where(items.c.id == item).values(**values))
    )
    return item


def crop(world: World, crops: Crops, item: str, left: int = 10) -> bytes:
    window = Window(left, 10, left + 20, 30)
    row, _ = crops.found(world.owner, item, window, 64)
    return crops.crop(row, window, 64)


def test_many_crops_of_a_picture_decode_it_once(
    world: World, picture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []
    real = module.read_image

    def counted(source: Path, name: str, limits: module.ImageLimits):
        decoded.append(threading.current_thread().name)
        return real(source, name, limits)

    monkeypatch.setattr(module, "read_image", counted)
    crops = Crops(world.context)

    with ThreadPoolExecutor(8) as hands:
        sent = list(hands.map(lambda left: crop(world, crops, picture, left), range(40)))

    assert len(decoded) == 1
    assert len(set(sent)) == 40


def test_pictures_that_nobody_uses_are_let_go_of(
    world: World, picture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    crops = Crops(world.context)
    crop(world, crops, picture)
    assert len(crops._decoded) == 1

    monkeypatch.setattr(module, "FORGOTTEN", -1.0)
    crops._look_after()

    assert crops._decoded == {}


def test_no_more_pictures_are_held_than_there_is_room_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DECODED", 2 * 3 * 100 * 80)
    crops = Crops(world.context)
    for shade in range(5):
        data = BytesIO()
        Image.new("RGB", (100, 80), (shade, 0, 0)).save(data, "PNG", compress_level=shade)
        crop(world, crops, with_bytes(world, data.getvalue() + bytes(shade)))

    assert len(crops._decoded) == 2


def test_renditions_may_be_deleted_at_any_time(world: World, picture: str) -> None:
    crops = Crops(world.context)
    first = crop(world, crops, picture)
    (look,) = crops.looks([(crops.found(world.owner, picture, Window(0, 0, 9, 9), 64)[0], BOUNDS)], 5)
    shutil.rmtree(world.context.renditions)
    fresh = Crops(world.context)

    assert crop(world, fresh, picture) == first
    (again,) = fresh.looks([(fresh.found(world.owner, picture, Window(0, 0, 9, 9), 64)[0], BOUNDS)], 5)
    assert look is not None
    assert again is not None
    assert np.allclose(look, again)


BOUNDS = Bounds(10, 10, 40, 40)


def test_looks_are_kept_and_need_no_picture_the_second_time(world: World, picture: str) -> None:
    crops = Crops(world.context)
    row, _ = crops.found(world.owner, picture, Window(0, 0, 9, 9), 64)
    (first,) = crops.looks([(row, BOUNDS)], 5)
    world.context.blobs.delete(row.sha256)

    (kept,) = Crops(world.context).looks([(row, BOUNDS)], 5)
    (other,) = Crops(world.context).looks([(row, Bounds(1, 1, 5, 5))], 5)

    assert first is not None
    assert kept is not None
    assert np.allclose(first, kept, atol=1e-3)
    assert other is None


def test_without_time_nothing_is_looked_at(world: World, picture: str) -> None:
    crops = Crops(world.context)
    row, _ = crops.found(world.owner, picture, Window(0, 0, 9, 9), 64)

    assert crops.looks([(row, BOUNDS)], -1) == [None]


def test_damaged_looks_are_made_anew(world: World, picture: str) -> None:
    crops = Crops(world.context)
    row, _ = crops.found(world.owner, picture, Window(0, 0, 9, 9), 64)
    crops.looks([(row, BOUNDS)], 5)
    (file,) = world.context.renditions.glob("*/*.looks")
    file.write_bytes(b"1,2,3,4\nshort")

    (look,) = Crops(world.context).looks([(row, BOUNDS)], 5)

    assert look is not None


def test_a_damaged_or_missing_picture_says_so(world: World, picture: str) -> None:
    crops = Crops(world.context)
    with pytest.raises(UnreadableImage):
        crop(world, crops, with_bytes(world, b"this is no picture"))
    row, _ = crops.found(world.owner, picture, Window(0, 0, 9, 9), 64)
    world.context.blobs.delete(row.sha256)

    with pytest.raises(NotFound):
        crop(world, crops, picture)


def test_the_oldest_crops_make_room(tmp_path: Path) -> None:
    folder = tmp_path / "ab"
    folder.mkdir()
    for number in range(5):
        (folder / f"x.crop.{number}.webp").write_bytes(bytes(100))
    (folder / "x.small.webp").write_bytes(bytes(1000))

    sweep(tmp_path, keep=250)

    left = [path.name for path in folder.glob("*.crop.*")]
    assert len(left) == 2
    assert (folder / "x.small.webp").is_file()
