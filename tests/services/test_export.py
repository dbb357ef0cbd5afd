"""What goes out is what was accepted: whole, streamed, in upright pictures, and never less in silence."""

import io
import itertools
import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image
from pycocotools.coco import COCO
from sqlalchemy import insert, update

from labelwright.core.errors import NotFound, UnknownName
from labelwright.core.shapes import Box, Point, Polygon
from labelwright.formats import registry
from labelwright.formats.folder import source_of
from labelwright.formats.format import WouldDrop
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import documents, items
from tests.services.conftest import World

_places = itertools.count(1)
POLYGON = Polygon(parts=(((Point(5, 5), Point(40, 6), Point(20, 44)),),))


def label(world: World, project: str, data: bytes, *puts: object, **values: object) -> str:
    """One item that is done, with these bytes and annotations."""
    (item_id,) = world.add_items(project, 1)
    sha256, length = world.context.blobs.put([data])
    with Image.open(io.BytesIO(data)) as image:
        kind = Image.MIME[image.format or ""]
    row = {"sha256": sha256, "bytes": length, "media_type": kind, "width": 60, "height": 50, **values}
    world.context.database.write(
        lambda tx: tx.execute(update(items).where(items.c.id == item_id).values(**row))
    )
    task = world.services.queue.next(world.owner, project, "annotate") or ""
    world.services.submissions.submit(world.owner, task, Submitting(operations=puts))
    return item_id


def picture(color: int, kind: str = "PNG", size: tuple[int, int] = (60, 50), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (color, 0, 0)).save(out, kind, **options)
    return out.getvalue()


def zipped(world: World, project: str, **options: Any) -> zipfile.ZipFile:
    _, parts = world.services.exports.stream(world.owner, project, **options)
    return zipfile.ZipFile(io.BytesIO(b"".join(parts)))


def test_pycocotools_shows_the_boxes_that_were_drawn(world: World, tmp_path: Path) -> None:
    project = world.project(review=False).id
    drawn = [Box(left=1.5, top=2, right=30, bottom=40.25), Box(left=0, top=0, right=60, bottom=50)]
    label(world, project, picture(1), *(world.put(box=box) for box in drawn))
    label(world, project, picture(2), world.put(category="dirt"))

    world.services.exports.write(world.owner, project, tmp_path / "out", format="coco")

    seen = COCO(str(tmp_path / "out" / "annotations.json"))
    first, second = (seen.loadAnns(seen.getAnnIds(imgIds=[image])) for image in (1, 2))
    assert [entry["bbox"] for entry in first] == [[1.5, 2, 28.5, 38.25], [0, 0, 60, 50]]
    assert [entry["category_id"] for entry in (*first, *second)] == [1, 1, 2]
    assert all((tmp_path / "out/images" / image["file_name"]).is_file() for image in seen.imgs.values())


@pytest.mark.parametrize("name", registry.FORMATS)
def test_every_format_streams_what_it_writes(world: World, tmp_path: Path, name: str) -> None:
    project = world.project(review=False).id
    given = (world.put(), world.put(box=POLYGON), world.put(category="dirt", box=None))
    label(world, project, picture(1), *given)

    with zipped(world, project, format=name, drop=True) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "streamed")
    report = world.services.exports.write(world.owner, project, tmp_path / "written", format=name, drop=True)

    files = {p.relative_to(tmp_path / "written"): p.read_bytes() for p in _files(tmp_path / "written")}
    assert files == {
        p.relative_to(tmp_path / "streamed"): p.read_bytes() for p in _files(tmp_path / "streamed")
    }
    told = json.loads((tmp_path / "written/report.json").read_text())
    assert (told["kept"], told["items"]) == (report.kept, 1)
    items = registry.get(name).read(source_of(tmp_path / "written")).items
    came = sum(len(item.document.annotations) for item in items)
    told_of = sum(report.converted.values()) + sum(report.dropped.values())
    assert report.kept <= came <= len(given) <= came + told_of
    assert came > 0


