"""COCO: what pycocotools makes of our files, and what we make of others' and of bad ones."""

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from pycocotools import mask as cocoapi
from pycocotools.coco import COCO

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Mask, Polygon
from labelwright.formats import rle
from labelwright.formats.coco import FILE, Coco
from labelwright.formats.folder import source_of
from labelwright.formats.raster import mask_of_polygon
from tests.conformance.conftest import (
    BOX,
    MASK,
    ONTOLOGY,
    TRIANGLE,
    TWO_PARTS,
    WITH_HOLE,
    annotation,
    item,
    written,
)
from tests.shared_data import shared_data

SQUARE = {"bbox": [1, 1, 2, 2], "image_id": 1, "category_id": 1}


def read(folder: Path, content: object, name: str = "a.json"):
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(text)
    reading = Coco().read(source_of(folder))
    return reading, list(reading.items)


def coco(*annotations: object, **fields: object) -> dict[str, object]:
    image = {"id": 1, "file_name": "a.jpg", "width": 10, "height": 8}
    return {
        "images": [image],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": list(annotations),
        **fields,
    }


def test_pycocotools_sees_the_same_boxes_areas_and_masks(tmp_path: Path) -> None:
    shapes = (BOX, TRIANGLE, TWO_PARTS, WITH_HOLE, MASK)
    document = Document(annotations=tuple(annotation(i, shape) for i, shape in enumerate(shapes)))
    written(Coco(), [item("one.png", document)], tmp_path / "out")

    with contextlib.redirect_stdout(io.StringIO()):
        seen = COCO(str(tmp_path / "out" / FILE))
    found = seen.loadAnns(seen.getAnnIds())

    assert [category["name"] for category in seen.loadCats([1, 2, 3])] == [
        category.name for category in ONTOLOGY.categories
    ]
    for shape, entry in zip(shapes, found, strict=True):
        bounds = shape.bounds
        assert entry["bbox"] == pytest.approx([bounds.left, bounds.top, bounds.width, bounds.height])
        assert entry["area"] == pytest.approx(shape.area, rel=0.02)
        if shape in (WITH_HOLE, MASK):
            mask = shape if isinstance(shape, Mask) else mask_of_polygon(shape)
            drawn = np.zeros((40, 50), dtype=np.uint8)
            drawn[mask.top : mask.top + mask.height, mask.left : mask.left + mask.width] = rle.grid_of(mask)
            assert np.array_equal(seen.annToMask(entry), drawn)
        elif isinstance(shape, Polygon):
            assert seen.annToMask(entry).sum() == pytest.approx(shape.area, rel=0.15)


def test_what_lies_outside_of_the_picture_is_cut_off_a_mask_and_said(tmp_path: Path) -> None:
    over = Mask(left=48, top=0, width=4, height=1, runs=(0, 4))
    beside = Mask(left=60, top=0, width=4, height=1, runs=(0, 4))
    document = Document(annotations=(annotation(1, over), annotation(2, beside)))

    losses = written(Coco(), [item("one.png", document)], tmp_path / "out")
    (back,) = Coco().read(source_of(tmp_path / "out")).items

    assert [entry.shape.area for entry in back.document.annotations] == [2]
    assert sum(losses.converted.values()) == sum(losses.dropped.values()) == 1


def test_crowds_flags_groups_keys_and_scores_come_back(tmp_path: Path) -> None:
    given = annotation(1, BOX, flags={"iscrowd": True, "difficult": True}, group="pair")
    losses = written(
        Coco(), [item("one.png", Document(annotations=(given,)), key="client-7")], tmp_path / "out"
    )

    (back,) = Coco().read(source_of(tmp_path / "out")).items

    (found,) = back.document.annotations
    assert (found.flags, found.group, back.key) == (given.flags, "pair", "client-7")
    assert not losses.dropped


