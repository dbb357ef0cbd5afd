"""Darwin JSON: both versions as V7's reference has them, raster layers, and records that do not fit."""

import json
from pathlib import Path
from typing import Any

from labelwright.core.document import Document
from labelwright.core.shapes import Box, Ellipse, Keypoint, Mask, Point, Points, Polygon, Polyline, Skeleton
from labelwright.formats.darwin import Darwin
from labelwright.formats.folder import source_of
from labelwright.formats.painting import CUT
from labelwright.formats.registry import choose
from tests.conformance.conftest import MASK, annotation, item, written
from tests.formats.label_map_files import read


def xy(*points: tuple[float, float]) -> list[dict[str, float]]:
    return [{"x": x, "y": y} for x, y in points]


SQUARE, HOLE = xy((0, 0), (9, 0), (9, 9), (0, 9)), xy((2, 2), (4, 2), (4, 4), (2, 4))


def second(root: Path, annotations: list[dict[str, Any]]) -> Path:
    slot = {
        "type": "image",
        "slot_name": "0",
        "width": 4,
        "height": 2,
        "source_files": [{"file_name": "a.jpg"}],
    }
    file = {
        "version": "2.0",
        "item": {"name": "a.jpg", "path": "/deep", "slots": [slot]},
        "annotations": [
            {"id": str(place), "name": "cat", **entry} for place, entry in enumerate(annotations)
        ],
    }
    (root / "annotations").mkdir()
    (root / "annotations/a.json").write_text(json.dumps(file))
    return root


def test_every_kind_of_version_2(tmp_path: Path) -> None:
    layer = {"dense_rle": [0, 1, 1, 2, 0, 2, 2, 3], "mask_annotation_ids_mapping": {"6": 1, "7": 2}}
    reading, found = read(
        Darwin(),
        second(
            tmp_path,
            [
                {
                    "bounding_box": {"x": 1, "y": 2, "w": 3.5, "h": 4},
                    "instance_id": {"value": 7},
                    "attributes": ["wet"],
                },
                {"polygon": {"paths": [SQUARE, HOLE]}, "bounding_box": {"x": 0, "y": 0, "w": 9, "h": 9}},
                {"ellipse": {"center": {"x": 5, "y": 6}, "radius": {"x": 2, "y": 1}, "angle": 0.5}},
                {"line": {"path": xy((0, 0), (1, 2))}, "text": {"text": "hi"}},
                {"keypoint": {"x": 1, "y": 2}, "inference": {"confidence": 0.5}},
                {"tag": {}, "properties": [{"name": "size", "value": "big"}]},
                {"mask": {}},
                {"mask": {}},
                {"raster_layer": layer, "name": "__raster_layer__"},
                {"name": "pose", "skeleton": {"nodes": [{"name": "a", "x": 1, "y": 2, "occluded": True}]}},
            ],
        ),
    )

    entry = found["deep/a.jpg"]
    box, polygon, ellipse, line, point, tag, mask, other, pose = entry.document.annotations
    assert (entry.width, entry.height) == (4, 2)
    assert box.shape == Box(left=1, top=2, right=4.5, bottom=6)
    assert (box.flags, box.attributes) == ({"instance_id": 7}, {"wet": True})
    assert isinstance(polygon.shape, Polygon)
    assert [len(part) for part in polygon.shape.parts] == [2]
    assert polygon.shape.area == 81 - 4
    assert ellipse.shape == Ellipse(x=5, y=6, rx=2, ry=1, angle=0.5)
    assert (line.shape, line.attributes) == (Polyline(points=(Point(0, 0), Point(1, 2))), {"text": "hi"})
    assert (point.shape, point.evidence.score) == (Points(points=(Point(1, 2),)), 0.5)
    assert (tag.shape, tag.attributes) == (None, {"size": "big"})
    assert mask.shape == Mask(left=1, top=0, width=2, height=1, runs=(0, 2))
    assert other.shape == Mask(left=1, top=1, width=3, height=1, runs=(0, 3))
    assert pose.shape == Skeleton(keypoints=(Keypoint(1, 2, 1),))
    assert reading.categories == ["cat", "pose"]
    assert not reading.faults
    assert choose(source_of(tmp_path))[0].name == "darwin"


def test_version_1_has_an_image_and_paths_of_its_own(tmp_path: Path) -> None:
    annotations = [
        {"name": "cat", "polygon": {"path": SQUARE, "additional_paths": [xy((20, 0), (29, 0), (29, 9))]}},
        {"name": "cat", "complex_polygon": {"path": [SQUARE, HOLE]}},
    ]
    head = {"filename": "a.jpg", "width": 40, "height": 30, "path": "/"}
    (tmp_path / "a.json").write_text(json.dumps({"dataset": "x", "image": head, "annotations": annotations}))
    _, found = read(Darwin(), tmp_path)

    first, other = (entry.shape for entry in found["a.jpg"].document.annotations)
    assert isinstance(first, Polygon)
    assert isinstance(other, Polygon)
    assert [len(part) for part in first.parts] == [1, 1]
    assert [len(part) for part in other.parts] == [2]
    assert choose(source_of(tmp_path))[0].name == "darwin"


def test_records_that_cannot_be_read_are_faults(tmp_path: Path) -> None:
    reading, found = read(
        Darwin(),
        second(
            tmp_path,
            [
                {"bounding_box": {"x": 1, "y": 2, "w": 0, "h": 4}},
                {"mask": {}},
                {"raster_layer": {"dense_rle": [0, 9], "mask_annotation_ids_mapping": {}}},
                {"frames": {}, "bounding_box": {}},
                {"name": "", "tag": {}},
                {"directional_vector": {}},
                {"raster_layer": {"dense_rle": [-1, 9999999], "mask_annotation_ids_mapping": {}}},
            ],
        ),
    )

    assert found["deep/a.jpg"].document == Document()
    words = {
        "annotations 0": "above zero",
        "annotations 1": "no raster layer",
        "annotations 2": "does not cover",
        "annotations 3": "video",
        "annotations 4": "no name",
        "annotations 5": "directional_vector",
        "annotations 6": "pairs",
    }
    assert {fault.place: words[fault.place] in fault.reason for fault in reading.faults} == dict.fromkeys(
        words, True
    )


def test_masks_that_overlap_are_cut_and_come_back_so(tmp_path: Path) -> None:
    document = Document(
        annotations=(annotation(1, Mask(left=0, top=0, width=9, height=9, runs=(0, 81))), annotation(2, MASK))
    )
    losses = written(Darwin(), [item("a.png", document, split="val")], tmp_path / "out")

    said = json.loads((tmp_path / "out/val/annotations/a.png.json").read_text())
    layer = said["annotations"][-1]["raster_layer"]
    assert sum(layer["dense_rle"][1::2]) == layer["total_pixels"] == 2000
    assert set(layer["mask_annotation_ids_mapping"]) == {entry["id"] for entry in said["annotations"][:2]}
    assert losses.converted == {f"mask: {CUT}": 1}
    _, found = read(Darwin(), tmp_path / "out")
    assert [entry.shape.area for entry in found["a.png"].document.annotations if entry.shape] == [77, 4]
