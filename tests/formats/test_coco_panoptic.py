"""COCO panoptic: Datumaro's sample, stuff and crowds, ids of colors, and segments that do not fit."""

import json
from pathlib import Path

from PIL import Image

from labelwright.core.document import Document
from labelwright.formats.coco_panoptic import CocoPanoptic
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from tests.conformance.conftest import MASK, annotation, item, moved, written
from tests.formats.label_map_files import put, read, said, sample


def test_datumaros_sample() -> None:
    place = sample("coco_dataset/coco_panoptic")
    reading, found = read(CocoPanoptic(), place)

    assert reading.categories == ["a", "b"]
    assert {name: (e.width, e.height, e.split) for name, e in found.items()} == {
        "a.jpg": (10, 5, "train"),
        "b.jpg": (5, 10, "val"),
    }
    assert said(found["b.jpg"]) == [("a", (0, 0, 2, 10), 20), ("b", (2, 0, 4, 10), 20)]
    assert found["b.jpg"].document.annotations[1].flags == {"iscrowd": True, "isthing": False}
    assert [fault.reason for fault in reading.faults] == ["the map is 5 × 5 pixels, its image 10 × 5"]
    assert choose(source_of(place))[0].name == "coco-panoptic"


def test_an_id_is_red_and_256_times_green_and_65536_times_blue(tmp_path: Path) -> None:
    put(tmp_path, "annotations/panoptic_val2017/a.png", [[(1, 2, 3), (0, 0, 0), (7, 0, 0)]])
    segments = [
        {"id": 1 + 2 * 256 + 3 * 65536, "category_id": 5},
        {"id": 9, "category_id": 5},
        {"id": 7, "category_id": 6},
        {"id": 1},
    ]
    (tmp_path / "annotations/panoptic_val2017.json").write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": "a.jpg", "width": 3, "height": 1}],
                "categories": [{"id": 5, "name": "sky", "isthing": 0}],
                "annotations": [
                    {"image_id": 1, "file_name": "a.png", "segments_info": segments},
                    {"image_id": 4, "file_name": "b.png", "segments_info": []},
                ],
            }
        )
    )
    reading, found = read(CocoPanoptic(), tmp_path)

    assert said(found["a.jpg"]) == [("sky", (0, 0, 1, 1), 1)]
    assert found["a.jpg"].split == "val"
    reasons = [fault.reason for fault in reading.faults]
    assert "no pixel of the segment 9" in reasons[0]
    assert "no category 6" in reasons[1]
    assert "category_id" in reasons[2]
    assert "no image 4" in reasons[3]


def test_what_is_written_has_whole_boxes_and_areas_of_what_is_seen(tmp_path: Path) -> None:
    stuff = annotation(1, MASK, "zz", flags={"isthing": False, "iscrowd": True})
    document = Document(annotations=(stuff, annotation(2, moved(MASK, 1), "aa")))
    written(CocoPanoptic(), [item("a.png", document, split="val")], tmp_path / "out")

    said_there = json.loads((tmp_path / "out/annotations/panoptic_val.json").read_text())
    first, second = said_there["annotations"][0]["segments_info"]
    assert [c["isthing"] for c in said_there["categories"]] == [0, 1, 1]
    assert (first["area"], first["bbox"], first["iscrowd"]) == (4, [3, 4, 3, 2], 1)
    assert (second["area"], second["bbox"], second["iscrowd"]) == (4, [8, 4, 3, 2], 0)
    with Image.open(tmp_path / "out/annotations/panoptic_val/a.png") as image:
        assert image.getpixel((3, 4)) == (1, 0, 0)
    _, found = read(CocoPanoptic(), tmp_path / "out")
    assert found["a.png"].document.annotations[0].flags == stuff.flags