def test_one_bad_record_does_not_lose_the_file(tmp_path: Path) -> None:
    bad = [
        {**SQUARE, "bbox": [1, 2]},
        {**SQUARE, "bbox": [1, 1, 0, 5]},
        {**SQUARE, "bbox": ["a", 1, 1, 1]},
        {**SQUARE, "image_id": 99},
        {**SQUARE, "category_id": 7},
        {**SQUARE, "segmentation": [[1, 2, 3]]},
        {**SQUARE, "segmentation": [[1, 1, 2, 2]]},
        {**SQUARE, "segmentation": {"size": [8, 10], "counts": [-1, 81]}},
        {**SQUARE, "segmentation": {"size": [8, 10], "counts": "?!"}},
        {**SQUARE, "segmentation": {"size": [8, 10], "counts": [80]}},
        {**SQUARE, "segmentation": {"size": [4, 20], "counts": [0, 80]}},
        "text",
        None,
    ]

    reading, items = read(tmp_path, coco(*bad, SQUARE))

    assert sorted(fault.place for fault in reading.faults) == sorted(
        f"$.annotations[{i}]" for i in range(len(bad))
    )
    assert all(fault.file == "a.json" and fault.reason for fault in reading.faults)
    assert [entry.shape for entry in items[0].document.annotations] == [Box(1, 1, 3, 3)]


def test_ids_that_stand_twice_are_named_and_the_first_counts(tmp_path: Path) -> None:
    images = [{"id": 1, "file_name": name, "width": 10, "height": 8} for name in ("a.jpg", "b.jpg")]
    categories = [{"id": 1, "name": name} for name in ("cell", "dirt")]

    reading, items = read(tmp_path, coco(SQUARE, images=images, categories=categories))

    assert [fault.place for fault in reading.faults] == ["$.categories[1]", "$.images[1]"]
    assert [entry.name for entry in items] == ["a.jpg"]
    assert reading.categories == ["cell"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"images": 5}', '{"images":[],"annotations":[{"bbox":[NaN]}]}', "[" * 100_000],
    ids=["empty", "cut", "list", "null", "number", "nan", "deep"],
)
def test_a_file_that_is_no_coco_is_a_named_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableLabels, match=r"a\.json"):
        read(tmp_path, text)


@pytest.mark.parametrize("name", ["deep_nested", "nan"])
def test_hostile_files_are_named_errors(name: str) -> None:
    with pytest.raises(UnreadableLabels, match=rf"{name}\.json"):
        Coco().read(source_of(shared_data(f"hostile/generated/{name}.json")))


def test_nonsense_is_listed_record_by_record() -> None:
    reading = Coco().read(source_of(shared_data("hostile/generated/coco_nonsense.json")))
    items = list(reading.items)

    assert items == []
    assert len(reading.faults) == 5
    assert any("leads out" in fault.reason for fault in reading.faults)


def test_a_broken_file_among_others_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")

    reading, items = read(tmp_path, coco(SQUARE))

    assert [fault.file for fault in reading.faults] == ["broken.json"]
    assert len(items[0].document.annotations) == 1


@pytest.mark.parametrize(
    ("file", "split"),
    [
        ("instances_train2017.json", "train"),
        ("annotations/instances_val.json", "val"),
        ("valid/_annotations.coco.json", "val"),
        ("test/_annotations.coco.json", "test"),
        ("constraints.json", None),
        ("interval/evaluation.json", None),
    ],
)
def test_the_split_is_a_word_of_the_name_not_a_part_of_one(
    tmp_path: Path, file: str, split: str | None
) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    _, items = read(tmp_path, coco(SQUARE), file)

    assert items[0].split == split


