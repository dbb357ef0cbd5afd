"""Tables of boxes: the columns that tools use, and what is written."""

from pathlib import Path

import pytest

from labelwright.core.document import EMPTY, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.registry import choose
from labelwright.formats.roboflow_csv import RoboflowCsv
from tests.conformance.conftest import annotation, item, picture, written
from tests.shared_data import shared_data


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = RoboflowCsv().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def boxes(entry: LabeledItem) -> list[tuple[str, tuple[float, ...]]]:
    return [(a.category, tuple(a.shape.bounds)) for a in entry.document.annotations]


def table(root: Path, text: str, name: str = "t.csv") -> Path:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)
    return root


def test_the_raccoons() -> None:
    place = shared_data("detection/raccoon/raccoon_labels.csv")
    reading, found = read(place)

    first = found["raccoon-102.jpg"]
    assert (first.width, first.height) == (259, 194)
    assert boxes(first) == [("raccoon", (1, 1, 118, 152))]
    assert reading.categories == ["raccoon"]
    assert sum(len(entry.document.annotations) for entry in found.values()) == 77
    assert len(found) == 70
    assert not reading.faults
    assert choose(source_of(place))[0].name == "roboflow-csv"


def test_kaggles_three_tables_of_the_same_boxes_say_them_once() -> None:
    _, found = read(shared_data("formats/datumaro_assets/kaggle_dataset/image_csv_det"))

    assert boxes(found["1.jpg"]) == [("dog", (0, 1, 1, 2)), ("cat", (1, 2, 3, 3))]
    assert boxes(found["3.jpg"]) == [("dog", (0, 2, 2, 4)), ("dog", (0, 0, 1, 1)), ("cat", (1, 1, 2, 2))]


@pytest.mark.parametrize(
    "text",
    [
        "filename,width,height,class,xmin,ymin,xmax,ymax\na.png,9,7,cat,1,2,4,6.5\n",
        "image;label;x1;y1;x2;y2\na.png;cat;1;2;4;6.5\n",
        "image_id,class_name,x,y,w,h\na.png,cat,1,2,3,4.5\n",
        'image_id,category,bbox\na.png,cat,"[1.0, 2.0, 3.0, 4.5]"\nb.png,cat,"[9, 9, 3, 3]"\n',
        "image_name,label_name,bbox_x1,bbox_y1,bbox_width,bbox_height\na.png,cat,1,2,3,4.5\n",
    ],
)
def test_columns_that_tools_use(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.png").write_bytes(picture(9, 7))
    _, found = read(table(tmp_path, text))

    assert boxes(found["a.png"]) == [("cat", (1, 2, 4, 6.5))]
    assert (found["a.png"].width, found["a.png"].height) == (9, 7)


def test_a_folder_for_each_split_with_a_picture_that_shows_nothing(tmp_path: Path) -> None:
    head = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
    table(tmp_path, head + "a.png,9,7,cat,1,1,2,2\n", "train/_annotations.csv")
    table(tmp_path, head + "b.png,9,7,cat,1,1,2,2\n", "valid/_annotations.csv")
    (tmp_path / "valid/c.png").write_bytes(picture(8, 6))
    _, found = read(tmp_path)

    assert {name: (entry.split, len(boxes(entry))) for name, entry in found.items()} == {
        "a.png": ("train", 1),
        "b.png": ("val", 1),
        "c.png": ("val", 0),
    }


def test_shares_become_pixels_where_the_size_is_known(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture(8, 4))
    rows = "ImageID,LabelName,XMin,XMax,YMin,YMax\na,cat,0.25,0.5,0.5,1\nb,cat,0,1,0.5,1\n"
    _, found = read(table(tmp_path, rows))

    assert boxes(found["a.png"]) == [("cat", (2, 2, 4, 4))]
    assert not found["a.png"].in_shares
    assert found["b"].in_shares


def test_a_bad_row_is_a_fault_with_its_line(tmp_path: Path) -> None:
    rows = ["a.png,9,7,cat,4,1,2,2", "a.png,9,7,cat,nan,1,2,2", "a.png,9,7,,1,1,2,2", "..,9,7,cat,1,1,2,2"]
    text = "\n".join(
        ["filename,width,height,class,xmin,ymin,xmax,ymax", *rows, "a.png,9,7,cat,1,x,2,2", "a.png,9,7"]
    )
    reading, found = read(table(tmp_path, text))

    assert [fault.place for fault in reading.faults] == [f"line {line}" for line in range(2, 7)]
    assert boxes(found["a.png"]) == []


def test_no_table_of_boxes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels):
        read(table(tmp_path, "filename,label\na.png,cat\n"))


def test_what_is_written_has_the_columns_of_the_tutorials(tmp_path: Path) -> None:
    one = Document(annotations=(annotation(1, Box(left=1.5, top=2, right=30, bottom=20), "aa"),))
    written(RoboflowCsv(), [item("-a.png", one, split="val"), item("b.png", EMPTY)], tmp_path / "out")

    assert (tmp_path / "out/val/_annotations.csv").read_text() == (
        "filename,width,height,class,xmin,ymin,xmax,ymax\n./-a.png,50,40,Ärger & <Schmutz> “1”,1.5,2,30,20\n"
    )
    assert (tmp_path / "out/train/b.png").exists()
    assert "name: 'Zelle'" in (tmp_path / "out/label_map.pbtxt").read_text()


def test_pictures_of_one_name_in_two_splits_are_told_apart(tmp_path: Path) -> None:
    head = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
    for split in ("train", "test"):
        table(tmp_path, head + "a.png,9,7,cat,1,1,2,2\n", f"{split}/_annotations.csv")
        (tmp_path / split / "a.png").write_bytes(picture(9, 7))
    _, found = read(tmp_path)

    assert {name: entry.split for name, entry in found.items()} == {
        "test/a.png": "test",
        "train/a.png": "train",
    }
