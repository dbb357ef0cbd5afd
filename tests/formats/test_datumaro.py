"""Datumaro's JSON: its own files, every kind of record, and records that say nothing right."""

import json
from math import pi
from pathlib import Path

import pytest

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import (
    Box,
    Cuboid,
    Ellipse,
    Keypoint,
    Point,
    Points,
    Polygon,
    RotatedBox,
    Skeleton,
)
from labelwright.formats.datumaro import Datumaro
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.registry import choose
from tests.conformance.conftest import CUBOID, SKELETON, annotation, item, written
from tests.shared_data import shared_data


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = Datumaro().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def file(root: Path, annotations: list[object], **more: object) -> Path:
    labels = {"label": {"labels": [{"name": "cat", "parent": ""}, {"name": "dog", "parent": ""}]}}
    items = [{"id": "a", "image": {"path": "a.png", "size": [40, 50]}, "annotations": annotations}]
    (root / "annotations").mkdir()
    content = {"dm_format_version": "1.0", "infos": {}, "categories": labels | more, "items": items}
    (root / "annotations/train.json").write_text(json.dumps(content))
    return root


def only(root: Path) -> tuple[Annotation, ...]:
    reading, found = read(root)
    assert not reading.faults
    return found["a.png"].document.annotations


def test_datumaros_own_legacy_files() -> None:
    place = shared_data("formats/datumaro_assets/datumaro_dataset/legacy")
    reading, found = read(place)

    assert reading.categories == ["car", "bicycle", "tom", "mary"]
    assert {name: entry.split for name, entry in found.items()} == {
        "a.jpg": "train",
        "b.jpg": "train",
        "c.jpg": "test",
        "d.jpg": "val",
    }
    (tag,) = found["a.jpg"].document.annotations
    assert (tag.category, tag.shape, tag.evidence.score) == ("car", None, 1.0)
    assert [entry.category for entry in found["b.jpg"].document.annotations] == reading.categories
    assert found["a.jpg"].width > 0
    assert not reading.faults
    assert choose(source_of(place))[0].name == "datumaro"


def test_each_kind_of_record(tmp_path: Path) -> None:
    records = [
        {"type": "bbox", "label_id": 0, "bbox": [1, 2, 3.5, 4], "group": 7, "z_order": 1},
        {"type": "polygon", "label_id": 1, "points": [1, 1, 5, 1, 5, 5]},
        {"type": "ellipse", "label_id": 0, "points": [2, 3, 8, 5]},
        {"type": "rotated_bbox", "label_id": 0, "points": [20, 20, 8, 4, 180]},
        {"type": "points", "label_id": 0, "points": [1, 2, 3, 4], "visibility": [2, 0]},
        {"type": "mask", "label_id": 0, "rle": {"counts": [0, 40, 1960], "size": [40, 50]}},
        {"type": "caption", "caption": "a cat on a mat"},
        {"type": "bbox", "label_id": None, "bbox": [0, 0, 1, 1], "object_id": 4},
    ]
    found = only(file(tmp_path, records))

    shapes = [entry.shape for entry in found]
    assert shapes[:3] == [
        Polygon(parts=(((Point(1, 1), Point(5, 1), Point(5, 5)),),)),
        Ellipse(x=5, y=4, rx=3, ry=1),
        RotatedBox(x=20, y=20, width=8, height=4, angle=pi),
    ]
    assert shapes[3] == Points(points=(Point(1, 2),))
    assert (shapes[4].left, shapes[4].width, shapes[4].height) == (0, 1, 40)
    assert (found[5].category, found[5].attributes) == ("caption", {"text": "a cat on a mat"})
    assert (found[6].category, found[6].flags) == ("unlabeled", {"track": 4})
    assert (shapes[7], found[7].group) == (Box(left=1, top=2, right=4.5, bottom=6), "7")


def test_points_of_a_label_that_names_them_are_a_skeleton(tmp_path: Path) -> None:
    named = {"items": [{"label_id": 1, "labels": ["head", "tail"], "joints": [[1, 2]], "positions": []}]}
    record = {"type": "points", "label_id": 1, "points": [1, 2, 3, 4], "visibility": [2, 1]}
    root = file(tmp_path, [record], points=named)

    (found,) = only(root)
    template = read(root)[0].definitions["dog"].skeleton
    assert found.shape == Skeleton(keypoints=(Keypoint(1, 2, 2), Keypoint(3, 4, 1)))
    assert [point.name for point in template.keypoints] == ["head", "tail"]
    assert template.edges == ((0, 1),)


def test_attributes_that_mean_something_are_flags_and_scores(tmp_path: Path) -> None:
    values = {"is_crowd": True, "occluded": False, "color": "red", "score": 0.5}
    (found,) = only(file(tmp_path, [{"type": "label", "label_id": 0, "attributes": values}]))

    assert found.flags == {"iscrowd": True, "occluded": False}
    assert found.attributes == {"color": "red"}
    assert found.evidence.score == 0.5


def test_what_is_written_has_datumaros_order_of_corners_and_joints(tmp_path: Path) -> None:
    document = Document(annotations=(annotation(1, CUBOID), annotation(2, SKELETON, group="pair")))
    written(Datumaro(), [item("a.png", document, split="val")], tmp_path / "out")

    found = json.loads((tmp_path / "out/annotations/val.json").read_text())
    cuboid, points = found["items"][0]["annotations"]
    assert cuboid["points"] == [
        [5, 10], [15, 5], [35, 6], [25, 11], [15, 21], [35, 22], [25, 31], [5, 30],
    ]  # fmt: skip
    assert isinstance(read(tmp_path / "out")[1]["a.png"].document.annotations[0].shape, Cuboid)
    assert points["visibility"] == [2, 1, 0]
    assert points["group"] == 1
    assert found["categories"]["points"]["items"][0]["joints"] == [[1, 2], [1, 3]]
    assert found["items"][0]["image"] == {"path": "a.png", "size": [40, 50]}
    assert (tmp_path / "out/images/val/a.png").exists()


def test_a_bad_record_is_a_fault_with_its_place(tmp_path: Path) -> None:
    records = [
        {"type": "bbox", "label_id": 9, "bbox": [1, 2, 3, 4]},
        {"type": "bbox", "label_id": 0},
        {"type": "cuboid_3d", "label_id": 0, "position": [1, 2, 3]},
        {"type": "mask", "label_id": 0, "rle": {"counts": "0", "size": [1, 1]}},
        {"type": "polygon", "label_id": 0, "points": [1, 2, 3]},
        {"type": "bbox", "label_id": 0, "bbox": [1, 2, 0, 4]},
        {"type": "bbox", "label_id": 0, "bbox": [1, 2, 3, 4]},
    ]
    reading, found = read(file(tmp_path, records))

    assert len(found["a.png"].document.annotations) == 1
    assert [fault.place for fault in reading.faults] == [f"$.items[0].annotations[{n}]" for n in range(6)]
    assert "no label 9" in reading.faults[0].reason
    assert "cuboid_3d" in reading.faults[2].reason


def test_what_is_no_datumaro_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations/a.json").write_text("[]")

    with pytest.raises(UnreadableLabels, match="Datumaro"):
        Datumaro().read(source_of(tmp_path))
