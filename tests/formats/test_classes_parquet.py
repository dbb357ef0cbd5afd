"""Parquet tables of classes, made by others and by us."""

from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from labelwright.core.document import EMPTY, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.formats.classes_parquet import ClassesParquet
from labelwright.formats.folder import source_of
from labelwright.formats.format import Reading
from tests.conformance.conftest import annotation, item, written


def read(root: Path, table: dict[str, list]) -> tuple[Reading, dict[str, list[str]]]:
    parquet.write_table(pyarrow.table(table), root / "t.parquet")
    reading = ClassesParquet().read(source_of(root))
    return reading, {e.name: [a.category for a in e.document.annotations] for e in reading.items}


def test_a_column_of_classes(tmp_path: Path) -> None:
    _, found = read(tmp_path, {"filename": ["a.png", "b.png", "a.png"], "label": ["cat", None, "dog"]})

    assert found == {"a.png": ["cat", "dog"], "b.png": []}


def test_a_column_for_each_class_of_any_type(tmp_path: Path) -> None:
    table = {"id": [1, 2], "cat": [1, 0], "dog": [True, True], "cow": [0.0, 1.0]}
    reading, found = read(tmp_path, table)

    assert found == {"1": ["cat", "dog"], "2": ["dog", "cow"]}
    assert reading.categories == ["cat", "dog", "cow"]


def test_lists_hold_several_classes(tmp_path: Path) -> None:
    _, found = read(tmp_path, {"image": ["a.png", "b.png"], "tag": [["cat", "a|b"], []]})

    assert found == {"a.png": ["cat", "a|b"], "b.png": []}


def test_bad_rows_are_faults_with_their_numbers(tmp_path: Path) -> None:
    reading, found = read(tmp_path, {"image": ["../a.png", None, "c.png"], "label": ["x", "y", "z"]})

    assert found == {"c.png": ["z"]}
    assert [fault.place for fault in reading.faults] == ["row 1", "row 2"]


@pytest.mark.parametrize("cut", [8, 40, -8])
def test_a_damaged_table_is_refused_by_name(tmp_path: Path, cut: int) -> None:
    read(tmp_path, {"image": ["a.png"], "label": ["x"]})
    whole = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.parquet").write_bytes(whole[:cut])

    with pytest.raises(UnreadableLabels, match=r"t\.parquet"):
        ClassesParquet().read(source_of(tmp_path))


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels, match="column of pictures"):
        read(tmp_path, {"day": ["monday"], "price": [1.5]})


def test_the_table_that_is_written_is_read_by_arrow(tmp_path: Path) -> None:
    two = Document(annotations=(annotation(1, None, "aa"), annotation(2, None, "zz")))
    written(ClassesParquet(), [item("a.png", two, split="val"), item("b.png", EMPTY)], tmp_path / "out")

    rows = parquet.read_table(tmp_path / "out/labels.parquet").to_pylist()
    assert [(row["image"], row["label"], row["split"], row["width"]) for row in rows] == [
        ("images/a.png", "Ärger & <Schmutz> “1”", "val", 50),
        ("images/a.png", "Zelle", "val", 50),
        ("images/b.png", None, None, 50),
    ]
