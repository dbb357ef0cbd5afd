"""DOTA: corners that make turned boxes and such that do not, headers, difficulties."""

from math import pi
from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.shapes import Point, Polygon, RotatedBox
from labelwright.formats.dota import Dota
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.registry import choose
from tests.conformance.conftest import annotation, item, written
from tests.shared_data import shared_data

BENT = Polygon(parts=(((Point(0, 0), Point(10, 0), Point(12, 9), Point(1, 8)),),))


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = Dota().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def file(root: Path, *lines: str) -> Path:
    (root / "train/labelTxt").mkdir(parents=True)
    (root / "train/labelTxt/P0001.txt").write_text("\n".join(lines) + "\n")
    return root


def test_datumaros_sample() -> None:
    place = shared_data("formats/datumaro_assets/dota_dataset")
    reading, found = read(place)

    assert {name: entry.split for name, entry in found.items()} == {
        "train_001.jpg": "train",
        "train_002.jpg": "train",
        "val_001.jpg": "val",
    }
    (box,) = found["train_001.jpg"].document.annotations
    assert box.category == "label_0"
    assert sorted(tuple(point) for point in box.shape.corners()) == [(0, 0), (0, 2), (2, 0), (2, 2)]
    assert len(found["val_001.jpg"].document.annotations) == 2
    assert reading.categories == ["label_0", "label_1"]
    assert not reading.faults
    assert choose(source_of(place))[0].name == "dota"


def test_lines_of_dota(tmp_path: Path) -> None:
    lines = [
        "imagesource:GoogleEarth",
        "gsd:0.146",
        "0 0 8 0 8 4 0 4 large-vehicle 1",
        "8 0 8 8 4 8 4 0 ship 0",
    ]
    reading, found = read(file(tmp_path, *lines, "0 0 10 0 12 9 1 8 harbor 2"))

    first, second, third = found["P0001.png"].document.annotations
    assert first.shape == RotatedBox(x=4, y=2, width=8, height=4, angle=0)
    assert (first.category, first.flags) == ("large-vehicle", {"difficult": True})
    assert (second.shape.width, second.shape.height) == (8, 4)
    assert second.shape.angle == pytest.approx(pi / 2)
    assert (third.shape, third.flags) == (BENT, {"difficult": 2})
    assert not reading.faults


def test_bad_lines_are_faults(tmp_path: Path) -> None:
    reading, found = read(file(tmp_path, "0 0 8 0 8 4 0 4 ship x", "0 0 8 0 a 4 0 4 ship 0", "1 2 3 ship 0"))

    assert not found["P0001.png"].document.annotations
    assert [fault.place for fault in reading.faults] == ["line 1", "line 2", "line 3"]


def test_corners_that_make_no_rectangle_stay_as_they_are(tmp_path: Path) -> None:
    document = Document(annotations=(annotation(1, BENT, flags={"difficult": 2}),))
    losses = written(Dota(), [item("a.png", document, split="val")], tmp_path / "out")

    text = (tmp_path / "out/val/labelTxt/a.txt").read_text()
    assert text == "0.0 0.0 10.0 0.0 12.0 9.0 1.0 8.0 cell 2\n"
    assert read(tmp_path / "out")[1]["a.png"].document.annotations[0].shape == BENT
    assert (losses.kept, losses.converted, losses.dropped) == (1, {}, {})


def test_an_export_that_says_nothing_is_still_recognized(tmp_path: Path) -> None:
    written(Dota(), [item("a.png", Document())], tmp_path / "out")

    assert choose(source_of(tmp_path / "out"))[0].name == "dota"
