"""ADE20K: Datumaro's samples of both layouts, parts, and descriptions that do not fit their maps."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelwright.core.document import Document, Relation
from labelwright.formats.ade20k import Ade20k
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from tests.conformance.conftest import MASK, annotation, item, written
from tests.formats.label_map_files import put, read, said, sample

PERSON = "person, individual, someone, somebody, mortal, soul"


def test_datumaros_sample_of_2017() -> None:
    place = sample("ade20k2017_dataset/dataset")
    reading, found = read(Ade20k(), place)

    assert reading.categories == ["sky", PERSON, "license plate", "rim"]
    assert {name: entry.split for name, entry in found.items()} == {"street/1.jpg": "train", "2.jpg": "val"}
    assert said(found["street/1.jpg"]) == [
        ("sky", (1, 0, 2, 3), 3),
        (PERSON, (2, 0, 4, 3), 6),
        ("license plate", (3, 0, 4, 3), 3),
    ]
    sky, person, plate = found["street/1.jpg"].document.annotations
    assert (sky.flags, person.attributes, plate.flags) == (
        {"occluded": True},
        {"attributes": ("walkin",)},
        {"part_level": 1},
    )
    assert not reading.faults
    assert choose(source_of(place))[0].name == "ade20k"


def test_datumaros_sample_of_2020() -> None:
    place = sample("ade20k2020_dataset/dataset")
    reading, found = read(Ade20k(), place)

    assert [(word.split(",")[0], area) for word, _, area in said(found["2.jpg"])] == [
        ("car", 15),
        ("person", 5),
        ("door", 10),
        ("rim", 5),
    ]
    assert (found["2.jpg"].width, found["2.jpg"].height) == (5, 5)
    assert not reading.faults
    assert choose(source_of(place))[0].name == "ade20k"


@pytest.mark.parametrize("year", ["2017", "2020"])
def test_a_list_of_short_names_is_followed(year: str) -> None:
    reading, found = read(Ade20k(), sample(f"ade20k{year}_dataset/dataset_with_meta_file"))

    assert len(reading.categories) == 4
    assert {word for word, _, _ in said(found["street/1.jpg"])} <= set(reading.categories)


def test_objects_are_counted_where_the_map_has_other_numbers(tmp_path: Path) -> None:
    put(tmp_path, "a_seg.png", [[(0, 1, 0), (0, 1, 90), (0, 1, 200)]])
    rows = [
        '001 # 0 # 0 # sky # sky # ""',
        "002 # 0 # 0 # tree # tree #",
        "009 # 1 # 0 # leaf # leaf #",
        "bad",
    ]
    (tmp_path / "a_atr.txt").write_text("\n".join(rows))
    reading, found = read(Ade20k(), tmp_path)

    assert said(found["a.jpg"]) == [("sky", (1, 0, 2, 1), 1), ("tree", (2, 0, 3, 1), 1)]
    assert [(fault.file, fault.place) for fault in reading.faults] == [
        ("a_atr.txt", "line 4"),
        ("a_parts_1.png", ""),
    ]


def test_parts_lead_to_what_they_are_parts_of(tmp_path: Path) -> None:
    ring = {"x": [0, 4, 4], "y": [0, 0, 4]}
    objects = [
        {"id": 7, "name": "car", "polygon": ring},
        {
            "id": 8,
            "name": "door",
            "raw_name": "gate",
            "polygon": ring,
            "parts": {"ispartof": 7, "part_level": 1},
        },
        {"id": 9, "name": "rim", "polygon": {"x": [1], "y": []}},
        {"id": 9, "name": "rim"},
    ]
    description = {"annotation": {"filename": "a.png", "imsize": [9, 8, 3], "object": objects}}
    (tmp_path / "a.json").write_text(json.dumps(description))
    reading, found = read(Ade20k(), tmp_path)

    _, door = found["a.png"].document.annotations
    assert door.relations == (Relation(kind="part of", to="7"),)
    assert door.attributes == {"raw_name": "gate"}
    assert [relation.name for relation in reading.relations] == ["part of"]
    assert [fault.place for fault in reading.faults] == ["object 2", "object 3"]


def test_the_map_has_the_numbers_of_classes_and_objects(tmp_path: Path) -> None:
    document = Document(
        annotations=(annotation(1, MASK, "aa"), annotation(2, MASK, "zz", flags={"part_level": 1}))
    )
    losses = written(Ade20k(), [item("a.jpg", document, split="val")], tmp_path / "out")

    with Image.open(tmp_path / "out/validation/a_seg.png") as image:
        assert image.getpixel((3, 4)) == (0, 2, 1)
    with Image.open(tmp_path / "out/validation/a/instance_001_a.png") as image:
        assert int(np.asarray(image).sum()) == 4
    _, found = read(Ade20k(), tmp_path / "out")
    assert [entry.flags for entry in found["a.jpg"].document.annotations] == [{}, {"part_level": 1}]
    assert losses.kept == 2