def test_nothing_is_dropped_without_a_word(world: World, tmp_path: Path) -> None:
    project = world.project(review=False).id
    label(world, project, picture(1), world.put(), world.put(category="dirt", box=None))

    with pytest.raises(WouldDrop) as refused:
        world.services.exports.write(world.owner, project, tmp_path / "out", format="coco")
    with pytest.raises(WouldDrop):
        world.services.exports.stream(world.owner, project, format="coco")
    told = world.services.exports.report(world.owner, project, format="coco")

    assert not (tmp_path / "out").exists()
    assert refused.value.report.dropped == told.dropped
    assert sum(told.dropped.values()) == 1


def test_a_turned_photo_leaves_upright_with_its_coordinates(world: World, tmp_path: Path) -> None:
    project = world.project(review=False).id
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    stored = picture(9, "JPEG", size=(50, 60), exif=exif)
    label(world, project, stored, world.put(), name="turned.jpg", orientation=6)

    report = world.services.exports.write(world.owner, project, tmp_path / "out", format="coco")

    with Image.open(tmp_path / "out/images/turned.jpg") as image:
        assert image.size == (60, 50)
        assert image.getexif().get(ExifTags.Base.Orientation, 1) == 1
    assert any("upright" in what for what in report.converted)


def test_other_pictures_leave_byte_for_byte(world: World) -> None:
    project = world.project(review=False).id
    label(world, project, picture(7), world.put(), name="a b.png")

    archive = zipped(world, project, format="coco")

    assert archive.read("images/a b.png") == picture(7)


def test_a_release_leaves_as_it_was_frozen(world: World) -> None:
    project = world.project(review=False).id
    label(world, project, picture(1), world.put())
    world.services.releases.create(world.owner, project, "v1")
    before = zipped(world, project, format="coco", release="v1").read("annotations.json")

    label(world, project, picture(2), world.put())

    assert zipped(world, project, format="coco", release="v1").read("annotations.json") == before
    assert zipped(world, project, format="coco").read("annotations.json") != before
    with pytest.raises(NotFound):
        world.services.exports.stream(world.owner, project, format="coco", release="v2")
    with pytest.raises(UnknownName):
        world.services.exports.stream(world.owner, project, format="klingon")


def test_items_of_one_name_are_kept_apart(world: World) -> None:
    project = world.project(review=False).id
    for color in (1, 2):
        label(world, project, picture(color), world.put(), name="same.png")

    archive = zipped(world, project, format="voc")

    assert len([name for name in archive.namelist() if name.startswith("JPEGImages/")]) == 2
    assert len([name for name in archive.namelist() if name.startswith("Annotations/")]) == 2
    assert any("name" in what for what in json.loads(archive.read("report.json"))["converted"])


def test_memory_does_not_grow_with_the_number_of_items(world: World) -> None:
    project = world.project(review=False).id
    item_id = label(world, project, picture(1), *(world.put() for _ in range(5)))

    copy_many(world, project, item_id, 1000)  # two batches
    few = peak(world, project)
    copy_many(world, project, item_id, 2000)
    many = peak(world, project)

    assert many < few * 1.25


def peak(world: World, project: str) -> int:
    """The most memory that Python held while an export was streamed and thrown away."""
    tracemalloc.start()
    _, parts = world.services.exports.stream(world.owner, project, format="coco", media="none", drop=True)
    for _ in parts:
        pass
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def copy_many(world: World, project: str, item_id: str, count: int) -> None:
    def work(tx) -> None:
        row = dict(tx.execute(items.select().where(items.c.id == item_id)).one()._mapping)
        said = dict(tx.execute(documents.select().where(documents.c.id == row["document_id"])).one()._mapping)
        rows, sayings = [], []
        for _ in range(count):
            mine, document = world.context.new_id(), world.context.new_id()
            place = row["position"] + next(_places)
            same = {"id": mine, "document_id": document, "position": place}
            rows.append({**row, **same, "sha256": f"{place:064x}", "name": f"copy {place}.png"})
            sayings.append({**said, "id": document, "item_id": mine})
        tx.execute(insert(documents), sayings)
        tx.execute(insert(items), rows)

    world.context.database.write(work)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
