"""VoTT's files: Datumaro's samples, and regions by hand."""

import json
from pathlib import Path

import pytest

from labelwright.core.shapes import Box, Point, Points, Polygon, Polyline
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from labelwright.formats.vott import Vott
from tests.shared_data import shared_data

POINTS = [{"x": 1, "y": 2}, {"x": 9, "y": 2}, {"x": 9, "y": 8}]


def read(folder: Path, *regions: dict, path: str = "file:C:/pictures/a.png"):
    """The reading and the item of one asset."""
    asset = {"id": "k", "name": "a.png", "path": path, "size": {"width": 50, "height": 40}}
    body = {"tags": [{"name": "dirt"}], "assets": {"k": {"asset": asset, "regions": regions}}}
    (folder / "my-export.json").write_text(json.dumps(body))
    reading = Vott().read(source_of(folder))
    (one,) = reading.items
    return reading, one


BOX = Box(left=11.5, top=12, right=21.7, bottom=32.5)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("dataset", [("animal", "mosw0b97K", BOX), ("dog", "mosw0b97K", BOX)]),
        ("dataset_with_meta_file", [("dog", None, BOX)]),
    ],
)
def test_datumaros_json_is_read(name: str, wanted: list) -> None:
    source = source_of(shared_data("formats") / "datumaro_assets" / "vott_json_dataset" / name)
    found, _ = choose(source)
    assert found.name == "vott"

    reading = found.read(source)
    items = {one.name: one for one in reading.items}

    assert reading.categories == ["animal", "dog", "person", "untagged"]
    assert {name: one.split for name, one in items.items()} == dict.fromkeys(
        ("img0001.jpg", "img0002.jpg", "img0003.jpg"), "train"
    )
    said = [(a.category, a.group, a.shape) for a in items["img0002.jpg"].document.annotations]
    assert said == wanted


@pytest.mark.parametrize("name", ["dataset", "dataset_with_meta_file"])
def test_datumaros_csv_is_read(name: str) -> None:
    source = source_of(shared_data("formats") / "datumaro_assets" / "vott_csv_dataset" / name)
    found, _ = choose(source)
    assert found.name == "vott"

    items = {one.name: one for one in found.read(source).items}

    assert {one.split for one in items.values()} >= {"test"}
    (box,) = items["img0002.jpg"].document.annotations
    assert (box.category, box.shape) == ("person", BOX)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("POLYGON", Polygon(parts=(((Point(1, 2), Point(9, 2), Point(9, 8)),),))),
        ("POLYLINE", Polyline(points=(Point(1, 2), Point(9, 2), Point(9, 8)))),
        ("POINT", Points(points=(Point(1, 2), Point(9, 2), Point(9, 8)))),
        ("SQUARE", Box(left=1, top=2, right=9, bottom=8)),
    ],
)
def test_every_region_is_read(tmp_path: Path, kind: str, wanted: object) -> None:
    reading, one = read(tmp_path, {"id": "r", "type": kind, "tags": ["cell"], "points": POINTS})

    assert [(a.id, a.category, a.shape) for a in one.document.annotations] == [("r", "cell", wanted)]
    assert (one.name, one.width, one.height, one.split) == ("a.png", 50, 40, None)
    assert reading.categories == ["dirt", "cell"]


def test_one_bad_region_is_one_fault(tmp_path: Path) -> None:
    good = {"id": "r", "type": "POLYGON", "tags": [], "points": POINTS}
    bad = {"id": "s", "type": "RECTANGLE", "tags": ["cell"], "boundingBox": {"left": "wide"}}
    reading, one = read(tmp_path, good, bad)

    assert [a.category for a in one.document.annotations] == ["untagged"]
    assert [fault.place for fault in reading.faults] == ["$.assets.k.regions[1]"]
