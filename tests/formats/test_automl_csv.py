"""AutoML's and Vertex AI's tables."""

from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.automl_csv import AutoMlCsv
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.registry import choose
from tests.conformance.conftest import annotation, item, picture, written


def read(root: Path, text: str) -> tuple[Reading, dict[str, LabeledItem]]:
    (root / "t.csv").write_text(text)
    reading = AutoMlCsv().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def test_boxes_by_two_corners_or_four(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(picture(10, 20))
    reading, found = read(
        tmp_path,
        "TRAIN,gs://my-bucket/salads/1.png,Salad,0.1,0.2,,,0.7,0.9,,\n"
        "TRAIN,gs://my-bucket/salads/1.png,Cheese,0.2,0.1,0.8,0.1,0.8,0.5,0.2,0.5\n"
        "validation,gs://my-bucket/salads/2.png,Salad,0,0,,,0.5,0.25,,\n"
        "UNASSIGNED,gs://my-bucket/salads/3.png,,,,,,,,,\n",
    )

    first = found["salads/1.png"]
    assert [(a.category, tuple(a.shape.bounds)) for a in first.document.annotations] == [
        ("Salad", pytest.approx((1, 4, 7, 18))),
        ("Cheese", pytest.approx((2, 2, 8, 10))),
    ]
    assert (first.split, found["salads/2.png"].split, found["salads/3.png"].split) == ("train", "val", None)
    assert found["salads/2.png"].in_shares
    assert found["salads/2.png"].document.annotations[0].shape == Box(left=0, top=0, right=0.5, bottom=0.25)
    assert not found["salads/3.png"].document.annotations
    assert reading.categories == ["Salad", "Cheese"]
    assert choose(source_of(tmp_path / "t.csv"))[0].name == "automl-csv"


def test_classes_of_pictures_with_and_without_a_use(tmp_path: Path) -> None:
    _, found = read(tmp_path, "test,gs://b/1.png,daisy\ngs://b/2.png,daisy,rose\n,gs://b/3.png\n")

    assert {name: [a.category for a in e.document.annotations] for name, e in found.items()} == {
        "1.png": ["daisy"],
        "2.png": ["daisy", "rose"],
        "3.png": [],
    }
    assert [entry.split for entry in found.values()] == ["test", None, None]


def test_a_bad_row_is_a_fault_with_its_line(tmp_path: Path) -> None:
    rows = [
        "test,gs://b/1.png,cat,0.1,0.1,,,0.1,0.5,,",
        "test,gs://b/1.png,,0.1,0.1,,,0.2,0.5,,",
        "test,gs://b/1.png,cat,0.1,nan,,,0.2,0.5,,",
        "test,gs://b/1.png,cat,0.1,0.2,,,,,,",
        "test,http://b/1.png,cat",
        "test,gs://b/../1.png,cat",
        "test,gs://b/2.png,cat",
    ]
    reading, found = read(tmp_path, "\n".join(rows))

    assert [fault.place for fault in reading.faults] == [f"line {line}" for line in range(1, 7)]
    assert list(found) == ["2.png"]


def test_other_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels):
        read(tmp_path, "filename,label\na.png,cat\n")


def test_boxes_and_tags_are_written_apart(tmp_path: Path) -> None:
    both = Document(
        annotations=(
            annotation(1, Box(left=5, top=10, right=60, bottom=20), "aa"),
            annotation(2, None, "zz"),
            annotation(3, None, "aa"),
        )
    )
    losses = written(
        AutoMlCsv(), [item("a b.png", both, split="val"), item("c.png", Document())], tmp_path / "o"
    )

    assert (tmp_path / "o/object_detection.csv").read_text() == (
        "validation,gs://BUCKET/images/a b.png,Ärger & <Schmutz> “1”,0.1,0.25,,,1,0.5,,\n"
        ",gs://BUCKET/images/c.png,,,,,,,,,\n"
    )
    assert (tmp_path / "o/classification.csv").read_text() == (
        "validation,gs://BUCKET/images/a b.png,Zelle,Ärger & <Schmutz> “1”\n"
    )
    assert losses.converted == {"box: what reaches over the border of the picture is cut off": 1}
    assert losses.kept == 2
