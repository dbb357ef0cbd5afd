"""Tables of classes: the columns that people use, and what is written."""

from pathlib import Path

import pytest

from labelwright.core.document import EMPTY, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.formats.classes_csv import ClassesCsv
from labelwright.formats.folder import source_of
from labelwright.formats.format import Reading
from labelwright.formats.registry import choose
from tests.conformance.conftest import annotation, item, picture, written
from tests.shared_data import shared_data


def read(root: Path) -> tuple[Reading, dict[str, list[str]]]:
    reading = ClassesCsv().read(source_of(root))
    items = list(reading.items)
    assert len({entry.name for entry in items}) == len(items)
    return reading, {entry.name: [a.category for a in entry.document.annotations] for entry in items}


def table(root: Path, text: str, name: str = "t.csv") -> Path:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)
    return root


def test_kaggles_table_of_one_class_each_and_the_same_without_endings() -> None:
    place = shared_data("formats/datumaro_assets/kaggle_dataset/image_csv")
    reading, found = read(place)

    assert found == {"1.jpg": ["dog"], "2.jpg": ["cat"], "3.jpg": ["dog"], "4.jpg": ["cat"], "5.jpg": ["cat"]}
    assert reading.categories == ["dog", "cat"]
    assert choose(source_of(place))[0].name == "classes-csv"


def test_kaggles_table_with_a_column_for_each_class() -> None:
    _, found = read(shared_data("formats/datumaro_assets/kaggle_dataset/image_csv_multi_label"))

    assert found["1.jpg"] == ["dog"]
    assert found["4.jpg"] == ["dog", "cat"]
    assert found["6.jpg"] == ["cat", "person"]


def test_roboflows_table_in_the_folder_of_each_split() -> None:
    place = shared_data("formats/datumaro_assets/roboflow_dataset/multiclass")
    reading = ClassesCsv().read(source_of(place))
    found = {(e.name, e.split, e.width, e.height): len(e.document.annotations) for e in reading.items}

    assert reading.categories == ["label_0", "label_1"]
    assert found == {
        ("train_001.jpg", "train", 10, 5): 1,
        ("train_002.jpg", "train", 10, 5): 1,
        ("val_001.jpg", "val", 10, 5): 2,
    }


def test_the_hostile_table_gives_its_two_rows() -> None:
    reading, found = read(shared_data("hostile/generated/bom_utf8.csv"))

    assert found == {"übung.jpg": ['=HYPERLINK("x")'], "a,b.jpg": ["multi\nline"]}
    assert not reading.faults


def test_several_rows_and_several_classes_in_a_cell(tmp_path: Path) -> None:
    table(tmp_path, 'Path,Labels,Split\na.jpg,cat|dog,valid\na.jpg,"[""red"", ""x|y""]",\nb.jpg,,test\n')
    reading, found = read(tmp_path)

    assert found == {"a.jpg": ["cat", "dog", "red", "x|y"], "b.jpg": []}
    assert [entry.split for entry in ClassesCsv().read(source_of(tmp_path)).items] == ["val", "test"]
    assert reading.categories == ["cat", "dog", "red", "x|y"]


def test_a_bad_row_is_a_fault_with_its_line(tmp_path: Path) -> None:
    table(tmp_path, "image,cat,dog\n" + "1.jpg,1,0\n" * 60 + "2.jpg,maybe,0\n../3.jpg,1,0\n,1,0\n4.jpg,0,1\n")
    reading, found = read(tmp_path)

    assert set(found) == {"1.jpg", "4.jpg"}
    assert [(fault.file, fault.place) for fault in reading.faults] == [
        ("t.csv", "line 62"),
        ("t.csv", "line 63"),
        ("t.csv", "line 64"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "filename,width,height,class,xmin,ymin,xmax,ymax\n1.jpg,5,5,cat,1,1,2,2\n",
        "date,day,class\n2015,1,UP\n",
        "name,r,g,b\nroad.png,0,255,0\n",
        "",
        "a\n" * 3,
    ],
)
def test_other_tables_are_not_claimed(tmp_path: Path, text: str) -> None:
    table(tmp_path, text)

    assert ClassesCsv().recognize(source_of(tmp_path)) is None


def test_nothing_but_other_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels):
        ClassesCsv().read(source_of(table(tmp_path, "date,day\n1,2\n")))


def test_the_table_that_is_written(tmp_path: Path) -> None:
    two = Document(annotations=(annotation(1, None, "aa"), annotation(2, None, "zz")))
    written(ClassesCsv(), [item("=a.png", two, split="val"), item("b.png", EMPTY)], tmp_path / "out")

    assert (tmp_path / "out/labels.csv").read_text() == (
        "image,label,split,width,height\n"
        "images/=a.png,Ärger & <Schmutz> “1”,val,50,40\n"
        "images/=a.png,Zelle,val,50,40\n"
        "images/b.png,,,50,40\n"
    )
    assert (tmp_path / "out/classes.csv").read_text().splitlines()[:2] == ["class", "Zelle"]


def test_a_picture_beside_tells_the_size_and_the_ending(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images/7.png").write_bytes(picture(9, 4))
    (found,) = ClassesCsv().read(source_of(table(tmp_path, "id;label\n7;cat\n"))).items

    assert (found.name, found.width, found.height) == ("7.png", 9, 4)


def test_a_split_is_in_the_tables_own_name(tmp_path: Path) -> None:
    table(tmp_path, "image,label\na.jpg,cat\n", "train.csv")
    table(tmp_path, "image,label\nb.jpg,cat\n", "my_test-labels.csv")
    found = {entry.name: entry.split for entry in ClassesCsv().read(source_of(tmp_path)).items}

    assert found == {"a.jpg": "train", "b.jpg": "test"}
