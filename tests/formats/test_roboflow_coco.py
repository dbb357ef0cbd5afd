"""Roboflow's folders of COCO files."""

import json
from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from labelwright.formats.roboflow_coco import RoboflowCoco
from tests.conformance.conftest import annotation, item, written
from tests.shared_data import shared_data


def file(root: Path, folder: str, said: dict | str) -> None:
    (root / folder).mkdir(parents=True)
    text = said if isinstance(said, str) else json.dumps(said)
    (root / folder / "_annotations.coco.json").write_text(text)


def said(*boxes: tuple[int, int]) -> dict:
    return {
        "categories": [
            {"id": 0, "name": "cells", "supercategory": "none"},
            {"id": 1, "name": "red", "supercategory": "cells"},
            {"id": 2, "name": "white", "supercategory": "cells"},
        ],
        "images": [{"id": 0, "file_name": "a.jpg", "width": 9, "height": 7}],
        "annotations": [
            {"id": n, "image_id": 0, "category_id": category, "bbox": [left, 1, 2, 3]}
            for n, (category, left) in enumerate(boxes)
        ],
    }


def test_datumaros_sample() -> None:
    place = shared_data("formats/datumaro_assets/roboflow_dataset/coco")
    reading = RoboflowCoco().read(source_of(place))
    found = {
        e.name: (e.split, [(a.category, a.shape) for a in e.document.annotations]) for e in reading.items
    }

    assert reading.categories == ["label_0", "label_1"]
    assert found["train_001.jpg"] == ("train", [("label_0", Box(left=2, top=1, right=5, bottom=2))])
    assert found["train_002.jpg"] == ("train", [("label_1", Box(left=0, top=0, right=2, bottom=4))])
    assert found["val_001.jpg"][0] == "val"
    assert choose(source_of(place))[0].name == "roboflow-coco"


def test_the_group_of_the_categories_is_none_itself(tmp_path: Path) -> None:
    file(tmp_path, "valid", said((1, 0), (2, 4)))
    reading = RoboflowCoco().read(source_of(tmp_path))
    (found,) = reading.items

    assert reading.categories == ["red", "white"]
    assert found.split == "val"
    assert [a.category for a in found.document.annotations] == ["red", "white"]


def test_the_group_stays_where_something_is_marked_with_it(tmp_path: Path) -> None:
    file(tmp_path, "train", said((0, 0)))

    assert RoboflowCoco().read(source_of(tmp_path)).categories == ["cells", "red", "white"]


def test_a_broken_split_is_a_fault_and_the_others_stay(tmp_path: Path) -> None:
    file(tmp_path, "train", "{")
    file(tmp_path, "test", said((1, 0)))
    reading = RoboflowCoco().read(source_of(tmp_path))

    assert [entry.split for entry in reading.items] == ["test"]
    assert [fault.file for fault in reading.faults] == ["train/_annotations.coco.json"]


def test_nothing_readable_is_refused(tmp_path: Path) -> None:
    file(tmp_path, "train", "{")

    with pytest.raises(UnreadableLabels):
        RoboflowCoco().read(source_of(tmp_path))


def test_each_split_has_its_folder_with_all_categories(tmp_path: Path) -> None:
    box = Document(annotations=(annotation(1, category="aa"),))
    losses = written(
        RoboflowCoco(),
        [item("a.png", box, split="val"), item("b.png", box), item("c.png", box)],
        tmp_path / "o",
    )

    names = sorted(
        p.relative_to(tmp_path / "o").as_posix() for p in (tmp_path / "o").rglob("*") if p.is_file()
    )
    assert names == [
        "train/_annotations.coco.json", "train/b.png", "train/c.png",
        "valid/_annotations.coco.json", "valid/a.png",
    ]  # fmt: skip
    valid = json.loads((tmp_path / "o/valid/_annotations.coco.json").read_text())
    assert [category["name"] for category in valid["categories"]][:2] == ["Zelle", "Ärger & <Schmutz> “1”"]
    assert losses.kept == 3
