"""Cityscapes: Datumaro's samples, polygons with groups, and the numbers of the data set's own table."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from labelwright.core.document import Document
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Point, Polygon
from labelwright.formats.cityscapes import CITYSCAPES, Cityscapes
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from tests.conformance.conftest import MASK, annotation, item, moved, written
from tests.formats.label_map_files import put, read, said, sample

ROOT = "gtFine/train/bonn/bonn_000001_gtFine"


def test_datumaros_sample_of_training_has_instances() -> None:
    place = sample("cityscapes_dataset/train_dataset")
    reading, found = read(Cityscapes(), place)

    entry = found["defaultcity/defaultcity_000001_000031_leftImg8bit.png"]
    assert said(entry) == [
        ("out of roi", (0, 0, 2, 1), 2),
        ("truck", (2, 0, 3, 1), 1),
        ("truck", (3, 0, 5, 1), 2),
    ]
    assert (len(found), entry.split, entry.width, entry.height) == (4, "test", 5, 1)
    assert len(reading.categories) == 33
    assert not reading.faults
    assert choose(source_of(place))[0].name == "cityscapes"


def test_things_without_an_instance_are_groups() -> None:
    _, found = read(Cityscapes(), sample("cityscapes_dataset/dataset"))

    nothing, truck = found["defaultcity/defaultcity_000001_000031_leftImg8bit.png"].document.annotations
    assert (nothing.flags, truck.flags) == ({}, {"iscrowd": True})


def test_polygons_are_read_before_maps(tmp_path: Path) -> None:
    ring = [[0, 0], [4, 0], [4, 3]]
    objects = [
        {"label": "persongroup", "polygon": ring},
        {"label": "my thing", "polygon": ring},
        {"label": "car", "polygon": ring, "deleted": 1},
        {"label": "car", "polygon": [[0, 0], [1, 1]]},
    ]
    put(tmp_path, f"{ROOT}_labelIds.png", [[7]])
    (tmp_path / f"{ROOT}_polygons.json").write_text(
        json.dumps({"imgWidth": 9, "imgHeight": 8, "objects": objects})
    )
    reading, found = read(Cityscapes(), tmp_path)

    (entry,) = found.values()
    people, thing = entry.document.annotations
    assert (entry.name, entry.width, entry.height) == ("bonn/bonn_000001_leftImg8bit.png", 9, 8)
    assert (people.category, people.flags) == ("person", {"iscrowd": True})
    assert thing.shape == Polygon(parts=(((Point(0, 0), Point(4, 0), Point(4, 3)),),))
    assert "my thing" in reading.categories
    assert [fault.place for fault in reading.faults] == ["objects 3"]


def test_a_number_that_is_no_class_is_a_fault(tmp_path: Path) -> None:
    put(tmp_path, f"{ROOT}_instanceIds.png", [[26003, 50001, 7]], wide=True)
    reading, found = read(Cityscapes(), tmp_path)

    assert [word for word, _, _ in said(*found.values())] == ["road", "car"]
    assert [fault.reason for fault in reading.faults] == ["there is no class of the number 50"]


def test_cityscapes_classes_keep_their_numbers_and_stuff_becomes_one(tmp_path: Path) -> None:
    names = ("road", "car", "pothole")
    ontology = Ontology(categories=tuple(Category(id=name, name=name) for name in names))
    document = Document(
        annotations=tuple(
            annotation(place, moved(MASK, place), word)
            for place, word in enumerate(("road", "road", "car", "car", "pothole"))
        )
    )
    losses = written(Cityscapes(), [item("bonn/a.png", document)], tmp_path / "out", ontology)

    with Image.open(tmp_path / "out/gtFine/train/bonn/a_gtFine_instanceIds.png") as image:
        pixels = np.asarray(image)
    assert sorted(set(pixels.ravel().tolist())) == [0, CITYSCAPES["road"], 26000, 26001, 34000]
    with Image.open(tmp_path / "out/gtFine/train/bonn/a_gtFine_color.png") as image:
        assert image.getpixel((13, 4)) == (0, 0, 142)
    assert (losses.kept, sum(n for what, n in losses.converted.items() if "one mask" in what)) == (3, 2)
    reading, found = read(Cityscapes(), tmp_path / "out")
    assert list(found) == ["bonn/a_leftImg8bit.png"]
    assert len(said(*found.values())) == 4
    assert reading.categories == list(names)