def test_coco_folders_are_read_once_and_what_is_left_is_said() -> None:
    reading = Coco().read(source_of(shared_data("formats/datumaro_assets/coco_dataset/coco")))
    items = list(reading.items)

    assert [entry.name for entry in items] == ["a.jpg", "b.jpg"]
    assert [entry.split for entry in items] == ["train", "val"]
    assert not reading.faults
    assert any("captions" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("folder", "annotations"),
    [
        ("formats/labelformat/object_detection/COCO/train.json", 16),
        ("formats/labelformat/instance_segmentation/COCO/instances.json", None),
        ("formats/labelformat/instance_segmentation/COCO/instances_with_binary_mask.json", None),
        ("formats/datumaro_assets/coco_dataset/coco_instances", None),
        ("formats/datumaro_assets/coco_dataset/coco_roboflow", None),
        ("formats/datumaro_assets/coco_dataset/mmdet_coco", None),
        ("formats/label_studio/test_import_coco/coco_import_input.json", None),
    ],
)
def test_real_files_are_read_as_pycocotools_reads_them(folder: str, annotations: int | None) -> None:
    place = shared_data(folder)
    files = [place] if place.is_file() else sorted(place.rglob("*.json"))
    expected = [entry for file in files for entry in json.loads(file.read_text())["annotations"]]

    reading = Coco().read(source_of(place))
    found = [entry for labeled in reading.items for entry in labeled.document.annotations]

    assert not reading.faults
    assert len(found) == len(expected)
    assert annotations in (None, len(found))
    assert [entry.shape.area for entry in found if isinstance(entry.shape, Mask)] == [
        area_of(entry["segmentation"]) for entry in expected if isinstance(entry.get("segmentation"), dict)
    ]


def area_of(segmentation: dict[str, object]) -> int:
    return int(cocoapi.area(cocoapi.frPyObjects(segmentation, *segmentation["size"])))


ENDLESS = "1" + "0" * 400


@pytest.mark.parametrize(
    "said",
    [
        f'"segmentation":[[{ENDLESS},1,2,3,4,5]]',
        f'"segmentation":{{"size":[4,4],"counts":[{ENDLESS},1]}}',
        '"segmentation":{"size":[4,4],"counts":[1e308,1]}',
        f'"bbox":[{ENDLESS},1,2,2]',
        f'"segmentation":{{"size":[4,4],"counts":"{"o" * 100_000}"}}',
    ],
    ids=["polygon", "runs", "large runs", "box", "packed mask"],
)
def test_a_number_beyond_any_picture_is_a_fault(tmp_path: Path, said: str) -> None:
    text = json.dumps(coco(SQUARE, "HERE")).replace('"HERE"', f'{{"image_id":1,"category_id":1,{said}}}')

    reading, (found, *_) = read(tmp_path, text)

    assert len(found.document.annotations) == 1
    (fault,) = reading.faults
    assert fault.place == "$.annotations[1]"
    assert len(fault.reason) <= 300


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    _, (found, *_) = read(tmp_path, "\ufeff" + json.dumps(coco(SQUARE)))

    assert len(found.document.annotations) == 1


def test_a_file_name_with_nul_is_a_fault(tmp_path: Path) -> None:
    reading, found = read(tmp_path, coco(images=[{"id": 1, "file_name": "a\0.png"}]))

    assert not found
    assert "NUL" in reading.faults[0].reason


def test_a_record_that_is_no_utf_8_is_a_fault(tmp_path: Path) -> None:
    text = json.dumps(coco(SQUARE, {**SQUARE, "group": "HERE"})).encode()
    (tmp_path / "a.json").write_bytes(text.replace(b"HERE", b"\xa4"))

    reading = Coco().read(source_of(tmp_path))
    (found, *_) = reading.items

    assert len(found.document.annotations) == 1
    assert [fault.place for fault in reading.faults] == ["$.annotations[1]"]


def test_items_with_and_without_a_split_come_back_from_their_files(tmp_path: Path) -> None:
    given = {"a.png": "train", "b.png": None, "c.png": "val", "d.png": "train"}
    document = Document(annotations=(annotation(1, BOX),))
    items = [item(name, document, split=split) for name, split in given.items()]

    written(Coco(), items, tmp_path / "out")
    back = list(Coco().read(source_of(tmp_path / "out")).items)

    assert {entry.name: entry.split for entry in back} == given
    assert all(len(entry.document.annotations) == 1 for entry in back)
    files = sorted(path.name for path in (tmp_path / "out" / "annotations").iterdir())
    assert files == ["instances_default.json", "instances_train.json", "instances_val.json"]


def test_a_record_without_a_place_is_a_tag_of_the_picture(tmp_path: Path) -> None:
    reading, items = read(tmp_path, coco({"image_id": 1, "category_id": 1}, SQUARE))

    assert [entry.shape for entry in items[0].document.annotations] == [None, Box(1, 1, 3, 3)]
    assert not reading.faults
